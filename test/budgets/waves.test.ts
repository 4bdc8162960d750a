import { expect, onTestFinished, test } from "vitest";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { action } from "../support/rules-deployment.ts";
import { waveProxy } from "../support/wave-proxy.ts";

/**
 * How long calls take where Kibana is far away, in round trips that wait for each other; in this order, against the sandbox's
 * deployment, with a person who says yes. Lower them where they fall.
 */
const trips: [what: string, most: number, tool: string, args: Record<string, unknown>][] = [
  ["the first list, with Kibana's version", 4, "list_connectors", {}],
  ["a list", 1, "list_connectors", {}],
  ["a connector with its rules, users and runs", 2, "get_connector", { id: "ops-slack", include: ["rules", "health"] }],
  ["a new connector", 4, "create_connector", { name: "Trips", type: ".index", config: { index: "trips" } }],
  ["a list with it", 2, "list_connectors", {}],
  ["a safe test", 3, "test_connector", { id: "trips" }],
  ["a new name", 6, "update_connector", { id: "trips", name: "Round trips" }],
  ["a delete, with the last look before it", 7, "safe_delete_connector", { ids: ["trips"] }],
  ["a list without it", 2, "list_connectors", {}],
  ["a connector for one rule", 7, "attach_connector", { connector: "kibana-log", rules: ["disk-almost-full"], params: { message: "x" } }],
  ["another connector for two rules", 10, "replace_connector", { from: "ops-slack", to: "ops-slack-2" }],
  ["an audit of three spaces", 11, "audit_connectors", { spaces: ["*"] }],
];

/** Rules, and the round trips that moving them may take: 6 and 4 for each eight. */
const moves = [1, 4, 8, 9, 16].map((rules): [rules: number, most: number] => [rules, 6 + 4 * Math.ceil(rules / 8)]);

/** The server before a far Kibana; each try has its own. */
async function farAway() {
  const ends: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const end of ends) await end();
  });
  const sandbox = await startSandboxWith();
  const proxy = await waveProxy(sandbox.url, (end) => ends.push(end));
  const env = { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "100" };
  const server = await startServer({ env, args: ["--target-hosts", "*"], person: yes });
  ends.unshift(() => server.close());
  ends.push(() => sandbox.stop());
  async function made(path: string, body: object): Promise<void> {
    const headers = { "kbn-xsrf": "test", "content-type": "application/json" };
    const answer = await fetch(sandbox.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status, await answer.text()).toBe(200);
  }
  return { server, waves: proxy.waves, made };
}

test("each call takes as few round trips as its data allows", async () => {
  const { server, waves } = await farAway();
  const over: unknown[] = [];
  for (const [what, most, tool, args] of trips) {
    waves.length = 0;
    const { failed, body } = await server.call(tool, args);
    expect(failed, JSON.stringify(body)).toBe(false);
    if (waves.length > most) over.push({ what, most, waves: [...waves] });
    for (const wave of waves) {
      expect(wave.length).toBeLessThanOrEqual(8);
      expect(wave.filter((line) => /^(PUT|DELETE) /.test(line)).length).toBeLessThanOrEqual(4);
    }
  }
  expect(over).toEqual([]);
});

test.each(moves)("another connector for %i rules takes at most %i round trips, and at most four writes at once", async (rules, most) => {
  const { server, waves, made } = await farAway();
  // What the first change of a server asks once is not counted.
  await server.call("create_connector", { name: "Trips", type: ".index", config: { index: "trips" } });
  for (const id of ["old", "new"])
    await made(`/api/actions/connector/${id}`, {
      name: id,
      connector_type_id: ".server-log",
      config: {},
      secrets: {},
    });
  for (let n = 0; n < rules; n++)
    await made("/api/alerting/rule", {
      name: `Rule ${n} of ${rules}`,
      rule_type_id: ".es-query",
      consumer: "stackAlerts",
      schedule: { interval: "5m" },
      params: {},
      actions: [action("old")],
    });
  waves.length = 0;
  const { body } = await server.call("replace_connector", { from: "old", to: "new" });
  expect(body).toMatchObject({ status: "done", result: { counts: { moved: rules } } });
  expect(waves.length, JSON.stringify(waves, null, 1)).toBeLessThanOrEqual(most);
  const writes = waves.map((wave) => wave.filter((line) => line.startsWith("PUT ")).length);
  expect(Math.max(...writes)).toBe(Math.min(rules, 4));
  expect(writes.reduce((sum, some) => sum + some, 0)).toBe(rules);
});

test("an audit of many spaces takes at most 7 round trips, and as many as its requests need eight at a time", async () => {
  const { server, waves, made } = await farAway();
  for (let n = 0; n < 30; n++) {
    await made("/api/spaces/space", { id: `many-${n}`, name: `Many ${n}` });
    const connector = {
      name: "Slack",
      connector_type_id: ".slack",
      config: {},
      secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" },
    };
    await made(`/s/many-${n}/api/actions/connector/slack-${n}`, connector);
  }
  waves.length = 0;
  const { failed, body } = await server.call("audit_connectors", { spaces: ["*"] });
  expect(failed, JSON.stringify(body)).toBe(false);
  expect(waves.length).toBeLessThanOrEqual(7 + Math.ceil(waves.flat().length / 8));
});
