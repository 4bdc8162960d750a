import type { Clock } from "../../src/change/clock.ts";

export interface FakeClock extends Clock {
  /** Lets time pass at once. */
  advance(ms: number): void;
  /** How long was slept, in order. */
  sleeps: number[];
}

/** A clock that stands still until it is moved; a sleep moves it. Starts a minute ago, since files carry the real time and must count as newer. */
export function fakeClock(): FakeClock {
  let now = Date.now() - 60_000;
  const sleeps: number[] = [];
  return {
    now: () => now,
    async sleep(ms) {
      sleeps.push(ms);
      now += ms;
    },
    advance(ms) {
      now += ms;
    },
    sleeps,
  };
}
