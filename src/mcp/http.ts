import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";
import type { Principal } from "../change/principal.ts";
import type { HttpSettings } from "../settings/http.ts";
import { boundStrangers } from "../web/strangers.ts";
import { createCounts, fits } from "./fair-share.ts";
import { type Body, createBodyReader } from "./http-body.ts";
import { bearerToken, checkForm, checkSender, type Refusal, refusal, unauthorized } from "./http-guards.ts";
import { createSessions, type Session } from "./http-sessions.ts";

/** What is served, and to whom. */
export interface Served {
  /** The holder of a token; if the server has no tokens, the local principal. Undefined: the token is unknown or missing. */
  whoIs(token: string | undefined): Principal | undefined;
  /** A server for one client. */
  connect(principal: Principal): Server;
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

/** Milliseconds; tests shorten them. */
export interface Timing {
  /** For the head of a request. */
  headers: number;
  /** For the whole of a request. */
  request: number;
  /** For calls that began before the shutdown; hosts kill a server that takes much longer. */
  drain: number;
}

const usual: Timing = { headers: 10_000, request: 30_000, drain: 10_000 };

const noBody: Body = { json: undefined, initialize: undefined, batch: false, progress: false, requests: 0, ids: [], cancelled: [] };

/** The revision assumed for a client that does not name one, and the last one with batches (MCP, revision 2025-06-18). */
const withBatches = "2025-03-26";

export interface HttpEntry {
  /** Where clients connect. */
  url: string;
  /** Accepts nothing new, finishes what was begun, and closes. */
  drain(): Promise<void>;
}

/** Serves Streamable HTTP at `/mcp`, and `/healthz` and `/readyz` for monitoring. */
export async function startHttp(served: Served, settings: HttpSettings, timing: Timing = usual): Promise<HttpEntry> {
  const { stateless, maxBody, maxSessions, maxInFlight, sessionIdle, allowedOrigins } = settings;
  const sessions = createSessions(sessionIdle, () => Date.now());
  /** Servers of requests without a session. */
  const passing = new Set<Server>();
  /** Requests whose answers are not finished; streams without a request do not count. */
  const answering = new Set<Promise<void>>();
  const inFlight = createCounts();
  const sessionsOf = createCounts();
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
    if (stateless) return inPassing(request, response, principal, body);
    if (body.initialize !== undefined && request.headers["mcp-session-id"] === undefined)
      return newSession(request, response, principal, body, body.initialize);
    return inSession(request, response, principal, body);
  }

  function count(response: ServerResponse, name: string, requests: number): void {
    inFlight.add(name, requests);
    const answered = new Promise<void>((resolve) => response.once("close", resolve)).then(() => {
      inFlight.add(name, -requests);
      answering.delete(answered);
    });
    answering.add(answered);
  }

  async function newSession(request: IncomingMessage, response: ServerResponse, principal: Principal, body: Body, asked: string) {
    const { name } = principal;
    if (!fits({ most: maxSessions, holders, taken: sessionsOf }, name, 1))
      return refuse(response, refusal(503, "Too many sessions at the same time.", { "retry-after": "30" }));
    sessionsOf.add(name, 1);
    let counted = true;
    const leave = () => {
      if (counted) sessionsOf.add(name, -1);
      counted = false;
    };
    const mcp = served.connect(principal);
    const version = SUPPORTED_PROTOCOL_VERSIONS.includes(asked) ? asked : LATEST_PROTOCOL_VERSION;
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized(id) {
        const session: Session = {
          principal: name,
          version,
          server: mcp,
          transport,
          unanswered: new Map(),
          open: 0,
          lastUsed: Date.now(),
        };
        mcp.onclose = () => {
          leave();
          sessions.delete(id);
        };
        sessions.add(id, session);
        watch(session, response);
      },
    });
    try {
      await mcp.connect(transport);
      await transport.handleRequest(request, response, body.json);
    } finally {
      if (transport.sessionId === undefined) {
        leave();
        await mcp.close();
      }
    }
  }

  async function inSession(request: IncomingMessage, response: ServerResponse, principal: Principal, body: Body) {
    const id = request.headers["mcp-session-id"];
    if (id === undefined) return refuse(response, refusal(400, "The Mcp-Session-Id header is missing: begin with initialize."));
    // Somebody else's session gets the same answer as one that does not exist.
    const session = typeof id === "string" ? sessions.find(id, principal.name) : undefined;
    if (!session) return refuse(response, refusal(404, "Session not found: begin again with initialize.", {}, -32001));
    if (body.batch && session.version > withBatches) return refuse(response, noBatch(session.version));
    const { unanswered } = session;
    if (body.ids.some((one, at) => unanswered.has(one) || body.ids.indexOf(one) !== at))
      return refuse(response, refusal(400, "Invalid request: a request with this id is not answered yet.", {}, -32600));
    for (const one of body.ids) unanswered.set(one, body.ids.length === 1);
    response.once("close", () => {
      for (const one of body.ids) unanswered.delete(one);
    });
    watch(session, response);
    await session.transport.handleRequest(request, response, body.json);
    // A cancelled request gets no answer, so its stream would stay open forever.
    for (const one of body.cancelled) if (unanswered.get(one)) session.transport.closeSSEStream(one);
  }

  /** One server for one request; nothing is kept. */
  async function inPassing(request: IncomingMessage, response: ServerResponse, principal: Principal, body: Body) {
    const version = request.headers["mcp-protocol-version"];
    if (body.batch && typeof version === "string" && version > withBatches) return refuse(response, noBatch(version));
    const mcp = served.connect(principal);
    // Plain JSON if nothing precedes the answer: then a broken connection is an error at once, while many clients wait
    // long for the end of a stream.
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: !body.progress });
    passing.add(mcp);
    response.once("close", () => {
      passing.delete(mcp);
      void mcp.close();
    });
    await mcp.connect(transport);
    await transport.handleRequest(request, response, body.json);
  }

  async function drain(): Promise<void> {
    draining = true;
    // Waits for the last byte of each answer, and for calls whose client has left.
    await settled([...answering, ...served.running.keys()], timing.drain);
    const left = [...served.running.keys()];
    const closed = new Promise((resolve) => server.close(resolve));
    // Calls that still wait for a person or for reads are cut off; a write that has begun is not.
    await Promise.all([sessions.close(), ...[...passing].map((one) => one.close())]);
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

/** Marks a session as in use while a response is open. */
function watch(session: Session, response: ServerResponse): void {
  session.open += 1;
  response.once("close", () => {
    session.open -= 1;
    session.lastUsed = Date.now();
  });
}

async function settled(running: Iterable<Promise<unknown>>, most: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, most);
  });
  await Promise.race([Promise.allSettled([...running]), patience]);
  clearTimeout(timer);
}

function noBatch(version: string): Refusal {
  return refusal(400, `Revision ${version} of the protocol has no batches: send one message per request.`, {}, -32600);
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
    "authorization, content-type, accept, mcp-session-id, mcp-protocol-version, last-event-id",
  );
  response.setHeader("access-control-expose-headers", "mcp-session-id");
}

function refuse(response: ServerResponse, { status, code, message, headers = {} }: Refusal): void {
  // The rest of an unwanted body is not read.
  const unread = response.req.complete ? {} : { connection: "close" };
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...unread, ...headers });
  response.end(JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }));
}
