import type { Parameters } from "fast-check";

/**
 * How often a property runs, and from which seed. The seed is new at every run and printed, so that any run can be had again:
 * `FUZZ_SEED=… npx vitest run test/fuzz`; `FUZZ_TIMES=10` runs each ten times as often.
 */
export function runs<T>(what: string, numRuns: number): Parameters<T> {
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const times = Number(process.env.FUZZ_TIMES ?? 1);
  print(`${what}: ${numRuns * times} runs, FUZZ_SEED=${seed}`);
  // What fails is told as it came: state that runs share makes a smaller case another case.
  return { seed, numRuns: numRuns * times, endOnFailure: true };
}

/** One line of the report. */
export function print(line: string): void {
  process.stdout.write(`fuzz: ${line}\n`);
}
