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

/** What a request for resources needs: who asks, how to open Kibana, and how to remove secrets. */
export type OpenResources = (
  extra: Extra,
  reads: AbortSignal,
) => {
  context: ResourceContext;
  scrub: <T>(value: T) => T;
  run<T>(work: () => T): T;
};
type Extra = { signal: AbortSignal; requestId: string | number };

/** Codes that mean a wrong address. Unknown resources are invalid params (reference/mcp.md §1, §2). */
const wrongAddress: readonly OurCode[] = ["invalid_arguments", "connector_not_found", "space_not_found", "type_unknown", "system_action"];

/**
 * Answers a server's requests for resources, prompts and completion. Their code is loaded at the first request.
 * @param timeout milliseconds for one request to Kibana
 */
export function serveResources(server: Server, open: OpenResources, timeout: number): void {
  const registry = () => import("./resources.ts");
  const prompts = () => import("./prompts.ts");

  async function answer<T>(extra: Extra, work: (context: ResourceContext) => Promise<T>, isFixed?: (value: T) => boolean): Promise<T> {
    const limit = startCallLimit(timeout, extra.signal);
    try {
      return await answered(open(extra, limit.signal), work, isFixed);
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
    answer(extra, async (context) => ({ resources: await (await registry()).listResources(context) })),
  );
  server.setRequestHandler(ListResourceTemplatesRequestSchema, (_request, extra) =>
    answer(extra, async () => ({ resourceTemplates: (await registry()).listTemplates() })),
  );
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, extra) => {
    const { fixed: _fixed, ...found } = await answer(
      extra,
      async (context) => {
        const read = await (await registry()).readResource(uri, context);
        if (!read)
          throw new McpError(ErrorCode.InvalidParams, "There is no such resource: resources/list names those that exist.", { uri });
        return read;
      },
      ({ fixed }) => fixed === true,
    );
    // The address exactly as the client sent it, so that the client recognises it.
    return { contents: [{ uri, ...found }] };
  });
  server.setRequestHandler(CompleteRequestSchema, ({ params: { ref, argument, context: given } }, extra) =>
    answer(extra, async (context) => {
      const typed = { variable: argument.name, value: argument.value, others: given?.arguments ?? {} };
      const { values, total } =
        ref.type === "ref/prompt"
          ? await (await prompts()).completePrompt({ ...typed, prompt: ref.name }, context)
          : await (await registry()).completeTemplate({ ...typed, uriTemplate: ref.uri }, context);
      return { completion: { values, total, hasMore: total > values.length } };
    }),
  );
}

/** The result of the work, without secrets; a failure becomes a protocol error with our code and fix in its data. */
function answered<T>(
  { context, scrub, run }: ReturnType<OpenResources>,
  work: (context: ResourceContext) => Promise<T>,
  isFixed: (value: T) => boolean = () => false,
): Promise<T> {
  return run(async () => {
    try {
      const value = await work(context);
      return isFixed(value) ? value : scrub(value);
    } catch (error) {
      if (error instanceof McpError) throw error;
      if (!(error instanceof ToolError)) throw new McpError(ErrorCode.InternalError, "The server failed to answer this request.");
      const { code, message, fix } = error;
      const kind = wrongAddress.includes(code) ? ErrorCode.InvalidParams : ErrorCode.InternalError;
      throw new McpError(kind, scrub(message), scrub({ code, fix }));
    }
  });
}
