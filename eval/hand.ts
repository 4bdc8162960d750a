import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";
import { ModelRequest, type Reply } from "./model.ts";

interface Waiting {
  request: ModelRequest;
  reply(reply: Reply): void;
}

/**
 * Models that somebody plays: a person, or an agent that has a shell and no API. What is asked of `hand-ana` waits until Ana answers.
 * Several may play at once, each under a name.
 */
export function createHands() {
  const waiting = new Map<string, Waiting>();
  const came = new EventEmitter();
  return {
    /** Waits for whoever plays this model. */
    ask: (request: ModelRequest) =>
      new Promise<Reply>((reply) => {
        waiting.set(request.model, { request, reply });
        came.emit(request.model);
      }),
    /** What this model is asked, once it is. */
    async next(model: string, signal: AbortSignal): Promise<ModelRequest> {
      const one = waiting.get(model);
      if (one) return one.request;
      await once(came, model, { signal });
      return this.next(model, signal);
    },
    /** @returns false where nothing was asked */
    answer(model: string, reply: Reply): boolean {
      const one = waiting.get(model);
      waiting.delete(model);
      one?.reply(reply);
      return one !== undefined;
    },
  };
}

export type Hands = ReturnType<typeof createHands>;

const patienceMs = 120_000;
const path = /^\/hand\/([\w-]+)$/;
const Played = z.union([z.object({ say: z.string() }), z.object({ call: z.object({ name: z.string(), args: z.unknown() }) })]);

/** `GET /hand/NAME`: what the model NAME is asked. `POST`: its reply. */
export async function handRoutes(hands: Hands, incoming: IncomingMessage, outgoing: ServerResponse): Promise<boolean> {
  const [, model] = path.exec(incoming.url ?? "") ?? [];
  if (model === undefined) return false;
  if (incoming.method === "POST") {
    const taken = hands.answer(model, Played.parse(await json(incoming)));
    outgoing.writeHead(taken ? 204 : 409).end();
  } else {
    const request = await hands.next(model, AbortSignal.timeout(patienceMs)).catch(() => undefined);
    outgoing.writeHead(request ? 200 : 204, { "content-type": "application/json" }).end(request && JSON.stringify(request));
  }
  return true;
}

/**
 * The player's side: sends a reply, if there is one, and returns what the model reads next. Of a conversation that goes on only what is new.
 * @param base where `model` serves, without /v1
 */
export async function play(base: string, model: string, reply?: Reply): Promise<string> {
  const url = `${base}/hand/${model}`;
  if (reply) {
    const { status } = await fetch(url, { method: "POST", body: JSON.stringify(reply) });
    if (status !== 204) throw new Error(`Nobody waits for a reply of ${model} (${status}).`);
  }
  const answer = await fetch(url);
  if (answer.status === 204) return `Nothing was asked of ${model} for two minutes.`;
  const { messages, tools } = ModelRequest.parse(await answer.json());
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  const news = messages.slice(last + 1).map(({ role, content }) => `[${role}]\n${content}`);
  const shown = last === -1 ? ["[tools]", ...tools.map((one) => JSON.stringify(one.function))] : [];
  return [...shown, ...news].join("\n");
}
