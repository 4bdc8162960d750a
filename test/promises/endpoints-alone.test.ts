import { afterAll, describe, expect, test } from "vitest";
import { esQueryRule } from "../support/es-query-rule.ts";
import { withChat } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const elastics = ".anthropic-claude-4.6-sonnet-chat_completion";
const asking = (connector: string) => [{ id: "system-connector-.observability-ai-assistant", params: { connector, message: "x" } }];
const starting = (workflow: unknown) => [
  { id: "system-connector-.workflows", params: { subAction: "run", subActionParams: { workflowId: workflow } } },
];
const prompt = (names: string) => `  - name: ask\n    type: ai.prompt\n    connector-id: ${names}\n    with: { prompt: x }\n`;
const request = (names: string) =>
  `  - name: ask\n    type: kibana.request\n    with: { method: POST, path: /api/attack_discovery/_generate, body: { connectorId: ${names} } }\n`;
const slack = (names: string) => `  - name: tell\n    type: slack\n    connector-id: ${names}\n    with: { message: x }\n`;

/** A Kibana with a workflow of these steps, which a rule starts, and a rule that asks. */
async function deployment(version: string, steps: readonly string[], asked?: string) {
  const url = await withChat(".slack", version, (end) => ends.push(end));
  const headers = { "kbn-xsrf": "x", "content-type": "application/json", "x-elastic-internal-origin": "kibana" };
  const post = async (path: string, body: object) => {
    const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status, path).toBe(200);
    return (await answer.json()) as { id: string };
  };
  if (steps.length > 0) {
    const yaml = `name: Asks\nenabled: true\ntriggers:\n  - type: alert\nsteps:\n${steps.join("")}`;
    const { id } = await post(version === "9.3" ? "/api/workflows" : "/api/workflows/workflow", { yaml });
    await post("/api/alerting/rule/started", { ...esQueryRule("started", []), actions: starting(id) });
  }
  if (asked !== undefined) await post("/api/alerting/rule/asks", { ...esQueryRule("asks", []), actions: asking(asked) });
  const server = await shared(`${version} ${expect.getState().currentTestName}`, url);
  return {
    async gone(): Promise<unknown[][]> {
      const { body } = await server.call("audit_connectors", { checks: ["dangling_reference", "notifies_nobody"], detail: true });
      return body.findings.map((one: Record<string, unknown> & { connector?: { id: string } }) => [
        ...[one.check, one.severity, one.confidence, one.connector?.id],
      ]);
    },
    async verdicts(text: string) {
      const { body } = await server.call("map_notifications", { text });
      return body.rules.map(({ verdict }: { verdict: string }) => verdict);
    },
  };
}

describe("an inference endpoint without a connector is a model by its own id", () => {
  test.each([
    ["9.5", "a workflow's step that asks", [prompt(elastics)], undefined],
    ["9.4", "a workflow's request to Kibana", [request(elastics)], undefined],
    ["serverless", "a rule's action of the assistant", [], elastics],
  ])("%s: %s that names one of Elastic's is not broken", async (version, _what, steps, asked) => {
    const it = await deployment(version, steps, asked);
    expect(await it.gone()).toEqual([]);
    expect(await it.verdicts(asked === undefined ? "started" : "asks")).toEqual(["perhaps"]);
  });

  test.each([
    ["9.5", "a workflow's step", [prompt("ours")], undefined],
    ["serverless", "a rule's action", [], "ours"],
  ])("%s: %s that names another may be", async (version, _what, steps, asked) => {
    const it = await deployment(version, steps, asked);
    expect(await it.gone()).toEqual([["dangling_reference", "low", "likely", "ours"]]);
    expect(await it.verdicts(asked === undefined ? "started" : "asks")).toEqual(["perhaps"]);
  });

  test.each([
    [elastics, "told"],
    ["ours", "perhaps"],
  ])("what comes after %s in a workflow: %s", async (names, verdict) => {
    const it = await deployment("9.5", [prompt(names), slack("chat")]);
    expect(await it.verdicts("started")).toEqual([verdict]);
  });
});

describe("broken is", () => {
  test("a step that asks no model, whatever it names", async () => {
    const it = await deployment("9.5", [prompt(elastics), slack(elastics)]);
    expect(await it.gone()).toContainEqual(["dangling_reference", "critical", "certain", elastics]);
  });

  test.each([
    ["9.3", "a workflow's step", [prompt(elastics)], undefined, "critical"],
    ["9.3", "a rule's action", [], elastics, "high"],
  ])("%s: %s, where Kibana has only connectors as models", async (version, _what, steps, asked, severity) => {
    const it = await deployment(version, steps, asked);
    expect((await it.gone()).map(([check, how, , id]) => [check, how, id])).toContainEqual(["dangling_reference", severity, elastics]);
    expect(await it.verdicts(asked === undefined ? "started" : "asks")).toEqual(["nobody"]);
  });
});
