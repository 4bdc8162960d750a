import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";
import type { Job, Script } from "./job.ts";

const Content = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().default("") })), z.null()])
  .optional()
  .transform((content) => (typeof content === "string" ? content : (content ?? []).map(({ text }) => text).join("")));
const Message = z.looseObject({ role: z.string(), content: Content });
export const ModelRequest = z.looseObject({
  model: z.string(),
  messages: z.array(Message),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })).default([]),
});
export type ModelRequest = z.output<typeof ModelRequest>;

/** What a model says to one request. */
export type Reply = { call: { name: string; args: unknown } } | { say: string };

/** A model without a mind, by the name under which it is asked for. Undefined where it has nothing to say in this job. */
const scripts: Readonly<Record<string, (job: Job) => Script | undefined>> = {
  good: (job) => job.good,
  bad: (job) => job.bad,
  misled: (job) => job.misled,
};

export const scriptNames = [...Object.keys(scripts), "idle"];

/** The next step of a script, found by playing it again from the start with the answers so far. */
export function scripted(jobs: readonly Job[], { model, messages }: ModelRequest): Reply {
  if (model === "idle") return { say: "I did nothing." };
  const asked = messages.find(({ role }) => role === "user")?.content ?? "";
  const job = jobs.find(({ say }) => say === asked);
  const script = job && scripts[model]?.(job);
  if (!script) return { say: `I have no script "${model}" for this.` };
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  const play = script();
  let step = play.next("");
  for (const result of results) if (!step.done) step = play.next(result);
  return step.done ? { say: step.value } : { call: { name: step.value.tool, args: step.value.args } };
}

/**
 * An endpoint that speaks OpenAI's chat completions and hands each request to `reply`.
 * @param others further routes; false where a request is none of theirs
 */
export async function serveModel(
  reply: (request: ModelRequest) => Promise<Reply> | Reply,
  port = 0,
  others: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<boolean> = async () => false,
) {
  let answers = 0;
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: Error) => outgoing.end(JSON.stringify({ error: { message: error.message } })));
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const type = { "content-type": "application/json" };
    if (await others(incoming, outgoing)) return;
    if (incoming.method === "GET" && incoming.url === "/v1/models") {
      outgoing.writeHead(200, type).end(JSON.stringify({ object: "list", data: scriptNames.map((id) => ({ id, object: "model" })) }));
      return;
    }
    if (incoming.method !== "POST" || incoming.url !== "/v1/chat/completions") {
      outgoing.writeHead(404, type).end('{"error":{"message":"There is /v1/chat/completions, and /v1/models."}}');
      return;
    }
    const request = ModelRequest.safeParse(await json(incoming));
    if (!request.success) {
      outgoing.writeHead(400, type).end(JSON.stringify({ error: { message: z.prettifyError(request.error) } }));
      return;
    }
    outgoing.writeHead(200, type);
    // Whoever answers may think for long: a space now and then keeps the connection, and JSON may begin with spaces.
    const alive = setInterval(() => outgoing.write(" "), 15_000);
    try {
      answers += 1;
      outgoing.end(JSON.stringify(completion(request.data.model, await reply(request.data), answers)));
    } finally {
      clearInterval(alive);
    }
  }

  await new Promise<void>((ready, failed) => server.once("error", failed).listen(port, "127.0.0.1", ready));
  const address = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function completion(model: string, reply: Reply, number: number) {
  const message =
    "say" in reply
      ? { role: "assistant", content: reply.say }
      : {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: `call_${number}`, type: "function", function: { name: reply.call.name, arguments: JSON.stringify(reply.call.args) } },
          ],
        };
  const choice = { index: 0, message, finish_reason: "say" in reply ? "stop" : "tool_calls" };
  return { id: `chatcmpl-${number}`, object: "chat.completion", created: 0, model, choices: [choice] };
}
