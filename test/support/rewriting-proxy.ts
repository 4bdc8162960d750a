import { text } from "node:stream/consumers";
import { listen } from "./server.ts";

export interface Passing {
  method: string;
  /** With the query. */
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
  body: any;
}

/** What a proxy does with the traffic; each may change the body in place, or wait. */
export interface Rewrite {
  /** An answer of its own instead of Kibana's. */
  refuse?(call: Passing): { status: number; body: string; type?: string } | undefined;
  request?(call: Passing): Promise<void> | void;
  answer?(call: Passing, answer: Passing["body"], status: number): Promise<void> | void;
}

/** A proxy in front of `target` that reads and changes JSON on its way. `calls`: as they came in. */
export async function rewritingProxy(target: string, rewrite: Rewrite) {
  const { url, calls } = await switchableProxy({ target, rewrite });
  return { url, calls };
}

/** The same, with another target and other rewriting whenever `behind` changes. */
export async function switchableProxy(behind: { target: string; rewrite: Rewrite }, atEnd?: Parameters<typeof listen>[1]) {
  const calls: Passing[] = [];
  const url = await listen(async (incoming, outgoing) => {
    const sent = await text(incoming);
    const call: Passing = { method: incoming.method ?? "GET", path: incoming.url ?? "/", body: sent === "" ? undefined : JSON.parse(sent) };
    calls.push(structuredClone(call));
    const refused = behind.rewrite.refuse?.(call);
    if (refused) {
      outgoing.writeHead(refused.status, { "content-type": refused.type ?? "application/json" }).end(refused.body);
      return;
    }
    await behind.rewrite.request?.(call);
    const { "content-length": _length, connection: _connection, host: _host, ...headers } = incoming.headers;
    const answer = await fetch(behind.target + call.path, {
      method: call.method,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const got = await answer.text();
    const body: Passing["body"] = got === "" ? undefined : JSON.parse(got);
    await behind.rewrite.answer?.(call, body, answer.status);
    outgoing.writeHead(answer.status, { "content-type": "application/json" }).end(body === undefined ? "" : JSON.stringify(body));
  }, atEnd);
  return { url, calls };
}
