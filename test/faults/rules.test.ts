import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { action, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";
import { coversEveryFault, printedAtEnd, sendings, timesOf } from "./harness.ts";
import { faultTable } from "./rules-table.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Call = [tool: string, args: Record<string, unknown>];

const move: Call = ["replace_connector", { from: "old", to: "new" }];
const remove: Call = ["replace_connector", { from: "old", remove: true }];

async function undo(made: Made, [tool, args]: Call): Promise<Call> {
  return ["undo_change", { change: (await made.call(tool, args)).body.change }];
}

/** The call that meets the fault, after what has to come before it. */
const kinds: Record<string, (made: Made) => Promise<Call>> = {
  replace: async () => move,
  remove: async () => remove,
  undo_replace: (made) => undo(made, move),
  undo_remove: (made) => undo(made, remove),
};

const print = printedAtEnd(Object.keys(kinds));
coversEveryFault(faultTable);

describe.each(faultTable)("$fault while a rule is written", ({ fault, work, told: expected }) => {
  test.each(Object.entries(kinds))("%s: the answer truthfully says whether it happened", async (_kind, ready) => {
    // Nothing the sandbox does takes a quarter of a second; a slow answer takes a whole one.
    const made = await product({ person: accepts, sandbox: { empty: true }, settings: { timeout: 250 } });
    for (const id of ["old", "new", "other"]) await makeConnector(made, id);
    await makeRule(made, "the-rule", [action("old"), action("other")]);
    const [tool, args] = await ready(made);
    const actions = async () => JSON.stringify((await ruleOf(made, "the-rule")).actions);
    const before = await actions();
    const writes = made.writes().length;
    made.clock.advance(1000);
    await made.fault(fault, { method: "PUT", path: "/api/alerting/rule/the-rule", times: timesOf(fault) });
    const { isError, body } = await made.call(tool, args);
    const changed = (await actions()) !== before;
    const told = isError ? "failed" : body.status;
    print(fault, told, changed);

    expect(told).toBe(expected);
    expect(changed).toBe(work);
    expect(made.writes()).toHaveLength(writes + sendings(fault, told));
    const [entry] = (await made.call("list_changes")).body.changes;
    expect(entry.outcome).toBe({ done: "done", failed: "not_done", unknown: "unknown" }[expected]);
    if (told === "done") expect(body.warnings.join()).toContain("It happened anyway.");
    if (told === "unknown") expect(body.message).toMatch(/It is not known yet whether it happened\. Check before you repeat it/);
    if (told === "failed") expect(body.code).toMatch(/^kibana_/);
  });
});
