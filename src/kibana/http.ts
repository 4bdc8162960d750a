import { Agent, ProxyAgent, request } from "undici";
import { quoted } from "../plain-text.ts";
import { unseal } from "../sealed.ts";
import type { KibanaSettings } from "../settings.ts";
import { fromAnswer, fromNetwork, KibanaError, notKibana } from "./errors.ts";

export interface Call {
  /** From the root of Kibana, ids encoded: build it with `path`. */
  path: string;
  /** Undefined or "default": no prefix. */
  space?: string;
  query?: Record<string, string | number | undefined>;
  /** Internal routes need a header of their own from 9.0 on (reference/kibana-api.md §0). */
  internal?: boolean;
  signal?: AbortSignal;
}

/** Reads: repeated while the fault looks passing. `tolerate` lists statuses whose body is an answer all the same. */
export type Get = (call: Call & { tolerate?: number[] }) => Promise<unknown>;
/** Reads that Kibana takes as POST, repeated like other reads. The list is closed: whoever may look must not be able to write. */
export type Query = (call: Call & { path: QueryPath; body: object }) => Promise<unknown>;
export type QueryPath = (typeof queryPaths)[number];
/** Writes: sent once. */
export type Send = (method: "POST" | "PUT" | "DELETE", call: Call & { body?: unknown }) => Promise<unknown>;

export interface Http {
  get: Get;
  query: Query;
  send: Send;
  close(): Promise<void>;
}

/** Kibana writes nothing on these: resolve_capabilities.ts, and reference/kibana-api.md §8.3. */
const queryPaths = [
  "/api/core/capabilities",
  "/internal/actions/_global_connector_execution_kpi",
  "/internal/actions/_global_connector_execution_logs",
] as const;
const readAttempts = 4;
const passing = [429, 502, 503, 504];
/** Milliseconds that a read waits at the most between attempts. */
const longestWait = 5_000;
const maxConnections = 8;
const maxBytes = 128 * 1024 * 1024;

/** Servers close the connection on longer addresses; no id and no name comes near. */
const longestSegment = 1000;

/** Joins path segments, each encoded. @throws ToolError id_invalid for `.` and `..`, which would climb, for half characters and endless ones */
export function path(...segments: string[]): string {
  // A URL parser takes dots for steps, encoded too. Half of a surrogate pair has no encoding.
  const step = segments.find((segment) => ["", ".", ".."].includes(segment) || segment.length > longestSegment || /\p{Cs}/u.test(segment));
  if (step !== undefined) {
    throw new KibanaError("id_invalid", `${quoted(step)} is neither an id nor a space.`, "Use an id as list_connectors shows it.", {
      applied: "no",
    });
  }
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

/**
 * The HTTP client: one pool for Kibana's origin, credentials on every request, no redirects to other origins.
 * @param userAgent names this server in Kibana's logs
 */
export function createHttp(settings: KibanaSettings, timeout: number, userAgent: string): Http {
  const connect = {
    timeout: Math.min(timeout, 10_000),
    ...(settings.ca ? { ca: settings.ca } : {}),
    rejectUnauthorized: !settings.skipTlsVerification,
  };
  const options = {
    connect,
    connections: maxConnections,
    maxResponseSize: maxBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const dispatcher = settings.proxy
    ? new ProxyAgent({ ...options, requestTls: connect, uri: String(unseal(settings.proxy.uri)) })
    : new Agent(options);
  const headers = {
    "user-agent": userAgent,
    accept: "application/json",
    ...authorization(settings),
  };

  async function once(method: "GET" | "POST" | "PUT" | "DELETE", call: Call & { body?: unknown; tolerate?: number[] }) {
    const limit = AbortSignal.timeout(timeout);
    try {
      const answer = await request(address(settings.url, call), {
        method,
        dispatcher,
        signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
        headers: {
          ...headers,
          ...(method === "GET" ? {} : { "kbn-xsrf": "true" }),
          ...(call.internal ? { "x-elastic-internal-origin": "kibana-connectors-mcp" } : {}),
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: await answer.body.text(),
      };
    } catch (error) {
      if (call.signal?.aborted)
        throw new KibanaError("cancelled", "The call was cancelled.", "Nothing to do; repeat the call if it is still wanted.", {
          applied: "maybe",
        });
      throw fromNetwork(limit.aborted ? limit.reason : error, settings.url, settings.proxy);
    }
  }

  function parsed({ status, headers: got, text }: Awaited<ReturnType<typeof once>>, tolerate: number[] = []): unknown {
    if (status >= 300 && status < 400) {
      const to = String(got.location ?? "");
      throw new KibanaError(
        "kibana_unreachable",
        `${settings.url} redirects (${status})${URL.canParse(to, settings.url) ? ` to ${new URL(to, settings.url).origin}` : ""}; API calls are not followed elsewhere.`,
        "Set KIBANA_URL to the address that answers by itself, with its base path.",
        { applied: "no", status },
      );
    }
    if (status === 204) return undefined;
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      // Known gap on purpose: `body` stays undefined and both branches below say so.
    }
    if ((status >= 200 && status < 300) || tolerate.includes(status)) {
      if (body === undefined) throw notKibana(status, text, settings.url, "maybe");
      return body;
    }
    throw fromAnswer(status, body, text, settings.url, settings.auth);
  }

  async function read(method: "GET" | "POST", call: Call & { body?: unknown; tolerate?: number[] }): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const last = attempt === readAttempts;
      try {
        const answer = await once(method, call);
        if (last || !passing.includes(answer.status) || call.tolerate?.includes(answer.status)) return parsed(answer, call.tolerate);
        const wait = delay(attempt, answer.headers["retry-after"]);
        // The client behind us gives up before long: the failure says how long to wait.
        if (wait > longestWait) return parsed(answer);
        await pause(wait, call.signal);
      } catch (error) {
        const cut =
          error instanceof KibanaError &&
          error.status === undefined &&
          ["ECONNRESET", "UND_ERR_SOCKET", "EPIPE"].includes(String(error.detail?.cause));
        if (last || !cut) throw error;
        await pause(delay(attempt, undefined), call.signal);
      }
    }
  }

  return {
    get: (call) => read("GET", call),
    query(call) {
      if (!queryPaths.includes(call.path)) throw new Error(`${call.path} is not a read.`);
      return read("POST", { ...call, internal: true });
    },
    async send(method, call) {
      return parsed(await once(method, call));
    },
    close: () => dispatcher.destroy(),
  };
}

/** Milliseconds before the next attempt: what Kibana asks for, else doubling from 150 with jitter. */
function delay(attempt: number, retryAfter: string | string[] | undefined): number {
  const asked = String(retryAfter ?? "");
  const wanted = /^\d+$/.test(asked) ? Number(asked) * 1000 : asked ? Date.parse(asked) - Date.now() : Number.NaN;
  const backOff = 150 * 2 ** (attempt - 1) * (0.5 + Math.random());
  return Number.isNaN(wanted) ? backOff : Math.max(0, wanted);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(
        new KibanaError("cancelled", "The call was cancelled.", "Nothing to do; repeat the call if it is still wanted.", { applied: "no" }),
      );
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

function address(base: string, call: Call): URL {
  const url = new URL(`${base}${call.space && call.space !== "default" ? path("s", call.space) : ""}${call.path}`);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function authorization({ auth }: KibanaSettings): Record<string, string> {
  if (auth.kind === "api_key") return { authorization: `ApiKey ${unseal(auth.key)}` };
  if (auth.kind === "basic")
    return {
      authorization: `Basic ${Buffer.from(`${auth.username}:${unseal(auth.password)}`).toString("base64")}`,
    };
  return {};
}
