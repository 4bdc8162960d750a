import { defineConfig } from "vitest/config";
import { projectsOf } from "./vitest.projects.ts";
import { slow } from "./vitest.slow.ts";

/** Where .ci/run wants the counts. */
const json = process.env.VITEST_JSON;

/** `npm run test:all` adds the slow ones; browser, clients, peers and live have configurations of their own. */
const without = [...slow.steady, ...slow.clock, "test/browser/**", "test/clients/**", "test/peers/**", "test/live/live.test.ts"];

const clock = [
  "test/{budgets,e2e,faults,http}/**/*.test.ts",
  "test/budgets.test.ts",
  "test/promises/{instant-answers,journal-folder,large-answers,limits,many-actions,many-recipients,others-are-answered,redaction,time-limits}.test.ts",
  "test/kibana/{http,proxy-failure}.test.ts",
  "test/sandbox/{faults,seed}.test.ts",
  "test/secrets-through/faults.test.ts",
  "test/secrets/certificate.test.ts",
  "test/catalog/{mail-address,request-destinations}.test.ts",
  "test/commands/audit/grid.test.ts",
  "test/web/line-difference.test.ts",
  "test/change/several-rules.test.ts",
];

export default defineConfig({
  test: {
    projects: projectsOf({ include: ["test/**/*.test.ts"], exclude: [...without, ...clock] }, { include: clock, exclude: without }),
    passWithNoTests: false,
    // A test that starts processes waits more than it works.
    maxWorkers: 3,
    // What one of the runs of `.ci/run` has compiled, the next one need not.
    experimental: { fsModuleCache: true },
    reporters: json ? ["default", ["json", { outputFile: json }]] : ["default"],
  },
});
