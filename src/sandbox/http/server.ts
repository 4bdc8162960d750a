import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { isDeeperThan } from "../../json-depth.ts";
import { anonymousStatus, statusPath } from "../status.ts";
import type { OwnRequest, Reply, State } from "../types.ts";
import type { Authenticate } from "./auth.ts";
import { envelope, internalError, notFound, Refusal } from "./envelope.ts";
import { type FaultOrders, faultOrders } from "./faults.ts";
import { refuseForgery, refuseInternal, refuseVersion, unauthorized } from "./guards.ts";
import { ownRoute } from "./own-routes.ts";
import { matchRoute, splitSpace } from "./router.ts";

const bodyLimit = 1024 * 1024;
/** Levels of nesting: bodies are walked recursively here. */
const deepest = 1000;

interface Serving {
  state: State;
  basePath: string;
  authenticate: Authenticate;
}

/** Answers as Kibana would, except for the faults that were ordered. */
export function createKibana(serving: Serving): Server {
  const orders = faultOrders();
  return createServer((request, response) => {
    void respond(request, response, serving, orders).catch(() => response.destroy());
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, serving: Serving, orders: FaultOrders): Promise<void> {
  const { method = "GET" } = request;
  const url = new URL(request.url ?? "/", "http://sandbox");
  const text = await readBody(request);
  if (!`${url.pathname}/`.startsWith(`${serving.basePath}/`)) return send(response, notFound());
  const path = url.pathname.slice(serving.basePath.length);
  if (path.startsWith("/sandbox/")) {
    return send(response, await guarded(() => ownRoute(method, path, parseJson(text), serving.state, orders)));
  }
  const fault = orders.take(method, path);
  const reply = fault && !fault.work ? undefined : await guarded(() => answer(request, path, url.searchParams, text, serving));
  const result = fault?.result ?? reply;
  if (result === "silence" || result === undefined) return;
  if (result === "cut") response.destroy();
  else if (result === "half") sendHalf(response, reply ?? internalError());
  else if (result === "late") await wait(fault?.delay).then(() => send(response, reply ?? internalError()));
  else send(response, result);
}

/** Kibana's order of checks: route, credentials, body, CSRF, then the route's own. */
async function answer(
  request: IncomingMessage,
  fullPath: string,
  query: URLSearchParams,
  text: string | undefined,
  serving: Serving,
): Promise<Reply> {
  const { method = "GET", headers } = request;
  const { space, path } = splitSpace(fullPath);
  const match = matchRoute(method, path, serving.state);
  if (!match) return notFound();
  const caller = serving.authenticate(headers.authorization);
  if (!caller && path === statusPath) return anonymousStatus;
  if (!caller) throw unauthorized(headers.authorization);
  const body = match.route.upload ? { type: headers["content-type"], text } : parseJson(text);
  refuseForgery(method, headers, serving.state);
  const { internalVersion } = match.route;
  refuseInternal(method, path, headers, serving.state, internalVersion);
  if (internalVersion !== undefined) refuseVersion(method, path, headers, internalVersion);
  const { version } = serving.state;
  return match.route.handler({ method, path, params: match.params, query, body, space, caller, version }, serving.state);
}

/** The answer to a call that Kibana makes to itself, with its caller's privileges. */
export function answerFromWithin({ method, path: fullPath, query, body, caller }: OwnRequest, state: State): Promise<Reply> {
  const { space, path } = splitSpace(fullPath);
  const match = matchRoute(method, path, state);
  if (!match) return Promise.resolve(notFound());
  const { version } = state;
  return guarded(() => match.route.handler({ method, path, params: match.params, query, body, space, caller, version }, state));
}

async function guarded(work: () => Reply | Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    return error instanceof Refusal ? envelope(error.status, error.message, error.attributes) : internalError();
  }
}

/** The whole body; undefined above the limit. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined) return "";
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= bodyLimit) chunks.push(bytes);
  }
  return size > bodyLimit ? undefined : Buffer.concat(chunks).toString("utf8");
}

/** The messages are hapi's. An empty body is null, as in hapi. */
function parseJson(text: string | undefined): unknown {
  if (text === undefined) throw new Refusal(413, `Payload content length greater than maximum allowed: ${bodyLimit}`);
  if (text === "") return null;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, "Invalid request payload JSON format");
  }
  if (isDeeperThan(deepest, body)) throw new Refusal(400, "Invalid request payload JSON format");
  return body;
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = bodyText(body);
  const type = text === "" ? {} : { "content-type": "application/json; charset=utf-8" };
  response.writeHead(status, { "kbn-name": "sandbox", ...type, ...headers }).end(text);
}

/** The length sent is that of the half: with the length of the whole a client would wait for the rest. */
function sendHalf(response: ServerResponse, { status, body }: Reply): void {
  const text = bodyText(body);
  response
    .writeHead(status === 204 ? 200 : status, { "content-type": "application/json; charset=utf-8" })
    .end(text.slice(0, Math.ceil(text.length / 2)) || "{");
}

function bodyText(body: unknown): string {
  return body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
}
