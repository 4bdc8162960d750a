import { defineConfig } from "vitest/config";
import { slow } from "./vitest.slow.ts";
import { usual } from "./vitest.usual.ts";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_JSON;

export default defineConfig({
  test: {
    ...usual,
    include: ["test/**/*.test.ts"],
    // `npm run test:all` adds the slow ones; browser, clients, peers and live have configurations of their own.
    exclude: [...slow, "test/browser/**", "test/clients/**", "test/peers/**", "test/live/live.test.ts"],
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
