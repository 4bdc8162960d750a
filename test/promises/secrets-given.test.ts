import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { seedConnector } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const env = { CONNECTOR_SECRET_ONE: "first@example.com", CONNECTOR_SECRET_TWO: "second-value" };
const [one, two] = [{ $env: "CONNECTOR_SECRET_ONE" }, { $env: "CONNECTOR_SECRET_TWO" }];
const jira = { apiUrl: "https://soc.atlassian.net", projectKey: "SOC" };
const basic = { url: "https://hooks.example.com/a", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
const login = { user: "u", password: "p" };

const started = async () => {
  const made = await product({ person: accepts, env, sandbox: { empty: true }, settings: { targetHosts: ["*"] } });
  await seedConnector(made, { id: "jira", type: ".jira", config: jira, secrets: { email: "a@example.com", apiToken: "t" } });
  await seedConnector(made, { id: "hook", type: ".webhook", config: basic, secrets: login });
  const deleted = await made.call("safe_delete_connector", { ids: ["hook"] });
  await seedConnector(made, { id: "hook-2", name: "Hook 2", type: ".webhook", config: basic, secrets: login });
  return { ...made, change: deleted.body.change as string };
};

const calls: [string, string, (change: string) => Args][] = [
  ["an update", "update_connector", () => ({ id: "jira", secrets: { apiToken: two } })],
  ["an update that has asked for one", "update_connector", () => ({ id: "jira", secrets: { email: { $ask: true } } })],
  ["a new connector", "create_connector", () => ({ name: "New", type: ".jira", config: jira, secrets: { email: one } })],
  ["a copy", "create_connector", () => ({ name: "Copy", from: { id: "jira" }, secrets: { email: one } })],
  ["the undo of a delete", "undo_change", (change) => ({ change, secrets: { password: two, secretHeaders: { "X-Key": one } } })],
];

describe("what a call proposes for missing secrets", () => {
  test.each(calls)("can be passed as it stands: %s", async (_what, tool, argsOf) => {
    const { call, change } = await started();
    const args = argsOf(change);
    const { code, fix, detail } = (await call(tool, args)).body;
    expect([code, detail.secrets]).toEqual(["secrets_needed", expect.objectContaining(Object(args.secrets))]);
    expect(fix).toContain(`secrets: ${JSON.stringify(detail.secrets)}`);
    const again = (await call(tool, { ...args, secrets: detail.secrets, dry_run: true })).body;
    expect([again.status, again.code]).toEqual(["planned", undefined]);
  });

  test("also where only a person knows whether there are more", async () => {
    const secrets = { user: one, password: two };
    const { call, fault } = await product({ env, sandbox: { empty: true }, settings: { skipConfirmation: true, targetHosts: ["*"] } });
    await fault("error", { path: "/secret_headers", times: 10 });
    await call("create_connector", { name: "Open", id: "open", type: ".webhook", config: { ...basic, hasAuth: false, authType: null } });
    const { detail } = (await call("update_connector", { id: "open", config: basic, secrets })).body;
    expect(detail.secrets).toMatchObject(secrets);
  });

  test("repeats no plain text, and drops what null drops", async () => {
    const made = await product({
      person: accepts,
      env,
      sandbox: { empty: true },
      settings: { literalSecrets: "warn", targetHosts: ["*"] },
    });
    await seedConnector(made, { id: "hook", type: ".webhook", config: basic, secrets: login });
    const secrets = { user: "plain-user-name", secretHeaders: null };
    const { body, text } = await made.call("update_connector", { id: "hook", name: "Other", secrets });
    expect(body.detail.secrets).toEqual({ user: { $ask: true }, secretHeaders: null, password: { $ask: true } });
    expect(text).not.toContain("plain-user-name");
  });
});
