import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectorTypes } from "../../src/catalog/index.ts";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";

type Dict = Record<string, unknown>;
type How = "path" | "query" | "segments" | "encoded";
/** What Kibana puts into the address of a request (stack_connectors/server/connector_types): `at` is where the id stands in the params. */
type Placed = [type: string, subAction: string, at: string, how: How, others?: Dict];

/** What an incident must have besides. */
const incidents: Record<string, Dict> = {
  ".jira": { summary: "s" },
  ".servicenow": { short_description: "s" },
  ".servicenow-sir": { short_description: "s" },
  ".resilient": { name: "n" },
  ".thehive": { title: "t", description: "d" },
  ".swimlane": { ruleName: "r" },
};
const onHost = { comment: "c" };
const webhook = { webhook: { id: 1, name: "w", storyId: 2, path: "p", secret: "s" }, body: "{}" };
const placed: Placed[] = [
  [".opsgenie", "closeAlert", "alias", "path"],
  [".jira-service-management", "closeAlert", "alias", "path"],
  ...["isolateHost", "releaseHost"].map((name): Placed => [".microsoft_defender_endpoint", name, "id", "path", onHost]),
  ...["getAgentDetails", "getActionResults"].map((name): Placed => [".microsoft_defender_endpoint", name, "id", "path"]),
  [".microsoft_defender_endpoint", "runScript", "id", "path", { parameters: { scriptName: "s" } }],
  [".microsoft_defender_endpoint", "cancelAction", "actionId", "path", onHost],
  [".sentinelone", "fetchAgentFiles", "agentId", "path", { files: ["f"], zipPassCode: "x1234567890" }],
  [".sentinelone", "downloadAgentFile", "agentId", "path", { activityId: "1" }],
  [".sentinelone", "downloadAgentFile", "activityId", "path", { agentId: "1" }],
  ...Object.entries(incidents).map(
    ([type, incident]): Placed => [type, "pushToService", "incident.externalId", "path", { incident, comments: null }],
  ),
  [".jira", "getIncident", "externalId", "path"],
  [".jira", "fieldsByIssueType", "id", "path"],
  [".jira", "issue", "id", "path"],
  [".servicenow", "getIncident", "externalId", "path"],
  [".servicenow-sir", "getIncident", "externalId", "path"],
  [".servicenow", "closeIncident", "incident.externalId", "path"],
  [".servicenow", "closeIncident", "incident.correlation_id", "query"],
  ...[".servicenow", ".servicenow-sir", ".servicenow-itom"].map((type): Placed => [type, "getChoices", "fields", "query"]),
  [".slack_api", "validChannelId", "channelId", "query"],
  ...["run", "test"].flatMap((name): Placed[] => [
    [".tines", name, "webhook.path", "path", webhook],
    [".tines", name, "webhook.secret", "path", webhook],
    [".gemini", name, "model", "path", { body: "{}" }],
    [".bedrock", name, "model", "segments", { body: "{}" }],
  ]),
  ...["invokeAI", "invokeAIRaw", "invokeStream"].flatMap((name): Placed[] => [
    [".gemini", name, "model", "path", { messages: [] }],
    [".bedrock", name, "model", "segments", { messages: [] }],
  ]),
  ...["converse", "converseStream"].map((name): Placed => [".bedrock", name, "model", "segments", { messages: [] }]),
  [".cases-webhook", "pushToService", "incident.externalId", "encoded", { incident: { title: "t" }, comments: null }],
];

const unfit: Record<How, string[]> = {
  path: ["al1/acknowledge?x=", "../users/1", "a?b", "a#b", "a%2fb", "a\\b", "..", ".", ".\t.", "a\nb", " ", ""],
  query: ["a&sysparm_query=b", "a#b", "a%5Eb", "a^ORstate=1", "javascript:gs.log()", "a\tb"],
  segments: ["../async-invoke?x=", "a/../b", "a?b", "a#b", "a\\b", "%2e%2e", ".."],
  encoded: ["..", ".", ""],
};
const plain: Record<How, string[]> = {
  path: ["OPS-1", "a b: ü (1)", "{{rule.id}}:{{alert.id}}", "a..b", "~42", "@x,y;z=1&w+v"],
  query: ["C0123456789", "a b: ü", "a/b?c", "{{rule.id}}:{{alert.id}}"],
  segments: ["arn:aws:bedrock:us-east-1:1:application-inference-profile/x", "us.anthropic.claude-v1:0", "arn%3Aaws%2Fx"],
  encoded: ["a/b?c=d#e", "50% & more", "INC 1"],
};

const configs: Record<string, (url: string) => [config: Dict, secrets: Dict]> = {
  ".opsgenie": (apiUrl) => [{ apiUrl }, { apiKey: "k" }],
  ".jira-service-management": (apiUrl) => [{ apiUrl }, { apiKey: "k" }],
  ".microsoft_defender_endpoint": (url) => [
    { clientId: "c", tenantId: "t", oAuthServerUrl: url, oAuthScope: "s", apiUrl: url },
    { clientSecret: "k" },
  ],
  ".sentinelone": (url) => [{ url }, { token: "k" }],
  ".jira": (apiUrl) => [
    { apiUrl, projectKey: "P" },
    { email: "a@b.example", apiToken: "k" },
  ],
  ".servicenow": (apiUrl) => [
    { apiUrl, usesTableApi: true, isOAuth: false },
    { username: "u", password: "k" },
  ],
  ".servicenow-sir": (apiUrl) => [
    { apiUrl, usesTableApi: true, isOAuth: false },
    { username: "u", password: "k" },
  ],
  ".servicenow-itom": (apiUrl) => [
    { apiUrl, isOAuth: false },
    { username: "u", password: "k" },
  ],
  ".resilient": (apiUrl) => [
    { apiUrl, orgId: "201" },
    { apiKeyId: "i", apiKeySecret: "k" },
  ],
  ".thehive": (url) => [{ url }, { apiKey: "k" }],
  ".swimlane": (apiUrl) => [{ apiUrl, appId: "a", connectorType: "all", mappings: {} }, { apiToken: "k" }],
  ".slack_api": () => [{}, { token: "xoxb-1" }],
  ".tines": (url) => [{ url }, { email: "a@b.example", token: "k" }],
  ".gemini": (apiUrl) => [{ apiUrl, gcpRegion: "r", gcpProjectID: "p" }, { credentialsJson: '{"type":"service_account"}' }],
  ".bedrock": (apiUrl) => [{ apiUrl }, { accessKey: "a", secret: "k" }],
  ".cases-webhook": (url) => [
    {
      createIncidentUrl: `${url}/issue`,
      createIncidentJson: "{}",
      createIncidentResponseKey: "id",
      getIncidentUrl: `${url}/issue/{{{external.system.id}}}`,
      getIncidentResponseExternalTitleKey: "id",
      viewIncidentUrl: `${url}/browse`,
      updateIncidentUrl: `${url}/issue/{{{external.system.id}}}`,
      updateIncidentJson: "{}",
      hasAuth: true,
      authType: "webhook-authentication-basic",
    },
    { user: "u", password: "k" },
  ],
};

const idOf = (type: string) => `one${type.replace(/\W|_/g, "-")}`;
const got: string[] = [];
const service = createServer(async (request, response) => {
  for await (const _chunk of request);
  got.push(`${request.method} ${request.url}`);
  response.writeHead(200, { "content-type": "application/json" });
  response.end('{"result":"ok","took":1,"requestId":"x","access_token":"t","token_type":"Bearer","expires_in":3600,"id":"1"}');
});
let kibana: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
const inKibana = (path: string, body: Dict) =>
  fetch(`${kibana.url}${path}`, {
    method: "POST",
    headers: { "kbn-xsrf": "x", "content-type": "application/json" },
    body: JSON.stringify(body),
  }).then(async (answer) => (answer.ok ? answer.status : answer.text()));
beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  kibana = await startSandboxWith(["--kibana-version", "9.6", "--empty", "--deliver"]);
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  for (const [type, of] of Object.entries(configs)) {
    const [config, secrets] = of(url);
    const body = { name: `One ${type}`, connector_type_id: type, config, secrets };
    expect([type, await inKibana(`/api/actions/connector/${idOf(type)}`, body)]).toEqual([type, 200]);
  }
  const env = { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "10000" };
  server = await startServer({ person: yes, env });
});
afterAll(async () => {
  await server.close();
  await kibana.stop();
  service.close();
});

/** The params with an id at its place. */
function withId([key = "", ...rest]: readonly string[], id: string, others: Dict): Dict {
  if (rest.length > 0) return { ...others, [key]: withId(rest, id, Object(others[key])) };
  return { ...others, [key]: key === "fields" ? [id] : id };
}
const run = async ([type, subAction, at, , others = {}]: Placed, id: string, more: Dict = {}) => {
  const before = [server.questions.length, got.length];
  const params = { subAction, subActionParams: withId(at.split("."), id, others) };
  const { body } = await server.call("execute_connector", { id: idOf(type), params, ...more });
  return { body, asked: server.questions.length - (before[0] ?? 0), sent: got.slice(before[1]) };
};

describe("an id that Kibana puts into the address of a request", () => {
  test("is known for every sub-action that has one", async () => {
    const known = (await connectorTypes()).flatMap(({ id, subActions = {} }) =>
      Object.entries(subActions).flatMap(([name, { inAddress = {} }]) =>
        Object.entries(inAddress).map(([at, how]) => [id, name, at, how].join(" ")),
      ),
    );
    expect(known.sort()).toEqual(placed.map(([type, name, at, how]) => [type, name, at, how].join(" ")).sort());
  });

  test.each(placed)("of %s %s is refused in %s where it is no plain one, before anybody is asked", async (...one) => {
    const [, , at, how] = one;
    for (const id of unfit[how]) {
      const { body, asked, sent } = await run(one, id);
      const path = `params.subActionParams.${at}`;
      expect([id, body.error?.code, body.error?.detail?.problems, asked, sent]).toEqual([
        id,
        "invalid_arguments",
        [{ path, problem: "is no plain id" }],
        0,
        [],
      ]);
      expect(body.error.fix).not.toBe("");
    }
  });

  test.each(placed)("of %s %s is taken in %s where it is a plain one, however it is written", async (...one) => {
    for (const id of plain[one[3]]) {
      const { body } = await run(one, id, { dry_run: true });
      expect([id, body.status ?? body.error]).toEqual([id, "planned"]);
    }
  });

  test("reaches what it names: blanks, colons and letters of any script are encoded on the way", async () => {
    const { body, asked, sent } = await run([".opsgenie", "closeAlert", "alias", "path"], "a b: ü");
    expect([body.status, asked, sent]).toEqual(["done", 1, ["POST /v2/alerts/a%20b:%20%C3%BC/close?identifierType=alias"]]);
    const pushed = await run(
      [".cases-webhook", "pushToService", "incident.externalId", "encoded", { incident: { title: "t" }, comments: null }],
      "a/b?c",
    );
    expect(pushed.sent[0]).toBe("PUT /issue/a%2Fb%3Fc");
  });
});

describe("a key that no request could close", () => {
  const alias = "db/1?x=";

  test("may open an alert, and no undo is promised for it", async () => {
    const params = { subAction: "createAlert", subActionParams: { message: "m", alias } };
    const { body } = await server.call("execute_connector", { id: "one-opsgenie", params });
    expect(body.status).toBe("done");
    expect(body).not.toHaveProperty("undo");
    const other = await server.call("execute_connector", {
      id: "one-opsgenie",
      params: { ...params, subActionParams: { message: "m", alias: "db-1" } },
    });
    expect(other.body.undo).toMatchObject({ args: { params: { subAction: "closeAlert", subActionParams: { alias: "db-1" } } } });
  });

  const rule = async (id: string, more: Dict = {}, actions: Dict[] = []) => {
    const { params, ...body } = esQueryRule(id, actions);
    expect(await inKibana(`/api/alerting/rule/${id}`, { ...body, params: { ...params, ...more } })).toBe(200);
    return id;
  };
  const grouped = { groupBy: "top", termField: "host.name", termSize: 5 };
  const attach = (connector: string, id: string, more: Dict) =>
    server.call("attach_connector", { connector, rules: [id], ...more, dry_run: true });

  test.each<[string, string, string, string]>([
    ["Opsgenie", "one-opsgenie", "db/{{alert.id}}", "alias"],
    ["Opsgenie, in a section", "one-opsgenie", "{{#context}}a/b?c={{/context}}{{alert.id}}", "alias"],
    ["Jira Service Management", "one-jira-service-management", "..", "alias"],
    ["ServiceNow", "one-servicenow", "{{alert.id}}^ORstate=1", "incident.correlation_id"],
  ])("is not attached: %s", async (what, connector, key, at) => {
    const { body } = await attach(connector, await rule(`key-${what.replace(/\W/g, "")}`), { dedup_key: key });
    expect(body.error).toMatchObject({ code: "invalid_arguments" });
    expect(body.error.detail.problems).toContainEqual(`params.subActionParams.${at}: is no plain id`);
  });

  test.each<[string, Dict, Dict, RegExp | undefined]>([
    ["the values of a field tell its alerts apart", grouped, {}, /where \{\{alert\.id\}\} holds one of \/ \\ \? # %/],
    ["it takes a text of the alert", {}, { dedup_key: "{{rule.id}}-{{context.title}}" }, /where \{\{context\.title\}\} holds/],
    ["the rule has one alert", {}, {}, undefined],
    ["it takes the alert's own id", grouped, { dedup_key: "{{rule.id}}-{{alert.uuid}}" }, undefined],
  ])("is told of where a value may make it one: %s", async (what, params, more, said) => {
    const { body } = await attach("one-opsgenie", await rule(`told-${what.replace(/\W/g, "")}`, params), more);
    expect(body.status).toBe("planned");
    const told = (body.warnings ?? []).filter((one: string) => one.includes("of the request as it is")).join();
    expect(told).toMatch(said ?? /^$/);
  });

  test("is found by a rehearsal, and is sent by none", async () => {
    const close = { subAction: "closeAlert", subActionParams: { alias: "{{rule.name}}" } };
    const open = { subAction: "createAlert", subActionParams: { message: "m", alias: "{{rule.name}}" } };
    const id = await rule("rehearsed", {}, [
      { id: "one-opsgenie", params: open },
      { id: "one-opsgenie", group: "recovered", params: close },
    ]);
    const problems = async () => JSON.stringify((await server.call("test_connector", { id: "one-opsgenie", rule: id })).body.result);
    expect(await problems()).not.toContain("no plain id");
    const { params, name: _name, rule_type_id: _type, consumer: _consumer, ...body } = esQueryRule(id, []);
    const actions = [open, close].map((one, at) => ({
      id: "one-opsgenie",
      group: at === 0 ? "query matched" : "recovered",
      params: one,
      frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
    }));
    await fetch(`${kibana.url}/api/alerting/rule/${id}`, {
      method: "PUT",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: JSON.stringify({ ...body, params, name: "cpu/total?", actions }),
    });
    expect(await problems()).toContain("no plain id");
    const before = got.length;
    await server.call("test_connector", { id: "one-opsgenie", rule: id, mode: "loud" });
    const sent = got.slice(before);
    const others = sent.filter((one) => !/^POST \/v2\/alerts(\/connector-test-\w+-\d\/close\?identifierType=alias)?$/.test(one));
    expect([sent.length, others]).toEqual([2, []]);
  });
});
