import { afterAll, describe, expect, test } from "vitest";
import { suites } from "./cases/index.ts";
import type { Need } from "./needs.ts";
import { expectSettled, startRun } from "./run.ts";
import { type SandboxOptions, startSandbox } from "./start-sandbox.ts";

/** What the sandbox does not do yet. An entry leaves this list when its cases hold. */
const coming: { suite: string; name?: RegExp; reason: string }[] = [
  { suite: "saved objects", reason: "the sandbox has no export and import yet" },
  { suite: "execution log", reason: "the sandbox keeps no execution log yet" },
];

/** What no sandbox can be given yet: cases with these needs are not asked at all. */
const comingNeeds: Partial<Record<Need, string>> = {
  "a key that may only read connectors": "the sandbox has no --auth file yet",
  "a key without privileges": "the sandbox has no --auth file yet",
  "a type switched off in kibana.yml": "the sandbox reads no kibana.yml yet",
  "no open door": "by password: the sandbox knows API keys only",
};

const key = "c2FuZGJveDpjb250cmFjdA==";

const deployments: { name: string; options: SandboxOptions; key?: string }[] = [
  { name: "9.5, trial licence", options: { version: "9.5.0", deliver: true } },
  { name: "9.2, trial licence", options: { version: "9.2.0", deliver: true } },
  { name: "8.17, trial licence", options: { version: "8.17.0", deliver: true } },
  { name: "9.5, basic licence", options: { version: "9.5.0", license: "basic" } },
  { name: "9.5, by API key", options: { version: "9.5.0", deliver: true, apiKeys: [key] }, key },
];

const asked = new Set<string>();

for (const { name, options, key: apiKey } of deployments) {
  const sandbox = await startSandbox(options);
  const authorization = apiKey && `ApiKey ${apiKey}`;
  const run = await startRun({ url: sandbox.url, ...(authorization && { authorization }) }, apiKey ? "API key" : "open");

  describe(`sandbox ${name}`, () => {
    afterAll(async () => {
      const left = await run.end();
      await sandbox.close();
      expect(left).toEqual([]);
    });
    for (const [suite, cases] of Object.entries(suites)) {
      describe(suite, () => {
        for (const one of cases.filter((each) => run.whyNot(each) === undefined)) {
          asked.add(`${one.section} ${one.name}`);
          test(`${one.section} ${one.name}`, async ({ skip }) => {
            const awaited = coming.find((each) => each.suite === suite && (each.name?.test(one.name) ?? true));
            try {
              expectSettled(one, await run.perform(one));
            } catch (error) {
              if (awaited === undefined) throw error;
              skip(`coming: ${awaited.reason}`);
            }
          });
        }
      });
    }
  });
}

describe("the suite", () => {
  const cases = Object.values(suites).flat();
  const names = cases.map((one) => `${one.section} ${one.name}`);

  test("gives each case a name of its own", () => {
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("asks each case of some sandbox, save what is coming", () => {
    const never = cases.filter((one) => !asked.has(`${one.section} ${one.name}`));
    const surprising = never.filter((one) => !one.needs?.some((need) => need in comingNeeds));
    expect(surprising.map((one) => one.name)).toEqual([]);
  });
});
