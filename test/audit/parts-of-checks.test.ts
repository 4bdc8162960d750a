import { expect, test } from "vitest";
import type { Part } from "../../src/audit/check.ts";
import { checks } from "../../src/audit/checks/index.ts";
import type { ConnectorFacts } from "../../src/audit/facts.ts";
import { context, disabledOnly, facts, idle, inWorkflow, notAllSeen, rule } from "./facts.ts";

/** The part that a fact is read from. */
const partOf: Record<string, Part> = {
  ...{ type: "types", usage: "rules", rulesKnown: "rules", others: "users", workflows: "users" },
  ...{ runs: "log", ran: "log", ruleTypes: "rule_types", selfManaged: "status" },
};

const failed = { failures: 4, successes: 0, lastFailure: { at: "2026-11-20T00:00:00.000Z", message: "no" }, lastSuccess: undefined };
const uses = [{}, idle, { ...idle, others: notAllSeen }, { ...idle, others: inWorkflow }, disabledOnly];
const faults = [
  { runs: { ...failed, successesSince: 0, failing: undefined }, ran: true },
  { ran: false },
  { connector: { missingSecrets: true } },
  { connector: { name: "Test 1", references: 0 } },
  { connector: { references: 0 } },
  { connector: { type: ".index", config: { index: "a" } } },
  { type: null },
  { type: { enabledInLicense: false } },
  { type: { deprecated: true } },
];
const connectors = faults.flatMap((fault) => uses.map((use) => facts({ ...use, ...fault })));
const workflows = { seen: new Map(), mayBeMore: false, starting: [], dangling: [], ambiguous: [], snoozed: [], now: 0 };

test("a check reads only the parts that it names", () => {
  const read = new Map<string, Set<Part>>();
  for (const check of checks) {
    const parts = new Set<Part>();
    read.set(check.name, parts);
    const watched = <T extends object>(one: T): T =>
      new Proxy(one, {
        get(target, name) {
          const part = partOf[String(name)];
          if (part !== undefined) parts.add(part);
          return Reflect.get(target, name);
        },
      });
    const spaceOf = (all: readonly ConnectorFacts[]) =>
      watched({
        ...{ space: "payments", rulesKnown: true, secretHeaders: false, workflows },
        connectors: new Map(all.map((one, n) => [String(n), one])),
        window: { from: "2026-11-15T00:00:00.000Z", days: 7 },
      });
    const all = connectors.map(watched);
    if (check.of === "connector") for (const one of all) check.find(one, spaceOf([one]));
    if (check.of === "space") check.find(spaceOf(all));
    if (check.of === "deployment") {
      check.find(watched({ selfManaged: true, connectors: connectors.map((one) => ({ space: "payments", ...one })) }));
    }
    if (check.of === "rule") {
      check.find(rule(), watched(context([])));
      if (check.findInWorkflows) parts.add("users");
    }
    expect(
      [...parts].filter((part) => ![...check.needs, ...(check.weighs ?? [])].includes(part)),
      check.name,
    ).toEqual([]);
    expect((check.findsBy ?? []).filter((part) => !check.weighs?.includes(part))).toEqual([]);
  }
  // The test reaches what it is about.
  expect(read.get("failing")).toEqual(new Set(["log", "rules", "users"]));
  expect(read.get("unused")).toEqual(new Set(["log", "rules", "users"]));
});
