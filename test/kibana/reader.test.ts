import { describe, expect, onTestFinished, test } from "vitest";
import { connectKibana } from "../../src/kibana/connect.ts";
import { isAtLeast } from "../../src/kibana/status.ts";
import { rulesUsing } from "../../src/rules/find-rules.ts";
import { envelope, listen, type Reply, scripted } from "../support/server.ts";
import { kibanaSettings } from "../support/settings.ts";

function connected(url: string) {
  const kibana = connectKibana(kibanaSettings({ url }), 2_000, "kibana-connectors-mcp/test");
  onTestFinished(() => kibana.close());
  return kibana;
}

async function reading(...replies: [Reply, ...Reply[]]) {
  const { url, seen } = await scripted(...replies);
  return { ...connected(url), seen, url };
}

const raw = {
  id: "a",
  name: "A",
  connector_type_id: ".webhook",
  config: { url: "https://x.example", aKeyOfTomorrow: { deep: [1, null] }, nothing: null },
};

describe("the reader and the writer", () => {
  test("are two objects, and the reader has no way to write", async () => {
    const { reader, writer } = connected("http://127.0.0.1:1");
    expect(Object.keys(reader).sort()).toEqual([
      "actionPolicies",
      "activeWindows",
      "agentTools",
      "agents",
      "anew",
      "attackDiscoverySchedules",
      "backfills",
      "begin",
      "caseOwners",
      "caseSettings",
      "caseTemplates",
      "cases",
      "chosenModels",
      "connector",
      "connectorRights",
      "connectorSpec",
      "connectorTypes",
      "connectors",
      "conversations",
      "defaultConnectors",
      "executionCounts",
      "featureModels",
      "hiddenFeatures",
      "lastNotified",
      "leadModel",
      "licence",
      "mailService",
      "migrations",
      "newestRuns",
      "oldestRun",
      "playgroundModel",
      "playgrounds",
      "repeatable",
      "rule",
      "ruleTypes",
      "rules",
      "runningWindows",
      "searchWorkflows",
      "secretHeaderNames",
      "significantEventModels",
      "space",
      "spaces",
      "status",
      "until",
      "userName",
      "v2Rules",
      "workflow",
      "workflowErrors",
      "workflows",
    ]);
    expect(Object.keys(writer).sort()).toEqual([
      "createConnector",
      "deleteConnector",
      "executeConnector",
      "rotateIngestToken",
      "updateConnector",
      "updateRule",
      "updateWorkflow",
    ]);
  });

  test("whatever the reader is asked, it sends GET, or POST to a route on which Kibana writes nothing", async () => {
    const methods = new Set<string>();
    const url = await listen((request, response) => {
      methods.add(request.method === "POST" ? `POST ${request.url}` : (request.method ?? ""));
      response.writeHead(500).end("{}");
    });
    const { reader } = connected(url);
    await Promise.allSettled([
      reader.connector("default", "a"),
      reader.connectors("default"),
      reader.connectorTypes("default"),
      reader.rules("default", { connector: "a", page: 1, perPage: 1 }),
      reader.space("default"),
      reader.spaces(),
      reader.status(),
      reader.connectorRights("default"),
      reader.executionCounts("default", "now-1h"),
      reader.newestRuns("default", { from: "now-1h", most: 1 }),
      reader.workflows("default", 1, true),
      reader.searchWorkflows("default", 1),
      reader.secretHeaderNames("default", "a"),
      reader.actionPolicies("default", 1),
      reader.caseSettings("default"),
      reader.cases("default", 1),
      reader.agents("default"),
      reader.agentTools("default"),
      reader.attackDiscoverySchedules("default"),
      reader.backfills("default"),
      reader.conversations("default", 1),
      reader.chosenModels("default"),
      reader.featureModels("default"),
      reader.significantEventModels("default"),
      reader.leadModel("default"),
      reader.migrations("default", "rules"),
      reader.mailService("ses"),
      reader.playgrounds("default", 1),
      reader.playgroundModel("default", "p"),
      reader.defaultConnectors("default", "synthetics", true),
    ]);
    expect([...methods].sort()).toEqual([
      "GET",
      "POST /api/core/capabilities",
      "POST /api/workflows/search",
      "POST /internal/actions/_global_connector_execution_kpi",
      "POST /internal/actions/_global_connector_execution_logs",
      "POST /internal/alerting/rules/backfill/_find?page=1&per_page=100",
    ]);
  });
});

describe("a connector", () => {
  test("keeps every key of its config, known or not", async () => {
    const { reader } = await reading({ json: raw });
    expect((await reader.connector("default", "a")).config).toEqual(raw.config);
  });

  test("takes fields of newer versions, and does without those of older ones", async () => {
    const { reader } = await reading(
      { json: { ...raw, auth_mode: "shared", source: "stack", from_tomorrow: {} } },
      { json: { id: "b", name: "B", connector_type_id: ".x" } },
    );
    expect(await reader.connector("default", "a")).toMatchObject({ id: "a", preconfigured: false, references: undefined });
    expect(await reader.connector("default", "b")).toEqual({
      id: "b",
      name: "B",
      type: ".x",
      config: undefined,
      missingSecrets: false,
      preconfigured: false,
      system: false,
      deprecated: false,
      references: undefined,
    });
  });

  test.each([{ is_deprecated: true }, { is_connector_type_deprecated: true }])("is deprecated by %j", async (more) => {
    const { reader } = await reading({ json: { ...raw, ...more } });
    expect((await reader.connector("default", "a")).deprecated).toBe(true);
  });

  test("of another shape is an error that names the field", async () => {
    const { reader } = await reading({ json: [{ ...raw, name: 5 }] });
    await expect(reader.connectors("default")).rejects.toMatchObject({
      code: "kibana_error",
      message: 'Kibana\'s answer has an unexpected shape at "0.name".',
      fix: "Check that KIBANA_URL is Kibana's and that its version is 8.0 or newer.",
    });
  });
});

describe("the status", () => {
  test.each([
    [
      { version: { number: "9.5.0", build_flavor: "traditional" }, status: { overall: { level: "available" } } },
      { version: "9.5.0", flavour: "traditional", level: "available" },
    ],
    [{ version: { number: "9.5.0", build_flavor: "serverless" } }, { version: "9.5.0", flavour: "serverless", level: "unknown" }],
    [
      { version: { number: "8.0.0" }, status: {} },
      { version: "8.0.0", flavour: "traditional", level: "unknown" },
    ],
  ])("%j", async (json, expected) => {
    const { reader } = await reading({ json });
    expect(await reader.status()).toEqual(expected);
  });

  test("of an unhealthy Kibana is an answer too", async () => {
    const { reader, seen } = await reading({
      status: 503,
      json: { version: { number: "9.5.0" }, status: { overall: { level: "critical" } } },
    });
    expect((await reader.status()).level).toBe("critical");
    expect(seen).toHaveLength(1);
  });

  test("is none in the refusal of a proxy, which is told as that of any other route", async () => {
    const refusal = { status: 503, json: { statusCode: 503, error: "Service Unavailable", message: "no upstream" } };
    const { reader } = await reading(refusal);
    await expect(reader.status()).rejects.toMatchObject({
      code: "kibana_unreachable",
      message: "Kibana is starting, overloaded or down for maintenance (503: no upstream).",
    });
  });

  test("without a version means that the credentials are not accepted", async () => {
    const { reader } = await reading({ json: { status: { overall: { level: "available" } } } });
    await expect(reader.status()).rejects.toMatchObject({
      code: "unauthorized",
      message: "Kibana wants credentials, and none are set (its status leaves out the version).",
      fix: expect.stringContaining("KIBANA_API_KEY"),
    });
  });

  test.each([
    ["9.4.0", "9.4", true],
    ["9.10.1", "9.4", true],
    ["8.19.2", "9.4", false],
    ["8.8.0", "8.8", true],
    ["8.7.9", "8.8", false],
    ["10.0.0-SNAPSHOT", "9.4", true],
  ])("%s is at least %s: %s", (version, since, expected) => {
    expect(isAtLeast({ version, flavour: "traditional" }, since)).toBe(expected);
  });

  test("serverless always counts as the newest", () => {
    expect(isAtLeast({ version: "8.0.0", flavour: "serverless" }, "9.9")).toBe(true);
  });
});

describe("a space", () => {
  test.each<[string, Reply, string]>([
    ["that is there", { json: { id: "a", name: "A" } }, "exists"],
    ["that is not", envelope(404, "Not Found"), "missing"],
    ["that the key may not see", envelope(403, "Forbidden"), "hidden"],
  ])("%s", async (_what, reply, expected) => {
    const { reader, seen } = await reading(reply, { json: { version: { number: "9.5.0" } } });
    expect(await reader.space("a b")).toBe(expected);
    expect(seen[0]?.url).toBe("/api/spaces/space/a%20b");
  });

  test.each<[string, Reply]>([
    ["a proxy's page", { status: 404, text: "<html><title>404</title></html>" }],
    ["a firewall's page", { status: 403, text: "<html><title>Blocked</title></html>" }],
    ["Elasticsearch", { status: 404, json: { error: "no such index", status: 404 } }],
  ])("is not reported missing because of %s", async (_what, reply) => {
    const { reader } = await reading(reply);
    await expect(reader.space("default")).rejects.toMatchObject({ code: "kibana_unreachable" });
  });
});

describe("the rules that use a connector", () => {
  const rule = (n: number, actions: unknown[]) => ({ id: `r${n}`, name: `Rule ${n}`, enabled: n % 2 === 0, actions });

  test("are found by reference where it is saved", async () => {
    const { reader, seen } = await reading({
      json: { total: 1, data: [rule(2, [{ id: "a", group: "g1" }, { id: "a", group: "g1" }, { id: "b", group: "g2" }, { id: "a" }])] },
    });
    expect(await rulesUsing(reader, "sp", { id: "a", preconfigured: false })).toEqual([
      { id: "r2", name: "Rule 2", space: "sp", enabled: true, groups: ["g1", "every"] },
    ]);
    const query = new URL(seen[0]?.url ?? "", "http://x").searchParams;
    expect(JSON.parse(query.get("has_reference") ?? "")).toEqual({ type: "action", id: "a" });
    expect(query.get("filter")).toBeNull();
  });

  test("are found by text where it is preconfigured, quotes and all", async () => {
    const { reader, seen } = await reading({ json: { total: 0, data: [] } });
    await rulesUsing(reader, "default", { id: 'a"b', preconfigured: true });
    const query = new URL(seen[0]?.url ?? "", "http://x").searchParams;
    expect(query.get("filter")).toBe('alert.attributes.actions:{ actionRef: "preconfigured:a\\"b" }');
    expect(query.get("has_reference")).toBeNull();
  });

  test("are read page by page, to the end", async () => {
    const pages = [500, 500, 3].map((count, page) => ({
      json: { total: 1003, data: Array.from({ length: count }, (_, n) => rule(page * 500 + n, [{ id: "a" }])) },
    }));
    const [first, ...rest] = pages as [Reply, Reply, Reply];
    const { reader, seen } = await reading(first, { json: { version: { number: "9.5.0" } } }, ...rest);
    const rules = await rulesUsing(reader, "default", { id: "a", preconfigured: false });
    expect(rules.length).toBe(1003);
    // After a client's first answer Kibana's version is looked up, once.
    const asked = seen.map(({ url }) => new URL(url, "http://x"));
    expect(asked.map(({ pathname, searchParams }) => searchParams.get("page") ?? pathname)).toEqual(["1", "/api/status", "2", "3"]);
  });

  /** A Kibana with that many rules, `at(n)` the moment when each was created, and Elasticsearch's window. */
  async function kibanaWith(count: number, at: (n: number) => string) {
    let most = 0;
    const all = Array.from({ length: count }, (_, n) => ({ ...rule(n, [{ id: "a" }]), created_at: at(n) }));
    const url = await listen((request, response) => {
      const query = new URL(request.url ?? "", "http://x").searchParams;
      const [page, perPage] = [Number(query.get("page")), Number(query.get("per_page"))];
      most = Math.max(most, page * perPage);
      const [, since = ""] = /createdAt >= "([^"]+)"/.exec(query.get("filter") ?? "") ?? [];
      const found = all.filter((one) => one.created_at >= since);
      response.end(JSON.stringify({ total: found.length, data: found.slice((page - 1) * perPage, page * perPage) }));
    });
    return { reader: connected(url).reader, most: () => most };
  }

  test("beyond Kibana's window of 10,000 are all found, each once, and the window is kept", async () => {
    // Three per moment, so that the edge of a window falls between some of them.
    const { reader, most } = await kibanaWith(21_234, (n) => new Date(Math.floor(n / 3) * 1000).toISOString());
    const rules = await rulesUsing(reader, "default", { id: "a", preconfigured: false });
    expect([rules.length, new Set(rules.map(({ id }) => id)).size, most()]).toEqual([21_234, 21_234, 10_000]);
  });

  test("more of one moment than Kibana pages through are an error, not a partial list that looks complete", async () => {
    const { reader } = await kibanaWith(10_500, () => "2026-01-01T00:00:00.000Z");
    await expect(rulesUsing(reader, "default", { id: "a", preconfigured: false })).rejects.toMatchObject({ code: "kibana_error" });
  });
});

describe("a run", () => {
  test("that failed is an answer, not an error", async () => {
    const { writer } = await reading({
      json: { status: "error", message: "m", service_message: "s", retry: "2030-01-01T00:00:00Z", errorSource: "user", connector_id: "a" },
    });
    expect(await writer.executeConnector("default", "a", {})).toMatchObject({ status: "error", message: "m", service_message: "s" });
  });

  test("without a body is not called a success", async () => {
    const { writer } = await reading({ status: 204 });
    expect(await writer.executeConnector("default", "a", {})).toMatchObject({ status: "error" });
  });
});
