import { expect, test } from "vitest";
import { whyUntold } from "../../src/audit/untold.ts";
import { type MappedRule, type Obstacle, type Route, stops } from "../../src/map/route.ts";

const broken: Route = {
  ...{ connector: "chat", name: "Chat", type: ".slack", on: [], via: [], params: [] },
  obstacles: [stops("secrets_missing", "the connector has lost its secrets")],
};
const rule = (obstacles: Obstacle[]): MappedRule => ({
  ...{ id: "r", name: "r", space: "default", enabled: true, type: ".es-query", consumer: "alerts", tags: [], every: "1m" },
  ...{ keyOwner: "a", verdict: "nobody", routes: [broken], obstacles },
});

const gone: Route = { ...broken, obstacles: [stops("connector_missing", "the connector is not in this space")] };
const throughWorkflow = (route: Route): Route => ({ ...route, via: [{ kind: "workflow", id: "w", name: "W" }] });
const open: Route = { ...broken, connector: "log", obstacles: [] };
test.each<[what: string, routes: Route[], expected: string | undefined]>([
  ["whose only way runs when an alert is over", [{ ...open, on: ["recovered"] }], "recovery_only"],
  ["of geo containment, the same", [{ ...open, on: ["notGeoContained"] }], "recovery_only"],
  ["whose way for firing is broken, and that for recovery is open", [broken, { ...open, on: ["recovered"] }], "connector"],
  ["whose way for recovery is broken, and that for firing is open", [{ ...broken, on: ["recovered"] }, open], undefined],
  ["whose own connector is gone, which dangling_reference says", [gone], undefined],
  ["whose workflow names a connector that is gone", [throughWorkflow(gone)], "routes"],
  ["with one way for both", [{ ...open, on: ["recovered", "query matched"] }], undefined],
])("why nobody hears of a rule %s", (_what, routes, expected) => {
  expect(whyUntold({ ...rule([]), routes })?.why).toBe(expected);
});

test.each<[what: string, obstacles: Obstacle[], expected: string | undefined]>([
  ["that only its connector stops", [], "connector"],
  ["in a maintenance window", [stops("maintenance", "maintenance window")], "connector"],
  ["that is disabled", [stops("disabled", "the rule is disabled")], undefined],
  ["that is muted", [stops("muted", "the rule is muted")], undefined],
  ["that is snoozed", [stops("snoozed", "snoozed until 2030-01-01T00:00Z")], undefined],
  ["that is a signal", [stops("signal", "a signal raises no alerts")], undefined],
])("why nobody hears of a rule %s", (_what, obstacles, expected) => {
  expect(whyUntold(rule(obstacles))?.why).toBe(expected);
});
