import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { readUrl } from "../read-url.ts";
import type { HttpSettings } from "../settings/http.ts";

/** Why a request is not served; `code` is the JSON-RPC error's. */
export interface Refusal {
  status: number;
  code: number;
  message: string;
  headers?: Record<string, string>;
}

export function refusal(status: number, message: string, headers: Record<string, string> = {}, code = -32000): Refusal {
  return { status, code, message, headers };
}

/** Answers a request that is not served. */
export function refuse(response: ServerResponse, { status, code, message, headers = {} }: Refusal): void {
  // The rest of an unwanted body is not read.
  const unread = response.req.complete ? {} : { connection: "close" };
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...unread, ...headers });
  response.end(JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }));
}

const thisMachine = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Whether the request was meant for this server: a page of another site that made its own name resolve to this address
 * (DNS rebinding) still sends that name as Host, and its Origin.
 * @param localAddress the address at which the request arrived: unlike a name, an address cannot be rebound
 */
export function checkSender(
  headers: IncomingHttpHeaders,
  localAddress: string | undefined,
  { allowedHosts, allowedOrigins, loopback }: HttpSettings,
): Refusal | undefined {
  const host = hostname(`http://${headers.host}`);
  const own = localAddress?.replace(/^::ffff:/, "");
  const known =
    host !== undefined &&
    (thisMachine.includes(host) || host === own || host === `[${own}]` || allowedHosts.some((pattern) => matches(pattern, host)));
  if (!known) return refusal(403, "The Host of the request is not a name of this server: see --allowed-hosts.");
  const { origin } = headers;
  if (origin === undefined || allowedOrigins.includes(origin.toLowerCase())) return undefined;
  const from = /^https?:/i.test(origin) ? hostname(origin) : undefined;
  if (loopback && from !== undefined && thisMachine.includes(from)) return undefined;
  return refusal(403, "Requests from this web origin are not accepted: see --allowed-origins.");
}

function hostname(url: string): string | undefined {
  const parsed = readUrl(url);
  if (!parsed) return undefined;
  const { hostname: name, username, password, pathname, search } = parsed;
  // A Host is a name and a port; anything else is an attack.
  return username || password || pathname !== "/" || search ? undefined : name.toLowerCase();
}

function matches(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/** The token of `Authorization: Bearer …`; undefined if the header has another form. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "")?.[1];
}

export function unauthorized(given: boolean): Refusal {
  const challenge = `Bearer realm="kibana-connectors-mcp"${given ? ', error="invalid_token"' : ""}`;
  return refusal(401, given ? "The bearer token is not one of this server's." : "A bearer token is needed.", {
    "www-authenticate": challenge,
  });
}

/** What a request must look like before its body is read (Streamable HTTP, revision 2025-11-25). */
export function checkForm(method: string, headers: IncomingHttpHeaders, maxBody: number): Refusal | undefined {
  const accept = headers.accept?.toLowerCase() ?? "";
  const streams = accept.includes("text/event-stream");
  if (method === "GET") return streams ? undefined : refusal(406, "A GET must accept text/event-stream.");
  if (method !== "POST") return undefined;
  if (!streams || !accept.includes("application/json"))
    return refusal(406, "A POST must accept both application/json and text/event-stream.");
  if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) return refusal(415, "The body must be application/json.");
  if (headers["content-encoding"] !== undefined) return refusal(415, "Compressed bodies are not accepted.");
  if (Number(headers["content-length"] ?? 0) > maxBody) return tooLarge(maxBody);
  return undefined;
}

export function tooLarge(maxBody: number): Refusal {
  return refusal(413, `A request takes at most ${maxBody} bytes.`);
}
