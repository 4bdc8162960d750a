import { setMaxListeners } from "node:events";
import { ToolError } from "../errors.ts";

/** A time limit on top of the caller's own signal. */
export interface Deadline {
  /** Aborted when the time is up or the caller gave up; the reason tells which. */
  signal: AbortSignal;
  /** Whether the time was up first. */
  passed(): boolean;
  /** Milliseconds that are left. */
  left(): number;
  /** What `work` gives, unless the time is up first: ends even if the work ignores the signal. */
  race<T>(work: Promise<T>): Promise<T>;
  /** To call when the work is over: clears the timer. */
  end(): void;
}

/**
 * The limit for all reads of one tool call, as a multiple of the limit for one request: each may be slow, but not hundreds of
 * them. Waiting for a person does not count. Writes have the same time for themselves: none is begun after it.
 */
export const requestsInACall = 10;

/** The limit for what a call of a tool, or a command, asks of Kibana. @param timeout milliseconds for one request */
export function startCallLimit(timeout: number, outer?: AbortSignal, more: { requests?: number; waiting?: number } = {}): Deadline {
  const ms = timeout * (more.requests ?? requestsInACall);
  return startDeadline(ms + (more.waiting ?? 0), outer, () => tookTooLong(ms));
}

function tookTooLong(ms: number): ToolError {
  return new ToolError(
    "kibana_unreachable",
    `Kibana is so slow that this did not finish within ${Math.round(ms / 100) / 10} seconds.`,
    "Ask for less in one call, or repeat it later; KIBANA_TIMEOUT sets the limit for one request, and so the one for all.",
  );
}

/** @param ms from now @param outer the caller's own signal @param reason what the signal says when the time is up */
export function startDeadline(
  ms: number,
  outer?: AbortSignal,
  reason: () => Error = () => new DOMException("no answer in time", "TimeoutError"),
): Deadline {
  const stop = new AbortController();
  const { signal } = stop;
  // A call may have dozens of requests under way, and each listens.
  setMaxListeners(0, signal);
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
    signal,
    passed: () => late,
    left: () => Math.max(0, until - Date.now()),
    race: (work) =>
      new Promise((resolve, reject) => {
        const ended = () => reject(signal.reason);
        if (signal.aborted) ended();
        else signal.addEventListener("abort", ended, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", ended));
      }),
    end() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", giveUp);
    },
  };
}
