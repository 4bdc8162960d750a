import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { expect, onTestFinished, test } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import { pythonWith } from "./python.ts";

const installed = await pythonWith("mcp-for-kibana", "~=0.4.0", 12);
if ("why" in installed) process.stdout.write(`peer mcp-for-kibana: skipped, ${installed.why}\n`);

type Args = Record<string, unknown>;
const query = { searchType: "esQuery", esQuery: '{"query":{"match_all":{}}}', index: ["logs"], timeField: "@timestamp", size: 100 };
const params = { ...query, threshold: [0], thresholdComparator: ">", timeWindowSize: 5, timeWindowUnit: "m" };
const frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const rule = { name: "From a peer", rule_type_id: ".es-query", consumer: "stackAlerts", params };

/** The other server's tools; `{c}` and `{r}` are the connector and the rule that it made. A pattern: it is refused. */
const steps: [tool: string, args: Args, answer: object | RegExp][] = [
  ["list_connectors", {}, expect.arrayContaining([expect.objectContaining({ id: "ops-slack", connector_type_id: ".slack" })])],
  ["get_connector", { connector_id: "ops-mail-preconfigured" }, { is_preconfigured: true }],
  ["get_connector", { connector_id: "nobody" }, /connector 'nobody' not found/],
  ["create_connector", { name: "c", connector_type_id: ".index", config: { index: "logs" } }, { connector_type_id: ".index" }],
  ["create_connector", { name: "w", connector_type_id: ".webhook", config: {} }, /at url/],
  ["create_connector", { name: "n", connector_type_id: ".nobody" }, /\.nobody/],
  ["get_connector", { connector_id: "{c}" }, { name: "c", config: { index: "logs", refresh: false }, is_missing_secrets: false }],
  ["update_connector", { connector_id: "{c}", name: "renamed", config: { refresh: true } }, { config: { index: "logs", refresh: true } }],
  ["update_connector", { connector_id: "ops-slack", name: "without its secrets" }, /secrets/],
  ["update_connector", { connector_id: "ops-mail-preconfigured", name: "x" }, /[Pp]reconfigured/],
  ["execute_connector", { connector_id: "{c}", params: { documents: [{ a: 1 }] } }, { status: "ok" }],
  ["execute_connector", { connector_id: "{c}", params: {} }, { status: "error", message: expect.stringContaining("documents") }],
  ["list_rule_types", {}, expect.arrayContaining([expect.objectContaining({ id: ".es-query", enabled_in_license: true })])],
  ["get_alerting_health", {}, { has_permanent_encryption_key: true }],
  ["create_alert_rule", rule, { name: "From a peer", enabled: false }],
  ["get_alert_rule", { rule_id: "{r}" }, { params, actions: [] }],
  [
    "update_alert_rule",
    {
      rule_id: "{r}",
      params: { threshold: [10] },
      actions: [{ id: "{c}", group: "query matched", params: { documents: [{ a: 1 }] }, frequency }],
    },
    { name: "From a peer" },
  ],
  ["get_alert_rule", { rule_id: "{r}" }, { params: { threshold: [10] }, actions: [{ group: "query matched", frequency }] }],
  ["enable_alert_rule", { rule_id: "{r}" }, { enabled: true }],
  ["list_alert_rules", { search: "peer" }, [{ name: "From a peer", enabled: true, status: "pending" }]],
  ["disable_alert_rule", { rule_id: "{r}" }, { enabled: false }],
  ["delete_alert_rule", { rule_id: "{r}" }, { deleted: true }],
  ["delete_connector", { connector_id: "{c}" }, { deleted: true }],
  ["delete_connector", { connector_id: "{c}" }, /not found/],
  ["list_connectors", { space: "no-such-space" }, /space 'no-such-space' not found/],
];

test.skipIf("why" in installed).each(["9.4", "9.5"])(
  "mcp-for-kibana finds Kibana %s in the stand-in",
  async (version) => {
    if ("why" in installed) return;
    const sandbox = await startSandboxWith(["--kibana-version", version]);
    onTestFinished(() => sandbox.stop());
    const env = { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", KIBANA_MCP_TOOLBOXES: "alerting", KIBANA_MCP_TIER: "destructive" };
    const client = new Client({ name: "peer", version: "1" });
    const transport = new StdioClientTransport({
      command: installed.python,
      args: ["-c", "from kibana_mcp.server import main; main()"],
      env,
      stderr: "ignore",
    });
    await client.connect(transport);
    onTestFinished(() => client.close());
    const ids: Record<string, string> = {};
    for (const [tool, args, answer] of steps) {
      const result = (await client.callTool({ name: tool, arguments: withIds(args, ids) })) as CallToolResult;
      const text = result.content.map((part) => (part.type === "text" ? part.text : "")).join("");
      if (answer instanceof RegExp) {
        expect([tool, result.isError, text]).toEqual([tool, true, expect.stringMatching(answer)]);
        continue;
      }
      expect([tool, result.isError ?? false, text]).toEqual([tool, false, text]);
      expect(JSON.parse(text), tool).toMatchObject(answer);
      if (tool.startsWith("create_")) ids[tool === "create_connector" ? "c" : "r"] = JSON.parse(text).id;
    }
  },
  120_000,
);

function withIds(args: Args, ids: Record<string, string>): Args {
  return JSON.parse(JSON.stringify(args).replaceAll(/\{([cr])\}/g, (_, name: string) => ids[name] ?? ""));
}
