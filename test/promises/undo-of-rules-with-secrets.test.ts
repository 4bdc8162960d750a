import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesIn } from "../support/http-process.ts";
import { type Bare, deployment, logs, makeConnector, makeRule, serve, setActions } from "./race-deployment.ts";

type Dict = Record<string, unknown>;

const user = "alerts@example.com";
const env = { CONNECTOR_SECRET_USER: user, CONNECTOR_SECRET_TEAM: "Platform team" };
const why = /^What would be restored contains a secret, and the journal keeps none/;

/** Actions that hold a known value within what they say. */
const holding: Record<string, Dict> = {
  "in a text": { params: { message: `Questions: write to ${user} or ask the Platform team now` } },
  "in base64": { params: { message: Buffer.from(`user=${user}`).toString("base64") } },
  "as JSON in a text": { params: { message: `{"to":"${user.replace("@", "\\u0040")}"}` } },
  "in a filter": { alerts_filter: { query: { kql: `user.email: "${user}"`, filters: [] } } },
};

const ruleOf = async (bare: Bare, id: string) => JSON.parse(await bare("GET", `/api/alerting/rule/${id}`));
const contentOf = async (bare: Bare, id: string) =>
  (await ruleOf(bare, id)).actions.map(({ id: of, group, params, alerts_filter: filter }: Dict) => ({
    id: of,
    group,
    params,
    kql: (filter as { query: Dict } | undefined)?.query.kql,
  }));
const rows = async (server: Awaited<ReturnType<typeof serve>>) => (await server.call("list_changes")).body.changes;

describe.each(Object.entries(holding))("a rule's action with a known value %s", (_where, more) => {
  async function made() {
    const world = await deployment({ connectors: ["one", "two"] });
    await makeRule(world.bare, "r", [logs("one", more)]);
    const server = await serve(world, { env });
    return { ...world, server, call: server.call, before: await contentOf(world.bare, "r") };
  }

  test("that is removed cannot be undone: plan, question, answer and journal say so, and no mark gets into the rule", async () => {
    const { server, call, bare } = await made();
    const args = { from: "one", remove: true };
    const { plan } = (await call("replace_connector", { ...args, dry_run: true })).body;
    expect([plan.reversible, plan.no_undo]).toEqual(["no", [expect.stringMatching(why)]]);
    const { body } = await call("replace_connector", args);
    expect(server.questions.at(-1)).toContain("It cannot be undone.");
    expect([body.status, body.undo, body.no_undo]).toEqual(["done", undefined, expect.stringMatching(why)]);
    const [row] = await rows(server);
    expect([row.undo, row.no_undo]).toEqual([undefined, expect.stringMatching(why)]);
    for (const change of [body.change, "last"]) expect((await call("undo_change", { change })).failed).toBe(true);
    expect((await call("undo_change", { change: body.change })).body.error.message).toContain("What would be restored contains a secret");
    expect((await ruleOf(bare, "r")).actions).toEqual([]);
  });

  test.each<[string, string, Dict]>([
    ["stays beside one that is attached", "attach_connector", { connector: "two", rules: ["r"] }],
    ["moves to another connector", "replace_connector", { from: "one", to: "two" }],
  ])("that %s is as before after an undo", async (_what, tool, args) => {
    const { server, call, bare, before } = await made();
    const { plan } = (await call(tool, { ...args, dry_run: true })).body;
    const { body } = await call(tool, args);
    expect(await contentOf(bare, "r")).not.toEqual(before);
    expect([plan.reversible, body.undo.tool, (await rows(server))[0].undo.tool]).toEqual(["yes", "undo_change", "undo_change"]);
    expect((await call("undo_change", { change: body.change })).body.status).toBe("done");
    expect(await contentOf(bare, "r")).toEqual(before);
    expect((await rows(server)).at(-1).no_undo).toMatch(
      /^Its actions are again as they were before that change; it runs with the API key of/,
    );
    expect(await filesIn(join(server.home, "state/kibana-connectors-mcp/journal"))).not.toContain(user);
  });
});

test("mail to a known address within a longer one does not come back as a mark", async () => {
  const { bare, ...world } = await deployment();
  const config = { from: "k@example.com", service: "other", host: "m.example.com", port: 465, secure: true, hasAuth: false };
  await makeConnector(bare, "mail", { connector_type_id: ".email", config });
  await makeRule(bare, "r", [logs("mail", { params: { to: [`Alerts <${user}>`], subject: "s", message: "m" } })]);
  const { call } = await serve(world, { env });
  const { body } = await call("replace_connector", { from: "mail", remove: true });
  expect([body.undo, body.no_undo]).toEqual([undefined, expect.stringMatching(why)]);
  await call("undo_change", { change: body.change });
  expect(JSON.stringify(await ruleOf(bare, "r"))).not.toContain("[redacted]");
});

test.each([
  ["with a token", ["--confirm", "token"]],
  ["with nobody asked", ["--dangerously-skip-confirmation"]],
])("%s no mark gets into a rule either", async (_how, args) => {
  const { bare, ...world } = await deployment({ connectors: ["one"] });
  await makeRule(bare, "r", [logs("one", holding["in a text"])]);
  const { call } = await serve(world, { env, args });
  const agreed = async (tool: string, given: Dict) => {
    const { body } = await call(tool, given);
    return body.confirm ? (await call(tool, { ...given, confirm: body.confirm.id })).body : body;
  };
  const done = await agreed("replace_connector", { from: "one", remove: true });
  expect([done.status, done.no_undo]).toEqual(["done", expect.stringMatching(why)]);
  expect((await agreed("undo_change", { change: done.change })).error.code).toBe("invalid_arguments");
  expect((await ruleOf(bare, "r")).actions).toEqual([]);
});

test("of several rules those without a secret are put back, and the others are named", async () => {
  const { bare, ...world } = await deployment({ connectors: ["one"], rules: { plain: ["one"] } });
  await makeRule(bare, "held", [logs("one", holding["in a text"])]);
  const before = await contentOf(bare, "plain");
  const server = await serve(world, { env });
  const { call } = server;
  const args = { from: "one", remove: true };
  const { plan } = (await call("replace_connector", { ...args, dry_run: true })).body;
  expect([plan.reversible, plan.no_undo]).toEqual(["partly", [expect.stringMatching(why)]]);
  const { body } = await call("replace_connector", args);
  expect(server.questions.at(-1)).toMatch(/It can be undone in part\. What would be restored contains a secret/);
  expect(body.undo).toMatchObject({
    tool: "undo_change",
    note: expect.stringMatching(/^1 of the 2 rules stays as it is: What would be restored contains a secret/),
  });
  const of = (await rows(server)).map(({ id, undo }: { id: string; undo?: object }) => [id, undo !== undefined]);
  expect(Object.fromEntries(of)).toEqual({ plain: true, held: false });
  const undone = (await call("undo_change", { change: body.change })).body;
  expect([undone.status, undone.warnings.join()]).toEqual([
    "done",
    expect.stringMatching(/1 rule \("Rule held"\) stays as it is: What would be restored contains a secret/),
  ]);
  expect([await contentOf(bare, "plain"), await contentOf(bare, "held")]).toEqual([before, []]);
});

describe("an undo of an attach to a rule with a known value", () => {
  async function attached() {
    const world = await deployment({ connectors: ["one", "two"] });
    await makeRule(world.bare, "r", [logs("one", { params: { message: user } })]);
    const server = await serve(world, { env });
    const { change } = (await server.call("attach_connector", { connector: "two", rules: ["r"] })).body;
    return { ...world, server, change };
  }

  test("takes nothing back that somebody wrote in its place", async () => {
    const { bare, server, change } = await attached();
    const { actions } = await ruleOf(bare, "r");
    const theirs = actions.map((one: Dict) => (one.id === "one" ? { ...one, params: { message: "theirs" } } : one));
    await setActions(
      bare,
      "r",
      theirs.map(({ connector_type_id: _type, ...one }: Dict) => one),
    );
    const { body } = await server.call("undo_change", { change });
    expect([body.status, body.message]).toEqual(["plan_changed", expect.stringContaining("nobody here can tell")]);
    expect((await rows(server))[0]).toMatchObject({ no_undo: expect.stringContaining("nobody here can tell") });
    expect((await contentOf(bare, "r"))[0].params.message).toBe("theirs");
  });

  test("works by a server that no longer knows it, too", async () => {
    const { server, change, ...world } = await attached();
    const { actions } = await ruleOf(world.bare, "r");
    const other = await serve(world, { env: { CONNECTORS_JOURNAL_DIR: join(server.home, "state/kibana-connectors-mcp/journal") } });
    const { body } = await other.call("undo_change", { change });
    expect([body.status, (await ruleOf(world.bare, "r")).actions]).toEqual(["done", actions.filter(({ id }: Dict) => id === "one")]);
  });
});
