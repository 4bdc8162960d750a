import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes long, longest first: begun behind all others, one of them would run alone. */
const first = [
  "fuzz/kibana-answers",
  "eval/every-job",
  "fuzz/tool-inputs",
  "budgets/planted",
  "secrets-through/every-type",
  "kill/hundreds-of-rules",
  "http/replicas",
  "packaging/release",
  "catalog/same-verdict",
  "contract/more-versions",
  "budgets/linear",
  "http/conformance",
  "kill/kill",
  "promises/redaction",
  "promises/questions",
  "tools/update-nothing-lost",
  "promises/limits",
  "promises/repeated-writes",
  "promises/files",
  "audit/every-unread",
  "eras/same-answers",
  "eval/command",
  "contract/sandbox",
  "secrets-through/from-env",
  "tools/rules-by-filter",
  "budgets/many",
  "kill/journal-under-stress",
  "audit/unread",
  "eras/without-first",
  "kill/many-rules",
].map((name) => `test/${name}.test.ts`);

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = first.findIndex((path) => moduleId.endsWith(path));
      return place < 0 ? first.length : place;
    };
    return (await super.sort(files)).sort((one, other) => placeOf(one) - placeOf(other));
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
