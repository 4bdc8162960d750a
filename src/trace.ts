import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<string>();

/** Version, trace id, parent id and flags; ids of zeros only, and version ff, are none (W3C Trace Context, level 1). */
const form = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/**
 * Carries the trace that a call belongs to: `traceparent()` tells it to whatever `work` causes.
 * @param given as the client sent it; anything but a `traceparent` of the W3C is dropped
 */
export function inTrace<T>(given: unknown, work: () => T): T {
  return typeof given === "string" && form.test(given) ? current.run(given, work) : work();
}

/** The `traceparent` of the present call; undefined where its client sent none. */
export function traceparent(): string | undefined {
  return current.getStore();
}
