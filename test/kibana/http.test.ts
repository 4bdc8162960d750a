import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectKibana } from "../../src/kibana/connect.ts";
import { KibanaError } from "../../src/kibana/errors.ts";
import { createHttp, path } from "../../src/kibana/http.ts";
import { seal } from "../../src/sealed.ts";
import type { KibanaSettings } from "../../src/settings/index.ts";
import { envelope, type Reply, scripted } from "../support/server.ts";
import { kibanaSettings } from "../support/settings.ts";

function client(url: string, { timeout = 5_000, ...more }: Partial<KibanaSettings> & { timeout?: number } = {}) {
  const http = createHttp(kibanaSettings({ url, ...more }), timeout, "kibana-connectors-mcp/test");
  onTestFinished(() => http.close());
  return http;
}

function kibana(url: string, timeout = 5_000) {
  const made = connectKibana(kibanaSettings({ url }), timeout, "kibana-connectors-mcp/test");
  onTestFinished(() => made.close());
  return made;
}

async function failureOf(work: Promise<unknown>): Promise<KibanaError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof KibanaError) return error;
    throw error;
  }
  throw new Error("did not fail");
}

const ok: Reply = { json: {} };

describe("where a request goes", () => {
  test.each([
    ["", undefined, "/api/x"],
    ["", "default", "/api/x"],
    ["", "team-payments", "/s/team-payments/api/x"],
    ["/kibana", "team-payments", "/kibana/s/team-payments/api/x"],
    ["/a/b", undefined, "/a/b/api/x"],
    ["", "../evil?", "/s/..%2Fevil%3F/api/x"],
  ])("base path %j, space %j → %s", async (base, space, expected) => {
    const { url, seen } = await scripted(ok);
    await client(url + base).get({ path: "/api/x", ...(space && { space }) });
    expect(seen[0]?.url).toBe(expected);
  });

  test.each([
    ["a b", "/a%20b"],
    ["a/../b", "/a%2F..%2Fb"],
    ["?x=1#y", "/%3Fx%3D1%23y"],
    ["größe", "/gr%C3%B6%C3%9Fe"],
    ["%2e%2e", "/%252e%252e"],
  ])("the id %j becomes %s", (id, expected) => {
    expect(path(id)).toBe(expected);
  });

  test.each([".", "..", ""])("the id %j would go up the path and is refused before anything is sent", (id) => {
    expect(() => path("connector", id)).toThrow(expect.objectContaining({ code: "id_invalid", applied: "no" }));
  });

  test.each(["\ud800", "x".repeat(1001)])(
    "the id %j has no address and is refused in the same way, without all of it in the message",
    (id) => {
      expect(() => path("connector", id)).toThrow(expect.objectContaining({ code: "id_invalid", applied: "no" }));
      expect(() => path("connector", id)).toThrow(/^.{0,150}$/);
    },
  );

  test.each([
    ["GET", (k: ReturnType<typeof kibana>) => k.reader.connector("default", "a/b?c"), "/api/actions/connector/a%2Fb%3Fc"],
    ["DELETE", (k: ReturnType<typeof kibana>) => k.writer.deleteConnector("other", "a/b?c"), "/s/other/api/actions/connector/a%2Fb%3Fc"],
    [
      "POST",
      (k: ReturnType<typeof kibana>) => k.writer.executeConnector("default", "a/b?c", {}),
      "/api/actions/connector/a%2Fb%3Fc/_execute",
    ],
  ])("%s with a hostile id stays on its route", async (method, ask, expected) => {
    const { url, seen } = await scripted(envelope(404, "Saved object [action/x] not found"));
    await failureOf(ask(kibana(url)));
    expect(seen.map((one) => `${one.method} ${one.url}`)).toEqual([`${method} ${expected}`]);
  });

  test("a query is encoded, and what is undefined left out", async () => {
    const { url, seen } = await scripted(ok);
    await client(url).get({ path: "/api/x", query: { a: "b c&d", n: 5, none: undefined } });
    expect(seen[0]?.url).toBe("/api/x?a=b+c%26d&n=5");
  });
});

describe("what a request carries", () => {
  test.each([
    [{ kind: "none" }, undefined],
    [{ kind: "api_key", key: seal("bXlrZXk=", "API key") }, "ApiKey bXlrZXk="],
    [{ kind: "basic", username: "elastic", password: seal("hunter2", "password") }, "Basic ZWxhc3RpYzpodW50ZXIy"],
  ] satisfies [KibanaSettings["auth"], string | undefined][])("%j → Authorization: %s", async (auth, expected) => {
    const { url, seen } = await scripted(ok);
    await client(url, { auth }).get({ path: "/api/x" });
    expect(seen[0]?.headers.authorization).toBe(expected);
  });

  test("a read: our name, no kbn-xsrf, no body", async () => {
    const { url, seen } = await scripted(ok);
    await client(url).get({ path: "/api/x" });
    expect(seen[0]?.headers).toMatchObject({ "user-agent": "kibana-connectors-mcp/test", accept: "application/json" });
    expect(seen[0]?.headers).not.toHaveProperty("kbn-xsrf");
    expect(seen[0]?.headers).not.toHaveProperty("x-elastic-internal-origin");
    expect(seen[0]?.body).toBe("");
  });

  test.each(["POST", "PUT", "DELETE"] as const)("%s: our name and kbn-xsrf", async (method) => {
    const { url, seen } = await scripted(ok);
    await client(url).send(method, { path: "/api/x", ...(method === "DELETE" ? {} : { body: { a: 1 } }) });
    expect(seen[0]?.headers).toMatchObject({ "kbn-xsrf": "true", "user-agent": "kibana-connectors-mcp/test" });
    expect(seen[0]?.body).toBe(method === "DELETE" ? "" : '{"a":1}');
    expect(seen[0]?.headers["content-type"]).toBe(method === "DELETE" ? undefined : "application/json");
  });

  test("an internal route: the header that Kibana wants there", async () => {
    const { url, seen } = await scripted(ok);
    await client(url).get({ path: "/internal/x", internal: true });
    expect(seen[0]?.headers["x-elastic-internal-origin"]).toBe("kibana-connectors-mcp");
  });

  test("a create sends `secrets` even when there are none", async () => {
    const { url, seen } = await scripted({ json: { id: "a", name: "A", connector_type_id: ".index", config: {} } });
    await kibana(url).writer.createConnector("default", { id: undefined, name: "A", type: ".index", config: { index: "x" }, secrets: {} });
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ name: "A", connector_type_id: ".index", config: { index: "x" }, secrets: {} });
    expect(seen[0]?.url).toBe("/api/actions/connector");
  });
});

const passing: [string, Reply][] = [
  ["429", envelope(429, "Too Many Requests")],
  ["502", { status: 502, text: "<html>bad gateway</html>" }],
  ["503", envelope(503, "Service Unavailable")],
  ["504", { status: 504, text: "<html>gateway time-out</html>" }],
  ["a cut connection", "cut"],
];

describe("a fault that looks temporary", () => {
  test.each(passing)("%s: a read is repeated", async (_what, fault) => {
    const { url, seen } = await scripted(fault, { json: { fine: true } });
    expect(await client(url).get({ path: "/api/x" })).toEqual({ fine: true });
    expect(seen).toHaveLength(2);
  });

  test.each(passing)("%s: a read that is a POST is repeated too", async (_what, fault) => {
    const { url, seen } = await scripted(fault, { json: { fine: true } });
    expect(await client(url).query({ path: "/api/core/capabilities", space: "a", body: { applications: [] } })).toEqual({ fine: true });
    expect(seen.map(({ method, url: path, body }) => [method, path, body])).toEqual(
      Array(2).fill(["POST", "/s/a/api/core/capabilities", '{"applications":[]}']),
    );
    expect(seen[0]?.headers).toMatchObject({ "kbn-xsrf": "true", "x-elastic-internal-origin": "kibana-connectors-mcp" });
  });

  test("a POST to any other route is not a read: nothing is sent", async () => {
    const { url, seen } = await scripted(ok);
    const path = "/api/actions/connector" as "/api/core/capabilities";
    expect(() => client(url).query({ path, body: {} })).toThrow("/api/actions/connector is not a read.");
    expect(seen).toEqual([]);
  });

  test.each(passing)("%s: a write is never repeated", async (_what, fault) => {
    const { url, seen } = await scripted(fault, ok);
    await failureOf(client(url).send("POST", { path: "/api/x", body: {} }));
    expect(seen).toHaveLength(1);
  });

  test("a read gives up after four attempts", async () => {
    const { url, seen } = await scripted({
      status: 429,
      json: { statusCode: 429, error: "x", message: "slow" },
      headers: { "retry-after": "0" },
    });
    const error = await failureOf(client(url).get({ path: "/api/x" }));
    expect([error.code, error.message]).toEqual(["kibana_error", "Kibana or a proxy in front of it limits the rate (429)."]);
    expect(seen).toHaveLength(4);
  });

  test.each<[string, (seconds: number) => string]>([
    ["seconds", (seconds) => String(seconds)],
    ["a date", (seconds) => new Date(Date.now() + seconds * 1000 + 999).toUTCString()],
  ])("Retry-After in %s is respected", async (_form, header) => {
    const { url } = await scripted({ status: 429, json: {}, headers: { "retry-after": header(1) } }, ok);
    const start = performance.now();
    await client(url).get({ path: "/api/x" });
    expect(performance.now() - start).toBeGreaterThan(850);
  });

  test("a Retry-After of an hour is not waited for: the MCP client would give up", async () => {
    const { url, seen } = await scripted({ status: 429, json: {}, headers: { "retry-after": "3600" } }, ok);
    expect((await failureOf(client(url).get({ path: "/api/x" }))).code).toBe("kibana_error");
    expect(seen).toHaveLength(1);
  });

  test.each([400, 401, 403, 404, 409, 500])("%i does not look temporary: a read is not repeated", async (status) => {
    const { url, seen } = await scripted(envelope(status, "no"), ok);
    await failureOf(client(url).get({ path: "/api/x" }));
    expect(seen).toHaveLength(1);
  });

  test("a status that the caller takes as an answer is one", async () => {
    const { url, seen } = await scripted({ status: 503, json: { degraded: true } });
    expect(await client(url).get({ path: "/api/status", tolerate: [503] })).toEqual({ degraded: true });
    expect(seen).toHaveLength(1);
  });
});

describe("a redirect", () => {
  test.each([301, 302, 307, 308])("%i is not followed, and no credentials go elsewhere", async (status) => {
    const elsewhere = await scripted(ok);
    const { url } = await scripted({ status, headers: { location: `${elsewhere.url}/login?next=x` } });
    const http = client(url, { auth: { kind: "api_key", key: seal("bXlrZXk=", "API key") } });
    for (const work of [http.get({ path: "/api/x" }), http.send("POST", { path: "/api/x", body: {} })]) {
      const error = await failureOf(work);
      expect({ code: error.code, message: error.message, fix: error.fix, applied: error.applied }).toEqual({
        code: "kibana_unreachable",
        message: `${url} redirects (${status}) to ${elsewhere.url}; redirects are not followed.`,
        fix: "Set KIBANA_URL to the address that answers without a redirect, with its base path.",
        applied: "no",
      });
    }
    expect(elsewhere.seen).toEqual([]);
  });
});

describe("an answer that is never complete", () => {
  test("nothing listens: nothing was done", async () => {
    const error = await failureOf(client("http://127.0.0.1:1").send("POST", { path: "/api/x", body: {} }));
    expect(error).toMatchObject({
      code: "kibana_unreachable",
      applied: "no",
      message: "No answer from Kibana at http://127.0.0.1:1: nothing listens at that address (ECONNREFUSED).",
      fix: "Check that Kibana is up and that the host and port in KIBANA_URL are right.",
    });
  });

  test.each(["silence", "half"] as const)("%s ends at the time-out: a write may have been done", async (reply) => {
    const { url, seen } = await scripted(reply);
    const error = await failureOf(client(url, { timeout: 150 }).send("POST", { path: "/api/x", body: {} }));
    expect(error).toMatchObject({
      code: "kibana_unreachable",
      applied: "maybe",
      status: undefined,
      message: `No answer from Kibana at ${url}: no answer in time (TimeoutError).`,
      fix: "Kibana or the service behind the connector is slow; KIBANA_TIMEOUT sets the limit.",
    });
    expect(seen).toHaveLength(1);
  });

  test("a cut connection: a write may have been done", async () => {
    const { url } = await scripted("cut");
    const error = await failureOf(client(url).send("POST", { path: "/api/x", body: {} }));
    expect(error).toMatchObject({ code: "kibana_unreachable", applied: "maybe" });
    expect(error.message).toContain("the connection was cut");
  });

  test("a certificate of an unknown authority, or no TLS at all: nothing was done", async () => {
    const { url } = await scripted(ok);
    const error = await failureOf(client(url.replace("http:", "https:")).get({ path: "/api/x" }));
    expect(error).toMatchObject({ code: "kibana_unreachable", applied: "no", fix: "Use http:// in KIBANA_URL, or the TLS port." });
  });
});

describe("an abort by the caller", () => {
  test("stops a read that waits for its answer", async () => {
    const { url } = await scripted("silence");
    const error = await failureOf(client(url).get({ path: "/api/x", signal: AbortSignal.timeout(50) }));
    expect([error.code, error.message]).toEqual(["cancelled", "The call was cancelled."]);
  });

  test("stops a read that waits before its next attempt", async () => {
    const { url, seen } = await scripted({ status: 429, json: {}, headers: { "retry-after": "5" } });
    const stop = new AbortController();
    const read = failureOf(client(url, { timeout: 60_000 }).get({ path: "/api/x", signal: stop.signal }));
    while (seen.length === 0) await wait(5);
    await wait(30);
    stop.abort();
    expect((await read).code).toBe("cancelled");
    expect(seen).toHaveLength(1);
  });

  test("before the start sends nothing", async () => {
    const { url, seen } = await scripted(ok);
    expect((await failureOf(client(url).get({ path: "/api/x", signal: AbortSignal.abort() }))).code).toBe("cancelled");
    expect(seen).toEqual([]);
  });
});

const html = '<!DOCTYPE html><html><head><title>Sign in\u202e to Acme</title></head><body onload="x()">Log in</body></html>';
const basePathFix =
  "Most likely the base path in KIBANA_URL is missing or wrong (server.basePath in kibana.yml, as in https://example.com/kibana): use the address that the browser shows, up to (not including) /app or /s/.";
const proxyFix =
  "Something in front of Kibana answered: a proxy, a login page or an error page. Check KIBANA_URL and its base path, and that API calls pass the proxy.";
const cutFix = "The answer was cut or changed on its way. Repeat the call; if it happens again, look at the proxy in front of Kibana.";

describe("an answer that is not Kibana's", () => {
  test.each<[string, Reply, string, string]>([
    [
      "a login page",
      { status: 200, text: html },
      'answered 200 with an HTML page titled "Sign in to Acme" instead of Kibana\'s JSON.',
      proxyFix,
    ],
    [
      "a proxy's 404 page",
      { status: 404, text: html },
      'answered 404 with an HTML page titled "Sign in to Acme" instead of Kibana\'s JSON.',
      basePathFix,
    ],
    [
      "a gateway's 404 in JSON",
      { status: 404, json: { message: "no Route matched with those values" } },
      'answered 404 with JSON that is not Kibana\'s ("no Route matched with those values").',
      basePathFix,
    ],
    [
      "Spring's 404 in JSON",
      { status: 404, json: { timestamp: "2026", status: 404, error: "Not Found", path: "/api/status" } },
      "answered 404 with JSON that is not Kibana's.",
      basePathFix,
    ],
    [
      "Grafana's refusal",
      { status: 401, json: { message: "Unauthorized" } },
      'answered 401 with JSON that is not Kibana\'s ("Unauthorized").',
      proxyFix,
    ],
    [
      "a page without a title",
      { status: 403, text: "<html><body>no</body></html>" },
      "answered 403 with an HTML page instead of Kibana's JSON.",
      proxyFix,
    ],
    [
      "truncated JSON",
      { status: 200, text: '[{"id":"a"' },
      "answered 200 with text that is not complete JSON instead of Kibana's JSON.",
      cutFix,
    ],
    ["an empty body", { status: 200, text: "" }, "answered 200 with an empty body instead of Kibana's JSON.", cutFix],
    [
      "plain text",
      { status: 500, text: "upstream failed" },
      "answered 500 with text that is not complete JSON instead of Kibana's JSON.",
      cutFix,
    ],
  ])("%s", async (_what, reply, message, fix) => {
    const { url } = await scripted(reply);
    const error = await failureOf(client(url).get({ path: "/api/x" }));
    expect({ code: error.code, message: error.message, fix: error.fix }).toEqual({
      code: "kibana_unreachable",
      message: `${url} ${message}`,
      fix,
    });
  });

  test.each<[string, Reply]>([
    ["its error", { status: 401, json: { error: { type: "security_exception", reason: "missing" }, status: 401 } }],
    ["its error for an unknown route", { status: 400, json: { error: "no handler found for uri [/api/status] and method [GET]" } }],
    ["its error for a path", { status: 405, json: { error: "Incorrect HTTP method", status: 405 } }],
    ["its front page", { status: 404, json: { name: "n", cluster_name: "c", tagline: "You Know, for Search" } }],
  ])("Elasticsearch, by %s", async (_what, reply) => {
    const { url } = await scripted(reply);
    expect(await failureOf(client(url).get({ path: "/api/x" }))).toMatchObject({
      code: "kibana_unreachable",
      message: `${url} is Elasticsearch, not Kibana.`,
      fix: "Set KIBANA_URL to Kibana's address (on Elastic Cloud its host has .kb. where Elasticsearch has .es.).",
    });
  });

  test("after a write, a page with status 200 leaves open whether it was done; one with 403 does not", async () => {
    const { url } = await scripted({ status: 200, text: html }, { status: 403, text: html }, { status: 500, text: html });
    const http = client(url);
    const write = () => failureOf(http.send("POST", { path: "/api/x", body: {} }));
    expect([(await write()).applied, (await write()).applied, (await write()).applied]).toEqual(["maybe", "no", "maybe"]);
  });

  test("204 is an answer without a body", async () => {
    const { url } = await scripted({ status: 204 });
    expect(await client(url).send("DELETE", { path: "/api/x" })).toBeUndefined();
  });
});
