import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { cleanEnv, serverBuild } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { initialize, servedProduct, toolCall } from "../support/http.ts";
import { envelope, secondRequest } from "../support/rounds.ts";

type Message = Record<string, unknown>;

describe("a request of the second era over HTTP", () => {
  test("finds out what there is, says who answers, and gets no session", async () => {
    const served = await servedProduct();
    const { json, headers } = await served.send(secondRequest("server/discover", {}));
    expect(json.result).toMatchObject({
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: expect.stringContaining("Kibana connectors"),
      ttlMs: expect.any(Number),
    });
    expect(headers["mcp-session-id"]).toBeUndefined();
  });

  test.each<[string, Message, string]>([
    ["tools/list", {}, "tools"],
    ["prompts/list", {}, "prompts"],
    ["resources/list", {}, "resources"],
    ["resources/templates/list", {}, "resourceTemplates"],
    ["resources/read", { uri: "skill://kibana-connectors/SKILL.md" }, "contents"],
  ])("%s says how long it holds, and is the same each time", async (method, params, key) => {
    const served = await servedProduct();
    const [one, other] = [await served.send(secondRequest(method, params)), await served.send(secondRequest(method, params))];
    expect(one.json.result).toMatchObject({ resultType: "complete", ttlMs: expect.any(Number), cacheScope: "private" });
    expect(one.json.result[key].length).toBeGreaterThan(0);
    expect(other.text).toBe(one.text);
  });

  const list = secondRequest("tools/list", {});
  const call = secondRequest("tools/call", { name: "list_changes", arguments: {} });
  const { name, arguments: args } = { name: "list_changes", arguments: {} };
  const without = (key: string) => Object.fromEntries(Object.entries(envelope()).filter(([one]) => !one.endsWith(key)));
  test.each<[string, Parameters<Awaited<ReturnType<typeof servedProduct>>["send"]>[0], number, number]>([
    ["whose Mcp-Method is another", { ...list, headers: { ...list?.headers, "mcp-method": "tools/call" } }, 400, -32020],
    ["without Mcp-Method", { ...list, headers: { ...list?.headers, "mcp-method": undefined } }, 400, -32020],
    ["whose Mcp-Name is another", { ...call, headers: { ...call?.headers, "mcp-name": "list_connectors" } }, 400, -32020],
    ["without Mcp-Name", { ...call, headers: { ...call?.headers, "mcp-name": undefined } }, 400, -32020],
    [
      "of a revision to come",
      {
        headers: { ...list?.headers, "mcp-protocol-version": "2027-01-01" },
        body: {
          ...initialize(),
          method: "tools/list",
          params: { _meta: { ...envelope(), "io.modelcontextprotocol/protocolVersion": "2027-01-01" } },
        },
      },
      400,
      -32022,
    ],
    ["with the header and no envelope", { ...list, body: { jsonrpc: "2.0", id: 1, method: "tools/list" } }, 400, -32602],
    [
      "that does not say what its client can do",
      { ...call, body: { ...toolCall(name, args), params: { name, arguments: args, _meta: without("clientCapabilities") } } },
      400,
      -32602,
    ],
    ["for ping", secondRequest("ping", {}), 404, -32601],
    ["for a log level", secondRequest("logging/setLevel", { level: "debug" }), 404, -32601],
  ])("%s is refused with its code", async (_what, sent, status, code) => {
    const served = await servedProduct();
    const got = await served.send(sent);
    expect([got.status, got.json.error.code]).toEqual([status, code]);
  });

  test("reads arguments that are null or text as the first era does, and refuses the key __proto__", async () => {
    const served = await servedProduct();
    const answer = async (given: unknown) =>
      (await served.send(secondRequest("tools/call", { name: "list_connectors", arguments: given }))).json;
    expect((await answer(null)).result.structuredContent.connectors.length).toBeGreaterThan(2);
    expect((await answer('{"text":"slack"}')).result.structuredContent.total).toBe(2);
    for (const one of [[1], 7, "text", JSON.parse('{"__proto__":{"text":"slack"}}')])
      expect((await answer(one)).result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining("invalid_arguments") }],
      });
  });

  test("shares a server with clients of the first one, and a stateless one too", async () => {
    for (const stateless of [false, true]) {
      const served = await servedProduct({ http: { stateless } });
      const [old, fresh] = await Promise.all([served.open(), served.send(secondRequest("tools/list", {}))]);
      const { tools } = await old.client.listTools();
      expect(fresh.json.result.tools).toEqual(tools);
      expect((await served.send({ ...list, method: "GET", body: undefined })).status).toBe(405);
    }
  });

  test("reports progress to a client that asks for it", async () => {
    const served = await servedProduct({ sandbox: { size: { spaces: 2, connectors: 10, rules: 300, seed: 3 } } });
    const { body, headers } = secondRequest("tools/call", { name: "audit_connectors", arguments: {} });
    const { params, ...rest } = body as { params: { _meta: object } };
    const curious = { ...rest, params: { ...params, _meta: { ...params._meta, progressToken: 7 } } };
    const got = await served.send({ ...(headers && { headers }), body: curious });
    expect(got.headers["content-type"]).toBe("text/event-stream");
    expect(got.text).toContain('"progressToken":7');
    expect(got.json.result.resultType).toBe("complete");
  });
});

/** The built server, fed with lines. */
async function overStdio() {
  const server = spawn(process.execPath, [serverBuild, "--sandbox"], {
    env: cleanEnv(await freshFolder()),
    stdio: ["pipe", "pipe", "ignore"],
  });
  onTestFinished(() => void server.kill("SIGKILL"));
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  return {
    /** Sends bytes as they are. */
    write: (text: string) => server.stdin.write(text),
    send: (message: Message) => server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    next: async () => JSON.parse((await lines.next()).value ?? "null"),
    end: () => {
      server.stdin.end();
      return new Promise((resolve) => server.once("exit", resolve));
    },
  };
}

describe("over stdio the first message decides", () => {
  const discover = { id: 1, method: "server/discover", params: { _meta: envelope() } };
  const { method, params } = initialize();

  test("initialize: the first era, in which a claim of the second changes nothing", async () => {
    const server = await overStdio();
    server.send({ id: 1, method, params });
    expect((await server.next()).result.protocolVersion).toBe("2025-11-25");
    server.send({ ...discover, id: 2 });
    expect((await server.next()).error.code).toBe(-32601);
    expect(await server.end()).toBe(0);
  });

  test("a question of what there is, then a request with its envelope: the second, which has no initialize", async () => {
    const server = await overStdio();
    server.send(discover);
    expect((await server.next()).result.supportedVersions).toEqual(["2026-07-28"]);
    server.send({ id: 2, method: "tools/list", params: { _meta: envelope() } });
    expect((await server.next()).result.resultType).toBe("complete");
    server.send({ id: 3, method, params });
    expect((await server.next()).error).toBeDefined();
    expect(await server.end()).toBe(0);
  });

  test("a question of what there is, then initialize: the first", async () => {
    const server = await overStdio();
    server.send(discover);
    await server.next();
    server.send({ id: 2, method, params });
    expect((await server.next()).result.protocolVersion).toBe("2025-11-25");
    server.send({ id: 3, method: "ping" });
    expect(await server.next()).toMatchObject({ id: 3, result: {} });
    expect(await server.end()).toBe(0);
  });

  test("in pieces, after what is no message, and with all that follows in the same bytes", async () => {
    const server = await overStdio();
    const text = JSON.stringify({ jsonrpc: "2.0", ...discover });
    server.write("\nnot JSON\n");
    server.write(text.slice(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const list = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/list", params: { _meta: envelope() } });
    server.write(`${text.slice(40)}\r\n${list}\n${list.replace('"id":2', '"id":3')}\n`);
    expect([(await server.next()).id, (await server.next()).id, (await server.next()).id].sort()).toEqual([1, 2, 3]);
    expect(await server.end()).toBe(0);
  });
});
