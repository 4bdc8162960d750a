import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { showsApps } from "../apps.ts";
import { progressOf } from "../progress.ts";
import { readableArguments } from "../readable-arguments.ts";
import type { Incoming, Service } from "../service.ts";
import { createAsk } from "./ask.ts";

/** A record of zod would drop the key `__proto__`, which is to be refused. */
const Arguments = z.unknown().transform(readableArguments);
const ToolCall = CallToolRequestSchema.extend({ params: CallToolRequestSchema.shape.params.extend({ arguments: Arguments }) });

/** A service in the words of the first SDK: for one connection. */
export function createServer(service: Service): Server {
  const server = new Server(service.about, {
    instructions: service.instructions,
    capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
    // The forms are our own and their answers are checked field by field, so ajv, half of the start-up time, is not needed.
    jsonSchemaValidator: { getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }) },
  });
  const incoming = ({ signal, requestId, _meta, sendNotification }: RequestHandlerExtra<ServerRequest, ServerNotification>): Incoming => ({
    signal,
    client: server.getClientVersion()?.name,
    ask: createAsk(server, requestId),
    apps: showsApps(server.getClientCapabilities()?.extensions),
    trace: _meta?.traceparent,
    progress: progressOf(_meta?.progressToken, sendNotification),
  });

  server.setRequestHandler(ListToolsRequestSchema, async (_request, extra) => ({ tools: await service.listTools(incoming(extra)) }));
  server.setRequestHandler(ToolCall, async ({ params }, extra) => ({
    ...(await service.callTool(params.name, params.arguments, incoming(extra))),
  }));
  server.setRequestHandler(ListPromptsRequestSchema, async (_request, extra) => ({
    prompts: await service.listPrompts(incoming(extra)),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }, extra) =>
    service.getPrompt(params.name, params.arguments ?? {}, incoming(extra)),
  );
  server.setRequestHandler(ListResourcesRequestSchema, async (_request, extra) => ({
    resources: await service.listResources(incoming(extra)),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, async (_request, extra) => ({
    resourceTemplates: await service.listTemplates(incoming(extra)),
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, extra) => ({
    // The address exactly as the client sent it, so that the client recognises it.
    contents: [{ uri, ...(await service.readResource(uri, incoming(extra))) }],
  }));
  server.setRequestHandler(CompleteRequestSchema, async ({ params: { ref, argument, context } }, extra) => {
    const of = ref.type === "ref/prompt" ? { prompt: ref.name } : { uriTemplate: ref.uri };
    const typing = { of, variable: argument.name, value: argument.value, others: context?.arguments ?? {} };
    return { completion: await service.complete(typing, incoming(extra)) };
  });
  return server;
}
