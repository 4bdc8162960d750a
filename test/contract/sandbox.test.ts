import { afterAll, describe, expect, test } from "vitest";
import { type SandboxOptions, startSandbox } from "../../src/sandbox/index.ts";
import { suites } from "./cases/index.ts";
import { expectSettled, startRun } from "./run.ts";

const cases = Object.values(suites).flat();

/** What the sandbox does not do yet. A case leaves this list when it holds. */
const coming: { section?: string; name: RegExp; reason: string }[] = [];

const key = "c2FuZGJveDpjb250cmFjdA==";

const deployments: { name: string; options: SandboxOptions; key?: string }[] = [
  { name: "9.5, trial licence", options: { version: "9.5.0", deliver: true } },
  { name: "9.2, trial licence", options: { version: "9.2.0", deliver: true } },
  { name: "8.17, trial licence", options: { version: "8.17.0", deliver: true } },
  { name: "9.5, basic licence", options: { version: "9.5.0", license: "basic" } },
  { name: "9.5, by API key", options: { version: "9.5.0", deliver: true, apiKeys: [key] }, key },
];

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
    for (const [suite, some] of Object.entries(suites)) {
      describe(suite, () => {
        for (const one of some.filter((each) => run.whyNot(each) === undefined)) {
          test(`${one.section} ${one.name}`, async ({ skip }) => {
            const reason = coming.find((each) => each.name.test(one.name))?.reason;
            await run.perform(one).then(
              (settled) => expectSettled(one, settled),
              (error) => {
                if (reason === undefined) throw error;
                skip(`coming: ${reason}`);
              },
            );
          });
        }
      });
    }
  });
}

test("cases have names of their own", () => {
  const names = cases.map((one) => `${one.section} ${one.name}`);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
