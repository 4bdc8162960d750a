import type { KibanaSettings } from "../kibana-yml.ts";
import type { Dict, Wording } from "../types.ts";
import type { Incident } from "./incidents.ts";
import type { Token } from "./oauth.ts";

/** One run of a connector: everything has been validated. */
export interface Run {
  id: string;
  type: string;
  config: Dict;
  secrets: Dict;
  params: Dict;
  space: string;
  settings: KibanaSettings;
  version: string;
  wording: Wording;
  deliver: boolean;
  source: "http_request" | "alert" | "workflow";
  /** Of connectors that get one from their service, by id. */
  tokens: Map<string, Token>;
  /** The open incident that this run is about. */
  open?: Incident;
}

/** `effect` absent: the third party noticed nothing that lasts. */
export type Outcome =
  | { status: "ok"; data?: unknown; effect?: { summary: string; what: unknown } }
  | { status: "error"; message: string; serviceMessage?: string; retry?: boolean | string; errorSource?: "user" | "framework" };

export function ok(data: unknown, summary: string, what: unknown): Outcome {
  return { status: "ok", ...(data !== undefined && { data }), effect: { summary, what } };
}

/** The executor blames the user for every failure that a type reports itself: ACT/server/lib/action_executor.ts. */
export function failed(message: string, more: { serviceMessage?: string; retry?: boolean | string } = {}): Outcome {
  return { status: "error", message, errorSource: "user", ...more };
}

/** Answers that are worth another try, at once or at the time the third party names. */
export function retryLater(
  answer: { status: number; headers: Record<string, string> },
  noun: string,
  serviceMessage: string,
): Outcome | undefined {
  if (answer.status < 500 && answer.status !== 429) return undefined;
  const seconds = Number.parseInt(answer.headers["retry-after"] ?? "", 10);
  if (answer.status >= 500 || !Number.isFinite(seconds)) return failed(`${noun}, retry later`, { serviceMessage, retry: true });
  const retry = new Date(Date.now() + seconds * 1000).toISOString();
  return failed(`${noun}, retry at ${retry}`, { serviceMessage, retry });
}
