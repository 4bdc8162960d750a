import { expect, test } from "vitest";
import { groupingOf } from "../../src/rules/grouping.ts";

test.each<[string, Record<string, unknown>, string]>([
  [".es-query", {}, "one for the whole rule"],
  [".es-query", { groupBy: "all", termField: "host.name" }, "one for the whole rule"],
  [".es-query", { groupBy: "top", termField: "host.name", termSize: 5 }, "one for each host.name (5 at most)"],
  [
    ".es-query",
    { groupBy: "top", termField: ["host.name", "service.name"], termSize: 5 },
    "one for each host.name and service.name (5 at most)",
  ],
  [".es-query", { searchType: "esqlQuery", groupBy: "row" }, "one for each row of the result"],
  [".index-threshold", { groupBy: "top", termField: "host.name", termSize: 3 }, "one for each host.name (3 at most)"],
  [".index-threshold", { groupBy: "all" }, "one for the whole rule"],
  ["metrics.alert.threshold", { groupBy: ["host.name"] }, "one for each host.name"],
  ["metrics.alert.threshold", { groupBy: "host.name" }, "one for each host.name"],
  ["metrics.alert.threshold", { criteria: [] }, "one for the whole rule"],
  ["metrics.alert.inventory.threshold", { nodeType: "host" }, "one for each host"],
  ["logs.alert.document.count", { groupBy: ["service.name"] }, "one for each service.name"],
  ["observability.rules.custom_threshold", { groupBy: ["a", "b"] }, "one for each a and b"],
  ["apm.error_rate", {}, "one for each service.name and service.environment"],
  [
    "apm.transaction_duration",
    { groupBy: ["service.name", "transaction.name"] },
    "one for each service.name and service.environment and transaction.type and transaction.name",
  ],
  ["siem.queryRule", {}, "how many at once is not known for this rule type"],
  ["somebodys.own", { groupBy: ["x"] }, "how many at once is not known for this rule type"],
  ["metrics.alert.threshold", { groupBy: ["two words \u202e"] }, 'one for each "two words"'],
])("alerts of %s with %j: %s", (type, params, said) => {
  expect(groupingOf({ rule_type_id: type, params })).toBe(said);
});
