import { setMaxListeners } from "node:events";
import { ToolError } from "../errors.ts";

/** What there is to know of an AbortSignal. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options: { once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A time limit on top of the caller's own signal. */
export interface Deadline<S extends Signal = Signal> {
  /** Aborted when the time is up or the caller gave up; the reason tells which. */
  signal: S;
  /** Whether the time was up first. */
  passed(): boolean;
  /** Milliseconds that are left. */
  left(): number;
  /** To call when the work is over: clears the timer. */
  end(): void;
}

/**
 * The limit for all reads of one tool call, as a multiple of the limit for one request: each may be slow, but not hundreds of
 * them. Waiting for a person does not count. Writes have the same time for themselves: none is begun after it.
 */
export const requestsInACall = 10;

/** The limit for what a call of a tool, or a command, asks of Kibana. @param timeout milliseconds for one request */
export function startCallLimit(
  timeout: number,
  outer?: AbortSignal,
  more: { requests?: number; waiting?: number } = {},
): Deadline<AbortSignal> {
  const ms = timeout * (more.requests ?? requestsInACall);
  const stop = new AbortController();
  // A call may have dozens of requests under way, and each listens.
  setMaxListeners(0, stop.signal);
  return startLimit(stop, ms + (more.waiting ?? 0), outer, () => tookTooLong(ms));
}

function tookTooLong(ms: number): ToolError {
  return new ToolError(
    "kibana_unreachable",
    `Kibana is so slow that this did not finish within ${Math.round(ms / 100) / 10} seconds.`,
    "Ask for less in one call, or repeat it later; KIBANA_TIMEOUT sets the limit for one request, and so the one for all.",
  );
}

/** The limit for one request. @param ms from now @param outer the caller's own signal */
export function startDeadline(ms: number, outer?: AbortSignal): Deadline {
  return startLimit(createStop(), ms, outer, () => new DOMException("no answer in time", "TimeoutError"));
}

/** As `AbortController`, which costs too much for each request. */
function createStop() {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    reason: undefined as unknown,
    addEventListener: (_type: "abort", listener: () => void) => void listeners.add(listener),
    removeEventListener: (_type: "abort", listener: () => void) => void listeners.delete(listener),
  };
  return {
    signal,
    abort(reason: unknown) {
      if (signal.aborted) return;
      signal.aborted = true;
      signal.reason = reason;
      for (const listener of listeners) listener();
    },
  };
}

/** @param reason what the signal says when the time is up */
function startLimit<S extends Signal>(
  stop: { signal: S; abort(reason: unknown): void },
  ms: number,
  outer: AbortSignal | undefined,
  reason: () => Error,
): Deadline<S> {
  const until = Date.now() + ms;
  let late = false;
  const giveUp = () => stop.abort(outer?.reason);
  const timer = setTimeout(() => {
    late = true;
    stop.abort(reason());
  }, ms);
  if (outer?.aborted) giveUp();
  else outer?.addEventListener("abort", giveUp, { once: true });
  return {
    signal: stop.signal,
    passed: () => late,
    left: () => Math.max(0, until - Date.now()),
    end() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", giveUp);
    },
  };
}
