import type { IncomingMessage } from "node:http";
import { isInitializeRequest, type RequestId, RequestIdSchema } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { isDeeperThan } from "../json-depth.ts";
import { type Refusal, refusal, tooLarge } from "./http-guards.ts";

/** What a POST carries, parsed. */
export interface Body {
  json: unknown;
  /** The protocol revision that an `initialize` asks for; undefined for everything else. */
  initialize: string | undefined;
  batch: boolean;
  /** Somebody wants to hear how far a call is. */
  progress: boolean;
  /** Messages that want an answer. */
  requests: number;
  /** The ids of those that have a proper one. */
  ids: RequestId[];
  /** Requests that the client gave up. */
  cancelled: RequestId[];
}

const Request = z.object({ method: z.string(), id: RequestIdSchema });
const Cancelled = z.object({ method: z.literal("notifications/cancelled"), params: z.object({ requestId: RequestIdSchema }) });
const WithProgress = z.object({ params: z.object({ _meta: z.object({ progressToken: z.union([z.string(), z.number()]) }) }) });

/** Far deeper than any message. The arguments of a tool may be less deep, which the tool says itself. */
const deepest = 1000;

/** Reads a body of at most `maxBody` bytes. Resolves to undefined where the client went away or was too slow. */
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
    // Nobody is there to be answered; a body that took too long was answered with 408 by node:http.
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
