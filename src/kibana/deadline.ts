/** A limit in time on top of what the caller wants. */
export interface Deadline {
  /** Aborted when the time is up or the caller gave up; the reason tells which. */
  signal: AbortSignal;
  /** Whether the time was up first. */
  passed(): boolean;
  /** Milliseconds that are left. */
  left(): number;
  /** What `work` gives, unless the time is up first: it ends whether or not the work takes notice of the signal. */
  race<T>(work: Promise<T>): Promise<T>;
  /** The work is over: no timer is left behind. */
  end(): void;
}

/** @param ms from now @param outer the caller's own signal */
export function startDeadline(ms: number, outer?: AbortSignal): Deadline {
  const stop = new AbortController();
  const { signal } = stop;
  const until = Date.now() + ms;
  let late = false;
  const giveUp = () => stop.abort(outer?.reason);
  const timer = setTimeout(() => {
    late = true;
    stop.abort(new DOMException("no answer in time", "TimeoutError"));
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
