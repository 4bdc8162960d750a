import { AsyncLocalStorage } from "node:async_hooks";
import type { Signal } from "./deadline.ts";

const caller = new AsyncLocalStorage<string>();

/** What `work` asks of Kibana waits in this caller's line. */
export function inLineOf<T>(name: string, work: () => T): T {
  return caller.run(name, work);
}

export interface Turns {
  /** Waits for a place among the requests under way. @returns gives it back; undefined where the signal came first */
  take(signal: Signal): Promise<(() => void) | undefined>;
  /** Kibana, or what is in front of it, limits the rate: from here on one at a time for each caller. */
  slowDown(): void;
  /** Kibana took a request: after some in a row, one more at a time. */
  accepted(): void;
}

/** Requests that are accepted in a row before one more goes out at a time. */
const beforeOneMore = 16;

/**
 * Requests to Kibana under way, `most` at a time. Each caller has a line of its own: the next place goes to whoever has
 * fewest, and the last one is left for somebody who has none, so that nobody waits behind all that another one asks. So it is where
 * there are fewer places for a while: whoever has none under way may have one.
 */
export function createTurns(most: number): Turns {
  const inFlight = new Map<string, number>();
  const waiting: { name: string; begin: () => void }[] = [];
  const of = (name: string) => inFlight.get(name) ?? 0;
  let all = 0;
  /** How many at a time now. */
  let places = most;
  let inARow = 0;
  /** Callers with a name that ever asked: one alone may use all places. */
  const seen = new Set<string>();

  const mayBegin = (name: string) =>
    all < places ? of(name) === 0 || seen.size < 2 || all < places - 1 : places < most && all < most && of(name) === 0;

  function next(): void {
    for (;;) {
      const ready = waiting.filter(({ name }) => mayBegin(name));
      const fewest = Math.min(...ready.map(({ name }) => of(name)));
      const chosen = ready.find(({ name }) => of(name) === fewest);
      if (!chosen) return;
      waiting.splice(waiting.indexOf(chosen), 1);
      all += 1;
      inFlight.set(chosen.name, of(chosen.name) + 1);
      chosen.begin();
    }
  }

  function give(name: string): void {
    all -= 1;
    if (of(name) > 1) inFlight.set(name, of(name) - 1);
    else inFlight.delete(name);
    next();
  }

  return {
    take(signal) {
      const name = caller.getStore() ?? "";
      if (name !== "") seen.add(name);
      return new Promise((resolve) => {
        if (signal.aborted) return resolve(undefined);
        const stop = () => {
          waiting.splice(waiting.indexOf(place), 1);
          resolve(undefined);
        };
        const begin = () => {
          signal.removeEventListener("abort", stop);
          let given = false;
          resolve(() => {
            if (!given) give(name);
            given = true;
          });
        };
        const place = { name, begin };
        waiting.push(place);
        next();
        if (waiting.includes(place)) signal.addEventListener("abort", stop, { once: true });
      });
    },
    slowDown() {
      places = 1;
      inARow = 0;
    },
    accepted() {
      if (places === most) return;
      inARow += 1;
      if (inARow < beforeOneMore) return;
      places += 1;
      inARow = 0;
      next();
    },
  };
}
