import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import type { SandboxOptions } from "../../../src/sandbox/index.ts";
import { kibana } from "../kibana.ts";

export interface Request {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests read freely from requests
  body: any;
}

/** A status, a body (JSON, or text as it is) and headers; a body alone is a success. */
export type Reply = [status: number, body?: unknown, headers?: Record<string, string>];

/** A service on this machine that keeps what it got; closed at the end of the file. */
export async function service(answer: (request: Request) => Reply) {
  const seen: Request[] = [];
  const server = createServer(async (message, response) => {
    let text = "";
    for await (const chunk of message) text += String(chunk);
    const { method = "", url = "", headers } = message;
    const request = { method, url, headers, body: parsed(text) };
    seen.push(request);
    const [status, body, more = {}] = answer(request);
    const json = { "content-type": "application/json", ...more };
    if (typeof body === "string") response.writeHead(status, more).end(body);
    else response.writeHead(status, body === undefined ? more : json).end(body === undefined ? "" : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  afterAll(() => void server.close());
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, seen };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Runs a connector once against a service; gives what came back and what the service got. */
export async function delivered(
  type: string,
  made: (url: string) => { config?: Record<string, unknown>; secrets?: Record<string, unknown> },
  params: Record<string, unknown> | ((url: string) => Record<string, unknown>),
  answer: (request: Request) => Reply,
  options: SandboxOptions = {},
) {
  const { url, seen } = await service(answer);
  const { create, execute, call } = await kibana({ deliver: true, empty: true, ...options });
  const { status, body } = await create({ name: "n", connector_type_id: type, config: {}, secrets: {}, ...made(url) }, "c");
  if (status !== 200) throw new Error(JSON.stringify(body));
  const run = () => execute("c", typeof params === "function" ? params(url) : params);
  const first = await run();
  return { url, seen, call, run, status: first.status, result: first.body, sent: () => seen.map((one) => `${one.method} ${one.url}`) };
}
