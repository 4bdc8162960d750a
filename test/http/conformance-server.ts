import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  CompleteRequestSchema,
  CreateMessageResultSchema,
  type ElicitRequestFormParams,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import { localPrincipal } from "../../src/change/principal.ts";
import { ToolError } from "../../src/errors.ts";
import { failure } from "../../src/mcp/answer.ts";
import { openHttp } from "../../src/mcp/first/http.ts";
import { createServer } from "../../src/mcp/first/server.ts";
import { type HttpEntry, loading, startHttp } from "../../src/mcp/http.ts";
import { createService } from "../../src/mcp/service.ts";
import { httpSettings } from "../support/http.ts";
import { product } from "../support/product.ts";

/** One pixel, and a tenth of a second of silence. */
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";
const image = { type: "image" as const, data: png, mimeType: "image/png" };
const text = (words: string) => ({ type: "text" as const, text: words });

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Fixture = (args: Record<string, unknown>, extra: Extra, server: Server) => Promise<CallToolResult> | CallToolResult;

const defaults: ElicitRequestFormParams["requestedSchema"] = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
};
const options = ["option1", "option2", "option3"];
const titled = [
  { const: "value1", title: "First" },
  { const: "value2", title: "Second" },
  { const: "value3", title: "Third" },
];
const enums: ElicitRequestFormParams["requestedSchema"] = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: options },
    titledSingle: { type: "string", oneOf: titled },
    legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["Option One", "Option Two", "Option Three"] },
    untitledMulti: { type: "array", items: { type: "string", enum: options } },
    titledMulti: { type: "array", items: { anyOf: titled } },
  },
};
const user: ElicitRequestFormParams["requestedSchema"] = {
  type: "object",
  properties: { username: { type: "string" }, email: { type: "string" } },
  required: ["username", "email"],
};

function elicitation(schema: ElicitRequestFormParams["requestedSchema"], words: string): Fixture {
  return async ({ message }, { requestId, signal }, server) => {
    const answer = await server.elicitInput(
      { mode: "form", message: String(message ?? "Please answer"), requestedSchema: schema },
      { relatedRequestId: requestId, signal },
    );
    return { content: [text(`${words}: action=${answer.action}, content=${JSON.stringify(answer.content)}`)] };
  };
}

/** The tools that the official suite calls, by its names. */
const fixtures: Record<string, Fixture> = {
  test_simple_text: () => ({ content: [text("This is a simple text response for testing.")] }),
  test_image_content: () => ({ content: [image] }),
  test_audio_content: () => ({ content: [{ type: "audio", data: wav, mimeType: "audio/wav" }] }),
  test_embedded_resource: () => ({
    content: [{ type: "resource", resource: { uri: "test://embedded-resource", mimeType: "text/plain", text: "An embedded resource." } }],
  }),
  test_multiple_content_types: () => ({
    content: [
      text("Multiple content types test:"),
      image,
      {
        type: "resource",
        resource: { uri: "test://mixed-content-resource", mimeType: "application/json", text: '{"test":"data","value":123}' },
      },
    ],
  }),
  test_tool_with_logging: async (_args, { sendNotification }) => {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"])
      await sendNotification({ method: "notifications/message", params: { level: "info", data } });
    return { content: [text("Logged.")] };
  },
  test_tool_with_progress: async (_args, { _meta, sendNotification }) => {
    const { progressToken } = _meta ?? {};
    if (progressToken === undefined) return { content: [text("No progress token.")] };
    for (const progress of [0, 50, 100])
      await sendNotification({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
    return { content: [text(String(progressToken))] };
  },
  test_error_handling: () =>
    failure(new ToolError("internal", "This tool intentionally returns an error for testing", "Nothing to do."), (value) => value),
  test_sampling: async ({ prompt }, { sendRequest }) => {
    const params = { messages: [{ role: "user" as const, content: text(String(prompt)) }], maxTokens: 100 };
    const answer = await sendRequest({ method: "sampling/createMessage", params }, CreateMessageResultSchema);
    return { content: [text(`LLM response: ${JSON.stringify(answer.content)}`)] };
  },
  test_elicitation: elicitation(user, "User response"),
  test_elicitation_sep1034_defaults: elicitation(defaults, "Elicitation completed"),
  test_elicitation_sep1330_enums: elicitation(enums, "Elicitation completed"),
  test_reconnection: () => ({ content: [text("Reconnection test completed.")] }),
  json_schema_2020_12_tool: () => ({ content: [text("{}")] }),
};

const schemas: Record<string, { type: "object"; [key: string]: unknown }> = {
  json_schema_2020_12_tool: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: { address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } } },
    properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
    additionalProperties: false,
  },
};

const resources: Record<string, { mimeType: string; text: string } | { mimeType: string; blob: string }> = {
  "test://static-text": { mimeType: "text/plain", text: "This is the content of the static text resource." },
  "test://static-binary": { mimeType: "image/png", blob: png },
  "test://watched-resource": { mimeType: "text/plain", text: "Watched resource content" },
};

const prompts: Record<string, { args?: string[]; content(args: Record<string, string>): object[] }> = {
  test_simple_prompt: { content: () => [text("This is a simple prompt for testing.")] },
  test_prompt_with_arguments: {
    args: ["arg1", "arg2"],
    content: ({ arg1, arg2 }) => [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    args: ["resourceUri"],
    content: ({ resourceUri }) => [
      { type: "resource", resource: { uri: resourceUri, mimeType: "text/plain", text: "Embedded resource content for testing." } },
      text("Please process the embedded resource above."),
    ],
  },
  test_prompt_with_image: { content: () => [image, text("Please analyze the image above.")] },
};

/** Puts the fixtures of the official suite into a server of ours. */
function withFixtures(server: Server): Server {
  server.registerCapabilities({ prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Object.keys(fixtures).map((name) => ({
      name,
      description: `Fixture ${name}`,
      inputSchema: schemas[name] ?? { type: "object" },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args = {} } }, extra) => {
    const fixture = fixtures[name];
    if (!fixture) return failure(new ToolError("tool_unknown", `There is no tool "${name}".`, "Use one of the list."), (value) => value);
    return fixture(args, extra, server);
  });
  server.setRequestHandler(SetLevelRequestSchema, () => ({}));
  server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: [], total: 0, hasMore: false } }));
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: Object.entries(resources).map(([uri, { mimeType }]) => ({ uri, name: uri.slice(7), mimeType })),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
    const id = /^test:\/\/template\/(.+)\/data$/.exec(uri)?.[1];
    const found = id
      ? { mimeType: "application/json", text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }
      : resources[uri];
    if (!found) throw new Error(`no resource ${uri}`);
    return { contents: [{ uri, ...found }] };
  });
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: Object.entries(prompts).map(([name, { args = [] }]) => ({
      name,
      description: `Fixture ${name}`,
      arguments: args.map((arg) => ({ name: arg, required: true })),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: args = {} } }) => {
    const prompt = prompts[name];
    if (!prompt) throw new Error(`no prompt ${name}`);
    return { messages: prompt.content(args).map((content) => ({ role: "user", content: content as typeof image })) };
  });
  return server;
}

/** Our HTTP entry and our server of the first era, with the fixtures of the official suite; gone at the end of the test. */
export async function startFixtures(): Promise<HttpEntry> {
  const { backend, settings } = await product();
  const entry = await startHttp(
    {
      pages: undefined,
      whoIs: () => localPrincipal(settings),
      service: (principal) => createService(backend, principal),
      ready: async () => true,
      running: new Map(),
      holders: 1,
      failed: (error) => {
        throw error;
      },
    },
    httpSettings(),
    undefined,
    {
      ...loading,
      first: async () => (served, http) => openHttp(served, http, (principal) => withFixtures(createServer(served.service(principal)))),
    },
  );
  onTestFinished(() => entry.drain());
  return entry;
}
