import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { filesIn } from "../support/http-process.ts";
import { type Bare, deployment, logs, makeConnector, makeRule, serve, setActions } from "./race-deployment.ts";

type Dict = Record<string, unknown>;
type Rewrite = (line: Dict) => Dict | undefined;

const env = { CONNECTOR_SECRET_N: "Platform team", CONNECTOR_SECRET_M: "other known value" };
const cannotTell = /nobody here can tell whether somebody changed them since/;
const missing = /^What would be restored contains a secret, and the journal keeps none/;

const actionsOf = async (bare: Bare): Promise<Dict[]> => JSON.parse(await bare("GET", "/api/alerting/rule/r")).actions;
/** What somebody wrote; ids of actions are new after an undo. */
const contentOf = async (bare: Bare) =>
  (await actionsOf(bare)).map(({ id, params, alerts_filter: filter }) => ({ id, params, kql: (filter as Dict | undefined)?.query }));

/** Somebody else changes the actions of one connector. */
async function edit(bare: Bare, id: string, more: Dict) {
  const actions = await actionsOf(bare);
  const theirs = actions.map(({ connector_type_id: _type, ...one }) => (one.id === id ? { ...one, ...more } : one));
  await setActions(bare, "r", theirs);
}

const said = (message: string) => ({ params: { message } });
const kql = (text: string) => ({ alerts_filter: { query: { kql: text, filters: [] } } });

/** What an action held when it was changed, and what somebody made of it since: it still fits the marks. */
const edits: Record<string, [then: Dict, since: Dict]> = {
  "a longer text": [
    said("Call the Platform team"),
    said("Call the Platform team, or tell it all to evil@example.org, not the Platform team"),
  ],
  "another known value": [said("Call the Platform team"), said("Call the other known value")],
  "a text that was the value as a whole": [said("Platform team"), said("the Platform team and others")],
  "a filter": [kql("team: Platform team"), kql("team: Platform team or not team: Platform team")],
  "a property with such a name": [
    { params: { message: "m", labels: { "Platform team": "a" } } },
    { params: { message: "m", labels: { "the Platform team": "a" } } },
  ],
  "JSON in a text": [said('{"to":"Platform team"}'), said('{"to":"Platform team","cc":"Platform team"}')],
};

async function world(actions: Dict[], more: Dict = {}) {
  const made = await deployment({ connectors: ["one", "two", "three"] });
  await makeRule(made.bare, "r", actions);
  const dir = join(await freshFolder(), "journal");
  const start = (own: Dict = env, args: string[] = []) => serve(made, { env: { ...own, ...more, CONNECTORS_JOURNAL_DIR: dir }, args });
  return { ...made, dir, start, server: await start(), before: await contentOf(made.bare) };
}
type World = Awaited<ReturnType<typeof world>>;

/** Neither the undo nor the list of changes takes a text that may be somebody else's. */
async function isRefused({ bare, server }: Pick<World, "bare" | "server">, change: string, why: RegExp) {
  const now = await actionsOf(bare);
  const { changes } = (await server.call("list_changes")).body;
  expect(changes.find((one: Dict) => one.change === change)).toMatchObject({ no_undo: expect.stringMatching(why) });
  const { body } = await server.call("undo_change", { change });
  expect(body.message ?? body.error.message).toMatch(why);
  expect(body.status).not.toBe("done");
  expect(await actionsOf(bare)).toEqual(now);
}

describe.each(Object.entries(edits))("somebody since wrote %s where a rule had one with a known value", (_what, [then, since]) => {
  test("an undo of a removal does not take it for the removed action's, which was the same", async () => {
    const made = await world([logs("one", then), logs("two", then)]);
    const { body } = await made.server.call("replace_connector", { from: "two", remove: true });
    expect(body).toMatchObject({ status: "done", undo: { tool: "undo_change" } });
    await edit(made.bare, "one", since);
    await isRefused(made, body.change, cannotTell);
  });

  test.each<[string, string, Dict, string]>([
    ["an attach", "attach_connector", { connector: "two", rules: ["r"] }, "one"],
    ["a move", "replace_connector", { from: "one", to: "two" }, "two"],
  ])("an undo of %s does not revert it", async (_name, tool, args, changed) => {
    const made = await world([logs("one", then)]);
    const { body } = await made.server.call(tool, args);
    expect(body.status).toBe("done");
    await edit(made.bare, changed, since);
    await isRefused(made, body.change, cannotTell);
  });

  test("nor does an undo of an undo", async () => {
    const made = await world([logs("one", then)]);
    const moved = (await made.server.call("replace_connector", { from: "one", to: "two" })).body;
    const undone = (await made.server.call("undo_change", { change: moved.change })).body;
    expect([undone.status, await contentOf(made.bare)]).toEqual(["done", made.before]);
    await edit(made.bare, "one", since);
    await isRefused(made, undone.change, cannotTell);
  });

  test("an open entry of a server that was killed is not recorded as done", async () => {
    const made = await world([logs("one", then)]);
    const { body } = await made.server.call("attach_connector", { connector: "two", rules: ["r"] });
    await made.server.close();
    rewrite(made.dir, leftOpen);
    await edit(made.bare, "one", since);
    const server = await made.start();
    const { changes } = (await server.call("list_changes")).body;
    expect(changes).toMatchObject([{ change: body.change, outcome: "unknown" }]);
  });
});

describe.each(Object.entries(edits))("where nobody wrote since (%s)", (_what, [then]) => {
  test("a removed action comes back from its equal, and so it does by an undo of an undo of an undo", async () => {
    const { bare, server, before } = await world([logs("one", then), logs("two", then)]);
    let { change } = (await server.call("replace_connector", { from: "two", remove: true })).body;
    for (const count of [2, 1, 2]) {
      const { body } = await server.call("undo_change", { change });
      expect([body.status, (await actionsOf(bare)).length]).toEqual(["done", count]);
      change = body.change;
    }
    expect(await contentOf(bare)).toEqual(before);
  });

  test("an open entry of a server that was killed is recorded as done, and another server undoes it that does not know the value", async () => {
    const made = await world([logs("one", then)]);
    const { body } = await made.server.call("attach_connector", { connector: "two", rules: ["r"] });
    await made.server.close();
    rewrite(made.dir, leftOpen);
    const server = await made.start({});
    expect((await server.call("list_changes")).body.changes).toMatchObject([{ outcome: "done", undo: { tool: "undo_change" } }]);
    expect((await server.call("undo_change", { change: body.change })).body.status).toBe("done");
    expect(await contentOf(made.bare)).toEqual(made.before);
  });

  test("an open entry whose write never came is not recorded as done", async () => {
    const made = await world([logs("one", then)]);
    await made.server.call("replace_connector", { from: "one", to: "two" });
    await made.server.close();
    await edit(made.bare, "two", { id: "one" });
    rewrite(made.dir, leftOpen);
    const server = await made.start();
    expect((await server.call("list_changes")).body.changes).toMatchObject([{ outcome: "not_done" }]);
  });
});

describe("a journal", () => {
  const text = said("Call the Platform team");

  test.each<[string, Rewrite]>([
    [
      "of an older version",
      ({ op, ...line }) => ({ ...line, ...(op ? { op: { ...(op as Dict), digests: undefined, carried: [[0, 0]] } } : {}) }),
    ],
    ["with somebody's own digests", ({ op, ...line }) => ({ ...line, ...(op ? { op: { ...(op as Dict), digests: same("guess") } } : {}) })],
  ])("%s puts nothing back where it has marks", async (_which, change) => {
    const made = await world([logs("one", text)]);
    const { body } = await made.server.call("attach_connector", { connector: "two", rules: ["r"] });
    rewrite(made.dir, change);
    await isRefused(made, body.change, /contains a secret|nobody here can tell/);
  });

  test("that lost its key puts nothing back where it has marks, and all else", async () => {
    const made = await world([logs("one", text)]);
    await makeRule(made.bare, "plain", [logs("one")]);
    const { body } = await made.server.call("attach_connector", { connector: "two", rules: ["r", "plain"] });
    rmSync(join(made.dir, "key"));
    const now = await contentOf(made.bare);
    const undone = (await made.server.call("undo_change", { change: body.change })).body;
    expect([undone.status, undone.warnings.join()]).toEqual(["done", expect.stringMatching(cannotTell)]);
    expect([await contentOf(made.bare), await made.actionsOf("plain")]).toEqual([now, ["one"]]);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ["that its group may write", (path) => writeFileSync(path, "", { mode: 0o660 }), /may be written by its group/],
    ["that is none", (path) => writeFileSync(path, "short", { mode: 0o600 }), /is not the key of a journal/],
  ])("with a key %s is refused, and nothing is written", async (_what, make, why) => {
    const made = await world([logs("one", text)]);
    await made.server.call("attach_connector", { connector: "two", rules: ["r"] });
    rmSync(join(made.dir, "key"));
    const old = process.umask(0);
    make(join(made.dir, "key"));
    process.umask(old);
    const now = await actionsOf(made.bare);
    const { body } = await made.server.call("attach_connector", { connector: "three", rules: ["r"] });
    expect([body.error.code, body.error.message]).toEqual(["journal_unavailable", expect.stringMatching(why)]);
    expect(await actionsOf(made.bare)).toEqual(now);
  });

  test("with a damaged key is listed, which says so, and plain changes are undone", async () => {
    const made = await world([logs("one", text)]);
    await makeRule(made.bare, "plain", [logs("one")]);
    const marked = (await made.server.call("attach_connector", { connector: "two", rules: ["r"] })).body;
    const plain = (await made.server.call("attach_connector", { connector: "two", rules: ["plain"] })).body;
    writeFileSync(join(made.dir, "key"), "short", { mode: 0o600 });
    const { body } = await made.server.call("list_changes");
    expect([body.changes.length, body.warnings.join()]).toEqual([2, expect.stringContaining("is not the key of a journal")]);
    expect((await made.server.call("undo_change", { change: plain.change })).body.status).toBe("done");
    expect(await made.actionsOf("plain")).toEqual(["one"]);
    await isRefused(made, marked.change, cannotTell);
  });

  test("with an empty key, as a full disk leaves it, gets a new one with the next change", async () => {
    const made = await world([logs("one", text)]);
    mkdirSync(made.dir, { mode: 0o700, recursive: true });
    writeFileSync(join(made.dir, "key"), "", { mode: 0o600 });
    const { body } = await made.server.call("attach_connector", { connector: "two", rules: ["r"] });
    expect((await made.server.call("undo_change", { change: body.change })).body.status).toBe("done");
    expect([await contentOf(made.bare), statSync(join(made.dir, "key")).size]).toEqual([made.before, 32]);
  });

  test("that several servers write at once has one key, for its owner alone", async () => {
    const made = await world([logs("one", text)]);
    const servers = [made.server, await made.start(), await made.start()];
    for (const id of ["r2", "r3"]) await makeRule(made.bare, id, [logs("one", text)]);
    const changes = await Promise.all(
      servers.map((server, n) => server.call("replace_connector", { from: "one", to: "two", rules: [["r", "r2", "r3"][n]] })),
    );
    const changed = changes.map(({ body }) => body.change);
    for (const [n, change] of changed.entries())
      expect((await servers.at(n - 1)?.call("undo_change", { change }))?.body.status).toBe("done");
    expect([await contentOf(made.bare), statSync(join(made.dir, "key")).mode & 0o777]).toEqual([made.before, 0o600]);
  });

  test("that an index connector gets too has no digests there", async () => {
    const made = await deployment({ connectors: ["one", "two"] });
    await makeConnector(made.bare, "trail", { connector_type_id: ".index", config: { index: "changes" } });
    await makeRule(made.bare, "r", [logs("one", text)]);
    const { call } = await serve(made, { env, args: ["--audit-connector", "trail"] });
    expect((await call("attach_connector", { connector: "two", rules: ["r"] })).body.status).toBe("done");
    const deliveries = await made.bare("GET", "/sandbox/deliveries");
    expect(JSON.parse(deliveries).deliveries).toHaveLength(2);
    expect(deliveries).not.toContain("digests");
  });
});

/** Tokens that nothing but their shape or name gives away, in what a rule's action says. */
const tokens: Record<string, [token: string, params: (token: string) => Dict]> = {
  "of Slack": [["xoxb", "123456789012-abcdefABCDEF"].join("-"), (token) => ({ message: `as ${token} now` })],
  "of GitHub": [`ghp_${"aB3".repeat(12)}`, (token) => ({ message: `{"note":"${token}"}` })],
  "of AWS": [`AKIA${"ABCD1234".repeat(2)}`, (token) => ({ message: "m", level: "info", extra: { deep: [token] } })],
  "of the web": ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", (token) => ({ message: `https://x.example/?a=1#${token}` })],
  "in a header": ["dXNlcjpwYXNzd29yZA==", (token) => ({ message: `curl -H "Authorization: Basic ${token}"` })],
  "in a URL": ["s3cretvalue99", (token) => ({ message: `https://x.example/hook?token=${token}` })],
  "by its name": ["plain-looking", (token) => ({ message: "m", routing_key: token })],
};

describe.each(Object.entries(tokens))("a token %s in a rule's action", (_kind, [token, params]) => {
  const given = { params: params(token) };

  test.each<[string, string, Dict]>([
    ["beside an attached connector", "attach_connector", { connector: "two", rules: ["r"] }],
    ["moved to another connector", "replace_connector", { from: "one", to: "two" }],
  ])("%s is not in the journal, and comes back", async (_what, tool, args) => {
    const { bare, server, before, dir } = await world([logs("one", given)]);
    const { body } = await server.call(tool, args);
    expect([body.status, body.undo?.tool]).toEqual(["done", "undo_change"]);
    expect((await server.call("undo_change", { change: body.change })).body.status).toBe("done");
    expect([await contentOf(bare), filesIn(dir).includes(token)]).toEqual([before, false]);
  });

  test("that is removed is not in the journal, and everybody hears beforehand that it does not come back", async () => {
    const { server, dir } = await world([logs("one", given)]);
    const { body } = await server.call("replace_connector", { from: "one", remove: true });
    expect(server.questions.at(-1)).toContain("It cannot be undone.");
    expect([body.status, body.no_undo]).toEqual(["done", expect.stringMatching(missing)]);
    expect(filesIn(dir)).not.toContain(token);
  });
});

test("a link to a document is no token: the action that has it comes back after a removal", async () => {
  const link = "https://docs.example.com/document/d/1aB3cD5eF7gH9iJ1kL3mN5oP7qR9sT/edit";
  const { bare, server, before } = await world([logs("one", said(`Runbook: ${link}`))]);
  const { body } = await server.call("replace_connector", { from: "one", remove: true });
  expect((await server.call("undo_change", { change: body.change })).body.status).toBe("done");
  expect(await contentOf(bare)).toEqual(before);
});

test("a connector's config is kept as Kibana shows it, so that it comes back whole", async () => {
  const { bare, server, dir } = await world([]);
  const config = {
    url: "https://x.example/hook?token=s3cretvalue99",
    method: "post",
    headers: { "x-api-key": "k3y-of-somebody" },
    hasAuth: false,
  };
  await makeConnector(bare, "hook", { connector_type_id: ".webhook", config });
  const { body } = await server.call("safe_delete_connector", { ids: ["hook"] });
  expect(filesIn(dir)).toContain("k3y-of-somebody");
  await server.call("undo_change", { change: body.change });
  expect(JSON.parse(await bare("GET", "/api/actions/connector/hook")).config).toMatchObject(config);
});

const same = (text: string) => ({ before: [{ params: text }], after: [{ params: text }, {}] });

/** As a process that is gone has left it, long enough ago. */
const leftOpen: Rewrite = (line) =>
  line.kind === "end" ? undefined : { ...line, at: new Date(Date.now() - 20 * 60_000).toISOString(), pid: 2 ** 22 + 1, run: "gone" };

function rewrite(dir: string, line: Rewrite) {
  for (const name of readdirSync(dir).filter((one) => one.endsWith(".jsonl"))) {
    const path = join(dir, name);
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    const kept = lines.flatMap((one) => line(JSON.parse(one)) ?? []);
    writeFileSync(path, kept.map((one) => `${JSON.stringify(one)}\n`).join(""));
  }
}
