import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { isInitializeRequest, LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";
import type { Principal } from "../../change/principal.ts";
import type { HttpSettings } from "../../settings/http.ts";
import { createCounts, fits } from "../fair-share.ts";
import type { HttpEra, Served } from "../http.ts";
import type { Body } from "../http-body.ts";
import { type Refusal, refusal, refuse } from "../http-guards.ts";
import { createSessions, type Session } from "./http-sessions.ts";
import { createServer } from "./server.ts";

/** The revision assumed for a client that does not name one, and the last one with batches (MCP, revision 2025-06-18). */
const withBatches = "2025-03-26";

/**
 * Clients with sessions, or, if the server is stateless, one server for each of their requests.
 * @param connect a server for one client
 */
export function openHttp(
  served: Pick<Served, "service" | "holders">,
  { stateless, maxSessions, sessionIdle }: HttpSettings,
  connect: (principal: Principal) => Server = (principal) => createServer(served.service(principal)),
): HttpEra {
  const { holders } = served;
  const sessions = createSessions(sessionIdle, () => Date.now());
  const sessionsOf = createCounts();
  /** Servers of requests without a session. */
  const passing = new Set<Server>();

  async function answer(request: IncomingMessage, response: ServerResponse, principal: Principal, body: Body): Promise<void> {
    if (stateless) return inPassing(request, response, principal, body);
    const messages: unknown[] = body.batch && Array.isArray(body.json) ? body.json : [body.json];
    const initialize = messages.find((message) => isInitializeRequest(message));
    if (isInitializeRequest(initialize) && request.headers["mcp-session-id"] === undefined)
      return newSession(request, response, principal, body, initialize.params.protocolVersion);
    return inSession(request, response, principal, body);
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
    const mcp = connect(principal);
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
    const mcp = connect(principal);
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

  return {
    answer,
    async close() {
      await Promise.all([sessions.close(), ...[...passing].map((one) => one.close())]);
    },
  };
}

/** Marks a session as in use while a response is open. */
function watch(session: Session, response: ServerResponse): void {
  session.open += 1;
  response.once("close", () => {
    session.open -= 1;
    session.lastUsed = Date.now();
  });
}

function noBatch(version: string): Refusal {
  return refusal(400, `Revision ${version} of the protocol has no batches: send one message per request.`, {}, -32600);
}
