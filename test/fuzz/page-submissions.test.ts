import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createPages } from "../../src/web/listener.ts";
import type { Problems, Submission, Take } from "../../src/web/page.ts";
import { page as anyPage } from "../pages/page.ts";
import { inTime } from "./answers.ts";
import { awkwardText } from "./json.ts";
import { print, runs } from "./runs.ts";

const fromBrowser = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "null" };
const fields = [
  { path: "secrets.user", label: "user", required: true, multiline: false },
  { path: "secrets.key", label: "key", required: false, multiline: true },
];

interface Sent {
  method: string;
  type: string;
  body: Buffer;
  headers: Record<string, string>;
}

const value = fc.oneof(awkwardText, fc.constantFrom("approve", "refuse", "a value", "a\r\nb\r\n"));
const pairs = fc.array(
  fc.tuple(fc.oneof({ weight: 5, arbitrary: fc.constantFrom("answer", "name", "secrets.user", "secrets.key") }, awkwardText), value),
  { maxLength: 6 },
);
const urlencoded = pairs.map((all) => ({
  type: "application/x-www-form-urlencoded",
  body: Buffer.from(new URLSearchParams(all).toString()),
}));
const multipart = fc
  .tuple(pairs, fc.constantFrom("x", "--", "a b", ""), fc.boolean(), fc.uint8Array({ maxLength: 40 }))
  .map(([all, boundary, ended, bytes]) => ({
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([
      ...all.map(([name, text], index) =>
        Buffer.from(
          `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${index % 2 ? '; filename="f"' : ""}\r\n\r\n${text}\r\n`,
        ),
      ),
      bytes,
      Buffer.from(ended ? `\r\n--${boundary}--\r\n` : ""),
    ]),
  }));
const anything = fc.record({
  type: fc.constantFrom("application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded; charset=utf-16", ""),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});
const large = fc
  .constantFrom(1_048_576, 1_048_577, 3_000_000)
  .map((size) => ({ type: "application/x-www-form-urlencoded", body: Buffer.alloc(size, "a") }));
const sent: fc.Arbitrary<Sent> = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: urlencoded },
      { weight: 8, arbitrary: multipart },
      { weight: 3, arbitrary: anything },
      { weight: 1, arbitrary: large },
    ),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant("POST") },
      { weight: 1, arbitrary: fc.constantFrom("GET", "PUT", "DELETE", "OPTIONS", "HEAD") },
    ),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant({}) },
      fc.constantFrom<Record<string, string>[]>(
        { origin: "https://evil.example" },
        { "sec-fetch-site": "cross-site" },
        { host: "evil.example" },
      ),
    ),
  )
  .map(([{ type, body }, method, headers]) => ({ method, type, body, headers }));

function send(url: string, { method, type, body, headers }: Sent): Promise<number> {
  return new Promise((resolve) => {
    const going = httpRequest(
      url,
      { method, agent: false, headers: { ...fromBrowser, ...(type && { "content-type": type }), ...headers } },
      (answer) => {
        answer
          .resume()
          .once("end", () => resolve(answer.statusCode ?? 0))
          .once("error", () => resolve(answer.statusCode ?? 0));
      },
    );
    // A server that has heard enough answers 413 and closes, maybe before the sender notices.
    going.once("error", () => resolve(0));
    // Node sends the length of a body only with these two.
    going.end(["POST", "PUT"].includes(method) ? body : undefined);
  });
}

test("whatever is sent to a page, it answers with a status of its own, and takes only an approval that names all it must", {
  timeout: 60_000,
}, async () => {
  let now = Date.UTC(2026, 0, 1);
  const pages = createPages(() => now);
  onTestFinished(() => pages.close());
  const taken: Submission[] = [];
  const tally = new Map<number, number>();
  const property = fc.asyncProperty(sent, fc.boolean(), async (one, late) => {
    const page = anyPage({ kind: "secrets", fields, expiresAt: now + 600_000 });
    taken.length = 0;
    const problems: Problems = late ? { "": "Not now." } : {};
    const take: Take = async (submission) => {
      taken.push(submission);
      return problems;
    };
    const url = await pages.open(page, take, "me");
    const status = await inTime(send(url, one));
    tally.set(status, (tally.get(status) ?? 0) + 1);
    expect([200, 403, 405, 413, 422, ...(one.body.length > 1_000_000 ? [0] : [])]).toContain(status);
    if (one.method !== "POST" || Object.keys(one.headers).length > 0) expect(taken).toEqual([]);
    for (const { approved, values } of taken) {
      expect(Object.keys(values).every((path) => fields.some((field) => field.path === path))).toBe(true);
      if (approved) expect(values["secrets.user"]?.length).toBeGreaterThan(0);
    }
    now += 1;
  });
  await fc.assert(property, runs("page submissions", 1_000));
  print(`pages answered ${[...tally].map(([status, count]) => `${status} ${count}`).join(", ")}`);
  expect([...tally.keys()]).toEqual(expect.arrayContaining([200, 403, 405, 413, 422]));
});
