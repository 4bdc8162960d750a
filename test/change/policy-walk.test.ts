import { describe, expect, onTestFinished, test } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import type { Settings } from "../../src/settings/index.ts";
import { tools } from "../../src/tools/index.ts";
import { accepts, connect, product } from "../support/product.ts";

/** For each changing tool a call that is done where nothing forbids it; a new changing tool has to be added here. */
const calls: Record<string, Record<string, unknown>> = {
  create_connector: { name: "Trail of walks", type: ".server-log" },
  update_connector: { id: "alert-audit-index", config: { index: "walked" } },
  test_connector: { id: "ops-slack", mode: "loud" },
  execute_connector: { id: "ops-slack", params: { message: "walk" } },
  attach_connector: { connector: "ops-slack", rules: ["deploy-watch"] },
  replace_connector: { from: "ops-slack", remove: true },
  safe_delete_connector: { ids: ["kibana-log"] },
  undo_change: { change: "filled in below" },
};

/** The same in several spaces, for those that take them. */
const inSeveral: [string, Record<string, unknown>][] = [
  ["create_connector", { name: "Trail of walks", type: ".server-log", space: "default,security" }],
  ["update_connector", { id: "alert-audit-index", config: { index: "walked" }, space: "default,security" }],
];
const all = [...Object.entries(calls), ...inSeveral];

/** What each setting does to all of them; `except` names tools that it does not affect. */
const policies: { name: string; settings: Partial<Settings>; code: string; except?: string[] }[] = [
  { name: "access read", settings: { access: "read" }, code: "read_only" },
  {
    name: "access change",
    settings: { access: "change" },
    code: "read_only",
    except: ["create_connector", "update_connector", "attach_connector", "replace_connector"],
  },
  { name: "spaces without this one", settings: { spaces: ["security"] }, code: "forbidden" },
  { name: "all connectors protected", settings: { protect: ["*"] }, code: "protected" },
  { name: "no change left in this hour", settings: { maxChangesPerHour: 1 }, code: "limit_reached" },
];

test("the walk has every changing tool", () => {
  const changing = tools.filter((tool) => tool.risk !== "read").map((tool) => tool.name);
  expect(Object.keys(calls).sort()).toEqual(changing.sort());
});

/** A product whose journal has one change, made before the policy applied. */
async function withHistory(settings: Partial<Settings>) {
  const first = await product({ person: accepts });
  const made = await first.call("create_connector", { name: "Trail before", type: ".server-log" });
  const chosen = { ...first.settings, ...settings };
  const backend = createBackend(chosen, {}, first.clock);
  onTestFinished(() => backend.close());
  const second = await connect(backend, chosen, accepts);
  return { first, second, change: made.body.change as string };
}

describe.each(policies)("$name", ({ settings, code, except = [] }) => {
  test.each(all.filter(([tool]) => !except.includes(tool)))("refuses %s %j, and nothing is written", async (tool, args) => {
    const { first, second, change } = await withHistory(settings);
    const before = await first.state();
    // Where the configured space is not allowed, an allowed one is meant unless the call says otherwise.
    const { body } = await second.call(tool, tool === "undo_change" ? { change } : { space: "default", ...args });
    // A change that this server may not see is unknown to it.
    const expected = tool === "undo_change" && code === "forbidden" ? "invalid_arguments" : code;
    expect(body.code, JSON.stringify(body)).toBe(expected);
    expect(await first.state()).toBe(before);
  });
});

test.each(all)("where nothing forbids it, %s %j is done", async (tool, args) => {
  const { second, change } = await withHistory({});
  expect((await second.call(tool, tool === "undo_change" ? { change } : args)).body.status).toBe("done");
});
