import { defineConfig } from "vitest/config";
import { slow } from "./vitest.slow.ts";
import { usual } from "./vitest.usual.ts";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_SLOW_JSON;

/** The second half of `npm run test:all`. */
export default defineConfig({
  test: { ...usual, include: slow, reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"] },
});
