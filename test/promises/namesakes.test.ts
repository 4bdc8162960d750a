import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startServer, yes } from "../support/built-server.ts";
import { accepts, product } from "../support/product.ts";
import { refusing } from "../support/refusing.ts";
import { action, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

async function deployment(more: Dict = {}): Promise<Made> {
  return product({ person: accepts, sandbox: { empty: true, version: "9.5" }, ...more });
}
const unattended = { person: undefined, settings: { skipConfirmation: true } };
const named = (made: Made, id: string, name: string) => makeConnector(made, id, ".server-log", { name });
const workflow = (made: Made, text: string) =>
  made.bare("POST", "/api/workflows/workflow", {
    id: "wf-1",
    yaml: `name: Tell people\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: slack\n    connector-id: ${text}\n    with:\n      message: m\n`,
  });
const stepOf = async (made: Made): Promise<string> =>
  /connector-id: (.*)/.exec(JSON.parse(await made.bare("GET", "/api/workflows/workflow/wf-1")).yaml)?.[1] ?? "";
const idsOf = async (made: Made) => JSON.parse(await made.bare("GET", "/api/actions/connectors")).map(({ id }: { id: string }) => id);

describe("a workflow that names a connector by its name is not diverted without a question", () => {
  const webhook = { url: "https://hooks.example.org", method: "post", hasAuth: false };
  const create = { name: "Harmless", id: "relay-two", type: ".server-log", config: {} };
  test.each<[string, string, Dict]>([
    ["by a new connector whose id is that name", "relay-two", create],
    ["by one whose name makes that id", "relay-two", { name: "Relay two", type: ".server-log", config: {} }],
    ["by one of the same name", "Harmless", create],
  ])("%s", async (_what, name, args) => {
    const made = await deployment();
    await named(made, "real", name);
    await workflow(made, name);
    const { body } = await made.call("create_connector", args);
    expect(body.asked).toBe("form");
    expect(made.questions[0]?.message).toContain("Named already by 1 workflow");
    expect(body.warnings.join()).toMatch(
      /Named already by 1 workflow: "Tell people": from then on it uses this connector, or one of the same name; until now ".*" \(real\)/,
    );
  });

  test("by a connector that gets that name", async () => {
    const made = await deployment();
    await named(made, "real", "Beta hook");
    await named(made, "aaa", "Other");
    await workflow(made, "Beta hook");
    await made.call("update_connector", { id: "aaa", name: "Beta hook" });
    expect(made.questions[0]?.message).toMatch(/Named already by 1 workflow.*until now "Beta hook" \(real\)/);
  });

  test("by the undo of a delete", async () => {
    const made = await deployment();
    await named(made, "relay", "Old");
    const change = (await made.call("safe_delete_connector", { ids: ["relay"] })).body.change;
    await named(made, "real", "relay");
    await workflow(made, "relay");
    await made.call("undo_change", { change });
    expect(made.questions.at(-1)?.message).toMatch(/Named already by 1 workflow.*until now "relay" \(real\)/);
  });

  test("by one that an expression of it falls back to", async () => {
    const made = await deployment();
    await named(made, "real", "relay-x");
    await made.bare("POST", "/api/workflows/workflow", {
      id: "wf-1",
      yaml: "name: Decides\ninputs:\n  - name: c\n    type: string\n    default: relay-two\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: webhook\n    connector-id: '{{ inputs.c }}'\n    with:\n      message: m\n",
    });
    const { body } = await made.call("create_connector", { ...create, type: ".webhook", config: webhook });
    expect([body.asked, body.warnings[0]]).toEqual(["form", expect.stringMatching(/may be this one, by 1 workflow: "Decides"/)]);
  });

  test("by the new name of one that an expression of it falls back to", async () => {
    const made = await deployment();
    await makeConnector(made, "rr", ".webhook", { name: "relay-x", config: webhook });
    await made.bare("POST", "/api/workflows/workflow", {
      id: "wf-1",
      yaml: "name: Decides\ninputs:\n  - name: c\n    type: string\n    default: relay-x\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: webhook\n    connector-id: '{{ inputs.c }}'\n    with:\n      message: m\n",
    });
    await made.call("update_connector", { id: "rr", name: "relay-renamed" });
    expect(made.questions[0]?.message).toMatch(/perhaps by the name "relay-x", by 1 workflow: "Decides"/);
  });

  test.each<[string, string, string, boolean]>([
    ["a name that is put together", "ops-{{ inputs.team }}", ".slack", true],
    ["an input without a default", "{{ inputs.c }}", ".slack", true],
    ["a name that begins otherwise", "web-{{ inputs.team }}", ".slack", false],
    ["a step of a type that it does not have", "{{ inputs.c }}", ".index", false],
  ])("by one that only a run decides on: %s", async (_what, text, type, asks) => {
    const made = await deployment();
    await made.bare("POST", "/api/workflows/workflow", {
      id: "wf-1",
      yaml: `name: Decides\ninputs:\n  - name: c\n    type: string\n  - name: team\n    type: string\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: slack\n    connector-id: '${text}'\n    with:\n      message: m\n`,
    });
    const config = type === ".index" ? { index: "i" } : {};
    const secrets = type === ".slack" ? { webhookUrl: { $ask: true } } : {};
    const { body } = await made.call("create_connector", { name: "Ops oncall", type, config, secrets, dry_run: true });
    expect((body.warnings ?? []).join().includes('may be this one, by 1 workflow: "Decides"')).toBe(asks);
    expect(JSON.stringify(body).includes("decided when it runs")).toBe(asks);
  });

  test("while somebody reads the question", async () => {
    const made = await deployment({
      person: async () => {
        await workflow(made, "Beta hook");
        return { action: "accept", content: { confirm: true } };
      },
    });
    await named(made, "real", "Beta hook");
    await named(made, "aaa", "Other");
    const { body } = await made.call("update_connector", { id: "aaa", name: "Beta hook" });
    expect(body.status ?? body.code).toBe("plan_changed");
  });

  test("where the key may not read workflows, a person is asked", async () => {
    const auth = JSON.stringify({ api_keys: [{ key: "mine", owner: "ann", actions: "all", rules: "all", workflows: "none" }] });
    const sandbox = await startSandbox({ empty: true, auth });
    onTestFinished(() => sandbox.close());
    const server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "mine" }, person: yes });
    onTestFinished(() => server.close());
    expect((await server.call("create_connector", create)).body.asked).toBe("form");
  });

  test("and nothing is said where nothing waits", async () => {
    const made = await deployment();
    await named(made, "real", "Beta hook");
    await workflow(made, "Beta hook");
    const { body } = await made.call("create_connector", create);
    expect([body.status, body.asked, body.warnings]).toEqual(["done", "none", undefined]);
  });

  test("nor moved with the rules of a connector whose id that name was", async () => {
    const made = await deployment();
    await makeConnector(made, "gone-1");
    await makeConnector(made, "target");
    await makeRule(made, "r1", [action("gone-1")]);
    await made.bare("DELETE", "/api/actions/connector/gone-1");
    await makeConnector(made, "alive", ".slack", { name: "gone-1" });
    await workflow(made, "gone-1");
    const { body } = await made.call("replace_connector", { from: "gone-1", to: "target" });
    expect([body.status, await stepOf(made)]).toEqual(["done", "gone-1"]);
    expect((await ruleOf(made, "r1")).actions.map(({ id }: { id: string }) => id)).toEqual(["target"]);
  });
});

describe("the same call again does not mean another connector that has the id as its name", () => {
  test("to delete it", async () => {
    const made = await deployment(unattended);
    await named(made, "ops-log", "Old ops");
    await named(made, "id-2", "ops-log");
    const call = () => made.call("safe_delete_connector", { ids: ["ops-log"] });
    expect((await call()).body.status).toBe("done");
    const { body } = await call();
    expect(body).toMatchObject({
      code: "connector_not_found",
      message: expect.stringContaining("Another one (id-2) has that as its name."),
    });
    expect(await idsOf(made)).toEqual(["id-2"]);
  });

  test("to delete several, of which the first is gone", async () => {
    const made = await deployment(unattended);
    for (const id of ["b1", "b2"]) await named(made, id, `Log ${id}`);
    await made.call("safe_delete_connector", { ids: ["b1"] });
    await named(made, "keep", "b1");
    const { body } = await made.call("safe_delete_connector", { ids: ["b1", "b2"] });
    expect(body.code).toBe("connector_not_found");
    expect(await idsOf(made)).toEqual(expect.arrayContaining(["b2", "keep"]));
  });

  test("to take it out of rules", async () => {
    const made = await deployment(unattended);
    await makeConnector(made, "ops-slack");
    await makeRule(made, "r1", [action("ops-slack")]);
    await made.bare("DELETE", "/api/actions/connector/ops-slack");
    await makeConnector(made, "live", ".slack", { name: "ops-slack" });
    await makeRule(made, "r2", [action("live")]);
    const call = () => made.call("replace_connector", { from: "ops-slack", remove: true });
    expect((await call()).body.status).toBe("done");
    const { body } = await call();
    expect([body.status, body.warnings.join()]).toEqual(["no_change", expect.stringContaining("Give live for the other")]);
    expect((await ruleOf(made, "r2")).actions).toHaveLength(1);
  });
});

describe("what Kibana would count for a connector that is gone is not taken over by a new one without a question", () => {
  const discovery = (made: Made) =>
    made.bare("POST", "/api/attack_discovery/schedules", {
      ...{ name: "Nightly", enabled: true, schedule: { interval: "24h" } },
      params: { alerts_index_pattern: ".alerts*", size: 100, api_config: { connectorId: "model", name: "m", actionTypeId: ".gen-ai" } },
      actions: [action("gone", { group: "default", params: { message: "m" } })],
    });
  const incident = (status: string) => async (made: Made) => {
    const connector = { id: "gone", name: "Gone", type: ".jira", fields: null };
    const about = { title: "Disk", description: "d", tags: [], owner: "cases", settings: { syncAlerts: false } };
    const { id, version } = JSON.parse(await made.bare("POST", "/api/cases", { ...about, connector }));
    if (status !== "open") await made.bare("PATCH", "/api/cases", { cases: [{ id, version, status }] });
  };
  const model = { config: { apiProvider: "Other", apiUrl: "https://m.example.org/v1", defaultModel: "m" }, secrets: { apiKey: "k" } };
  const log = { name: "New", id: "gone", type: ".server-log", config: {} };
  const jira = { name: "New", id: "gone", type: ".jira", config: { apiUrl: "https://j.example.org", projectKey: "P" } };
  const secrets = { email: { $env: "CONNECTOR_SECRET_LOGIN" }, apiToken: { $env: "CONNECTOR_SECRET_LOGIN" } };
  const env = { CONNECTOR_SECRET_LOGIN: "a-login-of-no-value" };

  test.each<[string, (made: Made) => Promise<unknown>, Dict, string | undefined]>([
    ["an action of attack discovery", discovery, log, 'Named already by 1 schedule of attack discovery: "Nightly"'],
    ["an open case", incident("open"), { ...jira, secrets }, 'Named already by 1 case: "Disk"'],
    ["a case that is closed does not count", incident("closed"), { ...jira, secrets }, undefined],
  ])("%s", async (_what, seed, args, said) => {
    const made = await deployment({ env, settings: { targetHosts: ["*"] } });
    await makeConnector(made, "model", ".gen-ai", model);
    await named(made, "gone", "Gone");
    await seed(made);
    await made.bare("DELETE", "/api/actions/connector/gone");
    const { body } = await made.call("create_connector", args);
    expect([body.status, body.asked]).toEqual(["done", said ? "form" : "none"]);
    expect(made.questions.map(({ message }) => message).join()).toContain(said ?? "");
  });

  test("where this key may not read them, Kibana's count says so afterwards", async () => {
    const made = await deployment();
    await makeConnector(made, "model", ".gen-ai", model);
    await named(made, "gone", "Gone");
    await discovery(made);
    await made.bare("DELETE", "/api/actions/connector/gone");
    const blind = await refusing(made, { method: "GET", path: "/api/attack_discovery/", times: 9 });
    const { body } = await blind.call("create_connector", log);
    expect([body.status, body.asked, body.warnings]).toEqual([
      "done",
      "none",
      [expect.stringMatching(/^Kibana counts 1 that refers to the id gone already: .* this key cannot see who it is\./)],
    ]);
  });
});
