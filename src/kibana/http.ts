import { ToolError } from "../errors.ts";
import { isDeeperThan } from "../json-depth.ts";
import { hasMoreCommas } from "../json-size.ts";
import { quoted } from "../plain-text.ts";
import { readUrl } from "../read-url.ts";
import { unseal } from "../sealed.ts";
import type { KibanaSettings } from "../settings/index.ts";
import { traceparent } from "../trace.ts";
import { openConnections } from "./connections.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { fromAnswer, KibanaError, notKibana, tooDeep, tooLarge } from "./errors.ts";
import { type Asked, exchange } from "./exchange.ts";
import { fromNetwork } from "./network-failure.ts";
import { askedWait, waitBefore } from "./retry-after.ts";

export interface Call {
  /** From the root of Kibana, ids encoded: build it with `path`. */
  path: string;
  /** Undefined or "default": no prefix. */
  space?: string;
  query?: Record<string, string | number | undefined>;
  /** Internal routes need a header of their own from 9.0 on (reference/kibana-api.md §0). */
  internal?: boolean;
  /** Versioned internal routes want theirs. */
  version?: string;
  /** The largest answer, in megabytes; default: 8. JSON blocks the process while it is parsed. */
  largest?: number;
  /** Also where the feature was absent a moment ago: a change does not go by what is remembered. */
  anew?: true;
  signal?: AbortSignal;
}

/** Reads: repeated while the fault looks temporary. `tolerate` lists statuses whose body counts as an answer. */
export type Get = (call: Call & { tolerate?: number[] }) => Promise<unknown>;
/** Reads that Kibana takes as POST, repeated like other reads. The list is closed: a reader must not be able to write. */
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

/** Kibana writes nothing on these: resolve_capabilities.ts, reference/kibana-api.md §8.3, find_internal_rules_route.ts, post_search_workflows.ts of 9.3, validate_workflow.ts. */
const queryPaths = [
  "/api/workflows/search",
  "/api/workflows/validate",
  "/api/core/capabilities",
  "/internal/alerting/rules/_find",
  "/internal/alerting/rules/backfill/_find",
  "/internal/actions/_global_connector_execution_kpi",
  "/internal/actions/_global_connector_execution_logs",
] as const;
const readAttempts = 4;
const utf8 = new TextDecoder();
const temporary = [429, 502, 503, 504];
/** Longest wait between two attempts of a read, in milliseconds. */
const longestWait = 5_000;
const usualLargest = 8;
/** Kibana's largest answers have far fewer: names, texts and ids are long. */
const valuesInAMegabyte = 16_000;
/** No answer of Kibana's is nested nearly as deep; code that walks one recursively must not run out of stack. */
const deepest = 200;

/** Servers close the connection on longer addresses; no id or name is nearly as long. */
const longestSegment = 1000;

/** Joins path segments, each encoded. @throws ToolError id_invalid for `.` and `..`, which would go up, for lone surrogates and for overlong ones */
export function path(...segments: string[]): string {
  // A URL parser resolves dot segments, even encoded ones. A lone surrogate cannot be encoded.
  const bad = segments.find((segment) => ["", ".", ".."].includes(segment) || segment.length > longestSegment || /\p{Cs}/u.test(segment));
  if (bad !== undefined) {
    throw new KibanaError("id_invalid", `${quoted(bad)} is neither an id nor a space.`, "Use an id as list_connectors shows it.", {
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
  const { dispatcher, answered, turns, close } = openConnections(settings, timeout);
  const { pathname } = new URL(settings.url);
  const ofAll = {
    "user-agent": userAgent,
    accept: "application/json",
    ...authorization(settings),
  };

  async function once(method: "GET" | "POST" | "PUT" | "DELETE", call: Call & { body?: unknown }, deadline: Deadline) {
    const { largest = usualLargest } = call;
    const giveBack = await turns.take(deadline.signal);
    try {
      if (!giveBack) throw deadline.signal.reason;
      const { status, headers, body } = await exchange(dispatcher, asked(method, call), {
        signal: deadline.signal,
        most: largest * 1024 * 1024,
        began(status) {
          answered();
          if (status === 429) turns.slowDown();
          else turns.accepted();
        },
      });
      if (!body) throw tooLarge(settings.url, call.path, `${largest} MB`);
      const text = utf8.decode(body);
      const values = largest * valuesInAMegabyte;
      if (hasMoreCommas(values, text)) throw tooLarge(settings.url, call.path, `${values} values`);
      return { status, headers, text };
    } catch (error) {
      if (error instanceof KibanaError) throw error;
      if (!deadline.passed() && call.signal?.aborted) throw givenUp(call.signal, giveBack ? "maybe" : "no");
      throw fromNetwork(error, settings.url, settings.proxy);
    } finally {
      giveBack?.();
    }
  }

  function asked(method: "GET" | "POST" | "PUT" | "DELETE", call: Call & { body?: unknown }): Asked {
    const trace = traceparent();
    return {
      method,
      path: address(pathname === "/" ? "" : pathname, call),
      headers: {
        ...ofAll,
        ...(trace === undefined ? {} : { traceparent: trace }),
        ...(method === "GET" ? {} : { "kbn-xsrf": "true" }),
        ...(call.internal ? { "x-elastic-internal-origin": "kibana-connectors-mcp" } : {}),
        ...(call.version === undefined ? {} : { "elastic-api-version": call.version }),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    };
  }

  function parsed({ status, headers: got, text }: Awaited<ReturnType<typeof once>>, tolerate: number[] = []): unknown {
    if (status >= 300 && status < 400) {
      const to = readUrl(String(got.location ?? ""), settings.url);
      throw new KibanaError(
        "kibana_unreachable",
        `${settings.url} redirects (${status})${to ? ` to ${to.origin}` : ""}; redirects are not followed.`,
        "Set KIBANA_URL to the address that answers without a redirect, with its base path.",
        { applied: "no", status },
      );
    }
    if (status === 204) return undefined;
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      // Not JSON: `body` stays undefined, and both branches below report it.
    }
    // A Kibana that is starting answers 503 with a text, whatever the route.
    if ((status >= 200 && status < 300) || (tolerate.includes(status) && body !== undefined)) {
      if (body === undefined) throw notKibana(status, text, settings.url, "maybe");
      if (isDeeperThan(deepest, body)) throw tooDeep(status, settings.url, deepest);
      return body;
    }
    throw fromAnswer(status, body, text, settings.url, settings.auth, askedWait(got["retry-after"]));
  }

  /** The limit is for all attempts together. */
  async function read(method: "GET" | "POST", call: Call & { body?: unknown; tolerate?: number[] }): Promise<unknown> {
    const deadline = startDeadline(timeout, call.signal);
    try {
      return await attempts(method, call, deadline);
    } finally {
      deadline.end();
    }
  }

  async function attempts(method: "GET" | "POST", call: Call & { body?: unknown; tolerate?: number[] }, deadline: Deadline) {
    for (let attempt = 1; ; attempt++) {
      const last = attempt === readAttempts;
      try {
        const answer = await once(method, call, deadline);
        if (last || !temporary.includes(answer.status) || call.tolerate?.includes(answer.status)) return parsed(answer, call.tolerate);
        const wait = waitBefore(attempt, askedWait(answer.headers["retry-after"]));
        // The MCP client would give up before that: the failure says how long to wait.
        if (wait > Math.min(longestWait, deadline.left())) return parsed(answer);
        await pause(wait, call.signal);
      } catch (error) {
        const cut =
          error instanceof KibanaError &&
          error.status === undefined &&
          ["ECONNRESET", "UND_ERR_SOCKET", "EPIPE"].includes(String(error.detail?.cause));
        const wait = waitBefore(attempt);
        if (last || !cut || wait > deadline.left()) throw error;
        await pause(wait, call.signal);
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
      const deadline = startDeadline(timeout, call.signal);
      try {
        return parsed(await once(method, call, deadline));
      } finally {
        deadline.end();
      }
    },
    close,
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(givenUp(signal, "no"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The caller gave up: the client cancelled, or the limit of the whole call passed, which has its own error. */
function givenUp(signal: AbortSignal | undefined, applied: "no" | "maybe"): Error {
  if (signal?.reason instanceof ToolError) return signal.reason;
  return new KibanaError("cancelled", "The call was cancelled.", "Nothing to do; repeat the call if it is still wanted.", { applied });
}

function address(base: string, { space, path: own, query = {} }: Call): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
  const prefix = space && space !== "default" ? path("s", space) : "";
  return `${base}${prefix}${own}${given.length > 0 ? `?${new URLSearchParams(given)}` : ""}`;
}

function authorization({ auth }: KibanaSettings): Record<string, string> {
  if (auth.kind === "api_key") return { authorization: `ApiKey ${unseal(auth.key)}` };
  if (auth.kind === "basic")
    return {
      authorization: `Basic ${Buffer.from(`${auth.username}:${unseal(auth.password)}`).toString("base64")}`,
    };
  return {};
}
