import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { type Bare, deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

const index = (name: string) => ({ connector_type_id: ".index", config: { index: name } });
/** As the trail's own. */
const forged = { record: "end", change: "2026-11-30-deadbeef00", n: 0, principal: "ann", consent: "passkey", outcome: "done" };
const documents = { params: { documents: [forged] } };
const kept = { ...logs("trail"), params: { documents: [{ a: 1 }] } };
const step = (id: string) =>
  `name: Tell\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: index\n    connector-id: ${id}\n    with:\n      documents: []\n`;

const actionsOf = async (bare: Bare) => JSON.parse(await bare("GET", "/api/alerting/rule/r")).actions;
const textOf = async (bare: Bare) => JSON.parse(await bare("GET", "/api/workflows/workflow/tell-w")).yaml;

/** `trail` becomes the audit connector when the server starts with it. */
async function world(actions: object[]) {
  const made = await deployment({ connectors: ["chat"] });
  for (const id of ["trail", "other", "third"]) await makeConnector(made.bare, id, index(id));
  await makeRule(made.bare, "r", actions);
  const env = { CONNECTORS_JOURNAL_DIR: join(await freshFolder(), "journal") };
  return {
    ...made,
    earlier: () => serve(made, { env }),
    since: () => serve(made, { env, args: ["--audit-connector", "trail"] }),
  };
}

const refused = { code: "protected", message: expect.stringContaining('"trail" carries the audit trail of this server') };

describe("the connector of the audit trail is given to nothing that would write through it", () => {
  test.each<[string, object[], string, Record<string, unknown>]>([
    ["to a rule", [logs("chat")], "attach_connector", { connector: "trail", rules: ["r"], ...documents }],
    ["to a rule, by its name", [logs("chat")], "attach_connector", { connector: "The trail", rules: ["r"], ...documents }],
    [
      "to a rule that has it, with other documents",
      [kept],
      "attach_connector",
      { connector: "trail", rules: ["r"], ...documents, replace: true },
    ],
    ["in the place of another", [{ ...kept, id: "other" }], "replace_connector", { from: "other", to: "trail" }],
    [
      "in the place of another, with other documents",
      [{ ...kept, id: "other" }],
      "replace_connector",
      { from: "other", to: "trail", ...documents },
    ],
  ])("%s", async (_what, actions, tool, args) => {
    const { bare, since } = await world(actions);
    const { call, questions } = await since();
    const was = await actionsOf(bare);
    for (const more of [{ dry_run: true }, {}]) expect((await call(tool, { ...args, ...more })).body.error).toMatchObject(refused);
    expect([await actionsOf(bare), questions]).toEqual([was, []]);
  });

  test("by a workflow, nor by the undo of its removal from one", async () => {
    const { bare, earlier, since } = await world([]);
    await bare("POST", "/api/workflows/workflow", { id: "tell-w", yaml: step("trail") });
    const { body } = await (await earlier()).call("replace_connector", { from: "trail", to: "other" });
    expect(body.status).toBe("done");
    const { call } = await since();
    expect((await call("replace_connector", { from: "other", to: "trail" })).body.error).toMatchObject(refused);
    expect((await call("list_changes")).body.changes).toMatchObject([{ change: body.change, no_undo: refused.message }]);
    expect((await call("undo_change", { change: body.change })).body.error).toMatchObject(refused);
    expect(await textOf(bare)).toBe(step("other"));
  });

  test("by the undo of a removal that came before it carried the trail", async () => {
    const { bare, earlier, since } = await world([kept, logs("chat")]);
    const { body } = await (await earlier()).call("replace_connector", { from: "trail", remove: true });
    expect(body).toMatchObject({ status: "done", undo: { tool: "undo_change" } });
    const { call } = await since();
    expect((await call("list_changes")).body.changes).toMatchObject([{ change: body.change, no_undo: refused.message }]);
    expect((await call("undo_change", { change: body.change })).body.error).toMatchObject(refused);
    expect(await actionsOf(bare)).toHaveLength(1);
  });

  test("by a rehearsal that runs it; one that only shows is free", async () => {
    const { since, bare } = await world([kept]);
    const { call } = await since();
    expect((await call("test_connector", { id: "trail", rule: "r", mode: "loud" })).body.error).toMatchObject(refused);
    expect((await call("test_connector", { id: "trail", rule: "r" })).failed).toBe(false);
    expect(JSON.parse(await bare("GET", "/sandbox/deliveries")).deliveries).toEqual([]);
  });

  test("nor is it named as a way out for the rules of another", async () => {
    const { since } = await world([{ ...kept, id: "other" }]);
    const { body } = await (await since()).call("safe_delete_connector", { ids: ["other"] });
    expect(body.error.code).toBe("in_use");
    expect(JSON.stringify(body)).not.toContain('"trail"');
    expect(JSON.stringify(body)).toContain('"third"');
  });
});

describe("everything else goes on", () => {
  test("its actions are taken away, and no undo is promised", async () => {
    const { bare, since } = await world([kept]);
    const { call } = await since();
    const planned = (await call("replace_connector", { from: "trail", remove: true, dry_run: true })).body;
    expect(planned.plan).toMatchObject({ reversible: "no" });
    const { body } = await call("replace_connector", { from: "trail", remove: true });
    expect(body).toMatchObject({ status: "done", no_undo: refused.message });
    expect(await actionsOf(bare)).toEqual([]);
  });

  test("an attach from before is undone", async () => {
    const { bare, earlier, since } = await world([logs("chat")]);
    const { body } = await (await earlier()).call("attach_connector", { connector: "trail", rules: ["r"], ...documents });
    expect(body.status).toBe("done");
    const { call } = await since();
    expect((await call("list_changes")).body.changes[0]).toMatchObject({ undo: { tool: "undo_change" } });
    expect((await call("undo_change", { change: body.change })).body.status).toBe("done");
    expect((await actionsOf(bare)).map(({ id }: { id: string }) => id)).toEqual(["chat"]);
  });

  test("another Index connector is attached, also to a rule that has the trail's, and moved", async () => {
    const { bare, since } = await world([kept]);
    const { call } = await since();
    const attached = (await call("attach_connector", { connector: "other", rules: ["r"], ...documents })).body;
    expect(attached).toMatchObject({ status: "done", undo: { tool: "undo_change" } });
    expect((await call("replace_connector", { from: "other", to: "third" })).body.status).toBe("done");
    expect((await actionsOf(bare)).map(({ id }: { id: string }) => id)).toEqual(["trail", "third", "third"]);
  });
});
