import { type ErrorCode as OurCode, ToolError } from "../errors.ts";
import { startCallLimit } from "../kibana/deadline.ts";
import type { Resource, ResourceContext, ResourceTemplate, ResourceText } from "./resources/source.ts";
import type { Incoming } from "./service.ts";

/** What a request for resources needs: who asks, how to open Kibana, and how to remove secrets. */
export type OpenLibrary = (
  incoming: Incoming,
  reads: AbortSignal,
) => Promise<{
  context: ResourceContext;
  scrub: <T>(value: T) => T;
  run<T>(work: () => T): T;
}>;

/** A request that is refused with an error of the protocol; both SDKs send a thrown error's `code` and `data`. */
class RequestError extends Error {
  readonly code: number;
  readonly data: Record<string, unknown> | undefined;
  constructor(code: number, message: string, data?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** JSON-RPC. */
const invalidParams = -32602;
const internalError = -32603;

/** What somebody is typing in a client: a variable of a template, or an argument of a prompt. */
export interface Typing {
  of: { prompt: string } | { uriTemplate: string };
  variable: string;
  value: string;
  /** Variables given so far. */
  others: Record<string, string>;
}

type Prompts = typeof import("./prompts.ts");

/** Resources and prompts. Each rejects with a RequestError. */
export interface Library {
  listPrompts(incoming: Incoming): Promise<ReturnType<Prompts["listPrompts"]>>;
  getPrompt(name: string, args: Record<string, string>, incoming: Incoming): Promise<ReturnType<Prompts["getPrompt"]>>;
  listResources(incoming: Incoming): Promise<Resource[]>;
  listTemplates(incoming: Incoming): Promise<ResourceTemplate[]>;
  readResource(uri: string, incoming: Incoming): Promise<Omit<ResourceText, "fixed">>;
  complete(typing: Typing, incoming: Incoming): Promise<{ values: string[]; total: number; hasMore: boolean }>;
}

/** Codes that mean a wrong address. Unknown resources are invalid params (reference/mcp.md §1, §2). */
const wrongAddress: readonly OurCode[] = ["invalid_arguments", "connector_not_found", "space_not_found", "type_unknown", "system_action"];

/**
 * Resources, prompts and completion. Their code is loaded at the first request.
 * @param timeout milliseconds for one request to Kibana
 */
export function createLibrary(open: OpenLibrary, timeout: number): Library {
  const registry = () => import("./resources.ts");
  const prompts = () => import("./prompts.ts");

  async function answer<T>(
    incoming: Incoming,
    work: (context: ResourceContext) => Promise<T>,
    isFixed?: (value: T) => boolean,
  ): Promise<T> {
    const limit = startCallLimit(timeout, incoming.signal);
    try {
      return await answered(await open(incoming, limit.signal), work, isFixed);
    } finally {
      limit.end();
    }
  }

  return {
    listPrompts: (incoming) => answer(incoming, async (context) => (await prompts()).listPrompts(context)),
    getPrompt: (name, args, incoming) => answer(incoming, async (context) => (await prompts()).getPrompt(name, args, context)),
    listResources: (incoming) => answer(incoming, async (context) => (await registry()).listResources(context)),
    listTemplates: (incoming) => answer(incoming, async () => (await registry()).listTemplates()),
    async readResource(uri, incoming) {
      const { fixed: _fixed, ...found } = await answer(
        incoming,
        async (context) => {
          const read = await (await registry()).readResource(uri, context);
          if (!read) throw new RequestError(invalidParams, "There is no such resource: resources/list names those that exist.", { uri });
          return read;
        },
        ({ fixed }) => fixed === true,
      );
      return found;
    },
    complete: ({ of, ...typed }, incoming) =>
      answer(incoming, async (context) => {
        const { values, total } =
          "prompt" in of
            ? await (await prompts()).completePrompt({ ...typed, ...of }, context)
            : await (await registry()).completeTemplate({ ...typed, ...of }, context);
        return { values, total, hasMore: total > values.length };
      }),
  };
}

/** The result of the work, without secrets; a failure becomes a protocol error with our code and fix in its data. */
function answered<T>(
  { context, scrub, run }: Awaited<ReturnType<OpenLibrary>>,
  work: (context: ResourceContext) => Promise<T>,
  isFixed: (value: T) => boolean = () => false,
): Promise<T> {
  return run(async () => {
    try {
      const value = await work(context);
      return isFixed(value) ? value : scrub(value);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      if (!(error instanceof ToolError)) throw new RequestError(internalError, "The server failed to answer this request.");
      const { code, message, fix } = error;
      const kind = wrongAddress.includes(code) ? invalidParams : internalError;
      throw new RequestError(kind, scrub(message), scrub({ code, fix }));
    }
  });
}
