import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPages, type Pages } from "../../src/web/listener.ts";
import type { ApprovalPage, Problems, Submission, Take } from "../../src/web/page.ts";
import { page as anyPage } from "../pages/page.ts";

let now = 0;
let pages: Pages;
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  pages = createPages(() => now);
});
afterEach(() => pages.close());

function page(more: Partial<ApprovalPage> = {}): ApprovalPage {
  return anyPage({
    kind: "secrets",
    fields: [
      { path: "secrets.user", label: "user", required: true, multiline: false },
      { path: "secrets.key", label: "key", required: false, multiline: true },
    ],
    expiresAt: now + 600_000,
    ...more,
  });
}

/** Accepts everything, or answers with problems; records what it got. */
function taker(problems: Problems = {}) {
  const got: Submission[] = [];
  return {
    got,
    take: async (submission: Submission) => {
      got.push(submission);
      return problems;
    },
  };
}

const browser = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "null" };

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  fields?: [string, string | Blob][];
  body?: Buffer;
}

/** A bare request: fetch does not let a test set Host or the fetch metadata. */
async function send(url: string, { method = "GET", headers = {}, fields, body }: Sent = {}) {
  const form = new FormData();
  for (const [name, value] of fields ?? []) form.append(name, value);
  const encoded = fields ? new Response(form) : undefined;
  const payload = body ?? (encoded ? Buffer.from(await encoded.arrayBuffer()) : undefined);
  const type = encoded?.headers.get("content-type");
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = httpRequest(url, { method, headers: { ...(type ? { "content-type": type } : {}), ...headers } }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.once("error", reject);
    sent.end(payload);
  });
}

const submit = (url: string, fields: [string, string | Blob][], headers: Record<string, string> = browser) =>
  send(url, { method: "POST", headers, fields });

describe("a page", () => {
  test("shows the plan, escaped, and has the headers that isolate it", async () => {
    const evil = `<script>alert(1)</script>"'&`;
    const url = await pages.open(
      page({
        summary: evil,
        deployment: evil,
        things: [evil],
        requests: [evil],
        recipients: [evil],
        noLonger: [evil],
        details: [{ text: evil, before: evil, after: evil }],
        warnings: [evil],
        flows: [{ source: evil, to: evil }],
        type: { what: "name", text: evil },
      }),
      taker().take,
      "me",
    );
    const { status, headers, text } = await send(url);
    expect(status).toBe(200);
    expect(text).not.toContain("<script");
    expect(text.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(8);
    expect(text).not.toMatch(/\ssrc=|href=|url\(/);
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers).toMatchObject({
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
    });
  });

  test("takes values typed or from a file, line ends fixed, once", async () => {
    const { got, take } = taker();
    const url = await pages.open(page(), take, "me");
    const done = await submit(url, [
      ["secrets.user", "bob"],
      ["secrets.key", new File(["-----BEGIN KEY-----\r\nabc\r\n-----END KEY-----\r\n"], "key.pem")],
      ["answer", "approve"],
    ]);
    expect(done.status).toBe(200);
    expect(done.text).toContain("Approved");
    expect(got).toEqual([
      { approved: true, typedName: "", values: { "secrets.user": "bob", "secrets.key": "-----BEGIN KEY-----\nabc\n-----END KEY-----" } },
    ]);
    expect((await submit(url, [["answer", "approve"]])).status).toBe(410);
    expect((await send(url)).status).toBe(410);
    expect(got).toHaveLength(1);
  });

  test("refusing needs no values and is final", async () => {
    const { got, take } = taker();
    const url = await pages.open(page(), take, "me");
    expect((await submit(url, [["answer", "refuse"]])).text).toContain("Nothing was written");
    expect(got).toEqual([{ approved: false, typedName: "", values: {} }]);
    expect((await send(url)).status).toBe(410);
  });

  test("bytes that are not text become base64", async () => {
    const { got, take } = taker();
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    await submit(await pages.open(page(), take, "me"), [
      ["secrets.user", "bob"],
      ["secrets.key", new File([bytes], "cert.pfx")],
      ["answer", "approve"],
    ]);
    expect(got[0]?.values["secrets.key"]).toBe(bytes.toString("base64"));
  });

  test("shows problems beside the fields, never the values, and stays open", async () => {
    const { take } = taker({ "secrets.user": "is not a user of that service" });
    const url = await pages.open(page(), take, "me");
    const again = await submit(url, [
      ["secrets.user", "canary-value-1"],
      ["answer", "approve"],
    ]);
    expect(again.status).toBe(422);
    expect(again.text).toContain("is not a user of that service");
    expect(again.text).toContain('aria-invalid="true"');
    expect(again.text).not.toContain("canary-value-1");
    expect((await send(url)).status).toBe(200);
  });

  test("asks again for a required field, and for one given in two ways", async () => {
    const { got, take } = taker();
    const url = await pages.open(page(), take, "me");
    expect((await submit(url, [["answer", "approve"]])).text).toContain("It is required.");
    const both = await submit(url, [
      ["secrets.user", "bob"],
      ["secrets.user", new File(["alice"], "user.txt")],
      ["answer", "approve"],
    ]);
    expect(both.text).toContain("the two differ");
    expect(got).toEqual([]);
  });
});

describe("who may not", () => {
  const approve: [string, string][] = [
    ["secrets.user", "bob"],
    ["answer", "approve"],
  ];

  test.each<[string, Record<string, string>, number]>([
    ["another Host, as after DNS rebinding", { ...browser, host: "evil.example" }, 403],
    ["localhost in place of the address", { ...browser, host: "localhost:1" }, 403],
    ["a form on another site", { ...browser, "sec-fetch-site": "cross-site" }, 403],
    ["a form on another port of this machine", { ...browser, "sec-fetch-site": "same-site" }, 403],
    ["another Origin", { ...browser, origin: "https://evil.example" }, 403],
    ["a script's fetch", { ...browser, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, 403],
    ["a program that is not a browser", {}, 403],
  ])("%s is refused", async (_who, headers, status) => {
    const { got, take } = taker();
    const url = await pages.open(page(), take, "me");
    expect((await submit(url, approve, headers)).status).toBe(status);
    expect(got).toEqual([]);
    expect((await submit(url, approve)).status).toBe(200);
  });

  test("an expired page accepts nothing", async () => {
    const { got, take } = taker();
    const url = await pages.open(page(), take, "me");
    now += 600_000;
    const late = await submit(url, approve);
    expect(late.status).toBe(410);
    expect(late.text).toContain("Expired");
    expect(got).toEqual([]);
  });

  test("guessed addresses, other methods, broken and huge forms get the right status", async () => {
    const { got, take } = taker();
    const url = await pages.open(page(), take, "me");
    const origin = new URL(url).origin;
    expect((await send(`${origin}/p/${"a".repeat(32)}`)).status).toBe(404);
    expect((await send(`${origin}/`)).status).toBe(404);
    expect((await send(url, { method: "PUT" })).status).toBe(405);
    const broken = { ...browser, "content-type": "multipart/form-data; boundary=x" };
    expect((await send(url, { method: "POST", headers: broken, body: Buffer.from("nonsense") })).status).toBe(422);
    expect((await send(url, { method: "POST", headers: broken, body: Buffer.alloc(1024 * 1024 + 1) })).status).toBe(413);
    expect(got).toEqual([]);
  });

  test("two submits at once are one", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const got: Submission[] = [];
    const take: Take = async (submission) => {
      got.push(submission);
      await gate;
      return {};
    };
    const url = await pages.open(page(), take, "me");
    const first = submit(url, approve);
    while (got.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await submit(url, approve)).status).toBe(409);
    release();
    expect((await first).status).toBe(200);
    expect(got).toHaveLength(1);
  });

  test("addresses are long, differ, and their number is bounded", async () => {
    const first = await pages.open(page(), taker().take, "me");
    const others = new Set<string>();
    for (let n = 0; n < 200; n++) others.add(await pages.open(page(), taker().take, "me"));
    expect(others.size).toBe(200);
    expect(new URL(first).pathname.length).toBeGreaterThanOrEqual(34);
    expect((await send(first)).status).toBe(404);
  });

  test("of one owner never push out another's", async () => {
    const mine = await pages.open(page(), taker().take, "me");
    for (let n = 0; n < 300; n++) await pages.open(page(), taker().take, "another");
    expect((await send(mine)).status).toBe(200);
  });
});
