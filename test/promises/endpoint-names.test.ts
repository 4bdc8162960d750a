import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { esQueryRule } from "../support/es-query-rule.ts";
import { withChat } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));
let url = "";
const server = () => shared("9.5", url);

async function bare(method: string, path: string, body?: object) {
  const headers = { "kbn-xsrf": "x", "content-type": "application/json", "x-elastic-internal-origin": "kibana" };
  const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.status, path).toBeLessThan(300);
  const text = await answer.text();
  return text === "" ? {} : JSON.parse(text);
}

const gone: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of gone.splice(0)) await end();
});

beforeAll(async () => {
  url = await withChat(".slack", "9.5", (end) => ends.push(end));
  for (const id of ["llm", "llm-2"]) {
    const model = { provider: "openai", taskType: "chat_completion", inferenceId: `${id}-endpoint`, providerConfig: { model_id: "gpt" } };
    const secrets = { providerSecrets: { api_key: "k" } };
    await bare("POST", `/api/actions/connector/${id}`, { name: `Model ${id}`, connector_type_id: ".inference", config: model, secrets });
  }
});

const prompt = (names: string, type = "ai.prompt") =>
  `  - name: ask\n    type: ${type}\n    connector-id: ${names}\n    with:\n      prompt: x\n`;
const runs = (path: string) => `  - name: ask\n    type: kibana.request\n    with:\n      method: POST\n      path: ${path}\n`;

async function saved(...steps: string[]) {
  const yaml = `name: Asks\nenabled: true\ntriggers:\n  - type: manual\nsteps:\n${steps.join("")}`;
  const { id } = await bare("POST", "/api/workflows/workflow", { yaml });
  gone.push(() => bare("DELETE", "/api/workflows", { ids: [id] }));
  return id as string;
}

async function chosen(names: string) {
  const put = (to: string | null) => bare("POST", "/internal/kibana/settings", { changes: { "genAiSettings:defaultAIConnector": to } });
  await put(names);
  gone.push(() => put(null));
}

async function scheduled(names: string) {
  const model = { connectorId: names, actionTypeId: ".inference", name: "x" };
  const params = { alerts_index_pattern: ".alerts-security.alerts-default", api_config: model, size: 10 };
  const body = { name: "Finds", enabled: true, params, schedule: { interval: "1h" }, actions: [] };
  const { id } = await bare("POST", "/api/attack_discovery/schedules", body);
  gone.push(() => bare("DELETE", `/api/attack_discovery/schedules/${id}`));
}

async function asked(names: string) {
  const actions = [{ id: "system-connector-.observability-ai-assistant", params: { connector: names, message: "x" } }];
  await bare("POST", "/api/alerting/rule/triage", { ...esQueryRule("triage", []), actions });
  gone.push(() => bare("DELETE", "/api/alerting/rule/triage"));
}

/** Whether the connector `llm` may be deleted. */
async function ofDelete() {
  const { body } = await (await server()).call("safe_delete_connector", { ids: ["llm"], dry_run: true });
  const code = body.error?.code ?? body.would_be_refused?.[0]?.code;
  if (code !== undefined) return code;
  return JSON.stringify(body.warnings ?? []).includes("decided when it runs") ? "perhaps" : "free";
}

const users: [string, (names: string) => Promise<unknown>][] = [
  ["a step that asks", (names) => saved(prompt(names))],
  ["a step that sums up", (names) => saved(prompt(names, "ai.summarize"))],
  ["the setting for the default AI connector", chosen],
  ["a schedule of attack discovery", scheduled],
  ["a rule's action of the Observability AI Assistant", asked],
];

describe("what names a connector by its inference endpoint is a user of it", () => {
  test.each(users)("%s", async (_what, make) => {
    await make("llm-endpoint");
    expect(await ofDelete()).toBe("in_use");
    const it = await server();
    const { body: listed } = await it.call("list_connectors", { state: "unused" });
    expect(listed.connectors.map(({ id }: { id: string }) => id)).not.toContain("llm");
    expect((await it.call("get_connector", { id: "llm" })).body).toMatchObject({ users: [{ can_be_moved: false }], users_total: 1 });
  });

  test.each(users)("not by another endpoint: %s", async (_what, make) => {
    await make("llm-2-endpoint");
    expect(await ofDelete()).toBe("free");
  });

  test.each([
    ["{{ inputs.model }}", "perhaps"],
    ["llm-{{ inputs.what }}", "perhaps"],
    ["llm-2-{{ inputs.what }}", "free"],
  ])("what a run decides may be it: %s", async (names, says) => {
    await saved(prompt(`"${names}"`));
    expect(await ofDelete()).toBe(says);
  });

  test("a path takes no endpoint, and an id comes first", async () => {
    await saved(runs("/api/actions/connector/llm-endpoint/_execute"));
    expect(await ofDelete()).toBe("free");
    await bare("POST", "/api/actions/connector/llm-endpoint", { name: "Log", connector_type_id: ".server-log" });
    gone.push(() => bare("DELETE", "/api/actions/connector/llm-endpoint"));
    await saved(prompt("llm-endpoint"));
    expect(await ofDelete()).toBe("free");
  });
});

test("an audit calls it in use and not gone, but for an endpoint of no connector", async () => {
  await saved(prompt("llm-endpoint"), prompt("no-endpoint").replace("ask", "ask again"));
  const { body } = await (await server()).call("audit_connectors", { detail: true, limit: 50 });
  const of = (check: string) => body.findings.filter((one: { check: string }) => one.check === check);
  expect(of("dangling_reference").map((one: { connector: { id: string } }) => one.connector.id)).toEqual(["no-endpoint"]);
  const unused = [...of("unused"), ...of("unused_as_far_as_seen")].map((one) => one.connector.id);
  expect(unused).toContain("llm-2");
  expect(unused).not.toContain("llm");
});

test("a replacement leaves such a place and says so, beside one that it moves", async () => {
  const id = await saved(prompt("llm-endpoint"), prompt("llm").replace("ask", "ask again"));
  const it = await server();
  const { body } = await it.call("replace_connector", { from: "llm", to: "llm-2" });
  expect(body.status, JSON.stringify(body)).toBe("done");
  expect(JSON.stringify(body)).toContain("It names the connector's inference endpoint.");
  const { yaml } = await bare("GET", `/api/workflows/workflow/${id}`);
  expect(yaml).toContain("connector-id: llm-endpoint\n");
  expect(yaml).toContain("connector-id: llm-2\n");

  const { body: again } = await it.call("replace_connector", { from: "llm", to: "llm-2" });
  expect(again.status).not.toBe("done");
  expect(JSON.stringify(again)).toContain("It names the connector's inference endpoint.");
});

test("what names it is no leftover of a connector that is gone", async () => {
  const id = await saved(prompt("llm-endpoint"));
  const { body } = await (await server()).call("replace_connector", { from: "llm-endpoint", to: "llm-2" });
  expect(body.error?.code).toBe("connector_not_found");
  expect((await bare("GET", `/api/workflows/workflow/${id}`)).yaml).toContain("connector-id: llm-endpoint\n");
});

describe("an update that gives the connector another inference endpoint", () => {
  const update = async (config: object) => {
    const args = { id: "llm", config, secrets: { providerSecrets: { api_key: { $env: "CONNECTOR_SECRET_MODEL" } } }, dry_run: true };
    return JSON.stringify((await (await models("9.5", url)).call("update_connector", args)).body);
  };

  test.each(users)("names who calls the one that it leaves: %s", async (_what, make) => {
    await make("llm-endpoint");
    const said = await update({ inferenceId: "llm-later" });
    expect(said).toMatch(
      /Its inference endpoint \\"llm-endpoint\\" is named by 1 (workflow|setting|schedule of attack discovery|rule): \\"/,
    );
    expect(said).toContain("from then on it reaches what is left of it in Elasticsearch, and no longer this connector. In Kibana");
  });

  test("and a workflow that asks Elasticsearch for it", async () => {
    await saved(
      "  - name: ask\n    type: elasticsearch.request\n    with: { method: POST, path: /_inference/chat_completion/llm-endpoint }\n",
    );
    expect(await update({ inferenceId: "llm-later" })).toContain('is named by 1 workflow: \\"Asks\\"');
  });

  test.each([
    ["{{ inputs.model }}", true],
    ["llm-{{ inputs.what }}", true],
    ["llm-2-{{ inputs.what }}", false],
  ])("what a run decides may be it: %s", async (names, may) => {
    await saved(prompt(`"${names}"`));
    expect((await update({ inferenceId: "llm-later" })).includes("decided when it runs")).toBe(may);
  });

  test("as a delete does, what nobody can list is said", async () => {
    expect(await update({ inferenceId: "llm-later" })).toContain("whether they name its inference endpoint");
  });

  test.each<[string, (names: string) => Promise<unknown>, string, object]>([
    ["who names the connector by its id", (id) => saved(prompt(id)), "llm", { inferenceId: "llm-later" }],
    ["who names another endpoint", (id) => saved(prompt(id)), "llm-2-endpoint", { inferenceId: "llm-later" }],
    ["an update that keeps it", (id) => saved(prompt(id)), "llm-endpoint", { providerConfig: { model_id: "gpt-5" } }],
  ])("nothing of %s", async (_what, make, names, config) => {
    await make(names);
    expect(await update(config)).not.toContain("is named by");
  });
});
const models = sharedServers({ env: { CONNECTOR_SECRET_MODEL: "k-of-the-model" } });
