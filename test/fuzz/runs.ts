import type { Parameters } from "fast-check";
import { seed } from "../support/seed.ts";

/** How often a property runs, and from which seed. `FUZZ_TIMES=10` runs each ten times as often. */
export function runs<T>(what: string, numRuns: number): Parameters<T> {
  const times = Number(process.env.FUZZ_TIMES ?? 1);
  print(`${what}: ${numRuns * times} runs, FUZZ_SEED=${seed}`);
  // Failures are not shrunk: because runs share state, a smaller case would be a different one.
  return { seed, numRuns: numRuns * times, endOnFailure: true };
}

/** One line of the report. */
export function print(line: string): void {
  process.stdout.write(`fuzz: ${line}\n`);
}
