import { expect, test } from "vitest";
import { type Got, holder, initialize, ping, type Sent, sendBytes, servedProduct, toolCall } from "../support/http.ts";
import { accepts } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";

type Served = Awaited<ReturnType<typeof servedProduct>>;

/** Opens a session by hand. @returns the headers that go with it */
async function session({ send }: Served, version?: string): Promise<Record<string, string>> {
  const { headers } = await send({ body: initialize(version) });
  return { "mcp-session-id": String(headers["mcp-session-id"]) };
}

/** Status and message of a refusal; each is JSON-RPC. */
function refused({ status, json }: Got): [number, string] {
  expect(json).toMatchObject({ jsonrpc: "2.0", id: null, error: { code: expect.any(Number), message: expect.any(String) } });
  return [status, json.error.message];
}

test("a client connects, lists the tools, reads, changes with a person's consent on the call's own stream, and leaves", async () => {
  const served = await servedProduct();
  const { client, call, transport } = await served.open(undefined, accepts);
  expect((await client.listTools()).tools.map((tool) => tool.name)).toContain("create_connector");
  expect((await call("list_connectors")).body.connectors.length).toBeGreaterThan(0);
  expect((await call("create_connector", { name: "Http made", type: ".server-log" })).body.status).toBe("done");
  expect((await call("safe_delete_connector", { ids: ["http-made"] })).body).toMatchObject({ status: "done" });
  const id = transport.sessionId ?? "";
  await transport.terminateSession();
  expect((await served.send({ headers: { "mcp-session-id": id }, body: ping })).status).toBe(404);
});

test("a question comes on the stream of the call that it belongs to, and on no other", async () => {
  const served = await servedProduct();
  const hello = { ...initialize(), params: { ...initialize().params, capabilities: { elicitation: { form: {} } } } };
  const { headers } = await served.send({ body: hello });
  const own = { "mcp-session-id": String(headers["mcp-session-id"]), accept: "application/json, text/event-stream" };
  const aside = await fetch(served.url, { headers: own });
  const call = await fetch(served.url, {
    method: "POST",
    headers: { ...own, "content-type": "application/json" },
    body: JSON.stringify(toolCall("update_connector", { id: "kibana-log", name: "Renamed" }, 77)),
  });
  const lines: { id: unknown; method?: string; result?: { structuredContent: { status: string } } }[] = [];
  for await (const chunk of call.body ?? []) {
    for (const line of Buffer.from(chunk)
      .toString()
      .match(/^data: .+$/gm) ?? []) {
      const message = JSON.parse(line.slice(6));
      lines.push(message);
      if (message.method !== "elicitation/create") continue;
      expect(message.params.message).toContain("Renamed");
      const answer = { jsonrpc: "2.0", id: message.id, result: { action: "accept", content: { confirm: true } } };
      expect((await served.send({ headers: own, body: answer })).status).toBe(202);
    }
  }
  expect(lines.map(({ method }) => method)).toEqual(["elicitation/create", undefined]);
  expect(lines[1]).toMatchObject({ id: 77, result: { structuredContent: { status: "done" } } });
  await served.send({ method: "DELETE", headers: own });
  expect(await aside.text()).not.toContain("elicitation");
});

test("odd requests get the status that the protocol has for them, and the server goes on", async () => {
  const served = await servedProduct({ http: { maxBody: 2_000 } });
  const own = await session(served);
  const huge = { ...toolCall("list_connectors"), padding: "x".repeat(3_000) };
  const nested = `${"[".repeat(500)}${"]".repeat(500)}`;
  const cases: [what: string, sent: Sent, status: number][] = [
    ["a GET before initialize", { method: "GET", headers: { accept: "text/event-stream" } }, 400],
    ["a GET that accepts no stream", { method: "GET", headers: { accept: "text/html" } }, 406],
    ["a POST that accepts only JSON", { headers: { accept: "application/json" }, body: initialize() }, 406],
    ["a POST that accepts only streams", { headers: { accept: "text/event-stream" }, body: initialize() }, 406],
    ["a POST without Accept", { headers: { accept: undefined }, body: initialize() }, 406],
    ["a form", { headers: { "content-type": "application/x-www-form-urlencoded" }, raw: "a=b" }, 415],
    ["a body of no type", { headers: { "content-type": undefined }, body: initialize() }, 415],
    ["a compressed body", { headers: { "content-encoding": "gzip" }, body: initialize() }, 415],
    ["a request without a session", { body: ping }, 400],
    ["an unknown session", { headers: { "mcp-session-id": "2b5bf6f0-0000-4000-8000-000000000000" }, body: ping }, 404],
    ["a GET in an unknown session", { method: "GET", headers: { "mcp-session-id": "nobody" } }, 404],
    ["a DELETE of an unknown session", { method: "DELETE", headers: { "mcp-session-id": "nobody" } }, 404],
    ["a DELETE without a session", { method: "DELETE" }, 400],
    ["PUT", { method: "PUT", body: ping }, 405],
    ["PATCH", { method: "PATCH", body: ping }, 405],
    ["OPTIONS", { method: "OPTIONS" }, 405],
    ["another path", { path: "/mcp/", body: initialize() }, 404],
    ["the root", { path: "/", method: "GET" }, 404],
    ["no JSON", { headers: own, raw: '{"jsonrpc":' }, 400],
    ["an empty body", { headers: own, raw: "" }, 400],
    ["JSON that is not a message", { headers: own, body: { hello: 1 } }, 400],
    ["a number", { headers: own, raw: "7" }, 400],
    ["null", { headers: own, raw: "null" }, 400],
    ["an empty batch", { headers: own, body: [] }, 400],
    ["endless nesting", { headers: own, raw: nested }, 400],
    ["too many bytes", { headers: own, body: huge }, 413],
    ["a second initialize in a session", { headers: own, body: initialize() }, 400],
    ["a revision that does not exist", { headers: { ...own, "mcp-protocol-version": "1999-01-01" }, body: ping }, 400],
    ["initialize without what it needs", { body: { jsonrpc: "2.0", id: 1, method: "initialize", params: {} } }, 400],
  ];
  for (const [what, sent, status] of cases) expect(refused(await served.send(sent)), what).toEqual([status, expect.any(String)]);
  expect((await served.send({ headers: own, body: ping })).json).toMatchObject({ id: 2, result: {} });
});

test.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])("revision %s is used when asked for", async (version) => {
  const served = await servedProduct();
  const answer = await served.send({ body: initialize(version) });
  expect(answer.json.result.protocolVersion).toBe(version);
  const headers = { "mcp-session-id": String(answer.headers["mcp-session-id"]), "mcp-protocol-version": version };
  expect((await served.send({ headers, body: { jsonrpc: "2.0", method: "notifications/initialized" } })).status).toBe(202);
  expect((await served.send({ headers, body: { jsonrpc: "2.0", id: 5, method: "tools/list" } })).json.result.tools.length).toBeGreaterThan(
    5,
  );
});

test("an unknown revision is answered with the newest that the server speaks", async () => {
  const { send } = await servedProduct();
  expect((await send({ body: initialize("2031-01-01") })).json.result.protocolVersion).toBe("2025-11-25");
});

test("batches are answered in the revision that has them, and refused in those that do not", async () => {
  const served = await servedProduct();
  const batch = [ping, { ...ping, id: "b" }];
  const old = await served.send({ headers: await session(served, "2025-03-26"), body: batch });
  expect(old.status).toBe(200);
  expect(old.text.match(/"result":\{\}/g)).toHaveLength(2);
  const [status, message] = refused(await served.send({ headers: await session(served, "2025-06-18"), body: batch }));
  expect(status).toBe(400);
  expect(message).toContain("no batches");
});

test("a cancelled call frees its place, and its id cannot be reused while it is in flight", async () => {
  const served = await servedProduct({ http: { maxInFlight: 2 }, onRequest: () => new Promise(() => {}) });
  const headers = await session(served);
  const never = served.send({ headers, body: toolCall("list_connectors", {}, 50) });
  await expect.poll(() => served.calls.length).toBeGreaterThan(0);
  const twice = await served.send({ headers, body: { ...ping, id: 50 } });
  expect(refused(twice)).toEqual([400, expect.stringContaining("not answered yet")]);
  expect(
    (await served.send({ headers, body: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 50 } } })).status,
  ).toBe(202);
  expect(await never).toMatchObject({ status: 200, text: "" });
  const two = await served.send({ headers: await session(served, "2025-03-26"), body: [ping, { ...ping, id: 3 }] });
  expect(two.status).toBe(200);
});

test("a batch counts as many requests as it holds", async () => {
  const served = await servedProduct({ http: { maxInFlight: 3 } });
  const headers = await session(served, "2025-03-26");
  const of = (n: number) => Array.from({ length: n }, (_, id) => ({ ...ping, id }));
  expect((await served.send({ headers, body: of(3) })).status).toBe(200);
  const many = await served.send({ headers, body: of(4) });
  expect([many.status, many.headers["retry-after"]]).toEqual([429, "1"]);
});

test("more sessions than allowed are refused with the time to come back, and an ended one makes room", async () => {
  const served = await servedProduct({ http: { maxSessions: 2 } });
  const first = await session(served);
  await session(served);
  const third = await served.send({ body: initialize() });
  expect([third.status, third.headers["retry-after"]]).toEqual([503, "30"]);
  expect((await served.send({ method: "DELETE", headers: first })).status).toBe(200);
  expect((await served.send({ body: initialize() })).status).toBe(200);
});

test("an initialize that is refused leaves no session behind", async () => {
  const served = await servedProduct({ http: { maxSessions: 1 } });
  for (let n = 0; n < 3; n++) expect((await served.send({ body: [initialize(), ping] })).status).toBe(400);
  expect((await served.send({ body: initialize() })).status).toBe(200);
});

test("requests beyond the limit are told to come again, and served once the others are done", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hold = false;
  let arrived = () => {};
  const waiting = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const served = await servedProduct({
    http: { maxInFlight: 1 },
    onRequest: () => {
      if (!hold) return undefined;
      arrived();
      return held;
    },
  });
  const headers = await session(served);
  hold = true;
  const slow = served.send({ headers, body: toolCall("list_connectors") });
  await waiting;
  const busy = await served.send({ headers, body: ping });
  expect([busy.status, busy.headers["retry-after"]]).toEqual([429, "1"]);
  release();
  expect((await slow).status).toBe(200);
  expect((await served.send({ headers, body: ping })).status).toBe(200);
});

test("an unused session is dropped", async () => {
  const served = await servedProduct({ http: { sessionIdle: 20 } });
  const headers = await session(served);
  await expect
    .poll(async () => (await served.send({ headers, body: { jsonrpc: "2.0", method: "notifications/x" } })).status, { interval: 60 })
    .toBe(404);
});

test("a body that does not arrive ends with 408, and so does a head", async () => {
  const { url, send } = await servedProduct({ timing: { headers: 300, request: 600 } });
  const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n`;
  const [slowBody, slowHead] = await Promise.all([sendBytes(url, `${head}Content-Length: 50\r\n\r\n{"half":`), sendBytes(url, head)]);
  expect(slowBody).toMatch(/^HTTP\/1\.1 408 /);
  expect(slowHead).toMatch(/^HTTP\/1\.1 408 /);
  expect((await send({ body: initialize() })).status).toBe(200);
});

test("a body without a length is cut off at the limit", async () => {
  const { url } = await servedProduct({ http: { maxBody: 1_000 } });
  const head =
    "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect(await sendBytes(url, `${head}800\r\n${"x".repeat(0x800)}\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
});

test("health is told to anybody, without a reason, and Kibana is asked once for many", async () => {
  let asked = 0;
  const served = await servedProduct({
    http: { tokens: [holder("ops")] },
    onRequest: () => {
      asked += 1;
    },
  });
  const all = await Promise.all(Array.from({ length: 5 }, () => served.send({ method: "GET", path: "/readyz" })));
  for (const one of all) expect([one.status, one.text]).toEqual([200, '{"status":"ok"}']);
  expect(asked).toBe(1);
  expect(await served.send({ method: "GET", path: "/healthz" })).toMatchObject({ status: 200, json: { status: "ok" } });
  expect((await served.send({ method: "POST", path: "/readyz" })).status).toBe(405);
});

test("if Kibana does not answer, the server is alive and not ready", async () => {
  const served = await servedProduct({ settings: { kibana: kibanaSettings({ url: "http://127.0.0.1:9" }) } });
  const ready = await served.send({ method: "GET", path: "/readyz" });
  expect([ready.status, ready.text]).toEqual([503, '{"status":"unavailable"}']);
  expect((await served.send({ method: "GET", path: "/healthz" })).status).toBe(200);
  // Monitors ask by address.
  expect((await served.send({ method: "GET", path: "/healthz", headers: { host: "10.0.0.9" } })).status).toBe(200);
});

test("a drain does not wait for clients that only listen", async () => {
  const served = await servedProduct({ timing: { drain: 60_000 } });
  const { client } = await served.open();
  await client.ping();
  const own = await session(served);
  const listening = fetch(served.url, { headers: { ...own, accept: "text/event-stream" } });
  expect((await listening).status).toBe(200);
  await served.entry.drain();
  expect(await (await listening).text()).toBe("");
});

test("a drained server has finished what was begun, and accepts nothing new", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let writing = () => {};
  const begun = new Promise<void>((resolve) => {
    writing = resolve;
  });
  const served = await servedProduct({
    onRequest: ({ method }) => {
      if (method !== "POST") return undefined;
      writing();
      return held;
    },
  });
  const headers = await session(served);
  const change = served.send({ headers, body: toolCall("create_connector", { name: "Late", type: ".server-log" }) });
  await begun;
  const drained = served.entry.drain();
  expect((await served.send({ method: "GET", path: "/readyz" })).status).toBe(503);
  expect((await served.send({ method: "GET", path: "/healthz" })).status).toBe(200);
  const late = await served.send({ headers, body: ping });
  expect([late.status, late.headers["retry-after"]]).toEqual([503, "5"]);
  release();
  expect((await change).json.result.structuredContent).toMatchObject({ status: "done", result: { connector: { id: "late" } } });
  await drained;
  await expect(served.send({ body: initialize() })).rejects.toThrow();
});
