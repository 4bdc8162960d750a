import { afterAll, describe, expect, test } from "vitest";
import { suites } from "../contract/cases/index.ts";
import { type Run, type Settled, startRun } from "../contract/run.ts";
import { liveSettings } from "./settings.ts";
import { settledTable } from "./settled-table.ts";

const live = process.env.CONTRACT_RUN === "live";

function print(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

async function startLive(): Promise<Run> {
  const { target, login, keys } = liveSettings(process.env);
  return startRun(target, login, keys);
}

function ask(run: Run): void {
  const settled: Settled[] = [];
  const notAsked = new Map<string, number>();

  afterAll(async () => {
    const left = await run.end();
    print(settledTable(run.deployment.version, settled));
    print(["Not asked here", ...[...notAsked].map(([why, count]) => `- ${count} cases: ${why}`)].join("\n"));
    if (left.length > 0) print(["LEFT BEHIND, delete it by hand", ...left.map((path) => `- ${path}`)].join("\n"));
    expect(left).toEqual([]);
  });

  for (const [suite, all] of Object.entries(suites)) {
    const cases = all.filter((one) => run.whyNot(one) === undefined);
    for (const why of all.map((one) => run.whyNot(one))) if (why !== undefined) notAsked.set(why, (notAsked.get(why) ?? 0) + 1);
    if (cases.length === 0) continue;
    describe(suite, () => {
      for (const one of cases) {
        test(`${one.section} ${one.name}`, async () => {
          const found = await run.perform(one);
          if (found) settled.push(found);
        });
      }
    });
  }
}

if (live) {
  const run = await startLive();
  describe(`Kibana ${run.deployment.version}`, () => ask(run));
} else {
  test.skip("the contract against a real Kibana: npm run test:live", () => {});
}
