import { describe, expect, test } from "vitest";
import { delivered, type Reply, type Request } from "./service.ts";

const thrown = { status: "error", message: "an error occurred while running the action", retry: true };
const sub = (subAction: string, subActionParams: object) => ({ subAction, subActionParams });
const text = "Hello there! How may I assist you today?";

describe("models", () => {
  const claude = { content: [{ type: "text", text }], stop_reason: "max_tokens", usage: { input_tokens: 41, output_tokens: 64 } };
  const bedrock = (apiUrl: string) => ({
    config: { apiUrl, defaultModel: "anthropic.claude:0" },
    secrets: { accessKey: "key", secret: "secret" },
  });
  const chat = {
    id: "1",
    object: "chat.completion",
    choices: [{ message: { role: "assistant", content: text }, finish_reason: "stop", index: 0 }],
    usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
  };
  const openAi = (apiUrl: string) => ({ config: { apiProvider: "OpenAI", apiUrl, organizationId: "org" }, secrets: { apiKey: "k" } });
  const azure = (apiUrl: string) => ({ config: { apiProvider: "Azure OpenAI", apiUrl }, secrets: { apiKey: "k" } });
  const gemini = (apiUrl: string) => ({
    config: { apiUrl, gcpRegion: "us-central1", gcpProjectID: "p", defaultModel: "gemini-2.5-pro" },
    secrets: { credentialsJson: JSON.stringify({ type: "service_account" }) },
  });
  const candidates = { candidates: [{ content: { parts: [{ text }] } }], usageMetadata: { totalTokenCount: 3 } };
  const body = (value: object) => ({ body: JSON.stringify(value) });
  const messages = [
    { role: "system", content: "Be good" },
    { role: "user", content: "Hello" },
    { role: "user", content: "world" },
    { role: "assistant", content: "Hi" },
  ];
  const old = { prompt: "Hello", max_tokens_to_sample: 300 };

  test.each<[string, Parameters<typeof delivered>[1], object, Reply, string, unknown, unknown]>([
    [
      ".bedrock",
      bedrock,
      sub("test", body({ messages: [], max_tokens: 1 })),
      [202, claude],
      "/model/anthropic.claude%3A0/invoke",
      { messages: [], max_tokens: 1 },
      { completion: text, stop_reason: "max_tokens", usage: claude.usage },
    ],
    [
      ".bedrock",
      bedrock,
      sub("run", { ...body(old), model: "other" }),
      [202, { completion: text, stop_reason: "stop" }],
      "/model/other/invoke",
      old,
      { completion: text, stop_reason: "stop" },
    ],
    [
      ".bedrock",
      bedrock,
      sub("invokeAI", { messages }),
      [202, claude],
      "/model/anthropic.claude%3A0/invoke",
      {
        anthropic_version: "bedrock-2023-05-31",
        system: "Be good",
        messages: [
          { role: "user", content: "Hello\nworld" },
          { role: "assistant", content: "Hi" },
        ],
        max_tokens: 8191,
        temperature: 0,
      },
      { message: text, usage: claude.usage },
    ],
    [
      ".bedrock",
      bedrock,
      sub("invokeAIRaw", { messages: [{ role: "user", content: "x" }] }),
      [202, claude],
      "/model/anthropic.claude%3A0/invoke",
      { messages: [{ role: "user", content: "x" }], max_tokens: 8191 },
      claude,
    ],
    [
      ".gen-ai",
      openAi,
      sub("test", body({ model: "m", messages: [], tool_choice: "auto" })),
      [202, chat],
      "/",
      { model: "m", messages: [] },
      chat,
    ],
    [
      ".gen-ai",
      azure,
      sub("invokeAI", { messages: [{ role: "user", content: "x" }] }),
      [202, chat],
      "/",
      { messages: [{ role: "user", content: "x" }] },
      { message: text, usage: chat.usage },
    ],
    [
      ".gemini",
      gemini,
      sub("run", body({ contents: [] })),
      [202, candidates],
      "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro:generateContent",
      { contents: [] },
      { completion: text, usageMetadata: { totalTokenCount: 3 } },
    ],
    [
      ".gemini",
      gemini,
      sub("invokeAI", {
        messages: [
          { role: "user", content: "a" },
          { role: "user", content: "b" },
        ],
        model: "other",
      }),
      [202, candidates],
      "/v1/projects/p/locations/us-central1/publishers/google/models/other:generateContent",
      {
        contents: [{ role: "user", parts: [{ text: "a b" }] }],
        generation_config: { temperature: 0 },
        safety_settings: [{ category: "HARM_CATEGORY_DANGEROUS_CONTENT", threshold: "BLOCK_ONLY_HIGH" }],
      },
      { message: text, usageMetadata: { totalTokenCount: 3 } },
    ],
  ])("%s is asked, and its answer read", async (type, made, params, reply, path, asked, data) => {
    const { result, seen } = await delivered(type, made, { ...params }, () => reply);
    expect(result).toEqual({ connector_id: "c", status: "ok", data });
    expect([seen[0]?.method, seen[0]?.url, seen[0]?.body]).toEqual(["POST", path, asked]);
  });

  test("each proves who it is", async () => {
    const sent = async (type: string, made: Parameters<typeof delivered>[1], params: object, reply: unknown) =>
      (await delivered(type, made, { ...params }, () => [200, reply])).seen[0]?.headers;
    expect(await sent(".gen-ai", openAi, sub("test", body({})), chat)).toMatchObject({
      authorization: "Bearer k",
      "openai-organization": "org",
    });
    expect(await sent(".gen-ai", azure, sub("test", body({})), chat)).toMatchObject({ "api-key": "k" });
    expect((await sent(".bedrock", bedrock, sub("test", body({})), claude))?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/us-east-1\/bedrock\/aws4_request, SignedHeaders=accept;content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
    expect((await sent(".gemini", gemini, sub("test", body({})), candidates))?.authorization).toMatch(/^Bearer /);
  });

  test.each<[string, Parameters<typeof delivered>[1], Reply, string, string]>([
    [
      ".bedrock",
      bedrock,
      [422, { message: "Malformed" }],
      "Status code: 422. Message: API Error: Unprocessable Entity - Malformed",
      "user",
    ],
    [".bedrock", bedrock, [401, {}], "Status code: 401. Message: Unauthorized API Error", "user"],
    [
      ".gen-ai",
      openAi,
      [422, { error: { message: "The model does not exist" } }],
      "Status code: 422. Message: API Error: Unprocessable Entity - The model does not exist",
      "user",
    ],
    [".gen-ai", openAi, [401, {}], "Status code: 401. Message: Unauthorized API Error", "user"],
    [
      ".gemini",
      gemini,
      [400, { error: { status: "INVALID_ARGUMENT", message: "bad" } }],
      "Status code: 400. Message: API Error: INVALID_ARGUMENT: bad",
      "framework",
    ],
    [
      ".gen-ai",
      openAi,
      [200, {}],
      "Response validation failed (✖ Invalid input: expected array, received undefined\n  → at choices)",
      "framework",
    ],
    [
      ".gemini",
      gemini,
      [200, { candidates: [], usageMetadata: {} }],
      "Cannot read properties of undefined (reading 'content')",
      "framework",
    ],
  ])("%s fails in its own words: %#", async (type, made, reply, service_message, errorSource) => {
    const { status, result } = await delivered(type, made, sub("test", body({})), () => reply);
    expect(status).toBe(200);
    expect(result).toEqual({ connector_id: "c", ...thrown, errorSource, service_message });
  });
});

describe("endpoint protection", () => {
  const sentinelOne = (url: string) => ({ config: { url }, secrets: { token: "t" } });
  const crowdStrike = (url: string) => ({ config: { url }, secrets: { clientId: "id", clientSecret: "hush" } });
  const defender = (url: string) => ({
    config: { clientId: "id", tenantId: "tenant", oAuthServerUrl: url, oAuthScope: "scope", apiUrl: url },
    secrets: { clientSecret: "hush" },
  });
  const agent = { id: "1", networkStatus: "connected" };
  const token: Reply = [200, { access_token: "tok", expires_in: 1800 }];

  test("SentinelOne has its token in the query, and looks a host up first", async () => {
    const read = await delivered(".sentinelone", sentinelOne, sub("getAgents", { ids: "1,2" }), () => [200, { data: [agent] }]);
    expect(read.sent()).toEqual(["GET /web/api/v2.1/agents?ids=1,2&APIToken=t"]);
    expect(read.result.data).toEqual({ data: [agent] });
    const isolated = await delivered(".sentinelone", sentinelOne, sub("isolateHost", { ids: "1" }), () => [200, { data: [agent] }]);
    expect(isolated.sent()[1]).toBe("POST /web/api/v2.1/agents/actions/disconnect?APIToken=t");
    expect(isolated.seen[1]?.body).toEqual({ filter: { ids: "1" } });
    const none = await delivered(".sentinelone", sentinelOne, sub("releaseHost", { ids: "1" }), () => [200, { data: [agent] }]);
    expect(none.result).toMatchObject({ ...thrown, service_message: "Agent not isolated" });
    const refused = await delivered(".sentinelone", sentinelOne, sub("getAgents", {}), () => [401, { errors: [] }]);
    expect(refused.result.service_message).toBe('Status code: 401. Message: Unauthorized API Error (401)\nResponse body: {"errors":[]}');
  });

  test("CrowdStrike gets a token, keeps it, and gets another one when it is refused", async () => {
    let expired = true;
    const answer = ({ url }: Request): Reply => {
      if (url === "/oauth2/token") return token;
      if (expired) {
        expired = false;
        return [401, { errors: [{ message: "access denied" }] }];
      }
      return [200, { resources: [] }];
    };
    const { result, seen, sent, run } = await delivered(".crowdstrike", crowdStrike, sub("getAgentDetails", { ids: ["a", "b"] }), answer);
    const devices = "GET /devices/entities/devices/v2?ids=a,b";
    expect(sent()).toEqual(["POST /oauth2/token", devices, "POST /oauth2/token", devices]);
    expect(seen[0]?.headers.authorization).toBe(`Basic ${btoa("id:hush")}`);
    expect(seen[1]?.headers.authorization).toBe("Bearer tok");
    expect(result.data).toEqual({ resources: [] });
    await run();
    expect(sent().slice(4)).toEqual([devices]);
    const { result: failed } = await delivered(
      ".crowdstrike",
      crowdStrike,
      sub("hostActions", { command: "contain", ids: ["a"] }),
      ({ url }) => (url === "/oauth2/token" ? token : [400, { errors: [{ message: "wrong id", code: 400 }] }]),
    );
    expect(failed).toMatchObject({ ...thrown, service_message: "Status code: 400. Message: wrong id" });
  });

  test("Defender gets a token of Microsoft's login, and its test takes not found for an answer", async () => {
    const notFound: Reply = [404, { error: { code: "ResourceNotFound", message: "no" } }];
    const answer = ({ url }: Request): Reply =>
      url.includes("oauth2") ? token : url.includes("/machines/") ? notFound : [200, { "@odata.count": 0, value: [] }];
    const { result, seen } = await delivered(".microsoft_defender_endpoint", defender, sub("testConnector", {}), answer);
    expect(result.data.results).toHaveLength(5);
    expect(seen[0]?.url).toBe("/tenant/oauth2/v2.0/token");
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
      grant_type: "client_credentials",
      client_id: "id",
      scope: "scope",
      client_secret: "hush",
    });
    const listed = await delivered(".microsoft_defender_endpoint", defender, sub("getAgentList", { osPlatform: "Linux", page: 2 }), answer);
    expect(listed.sent()[1]).toBe("GET /api/machines?$count=true&$top=20&$skip=20&$filter=osPlatform+eq+%27Linux%27");
    expect(listed.result.data).toMatchObject({ page: 2, pageSize: 20, total: 0 });
    const details = await delivered(".microsoft_defender_endpoint", defender, sub("getAgentDetails", { id: "1" }), answer);
    expect(details.result.service_message).toMatch(
      /^Status code: 404. Message: API Error: \[Not Found\] .*\nURL called:\[get\] .*\/api\/machines\/1\nResponse body: /,
    );
  });
});

describe("MCP", () => {
  const connector = (serverUrl: string) => ({ config: { serverUrl, hasAuth: true, authType: "bearer" }, secrets: { token: "t" } });
  const answer = ({ body }: Request): Reply => {
    const results: Record<string, unknown> = {
      initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } },
      "tools/list": { tools: [{ name: "echo", inputSchema: { type: "object" } }] },
      "tools/call": { content: [{ type: "text", text: "hi" }] },
    };
    if (body.id === undefined) return [202, ""];
    const said = { jsonrpc: "2.0", id: body.id, result: results[body.method] };
    if (body.method === "tools/list")
      return [200, `event: message\ndata: ${JSON.stringify(said)}\n\n`, { "content-type": "text/event-stream" }];
    return [200, said, { "mcp-session-id": "session" }];
  };

  test.each([
    [sub("test", {}), { connected: true, capabilities: { tools: {} } }, ["initialize", "notifications/initialized"]],
    [
      sub("listTools", {}),
      { tools: [{ name: "echo", inputSchema: { type: "object" } }] },
      ["initialize", "notifications/initialized", "tools/list"],
    ],
    [
      sub("callTool", { name: "echo", arguments: { a: 1 } }),
      { content: [{ type: "text", text: "hi" }] },
      ["initialize", "notifications/initialized", "tools/call"],
    ],
  ])("%j", async (params, data, methods) => {
    const { result, seen } = await delivered(".mcp", connector, params, answer);
    expect(result).toEqual({ connector_id: "c", status: "ok", data });
    expect(seen.map(({ body }) => body.method)).toEqual(methods);
    expect(seen.at(-1)?.headers).toMatchObject({ authorization: "Bearer t", "mcp-session-id": "session" });
  });
});
