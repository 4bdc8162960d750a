import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findTypeId } from "../../src/catalog/find-type.ts";

/** The 36 ids of the reference, not read from the code under test. */
const ids = [
  ".bedrock",
  ".gemini",
  ".gen-ai",
  ".inference",
  ".mcp",
  ".d3security",
  ".jira",
  ".jira-service-management",
  ".opsgenie",
  ".pagerduty",
  ".resilient",
  ".servicenow",
  ".servicenow-itom",
  ".servicenow-sir",
  ".swimlane",
  ".thehive",
  ".tines",
  ".torq",
  ".xsoar",
  ".crowdstrike",
  ".microsoft_defender_endpoint",
  ".sentinelone",
  ".email",
  ".slack",
  ".slack_api",
  ".teams",
  ".index",
  ".observability-ai-assistant",
  ".server-log",
  ".cases-webhook",
  ".http",
  ".http-system",
  ".webhook",
  ".xmatters",
  ".cases",
  ".workflows",
];

describe("a word for one type", () => {
  test.each([
    [".slack", ".slack"],
    ["slack", ".slack"],
    ["Slack", ".slack"],
    [" .SLACK ", ".slack"],
    ["slack api", ".slack_api"],
    ["slack-api", ".slack_api"],
    ["Server log", ".server-log"],
    ["server_log", ".server-log"],
    ["msteams", ".teams"],
    ["teams", ".teams"],
    ["Microsoft Teams", ".teams"],
    ["mail", ".email"],
    ["E-Mail", ".email"],
    ["smtp", ".email"],
    ["es-index", ".index"],
    ["openai", ".gen-ai"],
    ["OpenAI", ".gen-ai"],
    ["servicenow sir", ".servicenow-sir"],
    ["ServiceNow ITSM", ".servicenow"],
    ["ServiceNow SecOps", ".servicenow-sir"],
    ["jsm", ".jira-service-management"],
    ["pager duty", ".pagerduty"],
    ["Webhook - Case Management", ".cases-webhook"],
    ["Microsoft Defender for Endpoint", ".microsoft_defender_endpoint"],
    ["IBM Resilient", ".resilient"],
    ["AI Connector", ".inference"],
    ["Sentinel One", ".sentinelone"],
    ["http", ".http"],
  ])("%s is %s", async (asked, id) => {
    expect(await findTypeId(asked, ids)).toEqual({ id, candidates: [] });
  });
});

describe("a word for several types, or for none", () => {
  test.each([
    ["snow", [".servicenow", ".servicenow-itom", ".servicenow-sir"]],
    ["llm", [".bedrock", ".gemini", ".gen-ai", ".inference"]],
  ])("%s could be any of %j", async (asked, candidates) => {
    const found = await findTypeId(asked, ids);
    expect(found.id).toBeUndefined();
    expect(found.candidates.toSorted()).toEqual(candidates);
  });

  test.each([
    ["slak", ".slack"],
    [".pagrduty", ".pagerduty"],
    ["webhok", ".webhook"],
    ["opsgeny", ".opsgenie"],
    ["jira tickets", ".jira"],
  ])("%s is near only %s", async (asked, id) => {
    const found = await findTypeId(asked, ids);
    expect(found).toEqual({ id, near: true, candidates: [] });
  });

  test.each(["sms", "sns", "logstash", "splunk", "discord"])("%s is near none", async (asked) => {
    expect((await findTypeId(asked, ids)).id).toBeUndefined();
  });

  test.each(["", " ", ".", "qqqqqqqqqq", "constructor"])("%j is nothing", async (asked) => {
    expect(await findTypeId(asked, ids)).toEqual({ candidates: [] });
  });
});

test("an id that the deployment does not have is not another id", async () => {
  const without = ids.filter((id) => id !== ".slack");
  const found = await findTypeId(".slack", without);
  expect(found.id).toBeUndefined();
  expect(found.candidates).toContain(".slack_api");
});

test("types that the table does not know are found by their id", async () => {
  expect(await findTypeId("Jira Cloud", [...ids, ".jira-cloud"])).toEqual({ id: ".jira-cloud", candidates: [] });
  expect(await findTypeId("acme_thing", [".acme-thing"])).toEqual({ id: ".acme-thing", candidates: [] });
});

test("every id finds itself, in any case and with any separators", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ids), fc.boolean(), fc.constantFrom("_", "-", " "), async (id, upper, separator) => {
      const written = id.slice(1).replaceAll(/[-_]/g, separator);
      expect((await findTypeId(upper ? written.toUpperCase() : written, ids)).id).toBe(id);
    }),
  );
});

test("whatever is asked, answers come from the ids offered, at most five", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.subarray(ids), async (asked, offered) => {
      const { id, candidates } = await findTypeId(asked, offered);
      expect(offered).toEqual(expect.arrayContaining([...candidates, ...(id === undefined ? [] : [id])]));
      expect(candidates.length).toBeLessThanOrEqual(id === undefined ? 5 : 0);
    }),
  );
});
