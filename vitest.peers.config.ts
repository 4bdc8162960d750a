import { defineConfig } from "vitest/config";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_JSON;

/** Other people's clients of Kibana against the stand-in, where their tools are there: apart from `npm test`, which needs nothing but Node. */
export default defineConfig({
  test: {
    include: ["test/peers/*.test.ts"],
    passWithNoTests: false,
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: "forks",
    maxWorkers: 1,
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
