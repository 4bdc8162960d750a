import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { readUrl } from "../../read-url.ts";

/** What a third party answers over the wire, or why nothing came. Names of headers are in lower case. */
export type Answer =
  | { status: number; statusText: string; headers?: Record<string, string>; text?: string }
  | { code: string; message: string };

export const accepted: Answer = { status: 202, statusText: "Accepted" };
export const gone: Answer = { status: 404, statusText: "Not Found" };

export interface Outgoing {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/** A stored value with one of these words plays a credential that the third party no longer accepts. */
const refused = /revoked|invalid/i;

/**
 * Plays the third party: hosts under `.invalid` do not resolve, a credential with one of those words is refused with
 * `refusal`, anything else succeeds.
 */
export function cannedAnswer(host: string, secrets: unknown, refusal: Answer, success: Answer): Answer {
  if (host.endsWith(".invalid")) return notFound(host);
  return refused.test(JSON.stringify(secrets ?? {})) ? refusal : success;
}

export function hostOf(url: string): string {
  return readUrl(url)?.hostname ?? url;
}

export function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostOf(url));
}

/** A real request, to loopback only, with the defaults of Kibana's HTTP client: it follows redirects and sends a body with GET too. */
export async function deliver(outgoing: Outgoing, redirects = 5): Promise<Answer> {
  if (!isLoopback(outgoing.url)) return notFound(hostOf(outgoing.url));
  const answer = await send(outgoing);
  const location = "status" in answer && answer.status >= 300 && answer.status < 400 ? answer.headers?.location : undefined;
  if (location === undefined || redirects === 0 || !("status" in answer)) return answer;
  const url = new URL(location, outgoing.url).href;
  if (answer.status > 303) return deliver({ ...outgoing, url }, redirects - 1);
  return deliver({ url, method: "GET", headers: outgoing.headers }, redirects - 1);
}

function send({ url, method, headers, body }: Outgoing): Promise<Answer> {
  const open = url.startsWith("https:") ? overHttps : overHttp;
  const type = body !== undefined && !Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  return new Promise((resolve) => {
    const request = open(url, {
      method,
      headers: {
        accept: "application/json, text/plain, */*",
        ...(type && { "content-type": "application/x-www-form-urlencoded" }),
        ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
        ...headers,
      },
      agent: false,
      signal: AbortSignal.timeout(10_000),
    });
    const fail = (error: Error) => resolve(failure(error));
    request.on("error", fail);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        const received = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? "",
          headers: Object.fromEntries(received),
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.end(body);
  });
}

function notFound(host: string): Answer {
  return { code: "ENOTFOUND", message: `getaddrinfo ENOTFOUND ${host}` };
}

/** A name with several addresses fails with one error for each. */
function failure(error: Error): Answer {
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return { code: "code" in cause ? String(cause.code) : "ECONNRESET", message: cause.message };
}
