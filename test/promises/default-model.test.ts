import { afterEach, describe, expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { no, type Person } from "../support/built-server.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers({ env: { CONNECTOR_SECRET_KEY: "key-of-another-model" } });
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const secret = { $env: "CONNECTOR_SECRET_KEY" };
const openAi = { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt" };
const endpoint = (id: string, taskType = "chat_completion") => ({
  ...{ provider: "openai", taskType, inferenceId: id, providerConfig: { model_id: "gpt" } },
});
const made = {
  ".gen-ai": { config: openAi, secrets: { apiKey: "k1234567" } },
  ".bedrock": { config: { apiUrl: "https://bedrock-runtime.us-east-1.amazonaws.com" }, secrets: { accessKey: "a", secret: "b" } },
  ".inference": { config: endpoint("own-endpoint"), secrets: { providerSecrets: { api_key: "k1234567" } } },
} as const;

interface Given {
  version?: string;
  /** Of a server of its own. */
  key?: string;
  person?: Person;
  models?: readonly (readonly [id: string, name: string, type: keyof typeof made])[];
  steps?: readonly string[];
  agents?: readonly object[];
  settings?: object;
}

const prod = ["prod", "Prod model", ".gen-ai"] as const;
const step = (type: string, more = "") => `  - name: ask\n    type: ${type}\n${more}    with:\n      prompt: x\n`;
const converse = (body = "input: x") =>
  `  - name: ask\n    type: kibana.request\n    with:\n      method: POST\n      path: /api/agent_builder/converse\n      body:\n        ${body}\n`;

async function deployment({ version = "9.5", key = version, person = no, models = [prod], steps = [], agents = [], settings }: Given = {}) {
  const { url, close } = await startSandbox({ empty: true, version });
  ends.push(close);
  const bare = async (method: string, path: string, body?: object) => {
    const headers = { "kbn-xsrf": "x", "content-type": "application/json", "x-elastic-internal-origin": "kibana" };
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    expect(answer.status, `${path} ${await answer.clone().text()}`).toBeLessThan(300);
    // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
    return (await answer.json()) as any;
  };
  for (const [id, name, type] of models) {
    const own = type === ".inference" ? { config: endpoint(`endpoint-of-${id}`) } : {};
    await bare("POST", `/api/actions/connector/${id}`, { name, connector_type_id: type, ...made[type], ...own });
  }
  const workflows: string[] = [];
  for (const [n, text] of steps.entries()) {
    const yaml = `name: Asks ${n}\nenabled: true\ntriggers:\n  - type: manual\nsteps:\n${text}`;
    workflows.push((await bare("POST", version === "9.3" ? "/api/workflows" : "/api/workflows/workflow", { yaml })).id);
  }
  for (const agent of agents) await bare("POST", "/api/agent_builder/agents", { description: "d", ...agent });
  if (settings) await bare("POST", "/internal/kibana/settings", { changes: settings });
  return { bare, workflows, ...(await shared(key, url, {}, person)) };
}

const remove = (server: Awaited<ReturnType<typeof deployment>>, ...ids: string[]) => server.call("safe_delete_connector", { ids });
const may = /^Not looked at, so they may use it: workflows \(The workflow "Asks 0" names none in "step ask" and takes the default one/;

const asking: [string, string][] = [
  ["a prompt", step("ai.prompt")],
  ["a summary", step("ai.summarize")],
  ["a classification", step("ai.classify")],
  ["a guardrail", step("ai.guardrails")],
  ["an agent's step", step("ai.agent")],
  ["an empty id", step("ai.prompt", '    connector-id: ""\n')],
  [
    "a step within a branch",
    `  - name: choose\n    type: if\n    condition: "true"\n    steps:\n${step("ai.prompt").replace(/^/gm, "    ")}`,
  ],
  ["a request to an agent", converse()],
  ["a request to an agent in JSON", converse('\'{"input": "x"}\'').replace("body:\n        ", "body: ")],
];

describe("a place of a workflow that names no AI connector may use the one that Kibana takes", () => {
  test.each(asking)("%s: a delete asks for the name, and list, get and map say so", async (_what, text) => {
    const it = await deployment({ steps: [text] });
    await remove(it, "prod");
    expect(it.questions[0]?.split("\n")[0]).toMatch(may);
    expect(it.questions[0]).toContain('No AI connector is named by 1 workflow: "Asks 0". From then on there is none, and they fail');
    const { body: listed } = await it.call("list_connectors", { state: "unused" });
    expect(listed.connectors).toEqual([]);
    expect(
      JSON.stringify((await it.call("audit_connectors", { detail: true, checks: ["unused", "unused_as_far_as_seen"] })).body.findings),
    ).toBe("[]");
    expect(JSON.stringify((await it.call("get_connector", { id: "prod" })).body.warnings)).toContain("names none in");
    expect(JSON.stringify((await it.call("map_notifications", { connector: "prod" })).body)).not.toContain("Nothing uses");
  });

  test.each<[string, string]>([
    ["it names another connector", step("ai.prompt", "    connector-id: other\n")],
    ["it names another endpoint", step("ai.agent", "    inference-id: other\n")],
    ["it goes by the setting of a feature", step("ai.agent", "    connector-id-by-feature: x\n")],
    ["it asks no model", step("data.set")],
    ["a request names its own", converse("connector_id: other")],
    ["a request reads the agents", converse().replace("converse", "agents")],
  ])("not where %s", async (_what, text) => {
    const it = await deployment({ steps: [text] });
    await remove(it, "prod");
    expect(it.questions[0]?.split("\n")[0]).toMatch(/: Delete connector "Prod model"/);
    expect(it.questions[0]).not.toContain("names none");
    expect((await it.call("list_connectors", { state: "unused" })).body.connectors).toHaveLength(1);
  });

  test("a yes alone deletes nothing", async () => {
    const it = await deployment({ key: "only yes", steps: [step("ai.prompt")], person: () => ({ action: "accept", content: {} }) });
    await remove(it, "prod");
    expect((await it.call("get_connector", { id: "prod" })).failed).toBe(false);
  });
});

describe("which one Kibana takes", () => {
  const models = [
    ["b", "B model", ".bedrock"],
    ["g", "G model", ".gen-ai"],
    ["i", "I model", ".inference"],
  ] as const;
  const taken = async (given: Given) => {
    const it = await deployment({ steps: [step("ai.prompt")], models, ...given });
    const found: string[] = [];
    for (const [id] of given.models ?? models) {
      const { body } = await it.call("safe_delete_connector", { ids: [id], dry_run: true });
      if (JSON.stringify(body).includes("names none in")) found.push(id);
    }
    return found;
  };
  const chosen = { "genAiSettings:defaultAIConnector": "b" };
  const endpoints = [...models, ["a", "A endpoint", ".inference"], ["z", "Z endpoint", ".inference"]] as const;
  const mates = [
    ["one", "Same", ".gen-ai"],
    ["other", "Same", ".gen-ai"],
    ["x", "X model", ".gen-ai"],
  ] as const;
  const helper = { id: "a", name: "Helper", configuration: { tools: [] }, access_control: { access_mode: "public" } };

  test.each<[string, Given, string[]]>([
    ["by type in 9.3", { version: "9.3" }, ["i"]],
    ["by type in 9.3, without an inference endpoint", { version: "9.3", models: models.slice(0, 2) }, ["g"]],
    ["by name in 9.3, of other types", { version: "9.3", models: models.slice(0, 1) }, ["b"]],
    ["by type or the first by name in 9.5", {}, ["b", "i"]],
    ["by name among endpoints in 9.3", { version: "9.3", models: endpoints }, ["a"]],
    ["any endpoint in 9.4, whose order is Elasticsearch's", { version: "9.4", models: endpoints }, ["b", "i", "a", "z"]],
    ["any endpoint in 9.5", { models: endpoints }, ["b", "i", "a", "z"]],
    ["any endpoint, where there is nothing else", { models: endpoints.slice(2) }, ["i", "a", "z"]],
    [
      "the one in the setting, whatever endpoints there are",
      { models: endpoints, settings: { "genAiSettings:defaultAIConnector": "endpoint-of-z" } },
      [],
    ],
    ["each of those that are named alike in 9.3", { version: "9.3", models: mates }, ["one", "other"]],
    ["each of those that are named alike", { models: mates }, ["one", "other"]],
    ["an agent by type", { steps: [], agents: [{ id: "a", name: "Helper", configuration: { tools: [] } }] }, []],
    ["the one in the setting alone", { settings: { ...chosen, "genAiSettings:defaultAIConnectorOnly": true } }, []],
    ["none, where no other is allowed", { settings: { "genAiSettings:defaultAIConnectorOnly": true } }, []],
  ])("%s", async (_what, given, expected) => {
    expect(await taken(given)).toEqual(expected);
  });

  test("an agent that somebody made takes the first by type", async () => {
    const it = await deployment({
      models,
      agents: [helper],
    });
    await remove(it, "i");
    expect(it.questions[0]?.split("\n")[0]).toMatch(/agents of Agent Builder \(The agent "Helper" names no AI connector/);
    await remove(it, "b");
    expect(it.questions[1]?.split("\n")[0]).toMatch(/: Delete connector "B model"/);
  });

  test("an agent that somebody made may take any endpoint", async () => {
    const it = await deployment({ models: endpoints, agents: [helper] });
    for (const id of ["i", "a", "z"]) await remove(it, id);
    expect(it.questions.map((one) => /The agent "Helper" names no AI connector/.test(one))).toEqual([true, true, true]);
    await remove(it, "g");
    expect(it.questions[3]?.split("\n")[0]).toMatch(/: Delete connector "G model"/);
  });

  test("a delete says what may be taken then, also an endpoint without a connector", async () => {
    const it = await deployment({ models: endpoints.slice(2), steps: [step("ai.prompt")] });
    await remove(it, "z");
    expect(it.questions[0]).toMatch(
      /From then on Kibana takes "A endpoint" \(a\) or "I model" \(i\) there; until now "A endpoint" \(a\) or "I model" \(i\) or "Z endpoint" \(z\)\. An inference endpoint without a connector may be taken instead/,
    );
  });

  test("of several that go together each is asked for alone, and of those behind it none", async () => {
    const it = await deployment({ version: "9.3", steps: [step("ai.prompt")], models: [...models, ["z", "Z model", ".bedrock"]] });
    expect((await remove(it, "i", "g", "b")).body.error).toMatchObject({ code: "invalid_arguments", detail: { alone: ["i", "g", "b"] } });
    await remove(it, "b", "z");
    expect(it.questions[0]).toContain("Delete 2 connectors");
  });
});

describe("a change of which one Kibana takes says so and asks", () => {
  const create = { name: "Lab model", type: ".inference", config: endpoint("lab"), secrets: { providerSecrets: { api_key: secret } } };
  const first = { name: "A model", type: ".gen-ai", config: openAi, secrets: { apiKey: secret } };
  const shift = /No AI connector is named by 1 workflow: "Asks 0"\. From then on Kibana takes .*"(?:Lab|A) model"/;

  test.each<[string, string, object]>([
    ["a new one of a type that comes first", "9.5", create],
    ["a new one of a type that comes first in 9.3", "9.3", create],
    ["a new one whose name comes first", "9.5", first],
  ])("%s", async (_what, version, args) => {
    const it = await deployment({ version, steps: [step("ai.prompt")] });
    const { body } = await it.call("create_connector", args as Record<string, unknown>);
    expect([it.questions.length, it.questions[0]]).toEqual([1, expect.stringMatching(shift)]);
    expect(body.status).not.toBe("done");
  });

  test.each<[string, Given, object]>([
    ["whose name comes later", {}, { ...first, name: "Z model" }],
    ["that completes no chats", {}, { ...create, config: endpoint("lab", "text_embedding") }],
    ["where the setting names another", { settings: { "genAiSettings:defaultAIConnector": "prod" } }, create],
    ["where every place names its own", { steps: [step("ai.prompt", "    connector-id: prod\n")] }, create],
  ])("not a new one %s", async (_what, given, args) => {
    const it = await deployment({ steps: [step("ai.prompt")], ...given });
    const { body } = await it.call("create_connector", { ...args, dry_run: true });
    expect(JSON.stringify(body)).not.toContain("No AI connector is named");
  });

  test("a new endpoint behind another one", async () => {
    const it = await deployment({ models: [["i", "I model", ".inference"]], steps: [step("ai.prompt")] });
    await it.call("create_connector", { ...create, name: "Z model" });
    expect(it.questions[0]).toContain('Kibana takes "I model" (i) or "Z model" (z-model) there; until now "I model" (i)');
  });

  test("a new name of one of several endpoints changes nothing", async () => {
    const two = [["i", "I model", ".inference"] as const, ["j", "J model", ".inference"] as const];
    const it = await deployment({ models: two, steps: [step("ai.prompt")] });
    const rename = {
      id: "j",
      name: "A model",
      secrets: { providerSecrets: { api_key: secret } },
      assert_no_other_secrets: true,
      dry_run: true,
    };
    expect(JSON.stringify((await it.call("update_connector", rename)).body)).not.toContain("No AI connector is named");
  });

  test("another endpoint of the one that the setting names by its endpoint", async () => {
    const two = [prod, ["i", "I model", ".inference"]] as const;
    const settings = { "genAiSettings:defaultAIConnector": "endpoint-of-i" };
    const it = await deployment({ models: two, steps: [step("ai.prompt")], settings });
    const change = { config: { inferenceId: "new-one" }, secrets: { providerSecrets: { api_key: secret } } };
    const { body } = await it.call("update_connector", { id: "i", ...change, assert_no_other_secrets: true, dry_run: true });
    expect(JSON.stringify(body)).toContain("No AI connector is named by 1 workflow");
  });

  test("a new name, and its undo", async () => {
    const two = [prod, ["second", "Second model", ".gen-ai"]] as const;
    const it = await deployment({
      models: two,
      steps: [step("ai.prompt")],
      person: () => ({ action: "accept", content: { agree: true } }),
    });
    const rename = (id: string, name: string) =>
      it.call("update_connector", { id, name, secrets: { apiKey: secret }, assert_no_other_secrets: true, dry_run: true });
    expect(JSON.stringify((await rename("second", "A model")).body.warnings)).toMatch(
      /No AI connector is named by 1 workflow: .*Kibana takes \\"A model\\" \(second\) there; until now \\"Prod model\\" \(prod\)/,
    );
    expect(JSON.stringify((await rename("second", "Z model")).body.warnings ?? "")).not.toContain("No AI connector");
    expect(JSON.stringify((await rename("prod", "Z model")).body.warnings)).toContain("until now");
  });
});

test("such a step runs in the sandbox with the model that is there, and fails without one", async () => {
  const it = await deployment({ steps: [step("ai.prompt")] });
  const run = async () => {
    const { workflowExecutionId: id } = await it.bare("POST", `/api/workflows/workflow/${it.workflows[0]}/run`, { inputs: {} });
    return it.bare("GET", `/api/workflows/executions/${id}`);
  };
  expect((await run()).status).toBe("completed");
  await it.bare("POST", "/internal/kibana/settings", { changes: { "genAiSettings:defaultAIConnectorOnly": true } });
  expect(await run()).toMatchObject({ status: "failed", error: expect.anything() });
});
