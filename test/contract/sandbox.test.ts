import { afterAll, describe, expect, test } from "vitest";
import { suites } from "./cases/index.ts";
import { expectSettled, startRun } from "./run.ts";
import { type SandboxOptions, startSandbox } from "./start-sandbox.ts";

const key = (name: string) => Buffer.from(`${name}:contract`).toString("base64");

const kibanaYml = `
xpack.actions:
  enabledActionTypes: [.index, .server-log, .webhook]
  allowedHosts: [127.0.0.1]
  preconfigured:
    contract-shown: { name: Shown, actionTypeId: .index, config: { index: shown }, exposeConfig: true }
    contract-off: { name: Off, actionTypeId: .slack, secrets: { webhookUrl: "http://127.0.0.1:2/" } }
`;

const auth = JSON.stringify({
  users: [{ username: "contract", password: "changeme", actions: "all", rules: "all" }],
  api_keys: [
    { key: key("reader"), actions: "read", rules: "read" },
    { key: key("nobody") },
    { key: key("guest"), actions: { default: "all" }, rules: { default: "all" } },
  ],
});

const deployments: { name: string; options: SandboxOptions; login?: "API key" | "password" }[] = [
  ...["8.11", "8.17", "8.19", "9.1", "9.2", "9.3", "9.4", "9.5"].map((version) => ({
    name: `${version}, trial licence`,
    options: { version, deliver: true },
  })),
  { name: "serverless", options: { version: "serverless", deliver: true } },
  { name: "9.5, basic licence", options: { version: "9.5", license: "basic" } },
  { name: "9.5, expired licence", options: { version: "9.5", license: "expired" } },
  { name: "9.5, with a kibana.yml", options: { version: "9.5", deliver: true, kibanaYml } },
  { name: "9.5, by API key", options: { version: "9.5", deliver: true, apiKeys: [key("all")] }, login: "API key" },
  { name: "9.5, by password, with further keys", options: { version: "9.5", deliver: true, auth }, login: "password" },
];

const logins = {
  "API key": { authorization: `ApiKey ${key("all")}` },
  password: { authorization: `Basic ${Buffer.from("contract:changeme").toString("base64")}` },
};
const keys = { reader: `ApiKey ${key("reader")}`, nobody: `ApiKey ${key("nobody")}`, guest: `ApiKey ${key("guest")}` };

const asked = new Set<string>();

for (const { name, options, login } of deployments) {
  const sandbox = await startSandbox(options);
  const target = { url: sandbox.url, ...(login && logins[login]) };
  const run = await startRun(target, login ?? "open", login === "password" ? keys : {});

  describe(`sandbox ${name}`, () => {
    afterAll(async () => {
      const left = await run.end();
      await sandbox.close();
      expect(left).toEqual([]);
    });
    for (const [suite, all] of Object.entries(suites)) {
      const cases = all.filter((one) => run.whyNot(one) === undefined);
      if (cases.length === 0) continue;
      describe(suite, () => {
        for (const one of cases) {
          asked.add(`${one.section} ${one.name}`);
          test(`${one.section} ${one.name}`, async () => expectSettled(one, await run.perform(one)));
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

  test("asks each case of some sandbox", () => {
    expect(names.filter((name) => !asked.has(name))).toEqual([]);
  });
});
