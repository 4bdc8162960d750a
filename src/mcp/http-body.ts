import type { IncomingMessage } from "node:http";
import { isInitializeRequest, type RequestId, RequestIdSchema } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { isDeeperThan } from "../json-depth.ts";
import { type Refusal, refusal, tooLarge } from "./http-guards.ts";

/** The parsed body of a POST. */
export interface Body {
  json: unknown;
  /** The protocol revision that an `initialize` asks for; undefined for other messages. */
  initialize: string | undefined;
  batch: boolean;
  /** Whether a call asks for progress. */
  progress: boolean;
  /** The number of messages that want an answer. */
  requests: number;
  /** The ids of requests whose id is valid. */
  ids: RequestId[];
  /** Requests that the client cancelled. */
  cancelled: RequestId[];
}

const Request = z.object({ method: z.string(), id: RequestIdSchema });
const Cancelled = z.object({ method: z.literal("notifications/cancelled"), params: z.object({ requestId: RequestIdSchema }) });
const WithProgress = z.object({ params: z.object({ _meta: z.object({ progressToken: z.union([z.string(), z.number()]) }) }) });

/** Far deeper than any message. Tools limit their arguments more strictly themselves. */
const deepest = 1000;

/** Reads a body of at most `maxBody` bytes. Resolves to undefined if the client went away or was too slow. */
export async function readBody(request: IncomingMessage, maxBody: number): Promise<Body | Refusal | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBody) return tooLarge(maxBody);
      chunks.push(chunk as Buffer);
    }
  } catch (_cut) {
    // Nobody is left to answer, or node:http has already answered a slow body with 408.
    return undefined;
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (_notJson) {
    return refusal(400, "Parse error: the body is not JSON.", {}, -32700);
  }
  if (isDeeperThan(deepest, json)) return refusal(400, `Invalid request: nested more than ${deepest} levels deep.`, {}, -32600);
  const messages: unknown[] = Array.isArray(json) ? json : [json];
  if (messages.length === 0) return refusal(400, "Invalid request: an empty batch.", {}, -32600);
  const first = messages.find((message) => isInitializeRequest(message));
  return {
    json,
    initialize: isInitializeRequest(first) ? first.params.protocolVersion : undefined,
    batch: Array.isArray(json),
    progress: messages.some((message) => WithProgress.safeParse(message).success),
    requests: messages.filter((one) => one !== null && typeof one === "object" && "method" in one && "id" in one).length,
    ids: messages.map((message) => Request.safeParse(message).data?.id).filter((id) => id !== undefined),
    cancelled: messages.map((message) => Cancelled.safeParse(message).data?.params.requestId).filter((id) => id !== undefined),
  };
}
