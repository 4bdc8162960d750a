import { describe, expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { index, kibana, refusal } from "./kibana.ts";

const yml = `
server.port: 5601
xpack.actions.enabledActionTypes: [".index", ".slack", ".email", ".webhook", ".pagerduty", ".jira", ".thehive"]
xpack:
  actions:
    allowedHosts: [hooks.slack.com, smtp.example.com, a.example.com]
    email.domain_allowlist: [example.com]
    preconfiguredAlertHistoryEsIndex: true
    preconfigured:
      open-log: { name: Open log, actionTypeId: .server-log, config: {}, secrets: {}, exposeConfig: true }
      hidden-jira:
        name: Hidden Jira
        actionTypeId: .jira
        config: { apiUrl: https://a.example.com, projectKey: A }
        secrets: { email: e, apiToken: t }
`;
const { create, execute, get, call } = await kibana({ kibanaYml: yml, empty: true });
const one = "/api/actions/connector";

describe("preconfigured connectors", () => {
  test("are listed in every space, with their config only where it is exposed", async () => {
    const { body } = await get("/s/elsewhere/api/actions/connectors");
    expect(body.map(({ id, is_preconfigured, config }: Record<string, unknown>) => [id, is_preconfigured, config])).toEqual([
      ["preconfigured-alert-history-es-index", true, undefined],
      ["hidden-jira", true, undefined],
      ["open-log", true, {}],
    ]);
  });

  test("work although their type is not enabled, while others of the type do not", async () => {
    expect((await execute("open-log", { message: "m" })).body.status).toBe("ok");
    const message = 'action type ".server-log" is not enabled in the Kibana config xpack.actions.enabledActionTypes';
    expect((await create({ name: "n", connector_type_id: ".server-log" })).body).toEqual(refusal(403, message));
    expect((await call("PUT", `${one}/open-log`, { name: "n" })).body.message).toBe("Preconfigured action open-log can not be updated.");
    expect((await create(index, "hidden-jira")).body.message).toBe("This hidden-jira already exists in a preconfigured action.");
  });

  test("do not work where the licence is too low, or has run out", async () => {
    const { execute: poor } = await kibana({ kibanaYml: yml, license: "basic" });
    const tooLow = "Action type .jira is disabled because your basic license does not support it. Please upgrade your license.";
    expect((await poor("hidden-jira", { subAction: "issueTypes", subActionParams: {} })).body).toEqual(refusal(403, tooLow));
    const { execute: late, get: lateGet } = await kibana({ kibanaYml: yml, license: "expired" });
    const expired = "Action type .server-log is disabled because your trial license has expired.";
    expect((await late("open-log", { message: "m" })).body).toEqual(refusal(403, expired));
    expect(
      (await lateGet("/api/actions/connector_types")).body.some((row: { enabled_in_license: boolean }) => row.enabled_in_license),
    ).toBe(false);
  });
});

test("a type that is not enabled says so in the list", async () => {
  const { body } = await get("/api/actions/connector_types");
  const row = (id: string) => body.find((type: { id: string }) => type.id === id);
  expect(row(".server-log")).toMatchObject({ enabled: false, enabled_in_config: false, enabled_in_license: true });
  expect(row(".slack")).toMatchObject({ enabled: true, enabled_in_config: true });
});

const notAdded = "is not added to the Kibana config xpack.actions.allowedHosts";
const mail = { from: "kibana@example.com", hasAuth: false };
test.each([
  [
    ".slack",
    {},
    { webhookUrl: "https://b.example.com/x" },
    `type secrets: error configuring slack action: target url "https://b.example.com/x" ${notAdded}`,
  ],
  [
    ".webhook",
    { url: "https://b.example.com/x" },
    {},
    `type config: error validation webhook action config: target url "https://b.example.com/x" ${notAdded}`,
  ],
  [
    ".pagerduty",
    {},
    { routingKey: "k" },
    `type config: error configuring pagerduty action: target url "https://events.pagerduty.com/v2/enqueue" ${notAdded}`,
  ],
  [
    ".jira",
    { apiUrl: "https://b.example.com", projectKey: "P" },
    { email: "e", apiToken: "t" },
    `type config: error configuring connector action: target url "https://b.example.com" ${notAdded}`,
  ],
  [
    ".thehive",
    { url: "https://b.example.com" },
    { apiKey: "t" },
    `type config: error validating url: target url "https://b.example.com" ${notAdded}`,
  ],
  [
    ".email",
    { ...mail, service: "gmail" },
    {},
    "type config: [service] value 'gmail' resolves to host 'smtp.gmail.com' which is not in the allowedHosts configuration",
  ],
  [
    ".email",
    { ...mail, host: "mail.example.org", port: 25 },
    {},
    "type config: [host] value 'mail.example.org' is not in the allowedHosts configuration",
  ],
  [
    ".email",
    { ...mail, from: "kibana@example.org", host: "smtp.example.com", port: 25 },
    {},
    "type config: [from]: not allowed emails: kibana@example.org",
  ],
])("%s is refused a target that is not allowed: %j %j", async (connector_type_id, config, secrets, message) => {
  const { body } = await create({ name: "n", connector_type_id, config, secrets });
  expect(body).toEqual(refusal(400, `error validating connector ${message}`));
});

test("recipients outside the list are a failed run", async () => {
  await create({ name: "m", connector_type_id: ".email", config: { ...mail, host: "smtp.example.com", port: 25 } }, "mail");
  const run = (to: string[]) => execute("mail", { to, subject: "s", message: "m" });
  expect((await run(["Ana <ana@example.com>"])).body.status).toBe("ok");
  expect((await run(["ana@example.com", "bob@example.org"])).body).toMatchObject({
    status: "error",
    message: "error validating action params: [to/cc/bcc]: not allowed emails: bob@example.org",
  });
  const patterns = await kibana({ empty: true, kibanaYml: "xpack.actions.email.recipient_allowlist: ['*.ops@example.org']" });
  await patterns.create({ name: "m", connector_type_id: ".email", config: { ...mail, host: "smtp.example.com", port: 25 } }, "mail");
  const statuses = [];
  for (const to of ["a.ops@example.org", "b@example.org"]) {
    statuses.push((await patterns.execute("mail", { to: [to], subject: "s", message: "m" })).body.status);
  }
  expect(statuses).toEqual(["ok", "error"]);
});

test.each([
  [
    "xpack.actions.nope: 1",
    "9.5",
    "Kibana would not start: [config validation of [xpack.actions].nope]: definition for this key is missing",
  ],
  [
    "xpack.actions.allowedHosts: all",
    "9.5",
    "Kibana would not start: [config validation of [xpack.actions].allowedHosts]: expected value of type [array] but got [string]",
  ],
  [
    "xpack.actions.preconfigured.a: {name: A}",
    "9.5",
    "Kibana would not start: [config validation of [xpack.actions].preconfigured.a.actionTypeId]: expected value of type [string] but got [undefined]",
  ],
  [
    "xpack.actions.preconfigured.a: {name: A, actionTypeId: .index, isMissingSecrets: true}",
    "9.5",
    "Kibana would not start: [config validation of [xpack.actions].preconfigured.a.isMissingSecrets]: definition for this key is missing",
  ],
  [
    "xpack.actions.preconfigured.constructor: {name: A, actionTypeId: .index}",
    "9.5",
    'Kibana would not start: unexpected key "constructor"',
  ],
  [
    "xpack.actions.preconfigured.a: {name: A, actionTypeId: .index, exposeConfig: true}",
    "8.17",
    "Kibana would not start: [config validation of [xpack.actions].preconfigured.a.exposeConfig]: definition for this key is missing",
  ],
  [
    "xpack.actions.email.recipient_allowlist: []",
    "9.1",
    "Kibana would not start: [config validation of [xpack.actions].email.recipient_allowlist]: definition for this key is missing",
  ],
  ["xpack: &x\n  actions: *x\n", "9.5", "kibana.yml cannot be read: "],
  ["a: [", "9.5", "kibana.yml cannot be read: "],
  ["a: 1", "serverless", "On serverless nobody can set kibana.yml."],
])("%s with %s: the sandbox does not start", async (kibanaYml, version, message) => {
  await expect(startSandbox({ kibanaYml, version })).rejects.toThrow(message);
});

describe("as Kibana's own reader does", () => {
  const dollar = "\u0024";
  const started = async (name: string, env: Record<string, string> = {}, version = "9.5") => {
    const kibanaYml = `xpack.actions.preconfigured: { a: { name: ${JSON.stringify(name)}, actionTypeId: .server-log } }`;
    return (await (await kibana({ kibanaYml, empty: true, env, version })).get("/api/actions/connectors")).body[0].name;
  };

  test("variables are replaced once, with their default from 8.15 on", async () => {
    expect(await started(`${dollar}{X}-${dollar}{Y:z}`, { X: `${dollar}{Y}` })).toBe(`${dollar}{Y}-z`);
    expect(await started(`${dollar}{Y:z}`, {}, "8.14")).toBe(`${dollar}{Y:z}`);
    await expect(started(`${dollar}{X}`)).rejects.toThrow("Unknown environment variable referenced in config : X");
  });

  test("keys in brackets are not split at their dots, from 8.14 on", async () => {
    const kibanaYml = 'xpack.actions.preconfigured: { "[a.b]": { name: n, actionTypeId: .server-log } }';
    expect((await (await kibana({ kibanaYml, empty: true })).get("/api/actions/connectors")).body[0].id).toBe("a.b");
    await expect(kibana({ kibanaYml, empty: true, version: "8.13" })).rejects.toThrow("Kibana would not start");
  });
});
