import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

interface Row {
  change: string;
  id: string;
  tool: string;
  undo?: { tool: string; args: Record<string, unknown> };
  no_undo?: string;
}

/** A journal with a change of each kind that can be undone. */
async function changed() {
  const world = await deployment({ connectors: ["one", "old"], rules: { r: [] } });
  await makeConnector(world.bare, "index", { connector_type_id: ".index", config: { index: "a" } });
  const server = await serve(world);
  const journal = join(server.home, "state/kibana-connectors-mcp/journal");
  await server.call("attach_connector", { connector: "one", rules: ["r"] });
  await server.call("create_connector", { id: "made", name: "Made", type: ".server-log" });
  await server.call("update_connector", { id: "index", name: "Renamed", config: { index: "b" } });
  await server.call("safe_delete_connector", { ids: ["old"] });
  return { ...world, server, journal };
}

const all = ["r", "made", "index", "old"];

describe("list_changes offers no undo that this server would refuse", () => {
  test.each<[string, string[], refused: string[], RegExp]>([
    ["one that only reads", ["--access", "read"], all, /takes access "full", and this is "read"/],
    ["one that may not delete", ["--access", "change"], all, /takes access "full", and this is "change"/],
    ["one without the tool", ["--tools", "list_changes,list_connectors"], all, /undo_change is switched off/],
    ["one whose tool is left out", ["--exclude-tools", "undo_change"], all, /undo_change is switched off/],
    ["one that protects a connector by its name", ["--protect", "Made"], ["made"], /protects the connector "made"/],
    ["one that protects a connector by its id", ["--protect", "inde*"], ["index"], /protects the connector "index"/],
    ["one that protects what it was called", ["--protect", "The index"], ["index"], /protects the connector "index"/],
    ["one that protects what is gone", ["--protect", "The old"], ["old"], /protects the connector "old"/],
    ["one that protects a rule's connector", ["--protect", "one"], ["r"], /protects the connector "one": no tool changes its actions/],
    ["one that protects a rule", ["--protect-rules", "Rule*"], ["r"], /protects the rule "Rule r"/],
    ["one that allows all", [], [], /./],
  ])("by %s", async (_what, args, refused, why) => {
    const { server, journal, ...world } = await changed();
    const other = await serve(world, { args, env: { CONNECTORS_JOURNAL_DIR: journal } });
    const rows: Row[] = (await other.call("list_changes")).body.changes;
    expect(rows.filter(({ undo }) => undo === undefined).map(({ id }) => id)).toEqual(all.filter((id) => refused.includes(id)).reverse());
    for (const { undo, no_undo: none, change } of rows) {
      if (none !== undefined) expect(none).toMatch(why);
      if (!args.includes("--access") && !args.includes("--tools") && !args.includes("--exclude-tools"))
        expect((await other.call("undo_change", { change, dry_run: true })).failed).toBe(undo === undefined);
    }
  });
});

test("nor one in a space that is gone, of which nothing is said to be as before; an empty one is no such space", async () => {
  const { bare, ...world } = await deployment({}, ["--empty", "--space", "team", "--space", "other"]);
  const { call } = await serve(world);
  const args = (space: string) => ({ id: "made", name: "Made", type: ".server-log", space });
  for (const space of ["team", "other"]) {
    await call("create_connector", args(space));
    await call("update_connector", { id: "made", name: "Renamed", space });
    await call("safe_delete_connector", { ids: ["made"], space });
  }
  await bare("DELETE", "/api/spaces/space/team");
  const rows: (Row & { space: string })[] = (await call("list_changes")).body.changes;
  const of = (space: string) => rows.filter((row) => row.space === space).map(({ undo, no_undo: none }) => none ?? undo?.tool);
  const gone = 'The space "team" is gone.';
  expect(of("team")).toEqual([gone, gone, gone]);
  expect(of("other")).toEqual(["undo_change", "The connector is gone.", "It is again as it was before that change."]);
});

test("nor does the answer to a change", async () => {
  const world = await deployment();
  const { call } = await serve(world, { args: ["--exclude-tools", "undo_change"] });
  const { body } = await call("create_connector", { name: "Made", type: ".server-log" });
  expect([body.undo, body.no_undo]).toEqual([undefined, "Not by this server: undo_change is switched off."]);
});

test.each<[string, string[], boolean]>([
  ["without the tool", ["--exclude-tools", "undo_change"], false],
  ["that protects the connector", ["--protect", "The old"], false],
  ["that allows it", [], true],
])("nor does a refusal for a rule whose connector was deleted here, by a server %s", async (_what, args, offered) => {
  const { journal, bare, ...world } = await changed();
  await makeConnector(bare, "old");
  await makeRule(bare, "broken", [logs("old")]);
  await bare("DELETE", "/api/actions/connector/old");
  const { call } = await serve(world, { args, env: { CONNECTORS_JOURNAL_DIR: journal } });
  const { failed, body } = await call("attach_connector", { connector: "made", rules: ["broken"] });
  expect([failed, body.error.code]).toEqual([true, "connector_not_found"]);
  expect((body.error.detail.next ?? []).some(({ tool }: { tool: string }) => tool === "undo_change")).toBe(offered);
});

test("where the changes of the hour are used up, an offer says from when on it holds", async () => {
  const world = await deployment();
  const { call } = await serve(world, { args: ["--max-changes-per-hour", "2"] });
  const made = async (name: string) => (await call("create_connector", { name, type: ".server-log" })).body;
  const later = expect.stringMatching(
    /^This server makes at most 2 changes an hour, and they are used up: an undo can be made from .*Z on\.$/,
  );
  const [first, second] = [await made("First"), await made("Second")];
  expect([first.warnings, second.undo.tool, second.warnings]).toEqual([undefined, "undo_change", [later]]);
  expect((await call("list_changes")).body.warnings).toEqual([later]);
  expect((await call("undo_change", { change: first.change })).body.error).toMatchObject({ code: "limit_reached" });
});

test("an undo says which part of the journal cannot be read, in its plan and where it finds no such change", async () => {
  const world = await deployment();
  const server = await serve(world);
  const journal = join(server.home, "state/kibana-connectors-mcp/journal");
  const { change } = (await server.call("create_connector", { name: "Made", type: ".server-log" })).body;
  expect((await server.call("undo_change", { change, dry_run: true })).body.warnings).toBeUndefined();
  const [file = ""] = (await readdir(journal)).filter((name) => name.endsWith(".jsonl"));
  await appendFile(join(journal, file), '{"v":1,"kind":"beg\n\n');
  const damaged = expect.stringMatching(/Part of the journal cannot be read, so the change may have had more: .*, line 3, is not a record/);
  expect((await server.call("undo_change", { change, dry_run: true })).body.warnings).toEqual([damaged]);
  expect((await server.call("undo_change", { change: "2026-01-01-aaaaaaaaaa" })).body.error.message).toEqual(damaged);
});
