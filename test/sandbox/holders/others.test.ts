import { describe, expect, test } from "vitest";
import type { SandboxOptions } from "../../../src/sandbox/index.ts";
import { kibana, refusal } from "../kibana.ts";
import { basic, internal } from "./workflow-yaml.ts";

const { call, get } = await kibana();
const jira = { id: "soc-jira", name: "SOC Jira", type: ".jira", fields: null };
const none = { id: "none", name: "none", type: ".none", fields: null };
const counted = async (own: { get: typeof get }, id: string, space = "") =>
  (await own.get(`${space}/api/actions/connectors`)).body.find((one: { id: string }) => one.id === id).referenced_by_count;

describe("which Kibana has what", () => {
  const agents = "/api/agent_builder/agents";
  const schedules = "/api/attack_discovery/schedules/_find";
  const leads = "/internal/entity_analytics/leads/status";
  const conversations = "/api/security_ai_assistant/current_user/conversations/_find";
  const noAssistant = "Your license does not support AI Assistant. Please upgrade your license.";
  test.each<[string, SandboxOptions, number, string?]>([
    [agents, {}, 200],
    [agents, { version: "9.1" }, 404],
    [agents, { license: "platinum" }, 403, "Invalid license level. Agent Builder requires an enterprise license."],
    [schedules, {}, 200],
    [schedules, { version: "9.1" }, 404],
    [schedules, { license: "gold" }, 403, noAssistant],
    [conversations, {}, 200],
    [conversations, { version: "8.14" }, 404],
    [conversations, { license: "basic" }, 403, noAssistant],
    [leads, {}, 200],
    [leads, { version: "9.3" }, 404],
    [leads, { license: "platinum" }, 403, "Your license does not support this feature."],
    ["/api/cases/configure", { version: "8.0" }, 200],
    ["/api/cases/_find", { license: "basic" }, 200],
    ["/internal/cases/templates", {}, 200],
    ["/internal/cases/templates", { version: "9.4" }, 404],
    ["/internal/kibana/settings", {}, 200],
    ["/internal/kibana/settings", { version: "8.7" }, 404],
    ["/api/synthetics/settings", {}, 200],
    ["/api/synthetics/settings", { version: "8.17" }, 404],
    ["/internal/synthetics/settings", { version: "8.17" }, 200],
    ["/api/uptime/settings", {}, 200],
    ["/api/uptime/settings", { version: "serverless" }, 404],
  ])("%s %j: %i", async (path, options, status, message) => {
    const answer = await (await kibana(options)).get(path, internal);
    expect(answer.status).toBe(status);
    if (message) expect(answer.body).toEqual(refusal(403, message));
  });

  test.each([
    [agents, "agentBuilder:read"],
    [schedules, "securitySolution-attackDiscoveryAll"],
    [conversations, "securitySolution-elasticAssistant"],
    [leads, "securitySolution-entity-analytics"],
    ["/internal/kibana/settings", "advancedSettings:read"],
    ["/api/synthetics/settings", "uptime-read"],
  ])("%s needs %s", async (path, privilege) => {
    const own = await kibana({
      auth: `users:
  - { username: nobody, password: pw }
`,
    });
    const { status, body } = await own.get(path, { ...internal, ...basic("nobody") });
    expect([status, body.message]).toEqual([403, expect.stringContaining(`[${privilege}]`)]);
  });
});

describe("cases", () => {
  test("the demo's two count in the references of their connectors", async () => {
    const { body } = await get("/s/security/api/cases/_find");
    expect(body).toMatchObject({
      total: 1,
      count_open_cases: 1,
      cases: [{ id: "case-phishing-2031", connector: jira, owner: "securitySolution" }],
    });
    expect((await get("/api/cases/case-disk-incident-77")).body.connector.id).toBe("servicenow-itsm");
    expect((await get("/api/cases/nope")).status).toBe(404);
  });

  test("one that is made, moved to no connector, closed and deleted", async () => {
    const own = await kibana();
    const made = (await own.call("POST", "/s/security/api/cases", { title: "T", owner: "cases", connector: jira })).body;
    expect(await counted(own, "soc-jira", "/s/security")).toBe(3);
    const patch = (more: object, version: string) =>
      own.call("PATCH", "/s/security/api/cases", { cases: [{ id: made.id, version, ...more }] });
    const [moved] = (await patch({ connector: none, status: "closed" }, made.version)).body;
    expect(await counted(own, "soc-jira", "/s/security")).toBe(2);
    expect((await patch({ status: "open" }, made.version)).status).toBe(409);
    expect((await own.get("/s/security/api/cases/_find?status=closed")).body.cases).toMatchObject([{ id: moved.id }]);
    expect((await own.call("DELETE", `/s/security/api/cases?ids=${encodeURIComponent(JSON.stringify([made.id]))}`)).status).toBe(204);
    expect((await own.get("/s/security/api/cases/_find?perPage=101")).status).toBe(400);
  });

  test("what belongs to another owner is missing without a word", async () => {
    const auth = `
users:
  - { username: stack, password: pw, cases: all }
  - { username: soc, password: pw, security_cases: read }
  - { username: nobody, password: pw }
`;
    const own = await kibana({ auth });
    const configure = (who: string, owner: string) =>
      own.call("POST", "/s/security/api/cases/configure", { owner, connector: jira, closure_type: "close-by-user" }, basic(who));
    expect((await configure("stack", "cases")).status).toBe(200);
    expect((await configure("stack", "securitySolution")).status).toBe(403);
    const list = async (who: string, path: string) => (await own.get(`/s/security/api/cases/${path}`, basic(who))).body;
    expect(await list("stack", "configure")).toMatchObject([{ owner: "cases", connector: jira }]);
    expect(await list("soc", "configure")).toEqual([]);
    expect((await list("stack", "_find")).total).toBe(0);
    expect((await list("soc", "_find")).total).toBe(1);
    expect((await list("nobody", "configure")).statusCode).toBe(403);
    expect((await list("stack", "case-phishing-2031")).statusCode).toBe(403);
  });

  test("templates in YAML are their owner's, and one that is not valid is refused", async () => {
    const auth = "users: [{ username: stack, password: pw, cases: all }, { username: soc, password: pw, security_cases: read }]";
    const own = await kibana({ auth });
    const path = "/s/security/internal/cases/templates";
    const make = (definition: string) =>
      own.call("POST", path, { name: "T", owner: "cases", definition }, { ...internal, ...basic("stack") });
    expect((await make("fields: []\nconnector: { id: soc-jira, type: .jira, fields: null }")).status).toBe(200);
    expect((await make("connector: soc-jira")).status).toBe(400);
    const list = async (who: string) => (await own.get(path, { ...internal, ...basic(who) })).body;
    expect(await list("stack")).toMatchObject({ total: 1, templates: [{ name: "T", definition: { connector: { id: "soc-jira" } } }] });
    expect(await list("soc")).toMatchObject({ total: 0, templates: [] });
  });

  test("a configuration counts its connector, not those of its templates", async () => {
    const own = await kibana();
    const path = "/s/security/api/cases/configure";
    const templates = [{ key: "t", name: "T", caseFields: { connector: { ...jira, id: "soc-slack" } } }];
    const made = (await own.call("POST", path, { owner: "cases", connector: jira, closure_type: "close-by-user", templates })).body;
    expect([await counted(own, "soc-jira", "/s/security"), await counted(own, "soc-slack", "/s/security")]).toEqual([3, 2]);
    expect((await own.get(path)).body[0].templates).toMatchObject(templates);
    const changed = await own.call("PATCH", `${path}/${made.id}`, { version: made.version, connector: none });
    expect(changed.body.connector.id).toBe("none");
    expect(await counted(own, "soc-jira", "/s/security")).toBe(2);
    expect((await own.call("PATCH", `${path}/${made.id}`, { version: made.version, connector: none })).status).toBe(409);
  });
});

describe("agents", () => {
  const agent = (id: string, more: object = {}) => ({
    ...{ id, name: id, description: "d" },
    configuration: { tools: [{ tool_ids: [] }], connector_ids: ["ops-slack"], workflow_ids: ["page-on-call"] },
    ...more,
  });
  const path = "/api/agent_builder/agents";

  test("hold connectors and workflows, and leave no reference", async () => {
    const own = await kibana();
    await own.call("POST", path, agent("helper"));
    const { results } = (await own.get(path)).body;
    expect(results.map(({ id }: { id: string }) => id)).toEqual(["elastic-ai-agent", "helper"]);
    expect(results[1].configuration).toMatchObject({ connector_ids: ["ops-slack"], workflow_ids: ["page-on-call"] });
    expect(await counted(own, "ops-slack")).toBe(2);
    const changed = await own.call("PUT", `${path}/helper`, { configuration: { tools: [], connector_ids: [] } });
    expect(changed.body.configuration.connector_ids).toEqual([]);
    expect((await own.call("DELETE", `${path}/helper`)).body).toEqual({ success: true });
    expect((await own.get(`${path}/helper`)).status).toBe(404);
  });

  test("know no connectors before 9.4, and are private unless told otherwise since 9.6", async () => {
    expect((await (await kibana({ version: "9.3" })).call("POST", path, agent("a"))).status).toBe(400);
    const auth =
      "users:\n  - { username: one, password: pw, agent_builder: all }\n  - { username: two, password: pw, agent_builder: all }\n";
    const own = await kibana({ version: "9.6", auth });
    const names = async (who: string) => (await own.get(path, basic(who))).body.results.map(({ id }: { id: string }) => id);
    await own.call("POST", path, agent("mine"), basic("one"));
    await own.call("POST", path, agent("ours", { access_control: { access_mode: "shared" } }), basic("one"));
    expect([await names("one"), await names("two")]).toEqual([
      ["elastic-ai-agent", "mine", "ours"],
      ["elastic-ai-agent", "ours"],
    ]);
  });

  test.each([
    ["9.4", { visibility: "private" }],
    ["9.5", { access_control: { access_mode: "private" } }],
  ])("may be private from 9.4 on, and of %s are so only if that is said", async (version, mode) => {
    const auth =
      "users:\n  - { username: one, password: pw, agent_builder: all }\n  - { username: two, password: pw, agent_builder: all }\n";
    const own = await kibana({ version, auth });
    await own.call("POST", path, agent("mine", mode), basic("one"));
    await own.call("POST", path, agent("open"), basic("one"));
    const { results } = (await own.get(path, basic("two"))).body;
    expect(results.map(({ id }: { id: string }) => id)).toEqual(["elastic-ai-agent", "open"]);
  });

  test("a tool holds a connector, too", async () => {
    const tool = { id: "search", type: "mcp", configuration: { connector_id: "ops-slack", tool_name: "t" } };
    await call("POST", "/api/agent_builder/tools", tool);
    expect((await get("/api/agent_builder/tools")).body.results).toMatchObject([tool]);
  });
});

test("the default AI connector is a setting of the space", async () => {
  const path = "/internal/kibana/settings";
  const changes = { "genAiSettings:defaultAIConnector": "my-model" };
  await call("POST", `/s/security${path}`, { changes }, internal);
  const value = async (space: string) => (await get(`${space}${path}`, internal)).body.settings["genAiSettings:defaultAIConnector"];
  expect([await value("/s/security"), await value("")]).toEqual([{ userValue: "my-model" }, undefined]);
  await call("POST", `/s/security${path}`, { changes: { "genAiSettings:defaultAIConnector": null } }, internal);
  expect(await value("/s/security")).toBeUndefined();
});

test("a conversation is seen by whoever held it", async () => {
  const auth = "users:\n  - { username: one, password: pw, assistant: all }\n  - { username: two, password: pw, assistant: all }\n";
  const own = await kibana({ auth });
  const path = "/api/security_ai_assistant/current_user/conversations";
  const apiConfig = { connectorId: "my-model", actionTypeId: ".gen-ai" };
  const { id } = (await own.call("POST", path, { title: "T", apiConfig }, basic("one"))).body;
  expect((await own.get(`${path}/_find?per_page=5`, basic("one"))).body).toMatchObject({
    page: 1,
    perPage: 5,
    total: 1,
    data: [{ id, apiConfig }],
  });
  expect((await own.get(`${path}/_find`, basic("two"))).body.total).toBe(0);
  expect((await own.call("DELETE", `${path}/${id}`, undefined, basic("two"))).status).toBe(404);
});

describe("schedules of attack discovery", () => {
  const path = "/api/attack_discovery/schedules";
  const frequency = { summary: true, notify_when: "onActiveAlert", throttle: null };
  const schedule = (name: string) => ({
    name,
    params: { alerts_index_pattern: ".alerts", size: 100, api_config: { connectorId: "my-model", actionTypeId: ".gen-ai" } },
    schedule: { interval: "24h" },
    actions: [{ group: "default", id: "soc-slack", params: { message: "m" }, frequency }],
  });

  test("count their actions as references, not their model", async () => {
    const own = await kibana();
    const made = await own.call("POST", `/s/security${path}`, schedule("S"));
    expect(made.body).toMatchObject({ enabled: false, params: { api_config: { connectorId: "my-model" } } });
    expect(await counted(own, "soc-slack", "/s/security")).toBe(3);
    await own.call("POST", `/s/security${path}/${made.body.id}/_enable`);
    expect((await own.get(`/s/security${path}/_find`)).body).toMatchObject({
      total: 1,
      data: [{ enabled: true, actions: [{ id: "soc-slack" }] }],
    });
    await own.call("DELETE", `/s/security${path}/${made.body.id}`);
    expect(await counted(own, "soc-slack", "/s/security")).toBe(2);
  });

  test.each(["8.19", "9.1", "9.2"])("%s lists them over its internal route too", async (version) => {
    const own = await kibana({ version });
    const older = "/internal/elastic_assistant/attack_discovery/schedules";
    const params = { alertsIndexPattern: ".alerts", size: 100, apiConfig: { connectorId: "my-model", actionTypeId: ".gen-ai" } };
    await own.call("POST", `/s/security${older}`, { ...schedule("S"), params }, internal);
    const { body } = await own.get(`/s/security${older}/_find?perPage=100`, internal);
    expect(body).toMatchObject({ page: 1, perPage: 100, total: 1, data: [{ name: "S", params, actions: [{ actionTypeId: ".slack" }] }] });
    expect((await own.get(`/s/security${path}/_find`)).status).toBe(version === "9.2" ? 200 : 404);
  });

  test.each(["8.18", "9.0"])("%s has none", async (version) => {
    const answer = await (await kibana({ version })).get("/internal/elastic_assistant/attack_discovery/schedules/_find", internal);
    expect(answer.status).toBe(404);
  });

  test.each([
    ["9.4", "page=1", ["B"]],
    ["9.4", "", ["A"]],
    ["9.5", "page=1", ["A"]],
    ["9.5", "page=2", ["B"]],
  ])("%s: ?%s answers %j", async (version, query, names) => {
    const own = await kibana({ version });
    for (const name of ["A", "B"]) await own.call("POST", `/s/security${path}`, schedule(name));
    const { data } = (await own.get(`/s/security${path}/_find?per_page=1&${query}`)).body;
    expect(data.map(({ name }: { name: string }) => name)).toEqual(names);
  });
});

test.each([
  ["/api/synthetics/settings", { defaultStatusRuleEnabled: true, defaultTLSRuleEnabled: true }],
  ["/api/uptime/settings", { heartbeatIndices: "heartbeat-*" }],
])("%s names connectors in a list, for each space", async (path, more) => {
  expect((await get(path)).body).toMatchObject({ defaultConnectors: [], ...more });
  await call("PUT", `/s/security${path}`, { defaultConnectors: ["soc-slack"], defaultEmail: { to: ["a@example.com"] } });
  expect((await get(`/s/security${path}`)).body).toMatchObject({
    defaultConnectors: ["soc-slack"],
    defaultEmail: { to: ["a@example.com"] },
    ...more,
  });
  expect((await get(path)).body.defaultConnectors).toEqual([]);
});
