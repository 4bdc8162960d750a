import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Started, startBuilt, startSandboxWith, startServer } from "../support/built-server.ts";
import { inTerminal } from "../support/terminal.ts";
import { openWindow, picture, useChromium, type Watched } from "./chromium.ts";

useChromium();

let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
let home: string;
let env: Record<string, string>;
/** The credential that was enrolled: a window of its own gets an authenticator that holds it. */
let enrolled: Held;

interface Held {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
}

interface WithAuthenticator extends Watched {
  session: CDPSession;
  authenticatorId: string;
}

/** A window with an authenticator, empty or with what was enrolled. */
async function window(held?: Held, isUserVerified = true): Promise<WithAuthenticator> {
  const watched = await openWindow();
  const session = await watched.context.newCDPSession(watched.page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  });
  if (held) await session.send("WebAuthn.addCredential", { authenticatorId, credential: held });
  return { ...watched, session, authenticatorId };
}

const heading = async (page: Page) => ((await page.locator("h1").textContent()) ?? "").trim();
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const approve = (page: Page) => button(page, "Approve with a passkey").click();
const said = (page: Page) => page.locator("#passkey-problem:not([hidden]), [role=alert]:not([hidden])").first();

async function enrollHere(
  name: string,
  held: Held | undefined,
  more: (page: Page) => Promise<unknown> = async () => {},
): Promise<{ text: string; held: Held | undefined; complaints: string[] }> {
  const { page, session, authenticatorId, complaints } = await window(held);
  const { text } = await inTerminal(["enroll", "--name", name], env, async (url) => {
    await page.goto(url);
    await picture(page, "enroll");
    await button(page, "Create the passkey").click();
    await more(page);
    await page.getByRole("heading", { name: "Done" }).waitFor();
  });
  const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
  return { text, held: credentials.at(-1), complaints };
}

beforeAll(async () => {
  kibana = await startSandboxWith();
  home = mkdtempSync(join(tmpdir(), "kcm-passkeys-"));
  env = {
    HOME: home,
    CONNECTORS_JOURNAL_DIR: join(home, "journal"),
    CONNECTORS_APPROVE_WITH: "passkey",
    KIBANA_URL: kibana.url,
    KIBANA_LABEL: "PROD",
    KIBANA_API_KEY: "any",
  };
});
afterAll(async () => {
  await server?.close();
  await kibana.stop();
  rmSync(home, { recursive: true, force: true });
});

test("a person at a terminal enrolls a passkey, and the authenticator verifies them", async () => {
  const { text, held, complaints } = await enrollHere("Laptop", undefined);
  expect(text).toContain("Passkeys of local: Laptop.");
  expect(held).toMatchObject({ rpId: "localhost" });
  expect(complaints).toEqual([]);
  if (held) enrolled = held;
});

let made = 0;
let started: Started;
async function deletion() {
  const id = `in-browser-${made++}`;
  await started.call("create_connector", { id, name: `In browser ${id}`, type: ".server-log" });
  const args = { ids: [id] };
  const { body } = await started.call("safe_delete_connector", args);
  return {
    url: body.confirm.url as string,
    id,
    again: async () => (await started.call("safe_delete_connector", { ...args, confirm: body.confirm.id })).body,
    isThere: async () => !(await started.call("get_connector", { id })).failed,
  };
}

/** What the page would send, taken before it is sent. */
async function taken(url: string, held: Held): Promise<string> {
  const { page } = await window(held);
  await page.goto(url);
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await page.route("**/*", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await approve(page);
  const body = (await sent).postData() ?? "";
  return /name="passkey"\r\n\r\n(.*?)\r\n--/s.exec(body)?.[1] ?? "";
}

/** Sends something else than the authenticator's answer with the page's own form. */
async function sendOn(page: Page, url: string, passkey: string): Promise<void> {
  await page.goto(url);
  await page.locator("input[name=passkey]").evaluate((input, value) => Object.assign(input, { value }), passkey);
  await approve(page);
  await page.waitForLoadState();
}

describe("a change", () => {
  beforeEach(async () => {
    server ??= await startBuilt({ env });
    started = server;
  });

  test("is made once its page was approved with the enrolled passkey", async () => {
    const { url, again, isThere } = await deletion();
    const { page, complaints, requests, session, authenticatorId } = await window(enrolled);
    await page.goto(url);
    await picture(page, "approve-with-passkey");
    await approve(page);
    await page.getByRole("heading", { name: "Approved" }).waitFor();
    expect(await again()).toMatchObject({ status: "done", asked: "passkey" });
    expect(await isThere()).toBe(false);
    expect(complaints).toEqual([]);
    expect(requests.every((one) => one === url)).toBe(true);
    const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
    enrolled = { ...enrolled, signCount: credentials[0]?.signCount ?? 0 };
  });

  test("is not made where the person refuses, without a passkey", async () => {
    const { url, again, isThere } = await deletion();
    const { page } = await openWindow();
    await page.goto(url);
    await button(page, "Refuse").click();
    expect(await heading(page)).toBe("Refused");
    expect(await again()).toMatchObject({ status: "declined" });
    expect(await isThere()).toBe(true);
  });

  test("is not made with another authenticator's key", async () => {
    const { url, again, isThere } = await deletion();
    const { page } = await window();
    await page.goto(url);
    await approve(page);
    // It has no key that the page asks for: the browser waits for another authenticator.
    await page.waitForTimeout(500);
    expect(await heading(page)).toContain("Delete connector");
    expect(await again()).toMatchObject({ status: "confirmation_needed" });
    expect(await isThere()).toBe(true);
  });

  test("is not made where the authenticator does not verify its user", async () => {
    const { url, again, isThere } = await deletion();
    const { page } = await window(enrolled, false);
    await page.goto(url);
    await approve(page);
    await said(page).waitFor();
    await picture(page, "passkey-not-used");
    expect(await said(page).textContent()).toContain("No passkey was used");
    expect(await again()).toMatchObject({ status: "confirmation_needed" });
    expect(await isThere()).toBe(true);
  });

  test("is not made with the answer to another plan's page", async () => {
    const [first, second] = [await deletion(), await deletion()];
    const passkey = await taken(first.url, enrolled);
    expect(passkey).toContain("signature");
    const { page } = await window();
    await sendOn(page, second.url, passkey);
    expect(await said(page).textContent()).toContain("challenge");
    expect(await second.again()).toMatchObject({ status: "confirmation_needed" });
    expect(await second.isThere()).toBe(true);
  });

  test("is not made with a passkey that was used on another origin of this machine, nor from a page there", async () => {
    const { url, again, isThere } = await deletion();
    const html = await (await fetch(url)).text();
    const foreign = createServer((_request, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end(html.replace("<form method", `<form action="${url}" method`)),
    );
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void foreign.close());
    const there = `http://localhost:${(foreign.address() as AddressInfo).port}/`;
    const { page } = await window(enrolled);
    await page.goto(there);
    await approve(page);
    await page.getByRole("heading", { name: "Refused" }).waitFor();
    const passkey = await taken(there, { ...enrolled, signCount: enrolled.signCount + 10 });
    await sendOn(page, url, passkey);
    expect(await said(page).textContent()).toContain("origin");
    expect(await again()).toMatchObject({ status: "confirmation_needed" });
    expect(await isThere()).toBe(true);
  });

  test("is not made once the plan is another one", async () => {
    const { url, id, again, isThere } = await deletion();
    const { page } = await window({ ...enrolled, signCount: enrolled.signCount + 20 });
    await page.goto(url);
    await approve(page);
    await page.getByRole("heading", { name: "Approved" }).waitFor();
    await fetch(`${kibana.url}/api/actions/connector/${id}`, {
      method: "PUT",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: JSON.stringify({ name: "Renamed meanwhile", config: {}, secrets: {} }),
    });
    expect(await again()).toMatchObject({ error: { detail: { reason: "target_changed" } } });
    expect(await isThere()).toBe(true);
  });

  test("has no page under the machine's address", async () => {
    const { url, again, isThere } = await deletion();
    const { page } = await window(enrolled);
    await page.goto(url.replace("localhost", "127.0.0.1"));
    expect(await heading(page)).toBe("Refused");
    expect(await again()).toMatchObject({ status: "confirmation_needed" });
    expect(await isThere()).toBe(true);
  });
});

test("a page that has expired takes no passkey, and an approval that has expired makes no change", async () => {
  started = await startServer({ env });
  onTestFinished(() => started.close());
  const [open, approved] = [await deletion(), await deletion()];
  const { page } = await window({ ...enrolled, signCount: enrolled.signCount + 30 });
  await page.goto(approved.url);
  await approve(page);
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  await page.goto(open.url);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 11 * 60_000 });
  onTestFinished(() => void vi.useRealTimers());
  await approve(page);
  await page.getByRole("heading", { name: "Expired" }).waitFor();
  expect(await open.again()).toMatchObject({ error: { detail: { reason: "expired" } } });
  expect(await approved.again()).toMatchObject({ error: { detail: { reason: "expired" } } });
  expect([await open.isThere(), await approved.isThere()]).toEqual([true, true]);
});

test("a further passkey is enrolled with the agreement of the first", async () => {
  const { page, context } = await openWindow();
  const first = await context.newCDPSession(page);
  await first.send("WebAuthn.enable");
  const add = (transport: "internal" | "usb") =>
    first.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport,
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  const second = await add("usb");
  const { text } = await inTerminal(["enroll", "--name", "Security key"], env, async (url) => {
    await page.goto(url);
    await button(page, "Create the passkey").click();
    await button(page, "Agree with an enrolled passkey").waitFor();
    await picture(page, "enroll-agree");
    await first.send("WebAuthn.removeVirtualAuthenticator", second);
    const { authenticatorId } = await add("internal");
    await first.send("WebAuthn.addCredential", { authenticatorId, credential: { ...enrolled, signCount: enrolled.signCount + 40 } });
    await button(page, "Agree with an enrolled passkey").click();
    await page.getByRole("heading", { name: "Done" }).waitFor();
  });
  expect(text).toContain("Passkeys of local: Laptop, Security key.");
});
