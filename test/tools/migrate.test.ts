import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { action, deleteBlindly, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const colon = "{{rule.id}}:{{alert.id}}";
const login = { username: "u", password: "p" };
const types: Record<string, [type: string, more: Dict]> = {
  genie: [".opsgenie", { config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } }],
  jsm: [".jira-service-management", { config: { apiUrl: "https://api.atlassian.com" }, secrets: { apiKey: "k" } }],
  pager: [".pagerduty", {}],
  pager2: [".pagerduty", { secrets: { routingKey: "n".repeat(32) } }],
  chat: [".slack", {}],
  bot: [".slack_api", { secrets: { token: "xoxb-1" } }],
  "one-channel": [".slack_api", { config: { allowedChannels: [{ name: "#ops" }] }, secrets: { token: "xoxb-1" } }],
  "one-id": [".slack_api", { config: { allowedChannels: [{ name: "ops", id: "C1" }] }, secrets: { token: "xoxb-1" } }],
  "two-channels": [".slack_api", { config: { allowedChannels: [{ name: "#ops" }, { name: "#dev" }] }, secrets: { token: "xoxb-1" } }],
  table: [".servicenow", { config: { apiUrl: "https://x.service-now.com", usesTableApi: true }, secrets: login }],
  app: [".servicenow", { config: { apiUrl: "https://x.service-now.com", usesTableApi: false }, secrets: login }],
  html: [".email", { config: { service: "gmail", from: "a@x.io", hasAuth: false, allowHtml: true } }],
  text: [".email", { config: { service: "ses", from: "a@x.io", hasAuth: false } }],
};

async function deployment(ids: readonly string[], version = "9.5"): Promise<Made> {
  const made = await product({ person: accepts, sandbox: { empty: true, version } });
  for (const id of ids) await makeConnector(made, id, ...(types[id] ?? ["", {}]));
  return made;
}

const opening = (more: Dict = {}) => ({ subAction: "createAlert", subActionParams: { message: "m", alias: colon, ...more } });
const closing = { subAction: "closeAlert", subActionParams: { alias: colon } };
/** What opens with these params, and what closes. */
const pair = (id: string, params: Dict = opening(), close: Dict = closing) => [
  action(id, { params }),
  action(id, { params: close, group: "recovered" }),
];

const replace = async (made: Made, from: string, to: string, args: Dict = {}) =>
  (await made.call("replace_connector", { from, to, ...args })).body;
const planned = (made: Made, from: string, to: string, args: Dict = {}) => replace(made, from, to, { dry_run: true, ...args });
const paramsOf = async (made: Made, rule: string) => (await ruleOf(made, rule)).actions.map((one: { params: Dict }) => one.params);
const fire = (made: Made, rule: string, state: string, alerts = ["a"]) =>
  made.bare("POST", `/sandbox/rules/${rule}/fire`, { state, alerts });
const incidents = async (made: Made): Promise<string[][]> =>
  JSON.parse(await made.bare("GET", "/sandbox/incidents")).incidents.map((one: Record<string, string>) => [
    one.connector_id,
    one.key,
    one.status,
  ]);

describe("from Opsgenie to Jira Service Management", () => {
  const byName = {
    responders: [
      { name: "Search", type: "team" },
      { id: "t1", type: "team" },
    ],
  };

  test("the plan says once what is dropped, and from which rules", async () => {
    const made = await deployment(["genie", "jsm"]);
    for (const id of ["r1", "r2"]) await makeRule(made, id, pair("genie", opening(byName)));
    await makeRule(made, "r3", pair("genie", opening({ visibleTo: [{ username: "ana@x.io", type: "user" }] })));
    await makeRule(made, "r4", pair("genie"));
    const { warnings, plan } = await planned(made, "genie", "jsm");
    expect(warnings.slice(1)).toEqual([
      'Dropped, as "Connector jsm" cannot take it: responders {"name":"Search","type":"team"}, from 2 rules ("Rule r1", "Rule r2"); visibleTo {"username":"ana@x.io","type":"user"}, from rule "Rule r3". To put something in its place, give `params` such as {"subActionParams": {…}}, laid over what is carried over: with these `rules` before they move, later to attach_connector with `replace`.',
      'The ids in responders stay as they are in 2 rules ("Rule r1", "Rule r2"): whether they exist there too cannot be seen here.',
    ]);
    expect(plan.no_longer).toEqual(['responders "name Search, type team"', 'visibleTo "username ana@x.io, type user"']);
    await replace(made, "genie", "jsm");
    expect(made.questions[0]?.message).toContain('Dropped, as "Connector jsm" cannot take it: responders {"name":"Search","type":"team"}');

    // What the plan says to do later.
    const instead = { subActionParams: { responders: [{ id: "t2", type: "team" }] } };
    await made.call("attach_connector", { connector: "jsm", rules: ["r1"], params: instead, replace: true });
    const [opens, closes] = await paramsOf(made, "r1");
    expect(opens).toMatchObject({ subAction: "createAlert", subActionParams: { message: expect.anything(), ...instead.subActionParams } });
    expect(closes).toMatchObject({ subAction: "closeAlert" });
  });

  test("a part of params is laid over what opens, and not over what closes", async () => {
    const made = await deployment(["genie", "jsm"]);
    await makeRule(made, "r1", pair("genie", opening({ ...byName, priority: "P2" })));
    const responders = [{ id: "t9", type: "team" }];
    const { status, warnings } = await replace(made, "genie", "jsm", { params: { subActionParams: { responders } } });
    expect([status, warnings]).toEqual(["done", undefined]);
    expect(await paramsOf(made, "r1")).toEqual([opening({ responders, priority: "P2" }), closing]);
  });

  test("whole params win, and what closes is carried over", async () => {
    const made = await deployment(["genie", "jsm"]);
    await makeRule(made, "r1", pair("genie"));
    const params = opening({ message: "another" });
    await replace(made, "genie", "jsm", { params });
    expect(await paramsOf(made, "r1")).toEqual([params, closing]);
  });

  test("a part that would not work is refused, and what was wrong before is not", async () => {
    const made = await deployment(["genie", "jsm"]);
    await makeRule(made, "r1", pair("genie", opening({ priority: "P9", note: "{{context.mesage}}" })));
    expect(await planned(made, "genie", "jsm", { params: { subActionParams: { source: 7 } } })).toMatchObject({
      code: "invalid_arguments",
      detail: { problems: [expect.stringContaining("params.subActionParams.source")] },
    });
    expect((await replace(made, "genie", "jsm")).status).toBe("done");
    expect(await paramsOf(made, "r1")).toEqual([opening({ priority: "P9", note: "{{context.mesage}}" }), closing]);
  });

  test("what has no counterpart needs params, as with any other type", async () => {
    const made = await deployment(["genie", "jsm", "pager"]);
    await makeRule(made, "r1", pair("genie", { subAction: "escalate", subActionParams: {} }));
    expect(await planned(made, "genie", "jsm")).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringContaining("needs new params"),
    });
    await makeRule(made, "r2", pair("genie"));
    expect(await planned(made, "genie", "pager", { rules: ["r2"] })).toMatchObject({
      code: "invalid_arguments",
      detail: { field: "params" },
    });
  });

  test("it works too where Opsgenie's connector is gone", async () => {
    const made = await deployment(["genie", "jsm"]);
    await makeRule(made, "r1", pair("genie"));
    await fire(made, "r1", "active");
    await deleteBlindly(made, "genie");
    const { status, warnings } = await replace(made, "genie", "jsm");
    expect(status).toBe("done");
    expect(warnings.join()).toContain(
      'What the old connector opened for them has to be closed there, since recovery goes to "Connector jsm" from now on: in Opsgenie.',
    );
    expect(await paramsOf(made, "r1")).toEqual([opening(), closing]);
  });
});

describe("incidents that are open at the old connector", () => {
  test("are said with the call that closes them, and are closed by it", async () => {
    const made = await deployment(["genie", "jsm"]);
    for (const id of ["r1", "r2", "r3"]) await makeRule(made, id, pair("genie"));
    await fire(made, "r1", "active", ["a", "b"]);
    await fire(made, "r2", "active");
    await fire(made, "r2", "recovered");
    const { warnings } = await planned(made, "genie", "jsm");
    const said =
      'rule "Rule r1" had active alerts at the last run. What "Connector genie" opened for them has to be closed there, since recovery goes to "Connector jsm" from now on: in Opsgenie, or by execute_connector {"id":"genie","params":{"subAction":"closeAlert","subActionParams":{"alias":"{{rule.id}}:{{alert.id}}"}}} for each alert, with its alias filled in. Keep "Connector genie" until then.';
    expect(warnings).toContain(said);
    await replace(made, "genie", "jsm");
    await fire(made, "r1", "recovered", ["a", "b"]);
    expect(await incidents(made)).toEqual([
      ["genie", "r1:a", "open"],
      ["genie", "r1:b", "open"],
      ["genie", "r2:a", "closed"],
    ]);
    const [call = ""] = /\{"id".*\}\}/.exec(said) ?? [];
    for (const alert of ["a", "b"])
      await made.call("execute_connector", JSON.parse(call.replace("{{rule.id}}", "r1").replace("{{alert.id}}", alert)));
    expect((await incidents(made)).map(([, , status]) => status)).toEqual(["closed", "closed", "closed"]);
  });

  test("are said of every move away from a type that closes, and of a removal", async () => {
    const made = await deployment(["pager", "pager2"]);
    const page = { eventAction: "trigger", summary: "s", dedupKey: colon };
    await makeRule(made, "r1", pair("pager", page, { eventAction: "resolve", dedupKey: colon }));
    await fire(made, "r1", "active");
    expect((await planned(made, "pager", "pager2")).warnings.join()).toContain(
      'What "Connector pager" opened for them has to be closed there, unless "Connector pager2" reaches the same account: in PagerDuty, or by execute_connector',
    );
    const removed = (await made.call("replace_connector", { from: "pager", remove: true, dry_run: true })).body;
    expect(removed.warnings.join()).toContain("since recovery closes nothing from now on");
  });

  test("cannot be seen where the last run failed", async () => {
    const made = await deployment(["genie", "jsm"]);
    await makeConnector(made, "gone");
    await makeRule(made, "r1", [...pair("genie"), action("gone")]);
    await deleteBlindly(made, "gone");
    await fire(made, "r1", "active");
    const { warnings } = await planned(made, "genie", "jsm", { drop_missing: true });
    expect(warnings).toContain('Of rule "Rule r1" the last run failed: whether incidents are open cannot be seen.');
  });

  test("stay out of the plan where both connectors reach the same account, which then closes them", async () => {
    const made = await deployment(["table", "app"]);
    const incident = { short_description: "m", correlation_id: colon };
    const close = { subAction: "closeIncident", subActionParams: { incident: { correlation_id: colon } } };
    await makeRule(made, "r1", pair("table", { subAction: "pushToService", subActionParams: { incident, comments: [] } }, close));
    await fire(made, "r1", "active");
    expect((await planned(made, "table", "app")).warnings.join()).not.toContain("has to be closed there");
    await replace(made, "table", "app");
    await fire(made, "r1", "recovered");
    expect(await incidents(made)).toEqual([["table", "r1:a", "closed"]]);
  });
});

describe("from a Slack webhook to a bot", () => {
  const message = (text: string) => ({ message: `*{{rule.name}}*\n{{#rule.url}}{{{rule.url}}}{{/rule.url}} ${text}` });
  const post = (text: string, channel: Dict) => ({
    subAction: "postMessage",
    subActionParams: { ...channel, text: message(text).message },
  });
  const chats = (id: string) => pair(id, message("on"), message("over"));

  test("the channel is enough, for what fires and for recovery", async () => {
    const made = await deployment(["chat", "bot"]);
    await makeRule(made, "r1", chats("chat"));
    const params = { subActionParams: { channelNames: ["#x"] } };
    const { change } = await replace(made, "chat", "bot", { params });
    expect(await paramsOf(made, "r1")).toEqual([post("on", { channelNames: ["#x"] }), post("over", { channelNames: ["#x"] })]);
    await made.call("undo_change", { change });
    expect(await paramsOf(made, "r1")).toEqual([message("on"), message("over")]);
    await replace(made, "chat", "bot", { params, recovery_params: { subActionParams: { channelIds: ["C2"] } } });
    expect(await paramsOf(made, "r1")).toEqual([post("on", { channelNames: ["#x"] }), post("over", { channelIds: ["C2"] })]);
  });

  test.each([
    ["one-channel", { channelNames: ["#ops"] }],
    ["one-id", { channelIds: ["C1"] }],
  ])("the only channel that the bot may use is taken: %s", async (to, channel) => {
    const made = await deployment(["chat", to]);
    await makeRule(made, "r1", chats("chat"));
    expect((await replace(made, "chat", to)).status).toBe("done");
    expect(await paramsOf(made, "r1")).toEqual([post("on", channel), post("over", channel)]);
  });

  test("a channel that is given stands alone", async () => {
    const made = await deployment(["chat", "one-channel"]);
    await makeRule(made, "r1", chats("chat"));
    await replace(made, "chat", "one-channel", { params: { subActionParams: { channelIds: ["C7"] } } });
    expect((await paramsOf(made, "r1"))[0]).toEqual(post("on", { channelIds: ["C7"] }));
  });

  test.each([
    ["two-channels", "#elsewhere", true],
    ["two-channels", "#dev", false],
    ["bot", "#elsewhere", false],
  ])("to %s in %s: a channel that it may not post in is told before", async (to, channel, isTold) => {
    const made = await deployment(["chat", to]);
    await makeRule(made, "r1", chats("chat"));
    const plan = await planned(made, "chat", to, { params: { subActionParams: { channelNames: [channel] } } });
    expect((plan.warnings ?? []).join().includes(`a message to "${channel}", which is not among its allowedChannels`)).toBe(isTold);
  });

  test.each([
    ["#secret", "perhaps", "#secret"],
    ["#ops", "told", undefined],
  ])("the map and get_connector know whether the bot may post in %s: %s", async (channel, verdict, told) => {
    const made = await deployment(["one-channel"]);
    const params = { subAction: "postMessage", subActionParams: { channelNames: [channel], text: "m" } };
    await makeRule(made, "r1", [action("one-channel", { params })]);
    const [rule] = (await made.call("map_notifications", {})).body.rules;
    const { body } = await made.call("get_connector", { ids: ["one-channel"], include: ["rules"] });
    const words = told === undefined ? undefined : expect.stringContaining(`the connector's config refuses a message to "${told}"`);
    expect([rule.verdict, rule.routes[0].in_the_way?.join()]).toEqual([verdict, words]);
    expect(body.connectors[0].rules[0].verdict ?? "told").toBe(verdict);
  });

  test.each([
    ["is told as removed where it becomes empty", [], true],
    ["is none where a channel is left", [{ name: "#ops" }], false],
  ])("a list of allowed channels that an update lifts %s", async (_what, allowedChannels, isTold) => {
    const made = await deployment(["two-channels"]);
    const args = { id: "two-channels", config: { allowedChannels }, secrets: { token: { $ask: true } }, dry_run: true };
    const { body } = await made.call("update_connector", args);
    expect((body.warnings ?? []).includes("Removed: config.allowedChannels.")).toBe(isTold);
  });

  test("an update that forbids a channel of a rule tells it before", async () => {
    const made = await deployment(["bot"]);
    const params = { subAction: "postMessage", subActionParams: { channelNames: ["#secret"], text: "m" } };
    await makeRule(made, "r1", [action("bot", { params })]);
    const args = { id: "bot", config: { allowedChannels: [{ name: "#ops" }] }, secrets: { token: { $ask: true } }, dry_run: true };
    const { body } = await made.call("update_connector", args);
    expect((body.warnings ?? []).join()).toMatch(/may fail: a message to "#secret", which is not among its allowedChannels.*Rule r1/);
  });

  test.each([
    [
      "#secret",
      'With "Connector one-channel" may fail: a message to "#secret", which is not among its allowedChannels. This concerns workflow "Tell" (tell).',
    ],
    ["#ops", undefined],
  ])("a workflow that posts in %s and moves to a bot that may not is told of before", async (channel, expected) => {
    const made = await deployment(["bot", "one-channel"]);
    const step = `{ name: tell, type: slack_api.postMessage, connector-id: bot, with: { channelNames: ["${channel}"], text: m } }`;
    const yaml = `name: Tell\ntriggers:\n  - type: manual\nsteps:\n  - ${step}\n`;
    await made.bare("POST", "/api/workflows/workflow", { id: "tell", yaml });
    const { body } = await made.call("replace_connector", { from: "bot", to: "one-channel", dry_run: true });
    const risks = (body.warnings ?? []).filter((one: string) => one.includes("may fail"));
    expect(risks).toEqual(expected === undefined ? [] : [expected]);
  });

  test.each(["bot", "two-channels"])("without a channel it is refused, with what to give: %s", async (to) => {
    const made = await deployment(["chat", to]);
    await makeRule(made, "r1", chats("chat"));
    expect(await replace(made, "chat", to)).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringContaining('channelNames: must name a channel, such as ["#alerts"]'),
      fix: expect.stringContaining('{"subActionParams": {…}}'),
    });
    expect(made.writes()).toEqual([]);
  });
});

describe("to another connector of the same type", () => {
  test("params stay, and the plan says what may fail because of the config", async () => {
    const made = await deployment(["html", "text"]);
    const mail = { to: ["a@x.io"], subject: "s", message: "m" };
    for (const [id, more] of [
      ["r1", { messageHTML: "<b>m</b>" }],
      ["r2", {}],
    ] as const)
      await makeRule(made, id, [action("html", { params: { ...mail, ...more } })]);
    expect((await planned(made, "html", "text")).warnings).toContain(
      'With "Connector text" may fail: messageHTML, without allowHtml. This concerns rule "Rule r1".',
    );
    await replace(made, "html", "text");
    expect(await paramsOf(made, "r1")).toEqual([{ ...mail, messageHTML: "<b>m</b>" }]);
    expect((await planned(made, "text", "html")).warnings.join()).not.toContain("may fail");
  });

  test.each([
    ["table", "app", {}, "everything, unless the Elastic application is installed in ServiceNow"],
    ["app", "table", { additional_fields: { u_team: "x" } }, "additional_fields, which usesTableApi refuses"],
  ])("of ServiceNow: %s to %s", async (from, to, more, said) => {
    const made = await deployment([from, to]);
    const incident = { short_description: "m", correlation_id: colon, ...more };
    await makeRule(made, "r1", [action(from, { params: { subAction: "pushToService", subActionParams: { incident, comments: [] } } })]);
    expect((await planned(made, from, to)).warnings.join()).toContain(`With "Connector ${to}" may fail: ${said}`);
  });
});
