import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import { listenFor } from "../../src/commands/serve-http.ts";
import type { Timing } from "../../src/mcp/http.ts";
import { seal } from "../../src/sealed.ts";
import type { HttpSettings, TokenHolder } from "../../src/settings/http.ts";
import { type Called, type Person, type ProductOptions, product } from "./product.ts";

/** A free loopback port, no token, the default limits. */
export function httpSettings(more: Partial<HttpSettings> = {}): HttpSettings {
  return {
    host: "127.0.0.1",
    port: 0,
    loopback: true,
    stateless: false,
    allowedHosts: [],
    allowedOrigins: [],
    tokens: [],
    publicUrl: undefined,
    approvers: [],
    maxBody: 1024 * 1024,
    maxSessions: 100,
    maxInFlight: 100,
    sessionIdle: 60_000,
    ...more,
  };
}

export function holder(name: string, more: Partial<TokenHolder> = {}): TokenHolder {
  return { name, token: seal(tokenOf(name), `token of ${name}`), ...more };
}

export const tokenOf = (name: string) => `the-token-of-${name}-0123456789`;

const patient: Timing = { headers: 5_000, request: 5_000, drain: 5_000 };

/** The product served over HTTP, in this process. */
export async function servedProduct(options: ProductOptions & { http?: Partial<HttpSettings>; timing?: Partial<Timing> } = {}) {
  const http = httpSettings(options.http);
  const made = await product({ ...options, settings: { ...options.settings, http } });
  const entry = await listenFor(made.backend, made.settings, http, { ...patient, ...options.timing });
  onTestFinished(() => entry.drain());
  return {
    ...made,
    entry,
    url: entry.url,
    send: (given: Sent = {}) => send(entry.url, given),
    open: (principal?: string, person?: Person) => openClient(entry.url, principal && tokenOf(principal), person),
  };
}

export interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string | undefined>;
  body?: unknown;
  /** In place of `body`, as it is. */
  raw?: string;
}

export interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read freely from answers
  json: any;
}

/** One bare request with the headers of a well-behaved client unless the test sets others; `undefined` leaves one out. */
export function send(url: string, { method = "POST", path, headers = {}, body, raw }: Sent = {}): Promise<Got> {
  const usual = { accept: "application/json, text/event-stream", "content-type": "application/json" };
  const all = Object.entries({ ...usual, ...headers }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new Promise((resolve, reject) => {
    const outgoing = request(path ? new URL(path, url) : url, { method, headers: Object.fromEntries(all) }, (answer) => {
      text(answer).then(
        (whole) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: whole, json: parsed(whole) }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
  });
}

/** JSON, or the last message of an event stream. */
function parsed(whole: string): unknown {
  const last =
    whole
      .match(/^data: .+$/gm)
      ?.at(-1)
      ?.slice(6) ?? whole;
  try {
    return JSON.parse(last);
  } catch {
    return undefined;
  }
}

/** Bytes as they are, over a bare socket; everything that comes back until the server closes. */
export function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let got = "";
    socket.on("data", (chunk: Buffer) => {
      got += chunk.toString();
    });
    socket.on("close", () => resolve(got));
    socket.on("error", reject);
  });
}

export const initialize = (protocolVersion = "2025-11-25") => ({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion, capabilities: {}, clientInfo: { name: "bare", version: "1" } },
});

export const ping = { jsonrpc: "2.0", id: 2, method: "ping" };

export const toolCall = (name: string, args: Record<string, unknown> = {}, id = 3) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: args },
});

/** The official client. */
export async function openClient(url: string, token?: string, person?: Person) {
  const client = new Client({ name: "http-client", version: "1" }, { capabilities: person ? { elicitation: { form: {} } } : {} });
  if (person) client.setRequestHandler(ElicitRequestSchema, ({ params }, { signal }) => person(params as never, signal));
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: token ? { headers: { authorization: `Bearer ${token}` } } : {},
    reconnectionOptions: { maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1, reconnectionDelayGrowFactor: 1 },
  });
  await client.connect(transport as never);
  onTestFinished(() => client.close());
  return {
    client,
    transport,
    async call(name: string, args: Record<string, unknown> = {}): Promise<Called> {
      const result = await client.callTool({ name, arguments: args });
      const [content] = result.content as { text: string }[];
      const whole = JSON.parse(content?.text ?? "null");
      return { isError: result.isError === true, body: result.isError ? whole.error : whole, text: JSON.stringify(result) };
    },
  };
}
