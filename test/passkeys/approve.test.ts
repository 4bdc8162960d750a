import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { refuse } from "../pages/form.ts";
import { type Asked, type Deviation, softAuthenticator } from "../support/authenticator.ts";
import { type Started, startSandboxWith, startServer } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { askedOn, enrollKey, pageAt, sendForm, signPage } from "../support/passkeys.ts";

const [laptop, stranger] = [softAuthenticator(), softAuthenticator()];
let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
let home: string;
let journal: string;
let server: Started;

const yes = () => ({ action: "accept" as const, content: { confirm: true, name: "Ops Slack", nothing_else: "yes" } });

const started = (more: Record<string, string> = {}, args: string[] = []) =>
  startServer({
    args: ["--approve-with", "passkey", ...args],
    env: {
      KIBANA_URL: kibana.url,
      KIBANA_API_KEY: "any",
      CONNECTORS_JOURNAL_DIR: journal,
      CONNECTORS_MAX_CHANGES_PER_HOUR: "1000",
      CONNECTOR_SECRET_JIRA: "token-of-the-operator",
      CONNECTOR_SECRET_BOUND: "another-token-of-the-operator",
      CONNECTOR_SECRET_BOUND__FOR: ".jira@bound.example.com",
      ...more,
    },
    person: yes,
  });

beforeAll(async () => {
  kibana = await startSandboxWith();
  home = mkdtempSync(join(tmpdir(), "kcm-passkeys-"));
  journal = join(home, "journal");
  await enrollKey(journal, "Laptop", laptop);
  server = await started();
  await server.call("create_connector", { id: "kept-log", name: "Kept", type: ".server-log" });
  for (const [id, type, config] of [
    ["open-hook", ".webhook", { url: "https://open.example.net/in", hasAuth: false, authType: null }],
    ["open-mcp", ".mcp", { serverUrl: "https://open.example.net/mcp", hasAuth: false, authType: "none" }],
  ])
    await server.call("create_connector", { id, name: `Open ${id}`, type, config });
});
afterAll(async () => {
  await server.close();
  await kibana.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A new Jira at a host, with a secret of the operator's. */
const jira = (host: string, name = "CONNECTOR_SECRET_JIRA") => ({
  name: `Jira ${host}`,
  type: ".jira",
  config: { apiUrl: `https://${host}`, projectKey: "OPS" },
  secrets: { email: { $env: name }, apiToken: { $env: name } },
});

let made = 0;
/** A connector of its own to delete. */
async function throwaway(by: Started = server): Promise<string> {
  const id = `throwaway-${made++}`;
  const { body } = await by.call("create_connector", { id, name: `Throwaway ${id}`, type: ".server-log" });
  expect(body.status).toBe("done");
  return id;
}

/** A delete that waits for its page. */
async function deletion(by: Started = server) {
  const id = await throwaway(by);
  const args = { ids: [id] };
  const { body } = await by.call("safe_delete_connector", args);
  expect(body.status).toBe("confirmation_needed");
  return {
    id,
    url: body.confirm.url as string,
    again: async () => (await by.call("safe_delete_connector", { ...args, confirm: body.confirm.id })).body,
    isThere: async () => !(await by.call("get_connector", { id })).failed,
  };
}

const records = () =>
  readdirSync(journal)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(journal, name), "utf8").split("\n"))
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe("a passkey", () => {
  test("approves exactly the plan that its page shows, and the journal says whose it was", async () => {
    const { id, url, again, isThere } = await deletion();
    expect(new URL(url).hostname).toBe("localhost");
    expect((await signPage(url, laptop)).html).toContain("<h1>Approved</h1>");
    expect(await isThere()).toBe(true);
    expect(await again()).toMatchObject({ status: "done", asked: "passkey" });
    expect(await isThere()).toBe(false);
    const { body } = await server.call("list_changes", { id });
    expect(body.changes[0]).toMatchObject({ op: "delete", asked: "passkey", approved_by: "Laptop" });
    const begun = records().find((one) => one.kind === "begin" && one.op.op === "delete" && one.op.id === id);
    expect(begun).toMatchObject({ consent: "passkey", approval: { by: "local", key: "Laptop", proof: { credential: laptop.id } } });
    expect(server.stderr()).toMatch(/"consent":"passkey","approved_by":"local","passkey":"Laptop"/);
  });

  test("works once: neither the page nor the id takes it again", async () => {
    const { url, again } = await deletion();
    const passkey = laptop.answer(askedOn(await pageAt(url)), new URL(url).origin);
    await sendForm(url, { answer: "approve", passkey });
    expect((await sendForm(url, { answer: "approve", passkey })).status).toBe(410);
    expect(await again()).toMatchObject({ status: "done" });
    expect(await again()).toMatchObject({ error: { code: "confirmation_invalid" } });
  });

  test("is not needed to refuse", async () => {
    const { url, again, isThere } = await deletion();
    await refuse(url);
    expect(await again()).toMatchObject({ status: "declined" });
    expect(await isThere()).toBe(true);
  });

  const wrong: [string, (asked: Asked, origin: string) => string | undefined, RegExp][] = [
    ["none at all", () => undefined, /has to be signed with a passkey/],
    ["something that is no passkey", () => '{"id":"x"}', /could not be read/],
    ["that of a key that is not enrolled", (asked, origin) => stranger.answer(asked, origin), /not one that is enrolled/],
    [
      "a foreign signature under an enrolled key's id",
      (asked, origin) => stranger.answer(asked, origin, { id: laptop.id, counter: 1000 }),
      /signature/,
    ],
    ...(
      [
        ["without verification of the user", { userVerified: false }, /user could not be verified/],
        ["signed for another port of this machine", { origin: "http://localhost:9" }, /origin/],
        ["signed for the address in place of the name", { origin: "http://127.0.0.1:9" }, /origin/],
        ["signed for another site", { origin: "https://localhost.example.com" }, /origin/],
        ["for another RP id", { rpId: "example.com" }, /RP ID/],
        ["whose counter went back", { counter: 0 }, /counter/i],
        ["of an enrolment", { type: "webauthn.create" }, /type/],
        ["given in a frame of another page", { crossOrigin: true }, /within another/],
        ["over another challenge", { challenge: "AAAA" }, /challenge/],
      ] as [string, Deviation, RegExp][]
    ).map(([name, how, why]): [string, (asked: Asked, origin: string) => string, RegExp] => [
      name,
      (asked, origin) => laptop.answer(asked, origin, how),
      why,
    ]),
  ];
  test.each(wrong)("does not count: %s", async (_name, answer, why) => {
    const { url, again, isThere } = await deletion();
    const passkey = answer(askedOn(await pageAt(url)), new URL(url).origin);
    const { status, html } = await sendForm(url, { answer: "approve", ...(passkey === undefined ? {} : { passkey }) });
    expect(status).toBe(422);
    expect(/role="alert">([^<]*)</.exec(html)?.[1]).toMatch(why);
    expect(await again()).toMatchObject({ status: "confirmation_needed" });
    expect(await isThere()).toBe(true);
  });

  test("does not count for another plan", async () => {
    const [first, second] = [await deletion(), await deletion()];
    const passkey = laptop.answer(askedOn(await pageAt(first.url)), new URL(first.url).origin);
    expect((await sendForm(second.url, { answer: "approve", passkey })).status).toBe(422);
    expect(await second.again()).toMatchObject({ status: "confirmation_needed" });
    expect(await second.isThere()).toBe(true);
  });

  test("does not count once the target is another one", async () => {
    const { id, url, again } = await deletion();
    await signPage(url, laptop);
    await fetch(`${kibana.url}/api/actions/connector/${id}`, {
      method: "PUT",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: JSON.stringify({ name: "Renamed meanwhile", config: {}, secrets: {} }),
    });
    expect(await again()).toMatchObject({ error: { code: "confirmation_invalid", detail: { reason: "target_changed" } } });
    expect((await server.call("get_connector", { id })).failed).toBe(false);
  });

  test("cannot be used under the machine's address, where browsers have none", async () => {
    const { url } = await deletion();
    const { port, pathname } = new URL(url);
    expect((await fetch(`http://127.0.0.1:${port}${pathname}`)).status).toBe(403);
    expect((await fetch(`http://[::1]:${port}${pathname}`).catch(() => ({ status: 403 }))).status).toBe(403);
  });

  test("is asked for by one script, which the page's policy names", async () => {
    const { url } = await deletion();
    const policy = (await fetch(url)).headers.get("content-security-policy");
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; .*script-src 'sha256-[^']+'$/);
  });
});

describe("neither a form nor a token", () => {
  const calls: [string, string, Record<string, unknown>][] = [
    ["a delete", "safe_delete_connector", { ids: ["ops-slack-2"] }],
    ["an update", "update_connector", { id: "kept-log", name: "Another name" }],
    ["a run", "execute_connector", { id: "ops-slack-2", params: { message: "hello" } }],
    ["a loud test", "test_connector", { id: "ops-slack-2", mode: "loud" }],
    ["a replacement", "replace_connector", { from: "ops-slack", to: "ops-slack-2" }],
    ["a secret's way to a new host", "create_connector", jira("new.example.net")],
    ["its way in several spaces", "create_connector", { ...jira("new.example.net"), space: "default,security" }],
    [
      "a copy whose secret goes to a new host",
      "create_connector",
      { ...jira("new.example.net"), type: undefined, from: { id: "batch-jira" } },
    ],
    ["alerts' way to a new host", "attach_connector", { connector: "open-hook", rules: ["disk-almost-full"], params: { body: "{}" } }],
    ["a safe test of a new host", "test_connector", { id: "open-mcp" }],
  ];
  test.each(calls)("approves %s, whatever the client says", async (_name, tool, args) => {
    const { body } = await server.call(tool, args);
    expect(body).toMatchObject({
      status: expect.stringMatching(/^confirmation_needed$/),
      confirm: { url: expect.stringMatching(/^http:\/\/localhost:/) },
    });
    expect(server.questions).toEqual([]);
  });

  test.each(calls)("approves %s with --confirm token either", async (_name, tool, args) => {
    const byToken = await started({}, ["--confirm", "token"]);
    onTestFinished(() => byToken.close());
    const { body } = await byToken.call(tool, args);
    expect(body.confirm.url).toMatch(/^http:\/\/localhost:/);
    const again = await byToken.call(tool, { ...args, confirm: body.confirm.id });
    expect(again.body).toMatchObject({ status: "confirmation_needed" });
  });

  test("approves the undo of a create, which deletes", async () => {
    const id = await throwaway();
    const { body } = await server.call("list_changes", { id });
    const { body: asked } = await server.call("undo_change", { change: body.changes[0].change });
    expect(asked).toMatchObject({ status: "confirmation_needed", confirm: { url: expect.any(String) } });
    expect(server.questions).toEqual([]);
  });

  test("a token that was given out for what only adds something is none for a delete", async () => {
    const byToken = await started({}, ["--confirm", "token"]);
    onTestFinished(() => byToken.close());
    const id = await throwaway(byToken);
    const attach = { connector: id, rules: ["disk-almost-full"], params: { message: "{{rule.name}}" } };
    const { body } = await byToken.call("attach_connector", attach);
    expect(body.confirm).not.toHaveProperty("url");
    const stolen = await byToken.call("safe_delete_connector", { ids: [id], confirm: body.confirm.id });
    expect(stolen).toMatchObject({ failed: true });
    expect((await byToken.call("get_connector", { id })).failed).toBe(false);
  });
});

test.each(["form", "token"])("what takes over from what something names already is not agreed to by a %s", async (confirm) => {
  const name = `relay-${confirm}`;
  const yaml = `name: Page ${confirm}\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: slack\n    connector-id: ${name}\n    with:\n      message: m\n`;
  const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
  await fetch(`${kibana.url}/api/workflows/workflow`, { method: "POST", headers, body: JSON.stringify({ yaml }) });
  const asking = await started({}, ["--confirm", confirm]);
  onTestFinished(() => asking.close());
  const args = { id: name, name: "Other", type: ".server-log" };
  const { body } = await asking.call("create_connector", args);
  expect([body.status, body.confirm?.url]).toEqual(["confirmation_needed", expect.stringContaining("http://localhost:")]);
});

test.each(["form", "token"])(
  "an undo that gives alerts back to a connector, which goes to a new host by now, is not agreed to by a %s",
  async (confirm) => {
    const id = `moved-hook-${confirm}`;
    const hook = (host: string) => ({ url: `https://${host}/in`, hasAuth: false, authType: null });
    await server.call("create_connector", { id, name: id, type: ".webhook", config: hook("open.example.net") });
    const signed = async (tool: string, args: Record<string, unknown>) => {
      const { body } = await server.call(tool, args);
      await signPage(body.confirm.url, laptop);
      return (await server.call(tool, { ...args, confirm: body.confirm.id })).body;
    };
    const rules = ["disk-almost-full"];
    expect(await signed("attach_connector", { connector: id, rules, params: { body: "{}" } })).toMatchObject({ asked: "passkey" });
    const { change } = await signed("replace_connector", { from: id, remove: true, rules });
    await fetch(`${kibana.url}/api/actions/connector/${id}`, {
      method: "PUT",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: JSON.stringify({ name: id, config: hook("newer.example.net"), secrets: {} }),
    });
    const asking = await started({}, ["--confirm", confirm]);
    onTestFinished(() => asking.close());
    const { body } = await asking.call("undo_change", { change });
    expect([body.status, body.confirm?.url]).toEqual(["confirmation_needed", expect.stringContaining("http://localhost:")]);
    expect(body.plan.needs_a_person.join()).toContain("newer.example.net, which nobody has agreed to");
  },
);

describe("what only adds something, at a host that is agreed to,", () => {
  test.each(["form", "token"])("may still be agreed to by a %s", async (confirm) => {
    const asking = await started({}, ["--confirm", confirm]);
    onTestFinished(() => asking.close());
    const attach = { connector: await throwaway(asking), rules: ["disk-almost-full"], params: { message: "{{rule.name}}" } };
    const { body } = await asking.call("attach_connector", attach);
    const last = confirm === "form" ? body : (await asking.call("attach_connector", { ...attach, confirm: body.confirm.id })).body;
    expect(last).toMatchObject({ status: "done", asked: confirm });
  });

  test.each<[string, Record<string, unknown>]>([
    ["which the operator named in --target-hosts", jira("agreed.example.com")],
    ["to which the operator bound the secret", jira("bound.example.com", "CONNECTOR_SECRET_BOUND")],
    ["to which a connector sends secrets already", jira("example.atlassian.net")],
  ])("%s, needs nobody", async (_how, args) => {
    const asking = await started({}, ["--target-hosts", "agreed.example.com"]);
    onTestFinished(() => asking.close());
    expect((await asking.call("create_connector", args)).body).toMatchObject({ status: "done", asked: "none" });
  });
});

test("secrets are typed on the page as before, and the page takes the passkey too", async () => {
  const args = { id: "typed", name: "Typed", type: ".slack", secrets: { $ask: true } };
  const { body } = await server.call("create_connector", args);
  const typed = { "secrets.webhookUrl": "https://hooks.example.net/services/typed-0123456789" };
  expect((await sendForm(body.confirm.url, { answer: "approve", ...typed })).status).toBe(422);
  expect((await signPage(body.confirm.url, laptop, {}, typed)).html).toContain("<h1>Approved</h1>");
  const { body: done } = await server.call("create_connector", { ...args, confirm: body.confirm.id });
  expect(done).toMatchObject({ status: "done", asked: "passkey" });
});

describe("doctor --verify-consent", () => {
  const verify = async (folder: string) => {
    const { stdout } = await runCommand("doctor", ["--json", "--verify-consent"], {
      CONNECTORS_JOURNAL_DIR: folder,
      KIBANA_URL: kibana.url,
      KIBANA_API_KEY: "any",
      CONNECTORS_APPROVE_WITH: "passkey",
    });
    return JSON.parse(stdout).checks.filter(({ check }: { check: string }) => check === "consent records");
  };

  test("finds that each signature holds for what is recorded, and what was changed afterwards", async () => {
    const { id, url, again } = await deletion();
    await signPage(url, laptop);
    await again();
    const [only, ...more] = await verify(journal);
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      result: "ok",
      message: expect.stringMatching(/^[1-9]\d* changes were approved with a passkey, and each/),
    });

    const begun = records().find((one) => one.kind === "begin" && one.op.op === "delete" && one.op.id === id);
    const other = records().find((one) => one.consent === "passkey" && one.change !== begun.change);
    const edits: [string, (record: typeof begun) => unknown, RegExp][] = [
      ["another target", (one) => (one.op.id = "another"), /recorded otherwise/],
      ["another config", (one) => (one.op.config = { url: "https://example.com" }), /recorded otherwise/],
      ["another summary", (one) => (one.summary = "Delete nothing."), /challenge/],
      ["another caller", (one) => (one.principal = "somebody"), /challenge/],
      ["another Kibana", (one) => (one.deployment = "https://example.com"), /challenge/],
      ["another tool", (one) => (one.tool = "update_connector"), /challenge/],
      ["another key's name", (one) => (one.approval.key = "Phone"), /another key/],
      ["another person", (one) => (one.approval.by = "ann"), /none of ann/],
      ["an unknown key", (one) => (one.approval.proof.credential = "AAAA"), /none of local/],
      ["another signature", (one) => (one.approval.proof.signature = other.approval.proof.signature), /signature/],
      ["the proof of another change", (one) => (one.approval = other.approval), /recorded otherwise/],
      ["another expiry", (one) => (one.approval.proof.signed.expires += 60_000), /challenge/],
      ["a later time", (one) => (one.at = new Date(one.approval.proof.signed.expires + 1).toISOString()), /expired/],
      ["no proof", (one) => delete one.approval.proof, /no signature/],
    ];
    for (const [name, edit, why] of edits) {
      const copy = mkdtempSync(join(home, "copy-"));
      cpSync(join(journal, "passkeys"), join(copy, "passkeys"), { recursive: true });
      const edited = structuredClone(begun);
      edit(edited);
      writeFileSync(join(copy, "changes-1.jsonl"), `${JSON.stringify(edited)}\n`, { mode: 0o600 });
      const [found] = await verify(copy);
      expect(found, name).toMatchObject({ result: "failed", message: expect.stringMatching(why) });
    }
  });
});
