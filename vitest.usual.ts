import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Short files that take long: behind all others they would run alone. */
const first = [
  "kill/hundreds-of-rules",
  "audit/every-unread",
  "budgets/planted",
  "catalog/same-verdict",
  "audit/unread",
  "eras/without-first",
  "tools/rules-by-filter",
];

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => first.some((name) => moduleId.endsWith(`${name}.test.ts`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/**
 * What all runs have in common. One project for all files: a worker goes on with the next file only where that is of the same one, and a new
 * worker compiles everything again.
 */
export const usual = {
  setupFiles: ["test/support/seed.ts"],
  runner: "test/support/runner.ts",
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 20_000 } },
  pool: "forks" as const,
  isolate: false,
  sequence: { sequencer: LongOnesFirst },
  passWithNoTests: false,
  // A test that starts processes waits more than it works.
  maxWorkers: 3,
  // What one run has compiled, the next one need not.
  experimental: { fsModuleCache: true },
};
