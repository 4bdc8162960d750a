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
import { startCallLimit } from "../kibana/deadline.ts";
import type { ResourceContext } from "./resources/source.ts";

/** What a request for resources needs: who asks, and how its Kibana is opened. */
export type OpenResources = (extra: Extra, reads: AbortSignal) => ResourceContext;
type Extra = { signal: AbortSignal; requestId: string | number };

/** Codes that mean: the address is wrong. Unknown resources are invalid params (reference/mcp.md §1, §2). */
const wrongAddress: readonly OurCode[] = ["invalid_arguments", "connector_not_found", "space_not_found", "type_unknown", "system_action"];

/**
 * Answers a server's requests for resources, prompts and completion; what they need is loaded at the first one.
 * @param timeout milliseconds for one request to Kibana
 */
export function serveResources(server: Server, open: OpenResources, timeout: number, scrub: <T>(value: T) => T): void {
  const registry = () => import("./resources.ts");
  const prompts = () => import("./prompts.ts");

  async function answer<T>(extra: Extra, work: (context: ResourceContext) => Promise<T>): Promise<T> {
    const limit = startCallLimit(timeout, extra.signal);
    try {
      return await answered(() => work(open(extra, limit.signal)), scrub);
    } finally {
      limit.end();
    }
  }

  server.setRequestHandler(ListPromptsRequestSchema, (_request, extra) =>
    answer(extra, async (context) => ({ prompts: (await prompts()).listPrompts(context) })),
  );
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: args } }, extra) =>
    answer(extra, async (context) => (await prompts()).getPrompt(name, args ?? {}, context)),
  );
  server.setRequestHandler(ListResourcesRequestSchema, (_request, extra) =>
    answer(extra, async (context) => ({ resources: scrub(await (await registry()).listResources(context)) })),
  );
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () =>
    answered(async () => ({ resourceTemplates: (await registry()).listTemplates() }), scrub),
  );
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }, extra) =>
    answer(extra, async (context) => {
      const found = await (await registry()).readResource(uri, context);
      if (!found)
        throw new McpError(ErrorCode.InvalidParams, "There is no such resource: resources/list names those that are there.", { uri });
      return { contents: [{ uri, mimeType: found.mimeType, text: scrub(found.text) }] };
    }),
  );
  server.setRequestHandler(CompleteRequestSchema, ({ params: { ref, argument, context } }, extra) =>
    answer(extra, async (opened) => {
      const typed = { variable: argument.name, value: argument.value, others: context?.arguments ?? {} };
      const { values, total } =
        ref.type === "ref/prompt"
          ? await (await prompts()).completePrompt({ ...typed, prompt: ref.name }, opened)
          : await (await registry()).completeTemplate({ ...typed, uriTemplate: ref.uri }, opened);
      return { completion: { values, total, hasMore: total > values.length } };
    }),
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
