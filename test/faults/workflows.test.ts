import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { makeConnector } from "../support/rules-deployment.ts";
import { coversEveryFault, printedAtEnd, sendings, timesOf } from "./harness.ts";
import { faultTable as ofRules } from "./rules-table.ts";

/**
 * A workflow's text can be read back as a rule's actions can, so an honest answer is the same; but no revision tells that
 * nobody wrote it and wrote it back, where Kibana says that somebody did.
 */
const faultTable = ofRules.map((row) => (row.fault === "conflict" ? { ...row, told: "unknown" as const } : row));

type Made = Awaited<ReturnType<typeof product>>;
type Call = [tool: string, args: Record<string, unknown>];
const move: Call = ["replace_connector", { from: "old", to: "new" }];

/** The call that meets the fault, after what has to come before it. */
const kinds: Record<string, (made: Made) => Promise<Call>> = {
  repoint: async () => move,
  undo_repoint: async (made) => ["undo_change", { change: (await made.call(...move)).body.change }],
};

const print = printedAtEnd(Object.keys(kinds));
coversEveryFault(faultTable);

describe.each(faultTable)("$fault while a workflow is written", ({ fault, work, told: expected }) => {
  test.each(Object.entries(kinds))("%s: the answer truthfully says whether it happened", async (_kind, ready) => {
    const made = await product({ person: accepts, sandbox: { empty: true }, settings: { timeout: 250 } });
    for (const id of ["old", "new"]) await makeConnector(made, id);
    const yaml =
      "name: W\ntriggers: [{ type: manual }]\nsteps:\n  - { name: tell, type: slack, connector-id: old, with: { message: m } }\n";
    await made.bare("POST", "/api/workflows/workflow", { id: "the-workflow", yaml });
    const [tool, args] = await ready(made);
    const text = async () => JSON.parse(await made.bare("GET", "/api/workflows/workflow/the-workflow")).yaml;
    const before = await text();
    const written = () => made.calls.filter(({ method }) => method === "PUT").length;
    const writes = written();
    made.clock.advance(1000);
    await made.fault(fault, { method: "PUT", path: "/api/workflows/workflow/the-workflow", times: timesOf(fault) });
    const { isError, body } = await made.call(tool, args);
    const changed = (await text()) !== before;
    const told = isError ? "failed" : body.status;
    print(fault, told, changed);

    expect(told).toBe(expected);
    expect(changed).toBe(work);
    expect(written()).toBe(writes + sendings(fault, told));
    const [entry] = (await made.call("list_changes")).body.changes;
    expect(entry.outcome).toBe({ done: "done", failed: "not_done", unknown: "unknown" }[expected]);
    if (told === "done") expect(body.warnings.join()).toContain("It happened anyway.");
    if (told === "unknown") expect(body.message).toMatch(/It is not known yet whether it happened\. Check before you repeat it/);
    if (told === "failed") expect(body.code).toMatch(/^kibana_/);
  });
});
