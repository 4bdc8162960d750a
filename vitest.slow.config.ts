import { defineConfig } from "vitest/config";
import usual from "./vitest.config.ts";
import { slow } from "./vitest.slow.ts";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_SLOW_JSON;

/** The second half of `npm run test:all`. */
export default defineConfig({
  test: { ...usual.test, include: slow, exclude: [], reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"] },
});
