import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  method: string;
  /** Without the space prefix. */
  path: string;
}

export interface Reply {
  status: number;
  text: string;
}

/** Listens on a free port of the loopback and answers with what `answer` makes of a request. */
export async function serve(answer: (request: IncomingMessage & Call, body: Buffer) => Promise<Reply> | Reply) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = { method: request.method ?? "", path: (request.url ?? "").replace(/^\/s\/[^/]+/, "") };
    const { status, text } = await answer(Object.assign(request, call), Buffer.concat(chunks));
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 204 ? undefined : text);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** A Kibana that is correct except for one thing. */
export function spoilt(url: string, spoil: (call: Call, reply: Reply) => Reply) {
  return serve(async (request, body) => {
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      ["host", "connection", "content-length", "transfer-encoding"].includes(name) ? [] : [[name, String(value)] as [string, string]],
    );
    const sent = body.length > 0 ? { body } : {};
    const response = await fetch(url + request.url, { method: request.method ?? "GET", headers, ...sent });
    return spoil({ method: request.method, path: request.path }, { status: response.status, text: await response.text() });
  });
}
