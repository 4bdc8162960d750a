import { afterAll, beforeAll, expect, test } from "vitest";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
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
  ["an audit of three spaces", 7, "audit_connectors", { spaces: ["*"] }],
];

let server: Started;
let waves: string[][];
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const sandbox = await startSandboxWith();
  const proxy = await waveProxy(sandbox.url, (end) => ends.push(end));
  waves = proxy.waves;
  const env = { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" };
  server = await startServer({ env, args: ["--target-hosts", "*"], person: yes });
  ends.unshift(() => server.close());
  ends.push(() => sandbox.stop());
});

afterAll(async () => {
  for (const end of ends) await end();
});

test.each(trips)("%s takes at most %i round trips", async (_what, most, tool, args) => {
  waves.length = 0;
  const { failed, body } = await server.call(tool, args);
  expect(failed, JSON.stringify(body)).toBe(false);
  if (process.env.SHOW_WAVES) console.log(tool, waves.length, waves.flat().length, JSON.stringify(waves, null, 1));
  expect(waves.length, JSON.stringify(waves, null, 1)).toBeLessThanOrEqual(most);
  for (const wave of waves) {
    expect(wave.length).toBeLessThanOrEqual(8);
    expect(wave.filter((line) => /^(PUT|DELETE) /.test(line)).length).toBeLessThanOrEqual(4);
  }
});
