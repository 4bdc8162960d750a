import { setImmediate } from "node:timers/promises";

/** Milliseconds of work in one piece. */
const longest = 15;

/** To be awaited in each round of a loop over what is many: from time to time others are answered in between. */
export function createGiveWay(): () => Promise<void> | undefined {
  let since = performance.now();
  async function giveWay() {
    await setImmediate();
    since = performance.now();
  }
  return () => (performance.now() - since < longest ? undefined : giveWay());
}
