import { describe, expect, test } from "vitest";
import { holder, initialize, ping, sendBytes, servedProduct, tokenOf, toolCall } from "../support/http.ts";
import { accepts } from "../support/product.ts";
import { listen } from "../support/server.ts";

const bearer = (name: string) => ({ authorization: `Bearer ${tokenOf(name)}` });

describe("rebinding", () => {
  test.each([
    "evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "localhost/evil.example",
    "[::1",
    "10.1.2.3",
    "localhost,evil.example",
  ])("a request for the host %j is refused", async (host) => {
    const served = await servedProduct();
    const { status, json } = await served.send({ headers: { host }, body: initialize() });
    expect([status, json.error.message]).toEqual([403, expect.stringContaining("--allowed-hosts")]);
  });

  test.each([
    ["an empty host", "POST /mcp HTTP/1.1\r\nHost:\r\n", 403],
    ["no host", "POST /mcp HTTP/1.1\r\n", 400],
    ["no host, as in HTTP/1.0", "POST /mcp HTTP/1.0\r\n", 403],
    ["another address in the request line", "POST http://localhost/mcp HTTP/1.1\r\nHost: evil.example\r\n", 403],
  ])("%s is refused", async (_what, head, status) => {
    const { url } = await servedProduct();
    expect(await sendBytes(url, `${head}Connection: close\r\nContent-Length: 0\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test.each(["localhost", "127.0.0.1:1", "[::1]:3000", "LOCALHOST:3000", "mcp.example.com", "a.team.example.com:8443"])(
    "a request for the host %s is served",
    async (host) => {
      const served = await servedProduct({ http: { allowedHosts: ["mcp.example.com", "*.team.example.com"] } });
      expect((await served.send({ headers: { host }, body: initialize() })).status).toBe(200);
    },
  );

  test("forwarded host headers open nothing", async () => {
    const served = await servedProduct();
    const headers = { host: "evil.example", "x-forwarded-host": "localhost", forwarded: "host=localhost" };
    expect((await served.send({ headers, body: initialize() })).status).toBe(403);
  });
});

describe("cross-origin", () => {
  test.each([
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://evil.example:127",
    "file://",
    "vscode-webview://abc",
    "http://localhost@evil.example",
    "",
  ])("a request from the origin %j is refused, and gets no header that lets a page read it", async (origin) => {
    const served = await servedProduct();
    for (const sent of [{ body: initialize() }, { method: "OPTIONS" }, { method: "GET" }]) {
      const { status, headers } = await served.send({ ...sent, headers: { origin } });
      expect(status).toBe(403);
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  test("an origin that the operator names is served, preflight and all; one of this machine only on loopback", async () => {
    const origin = "https://app.example.com";
    const served = await servedProduct({ http: { allowedOrigins: [origin, "vscode-webview://abc"] } });
    expect(await served.send({ method: "OPTIONS", headers: { origin } })).toMatchObject({
      status: 204,
      headers: { "access-control-allow-origin": origin },
    });
    expect(await served.send({ headers: { origin }, body: initialize() })).toMatchObject({
      status: 200,
      headers: { "access-control-allow-origin": origin, "access-control-expose-headers": "mcp-session-id", vary: "Origin" },
    });
    expect((await served.send({ headers: { origin: "vscode-webview://abc" }, body: initialize() })).status).toBe(200);
    expect((await served.send({ headers: { origin: "http://localhost:6274" }, body: initialize() })).status).toBe(200);
    const remote = await servedProduct({ http: { loopback: false, tokens: [holder("ops")] } });
    expect((await remote.send({ headers: { origin: "http://localhost:6274", ...bearer("ops") }, body: initialize() })).status).toBe(403);
  });
});

describe("tokens", () => {
  test.each([
    [undefined, 'Bearer realm="kibana-connectors-mcp"'],
    ["Bearer", 'Bearer realm="kibana-connectors-mcp", error="invalid_token"'],
    ["Bearer wrong-token-0123456789", expect.stringContaining("invalid_token")],
    [`Basic ${tokenOf("ops")}`, expect.stringContaining("invalid_token")],
    [tokenOf("ops"), expect.stringContaining("invalid_token")],
    [`Bearer ${tokenOf("ops").slice(0, -1)}`, expect.stringContaining("invalid_token")],
    [`Bearer ${tokenOf("ops")}x`, expect.stringContaining("invalid_token")],
  ])("without the right one nothing is served: %j", async (authorization, challenge) => {
    const served = await servedProduct({ http: { tokens: [holder("ops")] } });
    for (const sent of [{ body: initialize() }, { method: "GET" }, { method: "DELETE" }, { body: toolCall("list_connectors") }]) {
      const answer = await served.send({ ...sent, headers: { authorization } });
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, challenge]);
    }
    expect(served.calls).toEqual([]);
  });

  test("a token in the address is none", async () => {
    const served = await servedProduct({ http: { tokens: [holder("ops")] } });
    expect((await served.send({ path: `/mcp?access_token=${tokenOf("ops")}`, body: initialize() })).status).toBe(401);
  });

  test("the caller's token reaches neither Kibana nor the journal nor an answer", async () => {
    const seen: string[] = [];
    const kibana = await listen((request, response) => {
      seen.push(JSON.stringify(request.headers) + request.url);
      response.writeHead(500).end();
    });
    const served = await servedProduct({
      http: { tokens: [holder("ops")] },
      settings: {
        kibana: { url: kibana, label: undefined, auth: { kind: "none" }, ca: undefined, skipTlsVerification: false, proxy: undefined },
      },
    });
    const { call } = await served.open("ops");
    const { text } = await call("list_connectors");
    await call("create_connector", { name: tokenOf("ops"), type: ".server-log" });
    expect(seen.length).toBeGreaterThan(0);
    for (const one of [...seen, text, await served.journal()]) {
      expect(one).not.toContain(tokenOf("ops"));
      expect(one).not.toMatch(/"authorization"/);
    }
  });
});

describe("session theft", () => {
  test("another caller's session is answered like one that does not exist", async () => {
    const served = await servedProduct({ http: { tokens: [holder("ops"), holder("mallory")] } });
    const { headers } = await served.send({ headers: bearer("ops"), body: initialize() });
    const stolen = { "mcp-session-id": String(headers["mcp-session-id"]) };
    const invented = { "mcp-session-id": "1f7c1a52-3ae0-4a5b-9d35-6a3b6ad4b7a1" };
    for (const sent of [{ body: ping }, { method: "GET" }, { method: "DELETE" }, { body: toolCall("list_connectors") }]) {
      const theft = await served.send({ ...sent, headers: { ...bearer("mallory"), ...stolen } });
      const guess = await served.send({ ...sent, headers: { ...bearer("mallory"), ...invented } });
      expect([theft.status, theft.text]).toEqual([404, guess.text]);
      expect((await served.send({ ...sent, headers: stolen })).status).toBe(401);
    }
    expect((await served.send({ headers: { ...bearer("ops"), ...stolen }, body: ping })).status).toBe(200);
  });

  test("session ids are random, and those that a client chooses open nothing", async () => {
    const served = await servedProduct();
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await served.send({ body: initialize() })).headers["mcp-session-id"]),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect((await served.send({ headers: { "mcp-session-id": "my-own" }, body: initialize() })).status).toBe(404);
  });
});

describe("header injection", () => {
  const line = (header: string) => `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n${header}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;

  test.each([
    ["a bare line feed", "Mcp-Session-Id: a\nX-Evil: 1"],
    ["a NUL", "Mcp-Session-Id: a\0b"],
    ["a folded line", "Mcp-Session-Id: a\r\n b"],
    ["two lengths", "Content-Length: 5\r\nContent-Length: 6"],
    ["a length beside chunks", "Transfer-Encoding: chunked\r\nContent-Length: 3"],
    ["a space before the colon", "Mcp-Session-Id : a"],
    ["heads of 20 kB", `X-Long: ${"x".repeat(20_000)}`],
  ])("%s is refused, and no part of it comes back", async (_what, header) => {
    const { url } = await servedProduct();
    const answer = await sendBytes(url, line(header));
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.toLowerCase()).not.toMatch(/x-evil|x-long/);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test("headers and client names do not become lines of log or journal", async () => {
    const served = await servedProduct();
    const hello = initialize();
    hello.params.clientInfo.name = 'x"\n{"event":"change","forged":true}';
    const { headers } = await served.send({ body: hello });
    const own = { "mcp-session-id": String(headers["mcp-session-id"]) };
    expect(
      (await served.send({ headers: own, body: toolCall("create_connector", { name: "Named", type: ".server-log" }) })).json.result.isError,
    ).toBeUndefined();
    for (const record of (await served.journal()).trim().split("\n")) expect(JSON.parse(record)).toMatchObject({ v: 1 });
  });
});

describe("each principal", () => {
  test("has its own access: what is not allowed is neither listed nor callable", async () => {
    const served = await servedProduct({ http: { tokens: [holder("reader", { access: "read" }), holder("ops")] } });
    const [reader, ops] = [await served.open("reader", accepts), await served.open("ops", accepts)];
    const names = async ({ client }: typeof ops) => (await client.listTools()).tools.map((tool) => tool.name);
    expect(await names(ops)).toContain("create_connector");
    expect((await names(reader)).filter((name) => /create|update|delete|execute|test_|undo/.test(name))).toEqual([]);
    expect((await reader.call("create_connector", { name: "x", type: ".server-log" })).body.code).toBe("read_only");
    expect(served.writes()).toEqual([]);
  });

  test("never has more than the server itself", async () => {
    const served = await servedProduct({ settings: { access: "read" }, http: { tokens: [holder("ops", { access: "full" })] } });
    expect((await (await served.open("ops")).call("create_connector", { name: "x", type: ".server-log" })).body.code).toBe("read_only");
  });

  test("sees its own spaces, and of the journal what happened in them", async () => {
    const served = await servedProduct({
      http: { tokens: [holder("all"), holder("team", { spaces: ["team-payments"] })] },
      sandbox: {},
    });
    const [all, team] = [await served.open("all", accepts), await served.open("team", accepts)];
    const spaces = (await all.call("describe_deployment")).body.spaces.map((space: { id: string }) => space.id);
    const own = spaces.find((id: string) => id !== "default");
    expect(own).toBe("team-payments");
    const made = await all.call("create_connector", { name: "Hidden", type: ".server-log", space: "default" });
    expect(made.body.status).toBe("done");
    expect((await team.call("describe_deployment")).body.spaces.map((space: { id: string }) => space.id)).toEqual([own]);
    expect((await team.call("list_connectors", { space: "default" })).body.code).toBe("forbidden");
    expect((await team.call("list_changes")).body).toMatchObject({ changes: [], total: 0 });
    expect((await team.call("undo_change", { change: made.body.change })).body.message).toContain("has no change");
    const mine = await team.call("create_connector", { name: "Mine", type: ".server-log" });
    expect(mine.body).toMatchObject({ status: "done", space: own });
    expect((await team.call("list_changes")).body.changes).toMatchObject([{ id: "mine", principal: "team" }]);
    const seen = (await all.call("list_changes")).body.changes.map((change: { principal: string }) => change.principal);
    expect(seen.sort()).toEqual(["all", "team"]);
  });

  test("may name its own secrets and no others", async () => {
    const env = { CONNECTOR_SECRET_PD: "routing-key-of-ops", CONNECTOR_SECRET_HR: "routing-key-of-hr" };
    const served = await servedProduct({
      env,
      http: { tokens: [holder("ops", { secrets: ["CONNECTOR_SECRET_PD"] }), holder("none", { secrets: [] })] },
    });
    const pagerduty = (name: string) => ({ name: "Pager", type: ".pagerduty", secrets: { routingKey: { $env: name } }, dry_run: true });
    const [ops, none] = [await served.open("ops"), await served.open("none")];
    expect((await ops.call("create_connector", pagerduty("CONNECTOR_SECRET_PD"))).body.status).toBe("planned");
    const refused = await ops.call("create_connector", pagerduty("CONNECTOR_SECRET_HR"));
    expect(refused.body).toMatchObject({ code: "secret_refused", detail: { available: ["CONNECTOR_SECRET_PD"] } });
    // One that does not exist gets the same answer.
    expect((await ops.call("create_connector", pagerduty("CONNECTOR_SECRET_NO"))).body).toEqual(refused.body);
    expect((await none.call("create_connector", pagerduty("CONNECTOR_SECRET_PD"))).body.code).toBe("secret_refused");
  });

  test("cannot use a continuation that another one was given", async () => {
    const served = await servedProduct({ settings: { confirm: "token" }, http: { tokens: [holder("ops"), holder("mallory")] } });
    const [ops, mallory] = [await served.open("ops"), await served.open("mallory")];
    await ops.call("create_connector", { name: "Doomed", type: ".server-log" });
    const args = { ids: ["doomed"] };
    const asked = await ops.call("safe_delete_connector", args);
    expect(asked.body.status).toBe("confirmation_needed");
    const confirm = asked.body.confirm.id;
    expect((await mallory.call("safe_delete_connector", { ...args, confirm })).body).toMatchObject({
      code: "confirmation_invalid",
      detail: { reason: "other_change" },
    });
    expect((await ops.call("safe_delete_connector", { ...args, confirm })).body.status).toBe("done");
  });
});

describe("where nobody sits at the machine", () => {
  const remote = { loopback: false, tokens: [holder("ops")] };

  test("no page is shown: consent is a form on the call's own stream", async () => {
    const served = await servedProduct({ http: remote });
    const [asked, silent] = [await served.open("ops", accepts), await served.open("ops")];
    await asked.call("create_connector", { name: "Gone soon", type: ".server-log" });
    const refused = await silent.call("safe_delete_connector", { ids: ["gone-soon"] });
    expect(refused.body).toMatchObject({ code: "confirmation_invalid", detail: { reason: "unavailable" } });
    expect(refused.body.fix).toContain("--confirm token");
    expect((await asked.call("safe_delete_connector", { ids: ["gone-soon"] })).body.status).toBe("done");
  });

  test("a secret cannot be typed, and the answer says why", async () => {
    const served = await servedProduct({ http: remote });
    const { call } = await served.open("ops", accepts);
    const { body } = await call("create_connector", { name: "Pager", type: ".pagerduty", secrets: { routingKey: { $ask: true } } });
    expect(body).toMatchObject({ code: "secret_refused" });
    expect(body.message).toContain("shared over HTTP");
    expect(body.fix).not.toContain("$ask");
    expect((await call("describe_deployment")).text).not.toContain("$ask");
    expect(served.writes()).toEqual([]);
  });
});
