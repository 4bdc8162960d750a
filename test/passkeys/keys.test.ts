import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readKeys } from "../../src/passkeys/key-file.ts";
import { openKeyring } from "../../src/passkeys/keyring.ts";
import { softAuthenticator } from "../support/authenticator.ts";
import { type Started, startSandboxWith, startServer } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { freshFolder } from "../support/folder.ts";
import { enrollKey, runEnroll, sendForm, signPage } from "../support/passkeys.ts";

let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
/** A folder in which Laptop and Phone are enrolled. */
let template: string;
beforeAll(async () => {
  kibana = await startSandboxWith();
  template = mkdtempSync(join(tmpdir(), "kcm-passkeys-"));
  expect(await enrollKey(template, "Laptop", one)).toMatchObject({ code: 0 });
  expect(await enrollKey(template, "Phone", two, one)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await kibana.stop();
  rmSync(template, { recursive: true });
});

const [one, two, foreign] = [softAuthenticator(), softAuthenticator(), softAuthenticator()];
const fileIn = (journal: string) => join(journal, "passkeys", "keys-of-local.jsonl");
const linesOf = (journal: string) => readFileSync(fileIn(journal), "utf8").split("\n").filter(Boolean);

async function folder(): Promise<string> {
  return join(await freshFolder(), "journal");
}

async function enrolled(): Promise<string> {
  const journal = await folder();
  cpSync(template, journal, { recursive: true });
  return journal;
}

async function serverOn(journal: string, approveWith = "passkey"): Promise<Started> {
  const env = { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any", CONNECTORS_JOURNAL_DIR: journal, CONNECTORS_APPROVE_WITH: approveWith };
  const server = await startServer({ env });
  onTestFinished(() => server.close());
  return server;
}

const unused = { ids: ["ops-slack-2"] };
const ask = async (server: Started) => (await server.call("safe_delete_connector", unused)).body;
const findings = async (journal: string) => {
  const env = { CONNECTORS_JOURNAL_DIR: journal, KIBANA_URL: kibana.url, KIBANA_API_KEY: "any", CONNECTORS_APPROVE_WITH: "passkey" };
  const { stdout } = await runCommand("doctor", ["--json"], env);
  return JSON.parse(stdout).checks.filter(({ check }: { check: string }) => check === "passkeys");
};

describe("enroll", () => {
  test("adds the first key, names it, and says how to pin it", async () => {
    const journal = await folder();
    const { code, stdout } = await enrollKey(journal, "Laptop", one);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /No passkey of local is enrolled[\s\S]*Passkeys of local: Laptop\.[\s\S]*CONNECTORS_APPROVE_WITH=passkey:[\w-]{27}\n/,
    );
    expect(statSync(fileIn(journal)).mode & 0o777).toBe(0o600);
    expect(statSync(join(journal, "passkeys")).mode & 0o777).toBe(0o700);
    const { stdout: listed } = await runEnroll(["--list"], { CONNECTORS_JOURNAL_DIR: journal });
    expect(listed).toMatch(/^Passkeys of local:\n {2}Laptop {2}\(localhost, since \d{4}-\d\d-\d\d\)\n$/);
  });

  test("adds a further key only with the agreement of an enrolled one", async () => {
    const journal = await folder();
    await enrollKey(journal, "Laptop", one);
    const atPage = async (url: string) => {
      await signPage(url, foreign, {}, { name: "Mine" });
      // Neither the new key itself, nor one without its user, nor none.
      expect((await signPage(url, foreign)).html).toMatch(/not one of the enrolled/);
      expect((await signPage(url, foreign, { id: one.id })).html).toMatch(/signature/);
      expect((await signPage(url, one, { userVerified: false })).html).toMatch(/user could not be verified/);
      expect((await sendForm(url, { answer: "approve" })).status).toBe(422);
      expect(linesOf(journal)).toHaveLength(1);
      await sendForm(url, { answer: "refuse" });
    };
    const { code, stderr } = await runEnroll(["--name", "Mine"], { CONNECTORS_JOURNAL_DIR: journal }, atPage);
    expect([code, stderr]).toEqual([1, expect.stringContaining("cancelled")]);
    expect(linesOf(journal)).toHaveLength(1);
  });

  test("does not take a key that does not verify its user, or that was made for another page", async () => {
    const journal = await folder();
    const { code } = await runEnroll([], { CONNECTORS_JOURNAL_DIR: journal }, async (url) => {
      for (const how of [
        { userVerified: false },
        { origin: "http://localhost:1" },
        { rpId: "example.com" },
        { challenge: "AAAA" },
        { type: "webauthn.get" },
      ])
        expect((await signPage(url, one, how)).status, JSON.stringify(how)).toBe(422);
      await sendForm(url, { answer: "refuse" });
    });
    expect(code).toBe(1);
    expect(existsSync(journal)).toBe(false);
  });

  test("removes a key with the agreement of one, and never the last", async () => {
    const journal = await enrolled();
    const remove = (name: string, by = two) =>
      runEnroll(["--remove", name], { CONNECTORS_JOURNAL_DIR: journal }, (url) => signPage(url, by));
    expect(await remove("Laptop")).toMatchObject({ code: 0, stdout: expect.stringContaining("Passkeys of local: Phone.") });
    expect(await remove("Phone")).toMatchObject({ code: 1, stderr: expect.stringContaining("the last one") });
    expect(await remove("Nobody")).toMatchObject({ code: 1, stderr: expect.stringContaining('called "Nobody"') });
    const server = await serverOn(journal);
    const { confirm } = await ask(server);
    expect((await signPage(confirm.url, one)).html).toMatch(/not one that is enrolled/);
    expect((await signPage(confirm.url, two)).html).toContain("Approved");
  });

  test("says what it needs where nobody sits at a terminal, and lists keys all the same", async () => {
    const env = { CONNECTORS_JOURNAL_DIR: await folder() };
    expect(await runCommand("enroll", [], env)).toMatchObject({ code: 2, stderr: expect.stringContaining("in a terminal") });
    expect(await runCommand("enroll", ["--list"], env)).toMatchObject({ code: 0, stdout: "No passkey of local is enrolled.\n" });
  });
});

test("without an enrolled key nothing is approved, and the answer says what a person does", async () => {
  const server = await serverOn(await folder());
  const { error } = await ask(server);
  expect(error).toMatchObject({ code: "confirmation_invalid", detail: { reason: "no_passkey" } });
  expect(error.fix).toContain("A person, not the agent, runs `kibana-connectors-mcp enroll`");
  const { body } = await server.call("safe_delete_connector", { ...unused, dry_run: true });
  expect(body.would_be_refused).toMatchObject([{ code: "confirmation_invalid" }]);
  expect(server.stderr()).toContain("None is enrolled");
});

describe("a file of keys that was changed from outside", () => {
  const changes: [string, (journal: string) => Promise<void> | void, RegExp][] = [
    [
      "to hold another first key",
      async (journal) => {
        const other = await folder();
        await enrollKey(other, "Laptop", foreign);
        cpSync(fileIn(other), fileIn(journal));
      },
      /not the one that the journal knows/,
    ],
    ["that is gone", (journal) => rmSync(fileIn(journal)), /gone/],
    [
      "that lost its last key",
      (journal) => writeFileSync(fileIn(journal), `${linesOf(journal)[0]}\n`),
      /not the one that the journal knows/,
    ],
    [
      "by one more key that nobody signed",
      async (journal) => {
        const other = await folder();
        await enrollKey(other, "Mine", foreign);
        const [first = ""] = linesOf(other);
        const { digests } = await readKeys(join(journal, "passkeys"), "local");
        appendFileSync(fileIn(journal), `${JSON.stringify({ ...JSON.parse(first), prev: digests.at(-1) })}\n`);
      },
      /line 3: no enrolled key has signed it/,
    ],
    [
      "in a name",
      (journal) => writeFileSync(fileIn(journal), readFileSync(fileIn(journal), "utf8").replace("Laptop", "Tablet")),
      /line 2: it does not follow/,
    ],
    [
      "in a signed name",
      (journal) => writeFileSync(fileIn(journal), readFileSync(fileIn(journal), "utf8").replace("Phone", "Robot")),
      /line 2: .*challenge/,
    ],
    ["to be no records", (journal) => writeFileSync(fileIn(journal), "{}\n"), /not a record/],
    ["so that others may write it", (journal) => chmodSync(fileIn(journal), 0o666), /may be written by everybody/],
    [
      "to a link",
      (journal) => {
        cpSync(fileIn(journal), join(journal, "elsewhere"));
        rmSync(fileIn(journal));
        symlinkSync(join(journal, "elsewhere"), fileIn(journal));
      },
      /is not a file/,
    ],
  ];
  test.each(changes)("%s: is told at the start and by doctor, and nothing is approved", async (_name, change, why) => {
    const journal = await enrolled();
    await change(journal);
    const server = await serverOn(journal);
    expect((await ask(server)).error).toMatchObject({ code: "confirmation_invalid", message: expect.stringMatching(why) });
    const told = server
      .stderr()
      .split("\n")
      .find((line) => line.includes('"event":"passkeys"'));
    expect(JSON.parse(told ?? "{}")).toMatchObject({ level: "error", principal: "local", problem: expect.stringMatching(why) });
    expect(await findings(journal)).toContainEqual(expect.objectContaining({ result: "failed", message: expect.stringMatching(why) }));
  });

  test.each(changes)("%s, while a server runs: nothing is approved with it", async (_name, change) => {
    const journal = await enrolled();
    const server = await serverOn(journal);
    expect((await ask(server)).status).toBe("confirmation_needed");
    await change(journal);
    const { body } = await server.call("safe_delete_connector", { ids: ["imported-pagerduty"] });
    expect(body.error).toMatchObject({ code: "confirmation_invalid", detail: { reason: "no_passkey" } });
  });

  test("together with the journal: the keys are told as new ones", async () => {
    const journal = await enrolled();
    for (const name of readdirSync(journal)) if (name.endsWith(".jsonl")) rmSync(join(journal, name));
    expect(await findings(journal)).toMatchObject([
      { result: "warning", message: expect.stringContaining("The journal does not know them") },
    ]);
    const server = await serverOn(journal);
    await ask(server);
    expect(server.stderr()).toContain("The journal did not know these passkeys yet.");
  });

  test("together with the journal is refused where the first key is pinned", async () => {
    const journal = await folder();
    const { stdout } = await enrollKey(journal, "Laptop", one);
    const pin = /passkey:[\w-]{27}/.exec(stdout)?.[0] ?? "";
    expect((await ask(await serverOn(journal, pin))).status).toBe("confirmation_needed");
    rmSync(journal, { recursive: true });
    await enrollKey(journal, "Laptop", foreign);
    expect((await ask(await serverOn(journal, pin))).error.message).toContain("by its fingerprint");
    expect((await ask(await serverOn(journal))).status).toBe("confirmation_needed");
  });
});

test("a key that came on the server's own page is held to the fingerprints that are named", async () => {
  const journal = await folder();
  const dir = join(journal, "passkeys");
  const open = (pins: string[]) => openKeyring(dir, { pins, noted: new Map() });
  const [free, pinned] = [await open([]), await open(["x".repeat(27)])];
  await enrollKey(journal, "Laptop", foreign);
  const { problem: _none, ...keys } = await readKeys(dir, "local");
  for (const ring of [free, pinned]) ring.took("local", keys);
  expect((await free.keysOf("local")).active).toHaveLength(1);
  await expect(pinned.keysOf("local")).rejects.toThrow("by its fingerprint");
});

test("a folder of keys that cannot be relied on stops the change that needs a passkey, and nothing else", async () => {
  const journal = await folder();
  await enrollKey(journal, "Laptop", one);
  chmodSync(join(journal, "passkeys"), 0o777);
  const server = await serverOn(journal);
  expect((await server.call("list_connectors", {})).body.connectors.length).toBeGreaterThan(0);
  expect((await ask(server)).error).toBeDefined();
  expect((await server.call("list_connectors", {})).body.connectors.length).toBeGreaterThan(0);
});

describe("a running server", () => {
  test("takes a further key that an enrolled one has signed", async () => {
    const journal = await folder();
    await enrollKey(journal, "Laptop", one);
    const server = await serverOn(journal);
    await enrollKey(journal, "Phone", two, one);
    const { confirm } = await ask(server);
    expect((await signPage(confirm.url, two)).html).toContain("Approved");
  });

  test("does not take a first key: it counts from the next start", async () => {
    const journal = await folder();
    const server = await serverOn(journal);
    expect((await ask(server)).error.detail.reason).toBe("no_passkey");
    await enrollKey(journal, "Laptop", foreign);
    expect((await ask(server)).error.message).toContain("it counts from the next start");
    expect((await ask(await serverOn(journal))).status).toBe("confirmation_needed");
  });
});
