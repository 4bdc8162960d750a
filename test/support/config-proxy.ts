import { request } from "node:http";
import { text } from "node:stream/consumers";
import { isWrite, type Recorded } from "./recording-proxy.ts";
import { listen } from "./server.ts";

export interface Between {
  url: string;
  /** Where calls are forwarded to; set it before the first one. */
  target: string;
  calls: Recorded[];
  writes(): Recorded[];
}

/** Undefined: unchanged. */
type Shown = string | { status: number; text: string } | undefined;

/**
 * A proxy that may act before and after each call: `before` when a request has arrived and is not forwarded yet, `after`
 * when the answer has arrived and is not returned yet. `after` may return another text, or another answer.
 */
export async function rewritingProxy(hooks: {
  before?: (call: Recorded) => Promise<void> | void;
  after?: (call: Recorded, text: string) => Promise<Shown> | Shown;
}): Promise<Between> {
  const calls: Recorded[] = [];
  const url = await listen((incoming, outgoing) => {
    const call = { method: incoming.method ?? "GET", path: incoming.url ?? "/" };
    calls.push(call);
    void text(incoming)
      .then(async (body) => {
        await hooks.before?.(call);
        const { "content-length": _length, ...headers } = incoming.headers;
        const onward = request(between.target + call.path, { method: call.method, headers }, (answer) => {
          void text(answer).then(async (got) => {
            const shown = (await hooks.after?.(call, got)) ?? got;
            const { status, text: said } = typeof shown === "string" ? { status: answer.statusCode ?? 500, text: shown } : shown;
            const { "content-length": _old, ...rest } = answer.headers;
            outgoing.writeHead(status, rest).end(said);
          });
        });
        onward.on("error", () => outgoing.destroy());
        onward.end(body);
      })
      .catch(() => outgoing.destroy());
  });
  const between: Between = { url, target: "", calls, writes: () => calls.filter(isWrite) };
  return between;
}
