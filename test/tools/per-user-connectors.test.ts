import { expect, test } from "vitest";
import { perUserType } from "../support/invented-type.ts";
import { accepts, declines, product } from "../support/product.ts";

const env = {
  CONNECTOR_SECRET_AUTHORIZE: "https://login.acme.example/authorize",
  CONNECTOR_SECRET_TOKEN_URL: "https://login.acme.example/token",
  CONNECTOR_SECRET_ID: "client-of-ours",
  CONNECTOR_SECRET_CLIENT: "cs-91c5d7f0a2",
};
const secrets = {
  authorizationUrl: { $env: "CONNECTOR_SECRET_AUTHORIZE" },
  tokenUrl: { $env: "CONNECTOR_SECRET_TOKEN_URL" },
  clientId: { $env: "CONNECTOR_SECRET_ID" },
  clientSecret: { $env: "CONNECTOR_SECRET_CLIENT" },
};
const page = "/s/team/app/management/insightsAndAlerting/triggersActionsConnectors/connectors";

async function kibana(person = accepts) {
  const made = await product({
    person,
    env,
    sandbox: { empty: true, spaces: ["team"], specTypes: [perUserType] },
    settings: { space: "team" },
  });
  const call = async (tool: string, args: Record<string, unknown> = {}) => (await made.call(tool, args)).body;
  return { ...made, call };
}

test("a connector that each user authorises comes with the page where they do, and its state is shown", async () => {
  const { call, questions, bare } = await kibana();
  const { result } = await call("create_connector", { name: "Papers", type: ".acme-drive", secrets });
  expect(questions[0]?.message).toContain("→ login.acme.example");
  expect(result.connector).toMatchObject({ id: "papers", auth_mode: "per-user", user_auth_status: "not_connected" });
  expect(result.authorise).toMatch(new RegExp(`^Each user opens http://127.0.0.1:\\d+${page} and chooses "Connect your account"`));
  const row = async () => (await call("list_connectors")).connectors[0];
  expect(await row()).toMatchObject({ id: "papers", auth_mode: "per-user", user_auth_status: "not_connected" });
  await bare("POST", "/sandbox/connectors/papers", {});
  expect([await row(), (await call("get_connector", { id: "papers" })).connector]).toMatchObject([
    { user_auth_status: "connected" },
    { auth_mode: "per-user", user_auth_status: "connected" },
  ]);
});

test("what deletes everybody's tokens says so in its first line and asks: an update, a rename, and their undo", async () => {
  const { call, questions, bare } = await kibana();
  await call("create_connector", { name: "Papers", type: ".acme-drive", secrets });
  await bare("POST", "/sandbox/connectors/papers", {});
  const renamed = await call("update_connector", { id: "papers", name: "All papers", secrets });
  expect(renamed).toMatchObject({ status: "done", result: { authorise: expect.stringContaining(page) } });
  const undone = await call("undo_change", { change: renamed.change, secrets });
  expect(undone).toMatchObject({ status: "done" });
  for (const { message } of questions.slice(1)) {
    expect(message.split("\n")[0]).toContain("Kibana deletes the tokens of everybody who has authorised it");
    expect(message).toContain("It can be undone in part. No undo brings back the tokens of those who have authorised it.");
  }
  expect(questions).toHaveLength(3);
});

test("without a yes everybody's tokens stay", async () => {
  const agrees = { yes: true };
  const { call, bare } = await kibana((...asked) => (agrees.yes ? accepts : declines)(...asked));
  await call("create_connector", { name: "Papers", type: ".acme-drive", secrets });
  await bare("POST", "/sandbox/connectors/papers", {});
  agrees.yes = false;
  expect(await call("update_connector", { id: "papers", name: "All papers", secrets })).toMatchObject({ status: "declined" });
  expect((await call("get_connector", { id: "papers" })).connector).toMatchObject({ name: "Papers", user_auth_status: "connected" });
});

test("a delete says that everybody's tokens go with it, and that no undo brings them back", async () => {
  const { call, questions } = await kibana();
  await call("create_connector", { name: "Papers", type: ".acme-drive", secrets });
  const deleted = await call("safe_delete_connector", { ids: ["papers"] });
  expect(deleted.undo.note).toContain("No undo brings back the tokens of those who have authorised it.");
  expect(questions.at(-1)?.message).toContain("It can be undone in part.");
  const lost = expect.stringMatching(/tokens of everybody who has authorised "Papers" go with it; no undo brings them back/);
  expect([deleted.status, deleted.warnings, questions.at(-1)?.message]).toEqual(["done", expect.arrayContaining([lost]), lost]);
});

test("nothing is said of it where all share the secrets", async () => {
  const { call } = await kibana();
  const { result } = await call("create_connector", { name: "Log", type: ".server-log" });
  expect(result).toEqual({ connector: expect.not.objectContaining({ auth_mode: expect.anything() }) });
});
