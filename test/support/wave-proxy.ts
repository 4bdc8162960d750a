import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "./server.ts";

/** Milliseconds without another request after which the answers come. */
const quiet = 80;

/**
 * A far Kibana without the waiting: answers are held until nobody asks any more, then all come at once. How often that happens is
 * what a call takes in round trips.
 */
export async function waveProxy(kibana: string, atEnd?: (end: () => Promise<void>) => unknown) {
  const waves: string[][] = [];
  let held: { line: string; pass(): Promise<void> }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flow(): void {
    const wave = held;
    held = [];
    waves.push(wave.map(({ line }) => line));
    // All are asked before the first is answered.
    for (const { pass } of wave) void pass();
  }

  const url = await listen(async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url: path = "", headers } = request;
    const body = await text(request);
    const pass = async () => {
      const { host: _host, connection: _connection, "content-length": _length, ...others } = headers;
      const answer = await fetch(`${kibana}${path}`, {
        method,
        headers: others as Record<string, string>,
        ...(body === "" ? {} : { body }),
      });
      const sent = await answer.text();
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" }).end(sent);
    };
    held.push({ line: `${method} ${path}`, pass });
    clearTimeout(timer);
    timer = setTimeout(flow, quiet);
  }, atEnd);
  return { url, waves };
}
