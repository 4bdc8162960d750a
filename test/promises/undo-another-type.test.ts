import { describe, expect, test } from "vitest";
import { type Deployment, deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

const onlyThere = (made: Deployment, id: string, type: string, config: object) =>
  made.bare("DELETE", `/api/actions/connector/${id}`).then(() => makeConnector(made.bare, id, { connector_type_id: type, config }));
const hook = { url: "https://elsewhere.example.net/x", hasAuth: false, authType: null };

describe("somebody gave the connector's id to one of another type", () => {
  test.each<[what: string, tool: string, args: object]>([
    ["a move", "replace_connector", { from: "one", to: "two", rules: ["r"] }],
    ["a removal", "replace_connector", { from: "one", remove: true, rules: ["r"] }],
    ["a replacement of its actions", "attach_connector", { connector: "one", rules: ["r"], replace: true, params: { message: "new" } }],
  ])("after %s: the undo leaves the rule alone and says why", async (_what, tool, args) => {
    const made = await deployment({ connectors: ["one", "two"], rules: { r: ["one"] } });
    const { call, questions } = await serve(made);
    const { change } = (await call(tool, { ...args })).body;
    const before = await made.actionsOf("r");
    const offered = async () => (await call("list_changes", { limit: 1 })).body.changes[0];
    expect((await offered()).undo).toMatchObject({ tool: "undo_change" });
    await onlyThere(made, "one", ".webhook", hook);
    const { undo, no_undo } = await offered();
    expect([undo, no_undo]).toEqual([
      undefined,
      'The id "one" now belongs to a connector of type .webhook, and its action was for .server-log.',
    ]);
    questions.length = 0;
    const { body } = await call("undo_change", { change });
    expect([body.status, body.message, questions]).toEqual([
      "plan_changed",
      'Nothing was written. 1 rule ("Rule r") stays as it is: The id "one" now belongs to a connector of type .webhook, and its action was for .server-log.',
      [],
    ]);
    expect(await made.actionsOf("r")).toEqual(before);
  });

  test("an undo that only takes its actions out is made", async () => {
    const made = await deployment({ connectors: ["one"], rules: { r: [] } });
    const { call } = await serve(made);
    const { change } = (await call("attach_connector", { connector: "one", rules: ["r"], params: { message: "m" } })).body;
    await onlyThere(made, "one", ".webhook", hook);
    expect((await call("undo_change", { change })).body.status).toBe("done");
    expect(await made.actionsOf("r")).toEqual([]);
  });

  test("of several rules the others are put back", async () => {
    const made = await deployment({ connectors: ["one", "two", "three"] });
    await makeRule(made.bare, "r", [logs("one")]);
    await makeRule(made.bare, "s", [logs("one"), logs("gone-by", { id: "three" })]);
    const { call } = await serve(made);
    const { change } = (await call("replace_connector", { from: "three", to: "two" })).body;
    const other = (await call("replace_connector", { from: "one", remove: true, rules: ["r"] })).body.change;
    await onlyThere(made, "one", ".index", { index: "x" });
    expect((await call("undo_change", { change })).body.status).toBe("done");
    expect((await call("undo_change", { change: other })).body.status).toBe("plan_changed");
    expect([await made.actionsOf("r"), await made.actionsOf("s")]).toEqual([[], ["one", "three"]]);
  });

  test("after an update: nothing is put back", async () => {
    const made = await deployment({ connectors: ["one"] });
    const { call } = await serve(made);
    const { change } = (await call("update_connector", { id: "one", name: "Renamed" })).body;
    await onlyThere(made, "one", ".index", { index: "x" });
    const { body } = await call("undo_change", { change });
    expect([body.status, body.message]).toEqual([
      "plan_changed",
      expect.stringMatching(/now belongs to another connector, ".+" \(\.index\)/),
    ]);
  });

  test("after a workflow's step moved: its text stays", async () => {
    const made = await deployment({}, ["--empty", "--kibana-version", "9.5.0"]);
    const chat = (id: string) =>
      makeConnector(made.bare, id, { connector_type_id: ".slack", secrets: { webhookUrl: `https://hooks.slack.com/services/T/${id}/x` } });
    await Promise.all([chat("one"), chat("two")]);
    const yaml =
      "name: Tell\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: slack\n    connector-id: one\n    with:\n      message: m\n";
    await made.bare("POST", "/api/workflows/workflow", { id: "tell-all", yaml });
    const { call } = await serve(made);
    const { change } = (await call("replace_connector", { from: "one", to: "two" })).body;
    await onlyThere(made, "one", ".server-log", {});
    const { body } = await call("undo_change", { change });
    expect(JSON.stringify(body)).toMatch(/Before, it named \\"one\\" for \.slack, which now belongs to a connector of type \.server-log/);
    expect(JSON.parse(await made.bare("GET", "/api/workflows/workflow/tell-all")).yaml).toContain("connector-id: two");
  });
});

test("what still uses a replaced connector is counted after the writes", async () => {
  const made = await deployment({ connectors: ["one", "two"], rules: { r: ["one"] } });
  const { call } = await serve(made);
  let late = false;
  made.hook.before = async ({ method, path }) => {
    if (late || method !== "PUT" || !path.includes("/rule/")) return;
    late = true;
    await makeRule(made.bare, "late", [logs("one")]);
  };
  const { body } = await call("replace_connector", { from: "one", to: "two" });
  expect(body.result).toMatchObject({ counts: { moved: 1 }, still_used_by: 1 });
});
