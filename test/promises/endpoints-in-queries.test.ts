import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { no, type Person, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { isThere, withChat } from "../support/other-users.ts";
import type { Rewrite } from "../support/rewriting-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers({ env: { CONNECTOR_SECRET_MODEL: "k-of-the-model" } });
const unasked = sharedServers({ args: ["--dangerously-skip-confirmation"], asks: false });
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));
let url = "";
/** A key of its own for each test: a server keeps in mind what was declined. */
const server = (rewrite: Rewrite = {}, person: Person = yes) => shared(`9.5 ${expect.getState().currentTestName}`, url, rewrite, person);

async function bare(method: string, path: string, body?: object) {
  const headers = { "kbn-xsrf": "x", "content-type": "application/json", "x-elastic-internal-origin": "kibana" };
  const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return text === "" ? {} : JSON.parse(text);
}

beforeAll(async () => {
  url = await withChat(".slack", "9.5", (end) => ends.push(end));
  await bare("POST", "/internal/kibana/settings", { changes: { "alerting:v2:enabled": true } });
});

async function model(id: string) {
  const config = { provider: "openai", taskType: "completion", inferenceId: `${id}-endpoint`, providerConfig: { model_id: "gpt" } };
  const secrets = { providerSecrets: { api_key: "k" } };
  await bare("POST", `/api/actions/connector/${id}`, { name: `Model ${id}`, connector_type_id: ".inference", config, secrets });
}

const gone: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of gone.splice(0)) await end();
  for (const id of ["llm", "llm-2"]) if (await isThere(url, id)) await bare("DELETE", `/api/actions/connector/${id}`);
});

async function rule(params: object, more: object = {}) {
  await bare("POST", "/api/alerting/rule/triage", { ...esQueryRule("triage", []), params, ...more });
  gone.push(() => bare("DELETE", "/api/alerting/rule/triage"));
}
const esql = (query: string) =>
  rule({ searchType: "esqlQuery", esqlQuery: { esql: query }, size: 0, threshold: [0], timeField: "@timestamp" });
const detection = (type: string, params: object) => rule({ from: "now-6m", ...params }, { rule_type_id: type, consumer: "siem" });
const completion = (names: string) => `FROM logs-* | LIMIT 10 | COMPLETION verdict = message WITH {"inference_id": "${names}"}`;
const knn = (names: string) => ({
  query: { knn: { field: "v", query_vector_builder: { text_embedding: { model_id: names, model_text: "x" } } } },
});

async function newRule(names: string) {
  const query = { format: "standalone", breach: { query: completion(names) } };
  const metadata = { name: "triage", tags: [] };
  const { id } = await bare("POST", "/api/alerting/v2/rules", { kind: "alert", metadata, schedule: { every: "5m" }, query });
  gone.push(() => bare("DELETE", `/api/alerting/v2/rules/${id}`));
}

/** Sandboxes keep tools: one for each endpoint. */
const tool = (names: string) =>
  bare("POST", "/api/agent_builder/tools", {
    id: `triage.${names}`,
    type: "esql",
    configuration: { query: completion(names), params: {} },
  });

const rules: [string, (names: string) => Promise<unknown>][] = [
  ["a rule in ES|QL", (names) => esql(completion(names))],
  ["one that is off", (names) => rule({ esqlQuery: { esql: completion(names) } }, { enabled: false })],
  ["RERANK", (names) => esql(`FROM x METADATA _score | RERANK "attack" ON msg WITH {"inference_id":"${names}"}`)],
  ["COMPLETION of the first versions", (names) => esql(`FROM x | COMPLETION prompt WITH \`${names}\` | KEEP completion`)],
  ["TEXT_EMBEDDING", (names) => esql(`FROM x | WHERE KNN(v, TEXT_EMBEDDING("an attack (of any kind)", "${names}"))`)],
  ["a query of Elasticsearch as text", (names) => rule({ index: ["x"], threshold: [0], esQuery: JSON.stringify(knn(names)) })],
  ["a detection rule in ES|QL", (names) => detection("siem.esqlRule", { type: "esql", language: "esql", query: completion(names) })],
  ["a filter of a detection rule", (names) => detection("siem.queryRule", { type: "query", query: "*", filters: [knn(names)] })],
  ["a rule of the new alerting", newRule],
];

const deleting = async () => (await (await server()).call("safe_delete_connector", { ids: ["llm"], dry_run: true })).body;

describe("what calls a connector's inference endpoint in its query is a user of it", () => {
  test.each(rules)("a rule: %s", async (_what, make) => {
    await model("llm");
    await make("llm-endpoint");
    const body = await deleting();
    expect(body.error ?? body.would_be_refused?.[0]).toMatchObject({ code: "in_use" });
    expect(JSON.stringify(body)).toContain('is used by 1 rule: \\"triage\\"');
    expect(JSON.stringify(body)).toContain("name another inference endpoint in its query");
    const it = await server();
    expect((await it.call("get_connector", { id: "llm" })).body).toMatchObject({
      users: [{ kind: "rule", name: "triage", how: "its query", why_not: "It names the connector's inference endpoint." }],
      users_total: 1,
    });
    const { body: listed } = await it.call("list_connectors", { state: "unused" });
    expect(listed.connectors.map(({ id }: { id: string }) => id)).not.toContain("llm");
    const { body: map } = await it.call("map_notifications", { connector: "llm" });
    expect(map.counts).toMatchObject({ would_be_silent: { rule: 1 } });
    const { body: audit } = await it.call("audit_connectors", { checks: ["unused", "unused_as_far_as_seen"], detail: true });
    expect(audit.findings.map(({ connector }: { connector: { id: string } }) => connector.id)).not.toContain("llm");
    const config = { inferenceId: "llm-later" };
    const secrets = { providerSecrets: { api_key: { $env: "CONNECTOR_SECRET_MODEL" } } };
    const { body: updated } = await it.call("update_connector", { id: "llm", config, secrets, dry_run: true });
    expect(JSON.stringify(updated)).toContain('Its inference endpoint \\"llm-endpoint\\" is named by 1 rule: \\"triage\\"');
    expect(it.questions).toEqual([]);
  });

  test("a tool of agents", async () => {
    await model("llm-2");
    await tool("llm-2-endpoint");
    const { body } = await (await server()).call("safe_delete_connector", { ids: ["llm-2"], dry_run: true });
    expect(JSON.stringify(body)).toContain('is used by 1 tool of agents: \\"triage.llm-2-endpoint\\"');
  });

  test.each<[string, (names: string) => Promise<unknown>]>([...rules, ["a tool of agents", tool]])(
    "not by another endpoint: %s",
    async (_what, make) => {
      await model("llm");
      await make("another-endpoint");
      expect((await deleting()).would_be_refused ?? []).toEqual([]);
    },
  );

  test.each([
    ["a guide that quotes such a query", { esqlQuery: { esql: "FROM x" }, note: completion("llm-endpoint") }],
    ["a value that is compared", { esqlQuery: { esql: 'FROM x | WHERE service == "llm-endpoint"' } }],
  ])("not by %s", async (_what, params) => {
    await model("llm");
    await rule(params);
    expect((await deleting()).would_be_refused ?? []).toEqual([]);
  });

  test("also without anybody to ask", async () => {
    await model("llm");
    await esql(completion("llm-endpoint"));
    const { body } = await (await unasked("9.5", url)).call("safe_delete_connector", { ids: ["llm"] });
    expect(body.error).toMatchObject({ code: "in_use" });
    expect(await isThere(url, "llm")).toBe(true);
  });

  test("a rule that begins to call it while a person decides is found before the delete", async () => {
    await model("llm");
    const person: Person = async () => {
      await esql(completion("llm-endpoint"));
      return yes();
    };
    const { body } = await (await server({}, person)).call("safe_delete_connector", { ids: ["llm"] });
    expect(JSON.stringify(body)).toContain('1 rule: \\"triage\\"');
    expect(await isThere(url, "llm")).toBe(true);
  });
});

describe("where they cannot be read", () => {
  const forbidden = (route: string): Rewrite => ({
    refuse: ({ path }) =>
      path.includes(route)
        ? { status: 403, body: JSON.stringify({ statusCode: 403, error: "Forbidden", message: "Unauthorized to find rules" }) }
        : undefined,
  });

  test.each([
    ["llm", "/alerting/rules/_find", "rules whose query may call an inference endpoint", true],
    ["llm", "/alerting/v2/rules", "rules of the new alerting", true],
    ["chat", "/alerting/rules/_find", "rules whose query may call an inference endpoint", false],
    ["chat", "/alerting/v2/rules", "rules of the new alerting", false],
  ])("%s, of %s: %s were not looked at: %s", async (id, route, missed, isSaid) => {
    await model("llm");
    const it = await server(forbidden(route), no);
    const { body } = await it.call("safe_delete_connector", { ids: [id], dry_run: true });
    expect(JSON.stringify(body).includes(missed)).toBe(isSaid);
    const { body: audit } = await it.call("audit_connectors", { checks: ["unused", "unused_as_far_as_seen"], detail: true });
    const of = audit.findings.filter(({ connector }: { connector: { id: string } }) => connector.id === id);
    expect(JSON.stringify(of).includes(missed)).toBe(isSaid);
    await it.call("safe_delete_connector", { ids: [id] });
    expect(it.questions.join().includes(missed)).toBe(isSaid);
    expect(await isThere(url, id)).toBe(true);
  });
});
