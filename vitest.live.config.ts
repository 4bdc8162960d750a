import { defineConfig } from "vitest/config";

/** `npm run test:live`: the contract suite against a real Kibana. Refused without an explicit yes, see test/live/settings.ts. */
export default defineConfig({
  test: {
    include: ["test/live/live.test.ts"],
    env: { CONTRACT_RUN: "live" },
    passWithNoTests: false,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    reporters: ["default"],
  },
});
