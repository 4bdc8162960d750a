import { defineConfig } from "vitest/config";
import { slow } from "./vitest.slow.ts";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_SLOW_JSON;

/** The second half of `npm run test:all`. */
export default defineConfig({
  test: {
    include: slow,
    passWithNoTests: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: "forks",
    // A test that starts processes waits more than it works.
    maxWorkers: 3,
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
