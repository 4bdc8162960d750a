import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Principal } from "../change/principal.ts";
import type { HttpSettings } from "../settings/http.ts";
import { boundStrangers } from "../web/strangers.ts";
import { type EraName, eraOfRequest, eras as ofProtocol } from "./eras.ts";
import { createCounts, fits } from "./fair-share.ts";
import { type Body, createBodyReader } from "./http-body.ts";
import { bearerToken, checkForm, checkSender, refusal, refuse, unauthorized } from "./http-guards.ts";
import type { Service } from "./service.ts";

/** What is served, and to whom. */
export interface Served {
  /** The holder of a token; if the server has no tokens, the local principal. Undefined: the token is unknown or missing. */
  whoIs(token: string | undefined): Principal | undefined;
  /** What one client is served. */
  service(principal: Principal): Service;
  /** Whether Kibana answers. */
  ready(): Promise<boolean>;
  /** Answers people's browsers below /p/ and /enroll/; undefined where no page is served. */
  pages: { handle(request: IncomingMessage, response: ServerResponse): Promise<void> } | undefined;
  /** The number of token holders; 1 without tokens. */
  holders: number;
  /** Running calls and whose they are, so that a shutdown can wait for them. */
  running: ReadonlyMap<Promise<unknown>, string>;
  /** Reports a request that failed because of an error in this server. */
  failed(error: unknown): void;
}

/** How the requests of one era are answered, once they have passed the entry. */
export interface HttpEra {
  answer(request: IncomingMessage, response: ServerResponse, principal: Principal, body: Body): Promise<void>;
  /** Cuts off what still waits for a person or for reads. */
  close(): Promise<void>;
}

/** Opens the entry of an era; its code is loaded when the first request of the era comes. */
export type OpenHttp = (served: Served, settings: HttpSettings) => HttpEra;

/** Milliseconds; tests shorten them. */
export interface Timing {
  /** For the head of a request. */
  headers: number;
  /** For the whole of a request. */
  request: number;
  /** For calls that began before the shutdown; hosts kill a server that takes much longer. */
  drain: number;
}

/** How each era is loaded. */
export const loading: Record<EraName, () => Promise<OpenHttp>> = {
  first: async () => (await ofProtocol.first.http()).openHttp,
  second: async () => (await ofProtocol.second.http()).openHttp,
};

const usual: Timing = { headers: 10_000, request: 30_000, drain: 10_000 };

const noBody: Body = { json: undefined, batch: false, progress: false, requests: 0, ids: [], cancelled: [] };

export interface HttpEntry {
  /** Where clients connect. */
  url: string;
  /** Accepts nothing new, finishes what was begun, and closes. */
  drain(): Promise<void>;
}

/** Serves Streamable HTTP at `/mcp`, and `/healthz` and `/readyz` for monitoring. */
export async function startHttp(
  served: Served,
  settings: HttpSettings,
  timing: Timing = usual,
  load: Record<EraName, () => Promise<OpenHttp>> = loading,
): Promise<HttpEntry> {
  const { stateless, maxBody, maxSessions, maxInFlight, allowedOrigins } = settings;
  const opened = new Map<EraName, Promise<HttpEra>>();
  /** Requests whose answers are not finished; streams without a request do not count. */
  const answering = new Set<Promise<void>>();
  const inFlight = createCounts();
  const readBody = createBodyReader(maxBody);
  let draining = false;

  const server = createServer(
    {
      headersTimeout: timing.headers,
      requestTimeout: timing.request,
      connectionsCheckingInterval: Math.min(1_000, timing.headers),
      // Longer than the idle time of usual load balancers, which would otherwise reuse a connection that is being closed.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        served.failed(error);
        if (!response.headersSent) refuse(response, refusal(500, "The server failed.", {}, -32603));
        else response.destroy();
      });
    },
  );
  // Connections without a token have a limit of their own, so that they take no place from token holders.
  const mostKnown = 2 * maxSessions + maxInFlight;
  const knownSockets = new Set<Socket>();
  const socketsOf = createCounts();
  const strangers = boundStrangers(server);
  const { holders } = served;

  /** @returns false if token holders have too many connections */
  function letIn(socket: Socket, name: string): boolean {
    if (knownSockets.has(socket)) return true;
    if (!fits({ most: mostKnown, holders, taken: socketsOf }, name, 1)) return false;
    knownSockets.add(socket);
    socketsOf.add(name, 1);
    strangers.known(socket);
    socket.once("close", () => {
      knownSockets.delete(socket);
      socketsOf.add(name, -1);
    });
    return true;
  }

  /** Counts calls that still run as well as requests that still wait: clients may leave without an answer. */
  function busy(): ReadonlyMap<string, number> {
    const working = createCounts();
    for (const name of served.running.values()) working.add(name, 1);
    for (const [name, waiting] of inFlight) working.add(name, Math.max(0, waiting - (working.get(name) ?? 0)));
    return working;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0];
    if (path === "/healthz") return health(request, response, async () => true);
    if (path === "/readyz") return health(request, response, async () => !draining && (await served.ready()));
    if (served.pages && /^\/(p|enroll)\//.test(path ?? "")) return served.pages.handle(request, response);
    const stranger = checkSender(request.headers, request.socket.localAddress, settings);
    if (stranger) return refuse(response, stranger);
    if (path !== "/mcp") return refuse(response, refusal(404, "MCP is served at /mcp."));
    const { origin } = request.headers;
    const crossOrigin = origin !== undefined && allowedOrigins.includes(origin.toLowerCase());
    if (crossOrigin) allowOrigin(response, origin);
    const { method = "" } = request;
    if (method === "OPTIONS" && crossOrigin) return void response.writeHead(204).end();
    const allowed = stateless ? ["POST"] : ["GET", "POST", "DELETE"];
    if (!allowed.includes(method))
      return refuse(
        response,
        refusal(405, `${stateless ? "This stateless server" : "MCP"} takes ${allowed.join(", ")}.`, { allow: allowed.join(", ") }),
      );
    const token = bearerToken(request.headers.authorization);
    const principal = served.whoIs(token);
    if (!principal) return refuse(response, unauthorized(request.headers.authorization !== undefined));
    if (!letIn(request.socket, principal.name))
      return refuse(response, refusal(503, "Too many connections at the same time.", { "retry-after": "5", connection: "close" }));
    const malformed = checkForm(method, request.headers, maxBody);
    if (malformed) return refuse(response, malformed);
    const body = method === "POST" ? await readBody(request, principal.name) : noBody;
    if (!body) return;
    if ("status" in body) return refuse(response, body);
    // A person's answer to a question is still accepted: a change may be waiting for it.
    if (draining && (method === "GET" || body.requests > 0))
      return refuse(response, refusal(503, "The server is shutting down.", { "retry-after": "5", connection: "close" }));
    if (body.requests > 0 && !fits({ most: maxInFlight, holders, taken: busy() }, principal.name, body.requests))
      return refuse(response, refusal(429, "Too many requests at the same time.", { "retry-after": "1" }));
    if (body.requests > 0) count(response, principal.name, body.requests);
    const era = await open(eraOfRequest(request.headers, body.json));
    return era.answer(request, response, principal, body);
  }

  function open(name: EraName): Promise<HttpEra> {
    const era = opened.get(name) ?? load[name]().then((openHttp) => openHttp(served, settings));
    opened.set(name, era);
    return era;
  }

  function count(response: ServerResponse, name: string, requests: number): void {
    inFlight.add(name, requests);
    const answered = new Promise<void>((resolve) => response.once("close", resolve)).then(() => {
      inFlight.add(name, -requests);
      answering.delete(answered);
    });
    answering.add(answered);
  }

  async function drain(): Promise<void> {
    draining = true;
    // Waits for the last byte of each answer, and for calls whose client has left.
    await settled([...answering, ...served.running.keys()], timing.drain);
    const left = [...served.running.keys()];
    const closed = new Promise((resolve) => server.close(resolve));
    // Calls that still wait for a person or for reads are cut off; a write that has begun is not.
    await Promise.all([...opened.values()].map(async (era) => (await era).close()));
    await settled(left, timing.drain);
    server.closeAllConnections();
    await closed;
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host.replace(/^\[|\]$/g, ""), () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${settings.host}:${port}/mcp`, drain };
}

async function settled(running: Iterable<Promise<unknown>>, most: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, most);
  });
  await Promise.race([Promise.allSettled([...running]), patience]);
  clearTimeout(timer);
}

/** Says only whether it is well, never why: anybody may ask. */
async function health(request: IncomingMessage, response: ServerResponse, well: () => Promise<boolean>): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, refusal(405, "GET only.", { allow: "GET, HEAD" }));
  const good = await well();
  response.writeHead(good ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(request.method === "HEAD" ? undefined : JSON.stringify({ status: good ? "ok" : "unavailable" }));
}

function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("vary", "Origin");
  response.setHeader("access-control-allow-methods", "GET, POST, DELETE");
  response.setHeader(
    "access-control-allow-headers",
    "authorization, content-type, accept, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id",
  );
  response.setHeader("access-control-expose-headers", "mcp-session-id");
}
