import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { softAuthenticator } from "../support/authenticator.ts";
import { startSandboxWith } from "../support/built-server.ts";
import { openClient, send, tokenOf } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { pageAt, runEnroll, sendForm, signPage } from "../support/passkeys.ts";
import { callInRounds, yes } from "../support/rounds.ts";

const keys = { ann: softAuthenticator(), bob: softAuthenticator(), agent: softAuthenticator() };
let home: string;
let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
let origin: string;
let env: Record<string, string>;
let ends: (() => Promise<void>)[] = [];
let server: Awaited<ReturnType<typeof startHttpProcess>>;

const tokens = {
  principals: ["ann", "bob", "agent"].map((name) => ({ name, token: tokenOf(name) })),
  approvers: [
    { name: "ann", for: ["agent"] },
    { name: "bob", for: ["agent"], tools: ["update_connector"], spaces: ["default"] },
    { name: "agent", for: ["agent"] },
    { name: "carol", for: ["bob"], tools: ["update_connector"] },
    { name: "dora", for: ["bob"], tools: ["update_connector"] },
  ],
};

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const enroll = (args: string[]) => runEnroll(args, env);
const addressIn = (stdout: string) => /http:\S+\/enroll\/\S+/.exec(stdout)?.[0] ?? "";

/** The page to which an invitation leads. */
async function invited(address: string): Promise<string> {
  const answer = await fetch(address, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "/none", address).href;
}

beforeAll(async () => {
  kibana = await startSandboxWith();
  home = mkdtempSync(join(tmpdir(), "kcm-shared-"));
  const file = join(home, "tokens.json");
  writeFileSync(file, JSON.stringify(tokens), { mode: 0o600 });
  const port = await freePort();
  origin = `http://localhost:${port}`;
  env = {
    CONNECTORS_HTTP: `127.0.0.1:${port}`,
    CONNECTORS_PUBLIC_URL: origin,
    CONNECTORS_APPROVE_WITH: "passkey",
    MCP_AUTH_TOKEN_FILE: file,
    CONNECTORS_JOURNAL_DIR: join(home, "journal"),
    KIBANA_URL: kibana.url,
    KIBANA_API_KEY: "any",
  };
  server = await startHttpProcess([], env, null, (end) => ends.push(end));
  for (const name of ["ann", "bob", "agent"] as const) {
    const { stdout } = await enroll(["--principal", name]);
    expect((await signPage(await invited(addressIn(stdout)), keys[name], {}, { name: `Key of ${name}` })).html).toContain("<h1>Done</h1>");
  }
});
afterAll(async () => {
  for (const end of ends) await end();
  ends = [];
  await kibana.stop();
  rmSync(home, { recursive: true, force: true });
});

async function calls(name: string) {
  const { client } = await openClient(server.url, tokenOf(name));
  return async (tool: string, args: Record<string, unknown>) => {
    const raw = await client.callTool({ name: tool, arguments: args });
    const [first] = raw.content as { text: string }[];
    return JSON.parse(first?.text ?? "{}");
  };
}

let made = 0;
async function deletion(by: string, tool = "safe_delete_connector") {
  const call = await calls(by);
  const id = `shared-${made++}`;
  await call("create_connector", { id, name: `Shared ${id}`, type: ".server-log" });
  const args = tool === "safe_delete_connector" ? { ids: [id] } : { id, name: `Renamed ${id}` };
  const body = await call(tool, args);
  return { body, url: body.confirm?.url as string, again: () => call(tool, { ...args, confirm: body.confirm.id }) };
}

describe("over HTTP", () => {
  test("everybody approves their own calls with their own keys, on a page of the server's own address", async () => {
    const { body, url, again } = await deletion("ann");
    expect([url.startsWith(`${origin}/p/`), body.message]).toEqual([true, expect.stringContaining("in a browser: give them")]);
    expect((await signPage(url, keys.bob)).html).toMatch(/not one that is enrolled for this/);
    expect((await signPage(url, keys.ann)).html).toContain("<h1>Approved</h1>");
    expect(await again()).toMatchObject({ status: "done", asked: "passkey" });
  });

  test("who has approvers cannot approve, and the page says who asks and whose yes it takes", async () => {
    const { url, again } = await deletion("agent");
    const html = await pageAt(url);
    expect(html).toMatch(/Asked for by[\s\S]*agent[\s\S]*May approve, with a passkey[\s\S]*ann/);
    expect((await signPage(url, keys.agent)).html).toMatch(/not one that is enrolled for this/);
    expect(await again()).toMatchObject({ status: "confirmation_needed" });
    await signPage(url, keys.ann);
    const { change } = await again();
    const { changes } = await (await calls("agent"))("list_changes", {});
    expect(changes[0]).toMatchObject({ change, principal: "agent", asked: "passkey", approved_by: "ann: Key of ann" });
  });

  test("an approver approves only the tools and spaces that are named", async () => {
    const del = await deletion("agent");
    expect((await signPage(del.url, keys.bob)).html).toMatch(/not one that is enrolled for this/);
    const update = await deletion("agent", "update_connector");
    expect((await signPage(update.url, keys.bob)).html).toContain("<h1>Approved</h1>");
    expect(await update.again()).toMatchObject({ status: "done", asked: "passkey" });
  });

  test("what no approver may approve is refused, and so is what an approver without a key may", async () => {
    expect((await deletion("bob")).body.error).toMatchObject({ code: "confirmation_invalid", detail: { reason: "no_approver" } });
    const { error } = (await deletion("bob", "update_connector")).body;
    expect(error).toMatchObject({ detail: { reason: "no_passkey" }, fix: expect.stringContaining("enroll --principal carol") });
  });

  test("a form of the client counts for nothing where approvers are named", async () => {
    let questions = 0;
    const { client } = await openClient(server.url, tokenOf("agent"), () => {
      questions += 1;
      return { action: "accept", content: { confirm: true } };
    });
    const raw = await client.callTool({
      name: "attach_connector",
      arguments: { connector: "ops-slack", rules: ["disk-almost-full"], params: { message: "x" } },
    });
    const [first] = raw.content as { text: string }[];
    expect(JSON.parse(first?.text ?? "{}")).toMatchObject({ status: "confirmation_needed", confirm: { url: expect.any(String) } });
    expect(questions).toBe(0);
  });

  test("nor does one of a client that answers in its next request", async () => {
    const attach = { connector: "ops-slack", rules: ["checkout-errors"], params: { message: "x" } };
    const call = (args: Record<string, unknown>) =>
      callInRounds((sent) => send(server.url, sent), "attach_connector", args, { holder: "agent", answers: yes });
    const { body, asked } = await call(attach);
    expect(asked).toBeUndefined();
    expect(body.confirm.url.startsWith(`${origin}/p/`)).toBe(true);
    expect((await signPage(body.confirm.url, keys.agent)).html).toMatch(/not one that is enrolled for this/);
    expect((await call({ ...attach, confirm: body.confirm.id })).body).toMatchObject({ status: "confirmation_needed" });
    await signPage(body.confirm.url, keys.ann);
    expect((await call({ ...attach, confirm: body.confirm.id })).body).toMatchObject({ status: "done", asked: "passkey" });
  });

  test("a page is served for its own host name only, and takes its own form only", async () => {
    const { url } = await deletion("ann");
    const { port, pathname } = new URL(url);
    expect((await fetch(`http://127.0.0.1:${port}${pathname}`)).status).toBe(403);
    const form = new URLSearchParams({ answer: "refuse" });
    expect((await fetch(url, { method: "POST", body: form, headers: { origin: "https://evil.example.com" } })).status).toBe(403);
    expect((await fetch(`${origin}/p/unknown-unknown-unknown`)).status).toBe(404);
  });
});

describe("an invitation", () => {
  test("works once, and a look at it does not use it up", async () => {
    const { stdout } = await enroll(["--principal", "carol"]);
    const address = addressIn(stdout);
    await invited(address);
    const carol = softAuthenticator();
    await signPage(await invited(address), carol, {}, { name: "Carol's" });
    expect((await fetch(address)).status).toBe(404);
    expect((await fetch(`${origin}/enroll/${"x".repeat(32)}`)).status).toBe(404);
    const { stdout: listed } = await enroll(["--principal", "carol", "--list"]);
    expect(listed).toContain("Carol's");
  });

  test("that was used is told so on a second page of it, opened before", async () => {
    const address = addressIn((await enroll(["--principal", "dora"])).stdout);
    const [first, second] = [await invited(address), await invited(address)];
    expect((await signPage(first, softAuthenticator(), {}, { name: "Dora's" })).html).toContain("It is recorded.");
    const late = await signPage(second, softAuthenticator(), {}, { name: "Another" });
    expect([late.status, late.html]).toEqual([422, expect.stringContaining("The invitation of this page was used.")]);
    const { stdout } = await enroll(["--principal", "dora", "--list"]);
    expect(stdout).not.toContain("Another");
  });

  test("for a further key needs the agreement of that person's key, not of another's", async () => {
    const { stdout } = await enroll(["--principal", "ann"]);
    const url = await invited(addressIn(stdout));
    await signPage(url, softAuthenticator(), {}, { name: "Not hers" });
    expect((await signPage(url, keys.bob)).html).toMatch(/not one of the enrolled keys/);
    await sendForm(url, { answer: "refuse" });
    expect(readFileSync(join(home, "journal/passkeys/keys-of-ann.jsonl"), "utf8").trim().split("\n")).toHaveLength(1);
  });

  test("is for somebody whom the token file names", async () => {
    expect(await enroll(["--principal", "mallory"])).toMatchObject({ code: 2, stderr: expect.stringContaining('no approver "mallory"') });
    expect(await enroll([])).toMatchObject({ code: 2, stderr: expect.stringContaining("ann, bob, agent, carol, dora") });
  });
});
