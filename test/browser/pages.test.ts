import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { seal } from "../../src/sealed.ts";
import { createPages } from "../../src/web/listener.ts";
import { page as anyPage } from "../pages/page.ts";
import { type Started, startBuilt, startSandboxWith } from "../support/built-server.ts";
import { controls, inPage, openWindow, picture, useChromium } from "./chromium.ts";

useChromium();

let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  kibana = await startSandboxWith();
  server = await startBuilt({ env: { KIBANA_URL: kibana.url, KIBANA_LABEL: "PROD", KIBANA_API_KEY: "any" } });
});
afterAll(async () => {
  await server.close();
  await kibana.stop();
});

const ask = { $ask: true };
let made = 0;

const webhook = () => ({
  id: `intake-${made++}`,
  name: "Incident intake",
  type: ".webhook",
  config: { url: "https://intake.example.net/kibana", method: "post", hasAuth: true, authType: "webhook-authentication-basic" },
  secrets: ask,
});
const slack = () => ({ id: `slack-${made++}`, name: "Search on-call", type: ".slack", secrets: { webhookUrl: ask } });
const certificate = () => ({
  ...webhook(),
  config: { ...webhook().config, authType: "webhook-authentication-ssl", certType: "ssl-crt-key" },
});

/** A call that waits for its page. */
async function wanted(args: Record<string, unknown>, tool = "create_connector") {
  const { body } = await server.call(tool, args);
  expect(body.status).toMatch(/^(secrets_wanted|confirmation_needed)$/);
  const again = async () => (await server.call(tool, { ...args, confirm: body.confirm.id })).body;
  return { url: body.confirm.url as string, again };
}

const deletion = () => wanted({ ids: ["ops-slack-2"] }, "safe_delete_connector");
const words = async (place: Locator) => ((await place.textContent()) ?? "").trim();
const heading = (page: Page) => words(page.locator("h1"));
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const field = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });

describe("a person", () => {
  test("reads the plan, fills the form, submits it, and the agent goes on", async () => {
    const { url, again } = await wanted(webhook());
    const { page, complaints, requests } = await openWindow();
    await page.goto(url);
    expect(await heading(page)).toContain('Create connector "Incident intake" (.webhook');
    expect(await words(page.locator("main"))).toContain("PROD");
    await picture(page, "secrets-webhook");
    await field(page, "user").fill("bob");
    await field(page, "password").fill("s3cret-word");
    await button(page, "Save and approve").click();
    expect(await heading(page)).toBe("Approved");
    await picture(page, "approved");
    expect(await again()).toMatchObject({ status: "done" });
    expect(complaints).toEqual([]);
    expect(requests.every((one) => one === url)).toBe(true);
  });

  test("sees the token that senders need after a click, and not after a reload", async () => {
    const pages = createPages();
    onTestFinished(() => pages.close());
    const token = seal("5f1c.Zm9yLXNlbmRlcnMtb25seQ", "the token that senders use");
    const shown = { deployment: "PROD", sandbox: false, space: "default", title: "The token for senders", holder: "sales", token };
    const url = await pages.showOnce({ ...shown, expiresAt: Date.now() + 60_000 }, "local");
    const { page, complaints, requests } = await openWindow({ javaScriptEnabled: false });
    await page.goto(url);
    expect(await page.content()).not.toContain("5f1c");
    await button(page, "Show it once").click();
    expect(await words(page.locator("pre"))).toBe("5f1c.Zm9yLXNlbmRlcnMtb25seQ");
    await picture(page, "token");
    await page.goto(url);
    expect(await heading(page)).toBe("Already shown");
    expect([complaints.filter((one) => !one.includes("410")), requests.filter((one) => one !== url)]).toEqual([[], []]);
  });

  test("does the same without JavaScript", async () => {
    const { url, again } = await wanted(webhook());
    const { page } = await openWindow({ javaScriptEnabled: false });
    await page.goto(url);
    await field(page, "user").fill("bob");
    await field(page, "password").fill("s3cret-word");
    await button(page, "Save and approve").click();
    expect(await heading(page)).toBe("Approved");
    expect(await again()).toMatchObject({ status: "done" });
  });

  test("does the same with the keyboard alone, in the order of the page", async () => {
    const { url, again } = await wanted(webhook());
    const { page } = await openWindow();
    await page.goto(url);
    const order: string[] = [];
    for (let n = 0; n < 8; n++) {
      await page.keyboard.press("Tab");
      order.push(await inPage(page, "focused"));
      if (n === 0) await page.keyboard.type("bob");
      if (n === 1) await page.keyboard.press("Space");
      if (n === 3) await page.keyboard.type("s3cret-word");
    }
    expect(order).toEqual([
      "text: user",
      "checkbox: Show user",
      "file: user from a file",
      "text: password",
      "checkbox: Show password",
      "file: password from a file",
      "submit: Save and approve",
      "submit: Refuse",
    ]);
    expect(await page.getByRole("checkbox", { name: "Show user" }).isChecked()).toBe(true);
    await page.keyboard.press("Shift+Tab");
    expect(await inPage(page, "focusStyle")).toBe("solid");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Approved" }).waitFor();
    expect(await again()).toMatchObject({ status: "done" });
  });

  test("sends the form by Enter in a field, which means yes", async () => {
    const { url, again } = await wanted(slack());
    const { page } = await openWindow();
    await page.goto(url);
    await field(page, "webhookUrl").fill("https://hooks.slack.com/services/T/B/x");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Approved" }).waitFor();
    expect(await again()).toMatchObject({ status: "done" });
  });

  test("sees dots in place of what is typed, until Show is ticked", async () => {
    const { url } = await wanted(certificate());
    const { page } = await openWindow();
    await page.goto(url);
    const security = async (name: string) =>
      inPage(page, "styleOf", (await field(page, name).getAttribute("id")) ?? "", "-webkit-text-security");
    expect([await security("crt"), await security("key")]).toEqual(["disc", "disc"]);
    await page.getByRole("checkbox", { name: "Show key" }).check();
    expect([await security("crt"), await security("key")]).toEqual(["disc", "none"]);
    await page.getByRole("checkbox", { name: "Show key" }).uncheck();
    expect(await security("key")).toBe("disc");
    await picture(page, "secrets-certificate");
  });

  test("takes a key from a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kcm-upload-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const labels = { crt: "CERTIFICATE", key: "PRIVATE KEY" };
    for (const [name, label] of Object.entries(labels))
      writeFileSync(join(folder, name), `-----BEGIN ${label}-----\r\nYWJjZGVm\r\n-----END ${label}-----\r\n`);
    const { url, again } = await wanted(certificate());
    const { page } = await openWindow();
    await page.goto(url);
    await page.getByLabel("crt from a file").setInputFiles(join(folder, "crt"));
    await page.getByLabel("key from a file").setInputFiles(join(folder, "key"));
    await button(page, "Save and approve").click();
    expect(await heading(page)).toBe("Approved");
    expect(await again()).toMatchObject({ status: "done" });
  });

  test("who refuses need not fill anything", async () => {
    const { url, again } = await wanted(webhook());
    const { page } = await openWindow();
    await page.goto(url);
    await button(page, "Refuse").click();
    expect(await heading(page)).toBe("Refused");
    expect(await again()).toMatchObject({ status: "declined" });
  });

  test("approves a delete, which says that it goes and whether it comes back", async () => {
    const { url } = await deletion();
    const { page } = await openWindow();
    await page.goto(url);
    const text = await words(page.locator("main"));
    for (const part of ["PROD", "Delete connector", "Ops Slack", "can be undone only by giving the secrets again"])
      expect(text).toContain(part);
    expect(await page.getByRole("textbox").count()).toBe(0);
    await picture(page, "approve-delete");
  });
});

describe("what does not fit", () => {
  test("is said beside its field, which has the focus, and the value is gone", async () => {
    const { url, again } = await wanted(slack());
    const { page, complaints } = await openWindow();
    await page.goto(url);
    await field(page, "webhookUrl").fill("canary-not-a-url");
    await button(page, "Save and approve").click();
    const input = field(page, "webhookUrl");
    expect(await page.title()).toMatch(/^Not accepted yet: /);
    expect(await words(page.getByRole("alert"))).toBe("One value was not accepted. Nothing was written.");
    expect(await input.getAttribute("aria-invalid")).toBe("true");
    const described = (await input.getAttribute("aria-describedby"))?.split(" ") ?? [];
    const said = await Promise.all(described.map((id) => words(page.locator(`#${id}`))));
    expect(said.join()).toMatch(/It must be/);
    expect(await inPage(page, "focused")).toBe("text: webhookUrl");
    expect(await inPage(page, "styleOf", (await input.getAttribute("id")) ?? "", "border-top-width")).toBe("2px");
    expect(await input.inputValue()).toBe("");
    expect(await page.content()).not.toContain("canary");
    // 422 is how the page says it; Chromium notes that, and nothing else.
    expect(complaints.filter((one) => !one.includes("422"))).toEqual([]);
    await picture(page, "error");
    await input.fill("https://hooks.slack.com/services/T/B/x");
    await button(page, "Save and approve").click();
    expect(await heading(page)).toBe("Approved");
    expect(await again()).toMatchObject({ status: "done" });
  });

  test("of two fields, the first has the focus", async () => {
    const { url } = await wanted(webhook());
    const { page } = await openWindow();
    await page.goto(url);
    await field(page, "user").fill("bob");
    await button(page, "Save and approve").click();
    expect(await words(page.getByRole("alert"))).toContain("One value");
    expect(await inPage(page, "focused")).toBe("text: password");
    expect(await field(page, "user").getAttribute("aria-invalid")).toBe("false");
  });
});

describe("a page", () => {
  test("stays open over a reload, empty", async () => {
    const { url, again } = await wanted(slack());
    const { page } = await openWindow();
    await page.goto(url);
    await field(page, "webhookUrl").fill("https://hooks.slack.com/services/T/B/x");
    expect((await page.reload())?.status()).toBe(200);
    expect(await field(page, "webhookUrl").inputValue()).toBe("");
    expect((await again()).status).toBe("secrets_wanted");
  });

  test("in a second tab says that it was answered, and takes nothing", async () => {
    const { url, again } = await wanted(slack());
    const { page, context } = await openWindow();
    const second = await context.newPage();
    await page.goto(url);
    await second.goto(url);
    await button(page, "Refuse").click();
    await field(second, "webhookUrl").fill("https://hooks.slack.com/services/T/B/x");
    await button(second, "Save and approve").click();
    expect(await heading(second)).toBe("Already answered");
    expect((await page.goto(url))?.status()).toBe(410);
    expect(await again()).toMatchObject({ status: "declined" });
  });

  test("that was left open too long takes nothing", async () => {
    let now = Date.UTC(2026, 0, 1);
    const got: unknown[] = [];
    const pages = createPages(() => now);
    onTestFinished(() => pages.close());
    const url = await pages.open(
      anyPage({ summary: "Delete connector.", expiresAt: now + 600_000 }),
      async (submission) => {
        got.push(submission);
        return {};
      },
      "me",
    );
    const { page } = await openWindow();
    await page.goto(url);
    now += 600_000;
    await button(page, "Approve").click();
    expect(await heading(page)).toBe("Expired");
    expect(got).toEqual([]);
  });
});

describe("another site", () => {
  /** A site of somebody else on this machine: same site, another origin. */
  async function site(html: (url: string) => string) {
    const { url, again } = await deletion();
    const other = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(html(url));
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    onTestFinished(() => other.closeAllConnections());
    return { url, again, address: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` };
  }

  test.each(["rebound.example", "localhost"])("that reaches the page under the name %s sees and approves nothing", async (name) => {
    const { url, again } = await deletion();
    const { page } = await openWindow();
    const response = await page.goto(url.replace("127.0.0.1", name));
    expect([response?.status(), await heading(page)]).toEqual([403, "Refused"]);
    expect(await page.content()).not.toContain("Ops Slack");
    expect((await again()).status).toBe("confirmation_needed");
  });

  test.each<[string, (url: string) => string]>([
    [
      "a form",
      (url) => `<form method=post action="${url}" enctype="multipart/form-data"><button name=answer value=approve>win</button></form>`,
    ],
    ["a form of the plain kind", (url) => `<form method=post action="${url}"><button name=answer value=approve>win</button></form>`],
    [
      "a form in a sandboxed frame, whose origin is null",
      (url) =>
        `<iframe sandbox="allow-forms allow-top-navigation allow-scripts" srcdoc='<form method=post action="${url}" target=_top><button name=answer value=approve>win</button></form>'></iframe>`,
    ],
  ])("that posts %s is refused", async (_what, html) => {
    const { again, address, url } = await site(html);
    const { page } = await openWindow();
    await page.goto(address);
    const frame = page.frames().at(-1) ?? page.mainFrame();
    const answered = page.waitForResponse((response) => response.url() === url && response.request().method() === "POST");
    await frame.getByRole("button", { name: "win" }).click();
    expect((await answered).status()).toBe(403);
    expect((await again()).status).toBe("confirmation_needed");
  });

  test.each(["cors", "no-cors", "same-origin"])("that posts by script, mode %s, is refused", async (mode) => {
    const { again, address, url } = await site(() => "<p>hello</p>");
    const { page } = await openWindow();
    await page.goto(address);
    await inPage(page, "post", url, mode);
    expect((await again()).status).toBe("confirmation_needed");
  });

  test.each(["iframe", "object", "embed"])("cannot show it in an %s", async (tag) => {
    const { again, address, url } = await site(
      (to) => `<${tag} ${tag === "object" ? "data" : "src"}="${to}" width=600 height=600></${tag}>`,
    );
    const { page, complaints } = await openWindow();
    const arrived = page.waitForResponse((response) => response.url() === url);
    await page.goto(address);
    await arrived;
    await page.waitForLoadState("load");
    // Chromium puts a page of its own there, or nothing.
    expect(page.frames().filter((frame) => frame.url() === url)).toEqual([]);
    expect(complaints.join()).toMatch(/frame-ancestors|X-Frame-Options|refused|blocked/i);
    expect((await again()).status).toBe("confirmation_needed");
  });

  test("cannot read it by script", async () => {
    const { address, url } = await site(() => "<p>hello</p>");
    const { page } = await openWindow();
    await page.goto(address);
    expect(await inPage(page, "read", url)).toBe("refused");
  });
});

const long = "Nightly-batch-and-reporting-incidents-of-the-whole-emea-region-without-a-space-anywhere";
/** Every state of the pages, each as it is opened and brought about. */
const states: [string, (page: Page) => Promise<void>][] = [
  ["approve a delete", async (page) => void (await page.goto((await deletion()).url))],
  ["secrets", async (page) => void (await page.goto((await wanted(webhook())).url))],
  ["certificates", async (page) => void (await page.goto((await wanted(certificate())).url))],
  [
    "long words",
    async (page) => {
      const config = { ...webhook().config, url: `https://${long.slice(0, 50)}.example.net/${long}/${long}` };
      await page.goto((await wanted({ ...webhook(), name: long, config })).url);
    },
  ],
  [
    "problems",
    async (page) => {
      await page.goto((await wanted(webhook())).url);
      await button(page, "Save and approve").click();
    },
  ],
  ["a note", async (page) => void (await page.goto(`${new URL((await deletion()).url).origin}/p/${"a".repeat(32)}`))],
];

describe.each(states)("the page: %s", (name, open) => {
  test.each(["light", "dark"] as const)("reads well when it is %s", async (colorScheme) => {
    const { page } = await openWindow({ colorScheme });
    await open(page);
    const [red = 0] = await inPage(page, "background");
    expect(red > 128).toBe(colorScheme === "light");
    expect(await inPage(page, "poorContrast")).toEqual([]);
    await picture(page, `${name.replaceAll(" ", "-")}-${colorScheme}`);
  });

  test("fits a phone 360 pixels wide, and one of 280, without scrolling sideways", async () => {
    const { page } = await openWindow({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
    await open(page);
    for (const width of [360, 280]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await inPage(page, "width")).toBeLessThanOrEqual(width);
      // Large enough for a finger.
      for (const one of await page.locator("button").all()) expect((await one.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      for (const one of await page.locator(".ways label").all()) expect((await one.boundingBox())?.height).toBeGreaterThanOrEqual(24);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await picture(page, `${name.replaceAll(" ", "-")}-phone`);
  });

  test("names everything for a screen reader, in one language, with one main heading", async () => {
    const { page } = await openWindow();
    await open(page);
    const named = await controls(page);
    expect(named.filter((one) => one.name === "")).toEqual([]);
    // Two of one name could not be told apart.
    expect(new Set(named.map((one) => `${one.role} ${one.name}`)).size).toBe(named.length);
    const shape = await inPage(page, "shape");
    expect(shape).toMatchObject({ lang: "en", main: 1, h1: 1 });
    expect(shape.title).toContain("kibana-connectors-mcp");
    expect(shape.levels.every((level, n) => level - (shape.levels[n - 1] ?? 0) <= 1)).toBe(true);
    expect(new Set(shape.ids).size).toBe(shape.ids.length);
    expect(shape.points.filter((id) => !shape.ids.includes(id))).toEqual([]);
  });
});
