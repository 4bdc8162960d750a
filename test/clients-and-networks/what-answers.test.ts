import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { startSandboxWith, startServer } from "../support/built-server.ts";
import { listen } from "../support/server.ts";

/** One call of each kind: a look, one connector, a space that is named, a change. */
const calls: [string, Record<string, unknown>][] = [
  ["describe_deployment", {}],
  ["list_connectors", {}],
  ["get_connector", { id: "ops-slack" }],
  ["get_connector", { id: "ops-slack", space: "security" }],
  ["create_connector", { name: "x", type: ".server-log" }],
  ["test_connector", { id: "ops-slack" }],
  ["execute_connector", { id: "ops-slack", params: { message: "x" } }],
];

async function errorsAt(url: string) {
  const server = await startServer({ env: { KIBANA_URL: url, KIBANA_API_KEY: "any" } });
  onTestFinished(() => server.close());
  const errors: { code: string; message: string; fix: string }[] = [];
  for (const [tool, args] of calls) errors.push((await server.call(tool, args)).body.error);
  return errors;
}

async function answering(status: number, body: unknown, type = "application/json", only?: { path: string; body: unknown }) {
  return listen((request, response) => {
    const found = only !== undefined && request.url === only.path;
    const said = found ? only.body : body;
    response.writeHead(found ? 200 : status, { "content-type": type }).end(typeof said === "string" ? said : JSON.stringify(said));
  });
}

const notFound = { statusCode: 404, error: "Not Found", message: "Not Found" };

describe("a 404 to everything is the address's fault, never a space's or a connector's", () => {
  test("Kibana below a base path, asked without it", async () => {
    const kibana = await startSandboxWith(["--base-path", "/kibana"]);
    onTestFinished(() => kibana.stop());
    for (const error of await errorsAt(new URL(kibana.url).origin)) {
      expect(error).toMatchObject({ code: "kibana_unreachable", fix: expect.stringContaining("the base path in KIBANA_URL") });
      expect(error.message).not.toMatch(/no space|no connector/);
    }
  });

  test.each<[string, unknown, string]>([
    ["a server in Kibana's words", notFound, "application/json"],
    ["a page", "<html><head><title>404 Not Found</title></head></html>", "text/html"],
    ["a text", "404 page not found", "text/plain"],
    ["nothing", "", "text/plain"],
    ["a gateway's JSON", { message: "no Route matched with those values" }, "application/json"],
    ["Spring's JSON", { timestamp: "2026-11-28", status: 404, error: "Not Found", path: "/x" }, "application/json"],
  ])("%s", async (_what, body, type) => {
    for (const error of await errorsAt(await answering(404, body, type)))
      expect(error).toMatchObject({ code: "kibana_unreachable", fix: expect.stringContaining("the base path in KIBANA_URL") });
  });

  test("an address of Elastic Cloud that belongs to no deployment", async () => {
    for (const error of await errorsAt(await answering(404, { ok: false, message: "Unknown resource." })))
      expect(error).toMatchObject({ code: "kibana_unreachable", message: expect.stringContaining("knows no running deployment") });
  });

  test("while a Kibana that answers reports a missing space as such", async () => {
    const kibana = await startSandboxWith();
    onTestFinished(() => kibana.stop());
    const server = await startServer({ env: { KIBANA_URL: kibana.url } });
    onTestFinished(() => server.close());
    expect((await server.call("list_connectors", { space: "no-such" })).body.error.code).toBe("space_not_found");
  });
});

test("a Kibana that is starting answers every route with a text, and is reported as starting", async () => {
  for (const error of await errorsAt(await answering(503, "Kibana server is not ready yet", "text/plain")))
    expect(error).toMatchObject({
      code: "kibana_unreachable",
      message: "Kibana is starting, overloaded or down for maintenance (503).",
      fix: "Wait a minute, then repeat the call.",
    });
}, 60_000);

describe("what is no supported Kibana is named with its version", () => {
  const seen = (number: string, core: string) => ({
    name: "node",
    uuid: "1",
    version: { number, build_hash: "x", build_number: 1, build_snapshot: false },
    status: {
      overall: { since: "2026", state: "green", title: "Green", nickname: "Looking good" },
      statuses: [{ id: `core:${core}@${number}`, state: "green" }],
    },
    metrics: {},
  });

  test.each([
    ["Kibana 7.17.9", seen("7.17.9", "elasticsearch")],
    ["Kibana 6.8.23", seen("6.8.23", "elasticsearch")],
    ["OpenSearch Dashboards 2.11.0", seen("2.11.0", "opensearch")],
    ["OpenSearch Dashboards 1.3.2", seen("1.3.2", "elasticsearch")],
    ["OpenSearch Dashboards 3.1.0", { version: { number: "3.1.0" }, status: { overall: { state: "green" } } }],
  ])("%s", async (name, status) => {
    const url = await answering(404, notFound, "application/json", { path: "/api/status", body: status });
    for (const error of await errorsAt(url))
      expect(error).toMatchObject({
        code: "kibana_unreachable",
        message: `What answers there is ${name}, which is not supported.`,
        fix: expect.stringContaining("8.0 or newer"),
      });
  });

  test("OpenSearch Dashboards whose other routes do not accept the key", async () => {
    const refusal = { statusCode: 401, error: "Unauthorized", message: "Authentication required" };
    const url = await answering(401, refusal, "application/json", { path: "/api/status", body: seen("2.19.0", "opensearch") });
    for (const error of await errorsAt(url))
      expect(error.message).toBe("What answers there is OpenSearch Dashboards 2.19.0, which is not supported.");
  });

  test("no change is made in Kibana 7.17, although its routes are much the same", async () => {
    const asked: string[] = [];
    const url = await listen((request, response) => {
      asked.push(request.method ?? "");
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(request.url === "/api/status" ? seen("7.17.9", "elasticsearch") : { id: "default", name: "Default" }));
    });
    const server = await startServer({ env: { KIBANA_URL: url } });
    onTestFinished(() => server.close());
    for (const [tool, args] of calls.slice(4))
      expect((await server.call(tool, args)).body.error).toMatchObject({ message: expect.stringContaining("Kibana 7.17.9") });
    expect(new Set(asked)).toEqual(new Set(["GET"]));
  });

  test("Kibana 7.17, although its routes are much the same, is not read from either, until it is upgraded", async () => {
    const kibana = await startSandboxWith();
    onTestFinished(() => kibana.stop());
    let old = true;
    const asked: string[] = [];
    const url = await listen(async (request, response) => {
      asked.push(request.url ?? "");
      if (old && request.url === "/api/status")
        return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(seen("7.17.9", "elasticsearch")));
      const body = request.method === "POST" ? await text(request) : undefined;
      const headers = { "kbn-xsrf": "true", "content-type": "application/json", "x-elastic-internal-origin": "test" };
      const answer = await fetch(`${kibana.url}${request.url}`, { method: request.method ?? "GET", headers, ...(body && { body }) });
      return response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    });
    const reads = tools.filter(({ name, risk }) => risk === "read" && name !== "list_changes");
    for (const { name } of reads) {
      // Each is the first call of its server: an agent may start with any of them.
      const server = await startServer({ env: { KIBANA_URL: url } });
      onTestFinished(() => server.close());
      const args = name === "get_connector" ? { id: "ops-slack" } : {};
      expect([name, (await server.call(name, args)).body.error]).toMatchObject([
        name,
        { code: "kibana_unreachable", message: "What answers there is Kibana 7.17.9, which is not supported." },
      ]);
      old = false;
      expect([name, (await server.call(name, args)).failed]).toEqual([name, false]);
      asked.length = 0;
      expect((await server.call("list_connectors")).failed).toBe(false);
      expect(asked).not.toContain("/api/status");
      old = true;
    }
  });

  test.each([
    ["Elasticsearch", 400, { error: "no handler found for uri [/api/status] and method [GET]" }, /is Elasticsearch, not Kibana/],
    ["Grafana", 401, { message: "Unauthorized" }, /JSON that is not Kibana's \("Unauthorized"\)/],
  ])("%s is not taken for a Kibana", async (_what, status, body, message) => {
    for (const error of await errorsAt(await answering(status, body)))
      expect(error).toMatchObject({ code: "kibana_unreachable", message: expect.stringMatching(message) });
  });

  test("a sign-in page of a proxy, with its title", async () => {
    for (const error of await errorsAt(await answering(200, "<html><title>Sign in to Acme</title></html>", "text/html")))
      expect(error).toMatchObject({ code: "kibana_unreachable", message: expect.stringContaining('"Sign in to Acme"') });
  });

  test("a service with a status of its own", async () => {
    const url = await answering(404, notFound, "application/json", { path: "/api/status", body: { status: "ok" } });
    for (const error of await errorsAt(url))
      expect(error).toMatchObject({ code: "kibana_unreachable", message: expect.stringContaining("not Kibana") });
  });
});
