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

interface Deployment {
  name: string;
  options: SandboxOptions;
  login?: "API key" | "password";
}

const ofVersion = (version: string): Deployment => ({ name: `${version}, trial licence`, options: { version, deliver: true } });

/** Each case is asked of one of these at least. */
export const deployments: readonly Deployment[] = [
  ...["8.11", "8.19", "9.3", "9.4", "9.5"].map(ofVersion),
  { name: "serverless", options: { version: "serverless", deliver: true } },
  { name: "9.5, basic licence", options: { version: "9.5", license: "basic" } },
  { name: "9.5, expired licence", options: { version: "9.5", license: "expired" } },
  { name: "9.5, with a kibana.yml", options: { version: "9.5", deliver: true, kibanaYml } },
  { name: "9.5, by API key", options: { version: "9.5", deliver: true, apiKeys: [key("all")] }, login: "API key" },
  { name: "9.5, by password, with further keys", options: { version: "9.5", deliver: true, auth }, login: "password" },
];

/** What changed in these is asked of their neighbours too. */
export const moreVersions: readonly Deployment[] = ["8.17", "9.1", "9.2"].map(ofVersion);

const logins = {
  "API key": { authorization: `ApiKey ${key("all")}` },
  password: { authorization: `Basic ${Buffer.from("contract:changeme").toString("base64")}` },
};
const keys = { reader: `ApiKey ${key("reader")}`, nobody: `ApiKey ${key("nobody")}`, guest: `ApiKey ${key("guest")}` };

/** The contract suite against a sandbox of this kind. @returns the names of the cases that it asks */
export async function askAll({ name, options, login }: Deployment): Promise<string[]> {
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
        for (const one of cases) test(nameOf(one), async () => expectSettled(one, await run.perform(one)));
      });
    }
  });
  return Object.values(suites).flatMap((all) => all.filter((one) => run.whyNot(one) === undefined).map(nameOf));
}

export const nameOf = ({ section, name }: { section: string; name: string }) => `${section} ${name}`;
