import { defineConfig } from "vitest/config";
import { slow } from "./vitest.slow.ts";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_JSON;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // `npm run test:all` adds the slow ones; browser, clients and live have configurations of their own.
    exclude: [...slow, "test/browser/**", "test/clients/**", "test/peers/**", "test/live/live.test.ts"],
    setupFiles: ["test/support/seed.ts"],
    passWithNoTests: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    isolate: false,
    // A test that starts processes waits more than it works.
    maxWorkers: 3,
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
