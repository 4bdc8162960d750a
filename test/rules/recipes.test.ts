import mustache from "mustache";
import { describe, expect, test } from "vitest";
import { catalogIds, connectorType, connectorTypes } from "../../src/catalog/index.ts";
import { workflows } from "../../src/catalog/shared/recipe.ts";
import { checkAction } from "../../src/rules/check-action.ts";
import { rule, ruleType } from "./rules.ts";

/** What only the caller can know. */
const given: Record<string, Record<string, unknown>> = {
  ".email": { to: ["ops@example.com"] },
  ".slack_api": { subAction: "postMessage", subActionParams: { text: "t", channelNames: ["#alerts"] } },
};

const entries = (await connectorTypes()).filter(({ recipe }) => recipe !== undefined);
const ids = entries.map(({ id }) => id);
const recipeFor = (id: string) => entries.find((entry) => entry.id === id)?.recipe;
const contexts = [[], ["message"], ["title", "value"], ["reason", "message", "title", "conditions", "value"], ["conditions"]];
const roles = ["active", "recovered", "summary"] as const;

describe.each(ids)("the recipe for %s", (id) => {
  test.each(roles)("%s: is accepted by Kibana, and has no name in it that the rule does not know", async (role) => {
    const type = await connectorType(id);
    for (const context of contexts) {
      const of = ruleType({ variables: { context, state: [], params: ["x"] } });
      for (const main of [true, false]) {
        const written = recipeFor(id)?.params({ role, main, key: "{{rule.id}}-{{alert.id}}", context });
        const params = { ...(role === "recovered" ? (type?.recovery?.params ?? written) : written), ...given[id] };
        const checked = { errors: [], warnings: [] };
        // Types that open an incident are refused for summaries.
        if (role === "summary" && (recipeFor(id)?.opens || id === ".xmatters")) continue;
        checkAction(
          params,
          role === "summary",
          role === "recovered" ? "recovered" : "query matched",
          rule(),
          of,
          type,
          mustache.parse,
          checked,
        );
        expect([context, checked]).toEqual([context, { errors: [], warnings: [] }]);
      }
    }
  });
});

test("every workflow has a type that it fits", () => {
  expect(workflows.filter((workflow) => !ids.some((id) => recipeFor(id)?.workflows.includes(workflow)))).toEqual([]);
});

test("every type that can close has a recipe, which opens", async () => {
  const types = await Promise.all(catalogIds.map((id) => connectorType(id)));
  const closing = types.filter((type) => type?.recovery).map((type) => type?.id ?? "");
  expect(closing.sort()).toEqual([".jira-service-management", ".opsgenie", ".pagerduty", ".servicenow", ".servicenow-itom"]);
  expect(closing.filter((id) => !recipeFor(id)?.opens)).toEqual([]);
});
