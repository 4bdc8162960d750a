import { defineConfig } from "vitest/config";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_JSON;

/** The real clients, installed on demand from npm: apart from `npm test`, which needs nothing but Node. */
export default defineConfig({
  test: {
    include: ["test/clients/*.test.ts"],
    globalSetup: ["test/clients/install.ts"],
    passWithNoTests: false,
    testTimeout: 90_000,
    hookTimeout: 30_000,
    pool: "forks",
    // A client waits more than it works.
    maxWorkers: 3,
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
