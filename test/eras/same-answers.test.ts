import { beforeAll, describe, expect, test } from "vitest";
import { startBuilt, startSandboxWith } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { openClient } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { endQueuedRuns } from "../support/queued-runs.ts";
import { connectSecond, type Fills, httpTransport, type Mode, pinned, stdioTransport } from "../support/second-client.ts";

type Args = Record<string, unknown>;
type Call = (tool: string, args: Args) => Promise<{ body: unknown }>;

/** Made in this order; a person types the names that are asked for, and says no only to what concerns "Refused". */
const calls: [string, Args][] = [
  ["list_connectors", {}],
  ["list_connectors", { text: "slack" }],
  ["list_connectors", { space: "*" }],
  ["get_connector", { id: "ops-slack", include: ["rules"] }],
  ["get_connector", { id: "no-such-connector" }],
  ["describe_connector_types", { types: [".pagerduty"] }],
  ["audit_connectors", { limit: 8 }],
  ["map_notifications", { connector: "ops-pagerduty" }],
  ["export_connectors", { ids: ["ops-slack"] }],
  ["no_such_tool", {}],
  ["list_connectors", { no_such_argument: 1 }],
  ["create_connector", { name: "Kept", type: ".server-log" }],
  ["create_connector", { name: "Refused", type: ".server-log" }],
  ["create_connector", { name: "Sent away", type: ".slack", secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_HOOK" } } }],
  ["test_connector", { id: "kept" }],
  ["update_connector", { id: "kept", name: "Kept well" }],
  ["update_connector", { id: "refused", name: "Refused again" }],
  ["attach_connector", { connector: "kept", rules: ["disk-almost-full"], params: { message: "{{rule.name}}" } }],
  ["replace_connector", { from: "ops-slack", to: "ops-slack-2", dry_run: true }],
  ["safe_delete_connector", { ids: ["ops-slack"] }],
  ["safe_delete_connector", { ids: ["imported-pagerduty"] }],
  ["safe_delete_connector", { ids: ["imported-pagerduty"] }],
  ["list_changes", {}],
];

const answersOf: Fills = (message, fields) => {
  if (/Refused/.test(message)) return { action: "decline" };
  const named = /: "(.*)"$/.exec(fields.name?.title ?? "")?.[1];
  const typed: Record<string, string> = named ? { name: named } : {};
  return { action: "accept", content: { confirm: true, nothing_else: "yes", ...typed } };
};
const person = (params: { message: string; requestedSchema?: unknown }) =>
  answersOf(params.message, (params.requestedSchema as { properties: Record<string, { title?: string }> }).properties);

const env = { CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/T0/B0/abcdefgh" };

/** What differs from run to run. */
function comparable(body: unknown): unknown {
  const text = JSON.stringify(body)
    .replace(/\d{4}-\d\d-\d\d-[0-9a-f]{10}/g, "CHANGE")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/"by":"(test|http-client|second-client)"/g, '"by":"CLIENT"')
    // Without pages, variables are proposed.
    .replace(/\{"\$ask":true\}|\{"\$env":"CONNECTOR_SECRET_…"\}/g, '"SECRET"')
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, "KIBANA");
  return JSON.parse(text);
}

async function answers(call: Call): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const [tool, args] of calls) all.push([tool, args, comparable((await call(tool, args)).body)]);
  return all;
}

/** A Kibana of its own for each: the calls change it. */
async function kibana() {
  const { url } = await startSandboxWith();
  await endQueuedRuns(url);
  return { url, env: { KIBANA_URL: url, KIBANA_API_KEY: "any", ...env } };
}

const overHttp = async (more: string[] = [], folder?: string, at?: string) => {
  const url = at ?? (await kibana()).url;
  const shared: Record<string, string> = folder
    ? { CONNECTORS_JOURNAL_DIR: folder, CONNECTORS_CONFIRM_KEY: "a-key-that-all-replicas-share" }
    : {};
  return startHttpProcess(["--http", "127.0.0.1:0", ...more], { ...env, ...shared }, url);
};

describe("the same calls get the same answers", () => {
  let expected: unknown[];
  beforeAll(async () => {
    const first = await startBuilt({ env: (await kibana()).env, person, elicitation: { form: {} } });
    expected = await answers(async (tool, args) => {
      const { failed, body } = await first.call(tool, args);
      return { body: failed ? body.error : body };
    });
    await first.close();
    // The table is worth nothing unless the calls do what they are to show.
    const statuses = JSON.stringify(expected);
    for (const one of [
      '"status":"done"',
      '"status":"declined"',
      '"asked":"form"',
      '"code":"in_use"',
      '"code":"tool_unknown"',
      '"code":"connector_not_found"',
    ])
      expect(statuses).toContain(one);
  }, 60_000);

  test.each<[string, Mode]>([
    ["auto", "auto"],
    ["pinned", pinned],
  ])(
    "to a new client (%s) over stdio",
    async (_name, mode) => {
      const { client, call } = await connectSecond(await stdioTransport((await kibana()).env), mode, answersOf);
      expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
      expect(await answers(call)).toEqual(expected);
    },
    60_000,
  );

  test("to an old client over HTTP", async () => {
    const { url } = await overHttp();
    const { call } = await openClient(url, undefined, (question) => person(question));
    expect(await answers(call)).toEqual(expected);
  }, 60_000);

  test.each<[string, Mode]>([
    ["auto", "auto"],
    ["pinned", pinned],
  ])(
    "to a new client (%s) over HTTP",
    async (_name, mode) => {
      const { url } = await overHttp();
      const { client, call } = await connectSecond(httpTransport(url), mode, answersOf);
      expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
      expect(await answers(call)).toEqual(expected);
    },
    60_000,
  );

  test("to a new client of stateless replicas that share a key and a journal, each request on the other one", async () => {
    const { url: at } = await kibana();
    const folder = await freshFolder();
    const more = ["--stateless", "--confirm", "form"];
    const replicas = await Promise.all([overHttp(more, folder, at), overHttp(more, folder, at)]);
    const { call } = await connectSecond(httpTransport(replicas[0].url, replicas[1].url), pinned, answersOf);
    expect(await answers(call)).toEqual(expected);
  }, 60_000);
});
