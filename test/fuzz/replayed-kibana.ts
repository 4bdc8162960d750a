import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { listen } from "../support/server.ts";
import { canary } from "./corpus.ts";
import { junk, mutate, mutation } from "./json.ts";

export interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  status: number;
  body: string;
}

/** What happens to one of the recorded answers. */
type Damage = { at: number } & (
  | { kind: "json"; mutations: Parameters<typeof mutate>[1] }
  | { kind: "junk"; body: unknown }
  | { kind: "text"; body: string }
  | { kind: "status"; status: number }
  | { kind: "cut" }
);

const texts = [
  "",
  " ",
  "{",
  "[]",
  "null",
  "0",
  '"text"',
  "NaN",
  "<!doctype html><title>Sign in</title>",
  "\ufeff{}",
  "[".repeat(5_000),
  canary,
];
const statuses = [200, 201, 204, 206, 300, 302, 304, 400, 401, 403, 404, 405, 409, 410, 413, 418, 429, 500, 501, 502, 503, 504, 599];

export const damage: fc.Arbitrary<Damage> = fc
  .tuple(
    fc.nat({ max: 20 }),
    fc.oneof(
      {
        weight: 60,
        arbitrary: fc.record({ kind: fc.constant("json" as const), mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }) }),
      },
      { weight: 10, arbitrary: fc.record({ kind: fc.constant("junk" as const), body: junk }) },
      { weight: 10, arbitrary: fc.record({ kind: fc.constant("text" as const), body: fc.constantFrom(...texts) }) },
      { weight: 20, arbitrary: fc.record({ kind: fc.constant("status" as const), status: fc.constantFrom(...statuses) }) },
      // Rare: the pause before a read is repeated is a real one.
      { weight: 1, arbitrary: fc.constant({ kind: "cut" as const }) },
    ),
  )
  .map(([at, what]) => ({ at, ...what }));

/**
 * A Kibana at one address: first the one at `target`, while requests and answers are recorded; then one that repeats the
 * answers in the order of the requests, some of them damaged.
 */
export async function replayedKibana(target: string) {
  let recording: Exchange[] | undefined;
  let left: Exchange[] = [];
  let served = 0;
  let damages: readonly Damage[] = [];

  function record(incoming: IncomingMessage, outgoing: ServerResponse, into: Exchange[]): void {
    const { method = "GET", url: path = "/" } = incoming;
    const onward = request(target + path, { method, headers: incoming.headers }, async (answer) => {
      const body = await text(answer);
      const status = answer.statusCode ?? 500;
      into.push({ method, path, status, body });
      outgoing.writeHead(status, answer.headers).end(body);
    });
    incoming.pipe(onward);
  }

  function replay(incoming: IncomingMessage, outgoing: ServerResponse): void {
    incoming.resume();
    const same = (one: Exchange) => one.method === incoming.method && one.path === incoming.url;
    const index = left.findIndex(same);
    // The last answer is used for repeated requests.
    const found = left.slice(index + 1).some(same) ? left.splice(index, 1)[0] : left[index];
    const answer = found ?? { status: 404, body: JSON.stringify({ statusCode: 404, error: "Not Found", message: "Not Found" }) };
    const harm = damages.find((one) => one.at === served);
    served += 1;
    if (harm?.kind === "cut") return void outgoing.destroy();
    const status = harm?.kind === "status" ? harm.status : answer.status;
    // Nobody waits in a test.
    outgoing.writeHead(status, { "content-type": "application/json", "retry-after": "0" });
    outgoing.end(bodyAfter(harm, answer.body));
  }

  const url = await listen((incoming, outgoing) => {
    if (recording) record(incoming, outgoing, recording);
    else replay(incoming, outgoing);
  });
  return {
    url,
    async record(work: () => Promise<unknown>): Promise<readonly Exchange[]> {
      const into: Exchange[] = [];
      recording = into;
      await work();
      recording = undefined;
      return into;
    },
    play(exchanges: readonly Exchange[], damaged: readonly Damage[]): void {
      left = [...exchanges];
      damages = damaged.map((one) => ({ ...one, at: one.at % Math.max(1, exchanges.length) }));
      served = 0;
    },
  };
}

function bodyAfter(harm: Damage | undefined, body: string): string {
  if (harm?.kind === "json") return body === "" ? "" : JSON.stringify(mutate(JSON.parse(body), harm.mutations));
  if (harm?.kind === "junk") return JSON.stringify(harm.body);
  return harm?.kind === "text" ? harm.body : body;
}
