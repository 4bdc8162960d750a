import { defineConfig } from "vitest/config";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_JSON;

/** The pages in a real browser: apart from `npm test`, which needs nothing but Node. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    passWithNoTests: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: "forks",
    // What one of the runs of `.ci/run` has compiled, the next one need not.
    experimental: { fsModuleCache: true },
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
