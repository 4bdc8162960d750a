import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answering, noRoute, type OtherUsers, refused, withChat } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));
let url = "";
beforeAll(async () => {
  url = await withChat(".gen-ai", "9.5", (end) => ends.push(end));
});

async function bare(method: string, path: string, body?: object) {
  const headers = {
    "kbn-xsrf": "x",
    "content-type": "application/json",
    "x-elastic-internal-origin": "kibana",
    "elastic-api-version": "1",
  };
  const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.status, path).toBe(200);
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  return JSON.parse((await answer.text()) || "{}") as any;
}

const settings = "/internal/search_inference_endpoints/settings";
const events = "/internal/streams/_significant_events/settings";
const leads = "/internal/entity_analytics/leads";
const playgrounds = "/internal/search_playground/playgrounds";
/** Sets one in the sandbox, and takes it back. */
const named: [string, (id: string) => Promise<() => Promise<unknown>>][] = [
  [
    "Model of agent_builder",
    async (id) => {
      await bare("PUT", settings, { features: [{ feature_id: "agent_builder", endpoints: [{ id }] }] });
      return () => bare("PUT", settings, { features: [] });
    },
  ],
  [
    "Significant events",
    async (id) => {
      await bare("PUT", events, { connectorIdRuleGeneration: id });
      return () => bare("PUT", events, { connectorIdRuleGeneration: "" });
    },
  ],
  [
    "Threat hunting leads (Entity Analytics)",
    async (id) => {
      await bare("POST", `${leads}/enable`, { connectorId: id });
      return () => bare("POST", `${leads}/disable`, {});
    },
  ],
  ...["rules", "dashboards"].map((kind): (typeof named)[number] => [
    `Splunk ${kind}`,
    async (id) => {
      const root = `/internal/siem_migrations/${kind}`;
      const { migration_id: made } = await bare("PUT", root, { name: `Splunk ${kind}` });
      await bare("POST", `${root}/${made}/start`, { settings: { connector_id: id } });
      return () => bare("DELETE", `${root}/${made}`);
    },
  ]),
  [
    "Support bot",
    async (id) => {
      const saved = { name: "Support bot", indices: ["i"], queryFields: { i: ["f"] }, elasticsearchQueryJSON: "{}" };
      const { _meta: made } = await bare("PUT", playgrounds, { ...saved, summarizationModel: { connectorId: id } });
      return () => bare("DELETE", `${playgrounds}/${made.id}`);
    },
  ],
];

describe("what names a model in a setting of Kibana is a user of its connector", () => {
  test.each(named)("%s: delete, get, list, map and audit say so", async (name, make) => {
    const takeBack = await make("chat");
    const it = await shared("9.5", url);
    expect((await it.call("safe_delete_connector", { ids: ["chat"] })).body.error).toMatchObject({
      code: "in_use",
      message: expect.stringContaining(`"${name}"`),
    });
    expect((await it.call("get_connector", { id: "chat" })).body).toMatchObject({ users: [{ name }], users_total: 1 });
    const { body: unused } = await it.call("list_connectors", { state: "unused" });
    expect(unused.connectors.map(({ id }: { id: string }) => id)).toEqual(["other"]);
    expect(JSON.stringify((await it.call("map_notifications", { connector: "chat" })).body)).toContain(name);
    const audit = async (check: string) => {
      const { body } = await it.call("audit_connectors", { detail: true, limit: 50, spaces: ["default"] });
      const found = body.findings.filter((one: { check: string }) => one.check.startsWith(check));
      return found.map((one: { connector: { id: string } }) => one.connector.id);
    };
    expect(await audit("unused")).toEqual(["other"]);
    await takeBack();
    expect((await audit("unused")).sort()).toEqual(["chat", "other"]);
  });

  const leadsWith = (more: object): OtherUsers => ({
    [`${leads}/status`]: { status: 200, body: { indexExists: true, totalLeads: 0, lastRun: null, ...more } },
  });
  const byFeature = (id: string, invalidEndpoints?: string[]): OtherUsers => ({
    [settings]: { status: 200, body: { data: { features: [{ feature_id: "x", endpoints: [{ id }] }] }, invalidEndpoints } },
  });
  test.each<[string, OtherUsers, string[]]>([
    ["one that Kibana does not find", byFeature("gone", ["gone"]), ["gone"]],
    ["not an endpoint of Elasticsearch", byFeature("own-endpoint", []), []],
    ["not where Kibana does not say", byFeature("own-endpoint"), []],
    ["one of threat hunting leads", leadsWith({ isEnabled: true, connectorId: "gone" }), ["gone"]],
    ["not of leads that are made on no schedule", leadsWith({ isEnabled: false, connectorId: "gone" }), []],
    ["one of significant events", { [events]: { status: 200, body: { connectorIdDiscovery: "gone" } } }, ["gone"]],
    [
      "not an endpoint of Elastic's in an advanced setting",
      {
        "/internal/kibana/settings": {
          status: 200,
          body: { settings: { "genAiSettings:defaultAIConnector": { userValue: ".anthropic-claude-4.6-sonnet-chat_completion" } } },
        },
      },
      [],
    ],
  ])("an audit names what is gone: %s", async (_what, users, expected) => {
    const it = await shared("9.5", url, answering(users));
    const { body } = await it.call("audit_connectors", { detail: true, spaces: ["default"] });
    const gone = body.findings.filter((one: { check: string }) => one.check === "dangling_reference");
    expect(gone.map((one: { connector: { id: string } }) => one.connector.id)).toEqual(expected);
  });

  test.each<[string, OtherUsers]>([
    ["no such route", { [settings]: noRoute, [events]: noRoute, [playgrounds]: noRoute, [`${leads}/status`]: noRoute }],
    ["a licence below that of leads", { [`${leads}/status`]: refused("Your license does not support this feature.") }],
    [
      "significant events are switched off",
      { [events]: refused('Significant events is disabled. Enable "x" in Advanced Settings to start using it.') },
    ],
  ])("nothing is missed where there is %s", async (_what, users) => {
    const it = await shared("off", url, answering(users));
    const { body } = await it.call("safe_delete_connector", { ids: ["chat"], dry_run: true });
    expect(body.status).toBe("planned");
    expect(JSON.stringify(body.warnings)).not.toContain("Not looked at");
  });

  test("leads that the key may not read are told as not looked at, and a model alone is asked about", async () => {
    const denied = { [`${leads}/status`]: refused("access denied") };
    const it = await shared("denied", url, answering(denied));
    const { body } = await it.call("safe_delete_connector", { ids: ["chat"], dry_run: true });
    expect(JSON.stringify(body)).toContain("the settings of threat hunting leads (");
    const slack = await withChat(".slack", "9.5", (end) => ends.push(end));
    const other = await shared("slack", slack, answering(denied));
    await other.call("safe_delete_connector", { ids: ["chat"], dry_run: true });
    expect(other.calls.filter(({ path }) => path.includes("entity_analytics"))).toEqual([]);
  });
});
