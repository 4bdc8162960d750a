import { describe, expect, test } from "vitest";
import type { Recorded } from "../support/recording-proxy.ts";
import { atRequest, type Deployment, deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

const isDelete = ({ method }: Recorded) => method === "DELETE";
const isRulePut = ({ method, path }: Recorded) => method === "PUT" && path.includes("/api/alerting/rule/");

const types: Record<string, Record<string, unknown>> = {
  ".slack": { config: {}, secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" } },
  ".jira": {
    config: { apiUrl: "https://example.atlassian.net", projectKey: "A" },
    secrets: { email: "a@example.com", apiToken: "token-of-jira" },
  },
  ".gen-ai": {
    config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" },
    secrets: { apiKey: "key-of-the-model" },
  },
  ".mcp": { config: { serverUrl: "https://mcp.example.com/x", hasAuth: false }, secrets: {} },
};

const makes = (made: Deployment, type: string) => makeConnector(made.bare, "one", { connector_type_id: type, ...types[type] });
const failing = (made: Deployment, path: string, fault = "error") =>
  made.bare("POST", "/sandbox/faults", { fault, method: "GET", path, times: 9 });
const workflowWith = (made: Deployment, id: string) =>
  made.bare("POST", "/api/workflows/workflow", {
    yaml: `name: Late\nenabled: true\ntriggers:\n  - type: manual\nsteps:\n  - name: notify\n    type: slack\n    connector-id: ${id}\n    with: { message: hi }\n`,
  });
const couldNot = (what: string) =>
  expect.stringMatching(
    new RegExp(
      `^Could not check whether something began to use "The one" \\(one\\) while it was being deleted; not looked at: ${what} \\(`,
    ),
  );

describe("what may use a connector and cannot be read after its DELETE is told", () => {
  test.each([
    [".slack", "/api/alerting/rules/_find", "rules"],
    [".slack", "/api/workflows", "workflows"],
    [".slack", "/synthetics/settings", "the settings of Synthetics"],
    [".slack", "/api/uptime/settings", "the settings of Uptime"],
    [".slack", "/api/attack_discovery", "actions of attack discovery"],
    [".jira", "/api/cases/configure", "settings of cases"],
    [".jira", "/api/cases/_find", "cases"],
    [".gen-ai", "/api/attack_discovery", "schedules of attack discovery"],
    [".gen-ai", "/internal/kibana/settings", "the setting for the default AI connector"],
    [".gen-ai", "/conversations", "conversations with the Security assistant"],
    [".mcp", "/api/agent_builder/agents", "agents of Agent Builder"],
    [".mcp", "/api/agent_builder/tools", "agents of Agent Builder"],
  ])("%s, %s", async (type, path, what) => {
    const made = await deployment();
    await makes(made, type);
    const { call } = await serve(made);
    made.hook.before = atRequest(isDelete, () => failing(made, path));
    const { body } = await call("safe_delete_connector", { ids: ["one"] });
    expect([body.status, body.warnings]).toEqual(["done", expect.arrayContaining([couldNot(what)])]);
  });

  test.each(["cut_before", "html", "unavailable"])(
    "also where its answer is no answer: %s, once, and the others are looked at",
    async (fault) => {
      const made = await deployment();
      await makes(made, ".slack");
      const { call } = await serve(made);
      made.hook.before = atRequest(isDelete, async () => {
        await failing(made, "/api/workflows", fault);
        await makeRule(made.bare, "late", [logs("one")]);
      });
      const { warnings } = (await call("safe_delete_connector", { ids: ["one"] })).body;
      expect(warnings).toEqual([couldNot("workflows"), expect.stringContaining('A rule began to use "The one" (one)')]);
    },
  );

  test("by the undo of a create too", async () => {
    const made = await deployment();
    const { call } = await serve(made);
    const { change } = (await call("create_connector", { name: "The one", type: ".server-log", id: "one" })).body;
    made.hook.before = atRequest(isDelete, () => failing(made, "/api/workflows"));
    expect((await call("undo_change", { change })).body.warnings).toEqual([couldNot("workflows")]);
  });

  test.each(Object.keys(types))("where all can be read nothing is told: %s", async (type) => {
    const made = await deployment();
    await makes(made, type);
    const { call } = await serve(made);
    const { body } = await call("safe_delete_connector", { ids: ["one"] });
    expect([body.status, (body.warnings ?? []).join()]).toEqual(["done", expect.not.stringContaining("Could not check")]);
  });
});

describe("how many still use a replaced connector", () => {
  async function replaced(act: (made: Deployment) => Promise<unknown>) {
    const made = await deployment({ connectors: ["one", "two"], rules: { a: ["one"] } });
    const { call } = await serve(made);
    made.hook.before = atRequest(isRulePut, () => act(made));
    const { body } = await call("replace_connector", { from: "one", to: "two" });
    expect(body.status).toBe("done");
    return body.result.still_used_by;
  }

  test("is no bare number where something could not be read", async () => {
    expect(await replaced((made) => failing(made, "/api/workflows"))).toMatch(/^0, and what was not looked at: workflows \(Kibana failed/);
    expect(await replaced((made) => failing(made, "/api/alerting/rules/_find"))).toMatch(/^unknown, and what was not looked at: rules \(/);
  });

  test("is one where all was read", async () => {
    expect(await replaced(async () => undefined)).toBe(0);
    expect(await replaced((made) => workflowWith(made, "one"))).toBe(1);
  });
});
