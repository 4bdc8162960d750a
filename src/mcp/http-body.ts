import type { IncomingMessage } from "node:http";
import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import { createLocks } from "../change/locks.ts";
import { isDeeperThan } from "../json-depth.ts";
import { holdsMoreThan } from "../json-size.ts";
import { isPlainObject } from "../plain-object.ts";
import { type Refusal, refusal, tooLarge } from "./http-guards.ts";

export type RequestId = string | number;

/** The parsed body of a POST. */
export interface Body {
  json: unknown;
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

const Id = z.union([z.string(), z.int()]);
const Request = z.object({ method: z.string(), id: Id });
const Cancelled = z.object({ method: z.literal("notifications/cancelled"), params: z.object({ requestId: Id }) });
const WithProgress = z.object({ params: z.object({ _meta: z.object({ progressToken: z.union([z.string(), z.number()]) }) }) });

/** Far deeper than any message. Tools limit their arguments more strictly themselves. */
const deepest = 1000;
/** Most messages of a batch; as many requests as are answered at the same time by default. */
const mostMessages = 250;
/** Most values in the arguments of a call, such as many documents for an index, and in the rest of a message. */
const mostArguments = 20_000;
const mostValues = 1_000;

/**
 * Reads bodies of at most `maxBody` bytes, those of one holder one at a time: others get their turn between two. Resolves to
 * undefined if the client went away or was too slow.
 */
export function createBodyReader(maxBody: number): (request: IncomingMessage, holder: string) => Promise<Body | Refusal | undefined> {
  const turns = createLocks();
  return async (request, holder) => {
    const bytes = await readBytes(request, maxBody);
    if (!Buffer.isBuffer(bytes)) return bytes;
    return turns.on([holder], turns.now(), async () => {
      await setImmediate();
      return readMessages(bytes);
    });
  };
}

async function readBytes(request: IncomingMessage, maxBody: number): Promise<Buffer | Refusal | undefined> {
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
  return Buffer.concat(chunks);
}

function readMessages(bytes: Buffer): Body | Refusal {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (_notJson) {
    return refusal(400, "Parse error: the body is not JSON.", {}, -32700);
  }
  const messages: unknown[] = Array.isArray(json) ? json : [json];
  if (messages.length === 0) return invalid("an empty batch");
  if (messages.length > mostMessages) return invalid(`a batch of more than ${mostMessages} messages`);
  if (isDeeperThan(deepest, json)) return invalid(`nested more than ${deepest} levels deep`);
  if (messages.some(isTooMuch))
    return invalid(`more than ${mostArguments} values in the arguments of a call, or more than ${mostValues} in the rest of a message`);
  return {
    json,
    batch: Array.isArray(json),
    progress: messages.some((message) => WithProgress.safeParse(message).success),
    requests: messages.filter((one) => one !== null && typeof one === "object" && "method" in one && "id" in one).length,
    ids: messages.map((message) => Request.safeParse(message).data?.id).filter((id) => id !== undefined),
    cancelled: messages.map((message) => Cancelled.safeParse(message).data?.params.requestId).filter((id) => id !== undefined),
  };
}

function invalid(what: string): Refusal {
  return refusal(400, `Invalid request: ${what}.`, {}, -32600);
}

function isTooMuch(message: unknown): boolean {
  if (!isPlainObject(message) || !isPlainObject(message.params)) return holdsMoreThan(mostValues, message);
  const { arguments: given, ...params } = message.params;
  return holdsMoreThan(mostValues, { ...message, params }) || holdsMoreThan(mostArguments, given);
}
