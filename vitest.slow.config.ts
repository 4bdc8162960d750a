import { defineConfig } from "vitest/config";
import { projectsOf } from "./vitest.projects.ts";
import { slow } from "./vitest.slow.ts";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_SLOW_JSON;

/** The second half of `npm run test:all`. */
export default defineConfig({
  test: {
    projects: projectsOf({ include: slow.steady, exclude: [] }, { include: slow.clock, exclude: [] }),
    passWithNoTests: false,
    maxWorkers: 3,
    // What one of the runs of `.ci/run` has compiled, the next one need not.
    experimental: { fsModuleCache: true },
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
