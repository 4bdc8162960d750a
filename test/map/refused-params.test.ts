import { expect, test } from "vitest";
import { catalogType } from "../../src/catalog/index.ts";
import { opensNothing, refusedParams } from "../../src/map/connectors.ts";

const key = { subAction: "pushToService", subActionParams: { incident: { summary: "s", title: "t" } } };
const event = { subAction: "closeAlert", subActionParams: { alias: "a" }, more: 1 };

const one = (type: string) => ({
  id: "one",
  name: "One",
  type,
  config: {},
  preconfigured: false,
  missingSecrets: false,
  deprecated: false,
  system: false,
  references: 0,
});
const knowing = async (type: string, mayKnowMore: boolean) => ({
  ...{ all: new Map([["one", one(type)]]), types: undefined, notSeen: undefined, failing: new Map() },
  ...{ entries: new Map([[type, await catalogType(type)]]), mayKnowMore },
});
const end = (type: string) => ({ connector: "one", name: "One", type, obstacles: [] });

test.each<[type: string, params: Record<string, unknown>, stops: string | undefined, inNewer: string | undefined]>([
  [".webhook", { body: "{}" }, undefined, undefined],
  [".webhook", { message: "m" }, "all", "perhaps"],
  [".pagerduty", { message: "m" }, "all", "perhaps"],
  [".email", { to: ["a@b.c"], subject: "s", message: "m", body: "b" }, "all", "perhaps"],
  [".teams", { message: "m", title: "t" }, "all", "perhaps"],
  [".jira", key, "all", "perhaps"],
  [".opsgenie", event, "perhaps", "perhaps"],
  [
    ".tines",
    { subAction: "run", subActionParams: { webhook: { id: 1, name: "n", storyId: 1, more: 1 }, body: "{}" } },
    undefined,
    undefined,
  ],
  [".slack", {}, "all", "all"],
])("what %s refuses of %j stops the route, and may do so in a Kibana that nobody has looked into", async (type, params, stops, inNewer) => {
  const judged = async (mayKnowMore: boolean) => refusedParams(end(type), params, await knowing(type, mayKnowMore));
  expect([(await judged(false))[0]?.stops, (await judged(true))[0]?.stops]).toEqual([stops, inNewer]);
});

test.each<[type: string, params: Record<string, unknown>, does: string | undefined]>([
  [".pagerduty", { eventAction: "resolve", dedupKey: "k" }, "closes"],
  [".pagerduty", { eventAction: "acknowledge", dedupKey: "k" }, "acknowledges"],
  [".pagerduty", { eventAction: "trigger", dedupKey: "k" }, undefined],
  [".pagerduty", {}, undefined],
  [".opsgenie", { subAction: "closeAlert", subActionParams: { alias: "a" } }, "closes"],
  [".opsgenie", { subAction: "createAlert", subActionParams: { message: "m" } }, undefined],
  [".servicenow", { subAction: "closeIncident", subActionParams: { incident: { correlation_id: "k" } } }, "closes"],
  [".slack", { message: "resolve" }, undefined],
])("an action of %s with %j tells nobody of an alert that fires if it only closes or acknowledges", async (type, params, does) => {
  const [obstacle] = opensNothing(end(type), params, await knowing(type, false));
  expect(obstacle).toEqual(
    does && { kind: "opens_nothing", stops: "all", text: `its action ${does} an incident that is open, and opens none` },
  );
});

test.each([".webhook", ".pagerduty"])(
  "a step of a workflow drops nothing, a rule's action of %s what its type does not hand on",
  async (type) => {
    const params = { ...(type === ".webhook" ? { body: "{}" } : { eventAction: "trigger" }), note: 1 };
    const connectors = await knowing(type, false);
    expect(refusedParams(end(type), params, connectors, "byStep")).toMatchObject([{ kind: "params_refused" }]);
    expect(refusedParams(end(type), params, connectors)).toHaveLength(type === ".webhook" ? 0 : 1);
  },
);
