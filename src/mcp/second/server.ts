import {
  type InputRequests,
  inputRequired,
  type JSONRPCMessage,
  Server,
  type ServerContext,
  type Transport,
} from "@modelcontextprotocol/server";
import { isPlainObject } from "../../plain-object.ts";
import { InputRequired } from "../input-required.ts";
import { progressOf } from "../progress.ts";
import { readableArguments } from "../readable-arguments.ts";
import type { Incoming, Service } from "../service.ts";
import { createAsk } from "./ask.ts";
import { clientOf } from "./client.ts";

/** Milliseconds for which a client may keep what stays the same as long as the server runs. */
const keep = { ttlMs: 300_000, cacheScope: "private" } as const;

/** A service in the words of the second SDK: for one connection, or one request over HTTP. */
export function createServer(service: Service): Server {
  const server = new LenientServer(service.about, {
    instructions: service.instructions,
    capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
    jsonSchemaValidator: { getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }) },
    cacheHints: { "server/discover": keep, "tools/list": keep, "prompts/list": keep, "resources/templates/list": keep },
  });
  const incoming = ({ mcpReq }: ServerContext): Incoming => {
    const client = clientOf(mcpReq.envelope);
    return {
      signal: mcpReq.signal,
      client: client.name,
      ask: createAsk(client, mcpReq),
      apps: client.apps,
      trace: mcpReq._meta?.traceparent,
      progress: progressOf(mcpReq._meta?.progressToken, mcpReq.notify),
    };
  };

  server.setRequestHandler("tools/list", async (_request, context) => ({ tools: await service.listTools(incoming(context)) }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    try {
      return await service.callTool(params.name, params.arguments, incoming(context));
    } catch (error) {
      if (!(error instanceof InputRequired)) throw error;
      const { wanted, continuation: requestState } = error;
      const inputRequests: InputRequests =
        "form" in wanted
          ? { form: inputRequired.elicit({ mode: "form", message: wanted.message, requestedSchema: wanted.form }) }
          : { page: inputRequired.elicitUrl(wanted) };
      return inputRequired({ inputRequests, requestState });
    }
  });
  server.setRequestHandler("prompts/list", async (_request, context) => ({ prompts: await service.listPrompts(incoming(context)) }));
  server.setRequestHandler("prompts/get", ({ params }, context) =>
    service.getPrompt(params.name, params.arguments ?? {}, incoming(context)),
  );
  server.setRequestHandler("resources/list", async (_request, context) => ({ resources: await service.listResources(incoming(context)) }));
  server.setRequestHandler("resources/templates/list", async (_request, context) => ({
    resourceTemplates: await service.listTemplates(incoming(context)),
  }));
  server.setRequestHandler("resources/read", async ({ params: { uri } }, context) => ({
    // The address exactly as the client sent it, so that the client recognises it.
    contents: [{ uri, ...(await service.readResource(uri, incoming(context))) }],
  }));
  server.setRequestHandler("completion/complete", async ({ params: { ref, argument, context: given } }, context) => {
    const of = ref.type === "ref/prompt" ? { prompt: ref.name } : { uriTemplate: ref.uri };
    const typing = { of, variable: argument.name, value: argument.value, others: given?.arguments ?? {} };
    return { completion: await service.complete(typing, incoming(context)) };
  });
  return server;
}

/** Reads the arguments of a call before the SDK does, which refuses some that are meant well. */
class LenientServer extends Server {
  override async connect(transport: Transport): Promise<void> {
    await super.connect(transport);
    const { onmessage } = transport;
    transport.onmessage = (message, extra) => onmessage?.(readable(message), extra);
  }
}

function readable<M extends JSONRPCMessage>(message: M): M {
  if (!("method" in message) || message.method !== "tools/call" || !isPlainObject(message.params)) return message;
  const { arguments: given, ...params } = message.params;
  const args = readableArguments(given);
  // The SDK would drop the key `__proto__`, which is to be refused.
  return { ...message, params: { ...params, arguments: args && Object.hasOwn(args, "__proto__") ? { arguments: args } : args } };
}
