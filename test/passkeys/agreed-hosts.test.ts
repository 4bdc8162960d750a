import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { softAuthenticator } from "../support/authenticator.ts";
import { type Started, startSandboxWith, startServer } from "../support/built-server.ts";
import { enrollKey, signPage } from "../support/passkeys.ts";

const laptop = softAuthenticator();
let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
let home: string;
let journal: string;
let server: Started;

beforeAll(async () => {
  kibana = await startSandboxWith();
  home = mkdtempSync(join(tmpdir(), "kcm-agreed-"));
  journal = join(home, "journal");
  await enrollKey(journal, "Laptop", laptop);
  server = await startServer({
    args: ["--approve-with", "passkey", "--confirm", "token"],
    env: {
      KIBANA_URL: kibana.url,
      KIBANA_API_KEY: "any",
      CONNECTORS_JOURNAL_DIR: journal,
      CONNECTOR_SECRET_USER: "user-of-the-operator",
      CONNECTOR_SECRET_PASSWORD: "password-of-the-operator",
    },
  });
});
afterAll(async () => {
  await server.close();
  await kibana.stop();
  rmSync(home, { recursive: true, force: true });
});

const secrets = { user: { $env: "CONNECTOR_SECRET_USER" }, password: { $env: "CONNECTOR_SECRET_PASSWORD" } };
const hook = (id: string, host: string) => ({
  id,
  name: id,
  type: ".webhook",
  config: { url: `https://${host}/${id}`, hasAuth: true, authType: "webhook-authentication-basic" },
  secrets,
});
const create = async (args: Record<string, unknown>) => (await server.call("create_connector", args)).body;

/** The records of the signed create of a connector, each as it is in the journal. */
function recordsOf(id: string) {
  const all = readdirSync(journal)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(journal, name), "utf8").split("\n"))
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const { change } = all.find((one) => one.kind === "begin" && one.op.id === id);
  return all.filter((one) => one.change === change);
}

describe("a host to which a passkey agreed, with the secrets of a connector", () => {
  beforeAll(async () => {
    const body = await create(hook("signed", "signed.example.com"));
    await signPage(body.confirm.url, laptop);
    expect(await create({ ...hook("signed", "signed.example.com"), confirm: body.confirm.id })).toMatchObject({
      status: "done",
      asked: "passkey",
    });
  });

  test("is agreed to: the next secret needs nobody there, and a token suffices for alerts", async () => {
    expect(await create(hook("next", "signed.example.com"))).toMatchObject({ status: "done", asked: "none" });
    const { body } = await server.call("attach_connector", { connector: "next", rules: ["disk-almost-full"], params: { body: "{}" } });
    expect([body.status, body.confirm?.url]).toEqual(["confirmation_needed", undefined]);
  });

  // biome-ignore lint/suspicious/noExplicitAny: as they are in the journal
  const edits: [string, (begin: any) => void][] = [
    ["another host", () => {}],
    ["and no signature", (begin) => delete begin.approval],
    ["by a form", (begin) => Object.assign(begin, { consent: "form", approval: undefined })],
    ["as if its secrets had been typed", (begin) => (begin.approval.proof.signed.typed = true)],
  ];
  test.each(edits.map(([what, edit], n) => [what, edit, n] as const))(
    "is not one that somebody wrote into the journal: %s",
    async (_what, edit, n) => {
      const [id, host] = [`forged-${n}`, `forged-${n}.example.net`];
      const { secrets: _none, ...open } = hook(id, host);
      expect(await create({ ...open, config: { url: open.config.url, hasAuth: false } })).toMatchObject({ status: "done", asked: "none" });
      const [begin, ...rest] = structuredClone(recordsOf("signed"));
      begin.op = { ...begin.op, id, config: { ...begin.op.config, url: open.config.url } };
      begin.at = new Date(Date.now() + 60_000).toISOString();
      edit(begin);
      const lines = [begin, ...rest].map((one) => JSON.stringify({ ...one, change: `${one.change}-${n}` }));
      writeFileSync(join(journal, `changes-9-${n}.jsonl`), `${lines.join("\n")}\n`, { mode: 0o600 });
      expect((await create(hook(`more-${n}`, host))).confirm?.url).toContain("http://localhost:");
      const { body } = await server.call("attach_connector", { connector: id, rules: ["disk-almost-full"], params: { body: "{}" } });
      expect(body.confirm?.url).toContain("http://localhost:");
    },
  );
});
