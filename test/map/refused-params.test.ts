import { expect, test } from "vitest";
import { catalogType } from "../../src/catalog/index.ts";
import { refusedParams } from "../../src/map/connectors.ts";

const key = { subAction: "pushToService", subActionParams: { incident: { summary: "s", title: "t" } } };
const event = { subAction: "closeAlert", subActionParams: { alias: "a" }, more: 1 };

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
  const entry = await catalogType(type);
  const connector = {
    id: "one",
    name: "One",
    type,
    config: {},
    preconfigured: false,
    missingSecrets: false,
    deprecated: false,
    system: false,
    references: 0,
  };
  const judged = (mayKnowMore: boolean) =>
    refusedParams({ connector: "one", name: "One", type, obstacles: [] }, params, {
      ...{ all: new Map([["one", connector]]), types: undefined, notSeen: undefined, failing: new Map() },
      ...{ entries: new Map([[type, entry]]), mayKnowMore },
    });
  expect([judged(false)[0]?.stops, judged(true)[0]?.stops]).toEqual([stops, inNewer]);
});
