import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { type ErrorCode as OurCode, ToolError } from "../errors.ts";
import type { ResourceContext } from "./resources/source.ts";

/** What a request for resources needs: who asks, and how its Kibana is opened. */
export type OpenResources = (extra: { signal: AbortSignal; requestId: string | number }) => ResourceContext;

/** Codes that mean: the address is wrong. Unknown resources are invalid params (reference/mcp.md §1, §2). */
const wrongAddress: readonly OurCode[] = ["invalid_arguments", "connector_not_found", "space_not_found", "type_unknown", "system_action"];

/** Answers a server's requests for resources, prompts and completion; what they need is loaded at the first one. */
export function serveResources(server: Server, open: OpenResources, scrub: <T>(value: T) => T): void {
  const registry = () => import("./resources.ts");
  const prompts = () => import("./prompts.ts");

  server.setRequestHandler(ListPromptsRequestSchema, (_request, extra) =>
    answered(async () => ({ prompts: (await prompts()).listPrompts(open(extra)) }), scrub),
  );
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: args } }, extra) =>
    answered(async () => (await prompts()).getPrompt(name, args ?? {}, open(extra)), scrub),
  );
  server.setRequestHandler(ListResourcesRequestSchema, (_request, extra) =>
    answered(async () => ({ resources: scrub(await (await registry()).listResources(open(extra))) }), scrub),
  );
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () =>
    answered(async () => ({ resourceTemplates: (await registry()).listTemplates() }), scrub),
  );
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }, extra) =>
    answered(async () => {
      const found = await (await registry()).readResource(uri, open(extra));
      if (!found)
        throw new McpError(ErrorCode.InvalidParams, "There is no such resource: resources/list names those that are there.", { uri });
      return { contents: [{ uri, mimeType: found.mimeType, text: scrub(found.text) }] };
    }, scrub),
  );
  server.setRequestHandler(CompleteRequestSchema, ({ params: { ref, argument, context } }, extra) =>
    answered(async () => {
      const typed = { variable: argument.name, value: argument.value, others: context?.arguments ?? {} };
      const { values, total } =
        ref.type === "ref/prompt"
          ? await (await prompts()).completePrompt({ ...typed, prompt: ref.name }, open(extra))
          : await (await registry()).completeTemplate({ ...typed, uriTemplate: ref.uri }, open(extra));
      return { completion: { values, total, hasMore: total > values.length } };
    }, scrub),
  );
}

/** A failure as the protocol's error: code, message and fix of ours in its data. */
async function answered<T>(work: () => Promise<T>, scrub: <V>(value: V) => V): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof McpError) throw error;
    if (!(error instanceof ToolError)) throw new McpError(ErrorCode.InternalError, "The server failed to answer this request.");
    const { code, message, fix } = error;
    const kind = wrongAddress.includes(code) ? ErrorCode.InvalidParams : ErrorCode.InternalError;
    throw new McpError(kind, scrub(message), scrub({ code, fix }));
  }
}
