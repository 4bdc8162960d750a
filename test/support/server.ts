import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** A server on a free loopback port for the time of a test, or until what `atEnd` waits for. @returns its address without a slash at the end */
export async function listen(listener: RequestListener, atEnd: (end: () => Promise<void>) => unknown = onTestFinished): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Seen {
  method: string;
  /** With the query, as it came. */
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** An answer on order: JSON unless `text` is given; or what happens to the connection instead. */
export type Reply = { status?: number; json?: unknown; text?: string; headers?: Record<string, string> } | "silence" | "cut" | "half";

/** A server that gives these answers in turn, repeats the last one, and records the requests. */
export async function scripted(...replies: [Reply, ...Reply[]]) {
  const seen: Seen[] = [];
  const url = await listen(async (request: IncomingMessage, response: ServerResponse) => {
    const reply = replies[Math.min(seen.length, replies.length - 1)] ?? "cut";
    const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: "" };
    seen.push(one);
    one.body = await text(request);
    if (reply === "silence") return;
    if (reply === "cut") return void response.destroy();
    if (reply === "half") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" }).write('{"half":');
      return;
    }
    const body = reply.text ?? (reply.json === undefined ? "" : JSON.stringify(reply.json));
    response.writeHead(reply.status ?? 200, {
      "content-type": reply.text === undefined ? "application/json" : "text/html",
      ...reply.headers,
    });
    response.end(body);
  });
  return { url, seen };
}

/** Kibana's error envelope. */
export function envelope(statusCode: number, message: string): Reply {
  return { status: statusCode, json: { statusCode, error: "whatever", message } };
}
