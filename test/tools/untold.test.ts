import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { act, fires, hook, login } from "../audit/deployment.ts";
import { inShort, planted, post, starts } from "../map/planted.ts";

const step = (id: string) => `  - { name: tell, type: slack, connector-id: ${id}, with: { message: m } }`;
const documents = { documents: [{ a: 1 }] };

/** Each rule's verdict: by the map, and by the connector that it uses. */
async function answers(made: Awaited<ReturnType<typeof planted>>, connectors: Record<string, string>) {
  const { body } = await made.call("map_notifications", { space: "default", limit: 50 });
  const all: { id: string; name: string; verdict: string }[] = body.rules;
  const byMap = Object.fromEntries(all.map((row) => [row.id, inShort(row).split(" ")[0]]));
  const byConnector: Record<string, string> = {};
  for (const [rule, id] of Object.entries(connectors)) {
    const found = await made.call("get_connector", { id, include: ["rules"] });
    byConnector[rule] = found.body.rules.find((one: { id: string }) => one.id === rule).verdict ?? "told";
  }
  return { byMap, byConnector };
}

const kibanaYml = `
xpack.actions:
  enabledActionTypes: [".index", ".server-log", ".slack", ".webhook"]
  preconfigured:
    own-log: { actionTypeId: .server-log, name: Own log }
    own-mail: { actionTypeId: .email, name: Own mail, config: { service: other, host: smtp.example.org, port: 25, from: a@example.org, hasAuth: false } }
`;
const mail = { to: ["a@example.org"], subject: "s", message: "m" };

test.each<[license: string, version: string, expected: Record<string, string>]>([
  ["trial", "9.5", { chat: "told", index: "nobody", log: "nobody", mail: "told", off: "nobody" }],
  ["basic", "9.5", { chat: "nobody", index: "nobody", log: "nobody", mail: "nobody", off: "nobody" }],
  ["trial", "8.17", { chat: "told", index: "nobody", log: "nobody", mail: "told", off: "nobody" }],
  ["trial", "8.9", { chat: "told", index: "nobody", log: "nobody", mail: "told", off: "nobody" }],
])(
  "under a %s licence of %s, what cannot run tells nobody, and what is preconfigured runs though its type is off",
  async (license, version, expected) => {
    const made = await planted({ sandbox: { empty: true, version, kibanaYml, license: license as "trial" } });
    const uses = { chat: "chat", index: "index", log: "own-log", mail: "own-mail", off: "teams" };
    await made.imported("default", "chat", ".slack", "Chat", false);
    await made.connector("default", "index", ".index", "Index", { index: "alerts" });
    await made.imported("default", "teams", ".teams", "Teams", false);
    for (const [rule, params] of Object.entries({
      chat: { message: "m" },
      index: documents,
      log: { message: "m" },
      mail,
      off: { message: "m" },
    }))
      await made.rule("default", rule, [act(uses[rule as keyof typeof uses], fires, params)]);
    expect(await answers(made, uses)).toEqual({ byMap: expected, byConnector: { ...expected, index: "recorded", log: "recorded" } });
  },
);

test("a connector begins to fail: map, audit and connector say since when, and who is not told", async () => {
  const made = await planted({ sandbox: { empty: true, deliver: true } });
  let works = true;
  const service = createServer((_asked, answer) => answer.writeHead(works ? 200 : 503).end()).listen(0, "127.0.0.1");
  await once(service, "listening");
  const address = service.address();
  const port = typeof address === "object" ? address?.port : 0;
  try {
    await made.connector("default", "pager-hook", ".webhook", "Pager hook", hook(`http://localhost:${port}/x`), login);
    await made.slack("chat");
    const call = act("pager-hook", fires, { body: "{}" });
    await made.rule("default", "alone", [call]);
    await made.rule("default", "with-chat", [call, post("chat")]);
    await made.workflow("calls", "  - { name: call, type: webhook, connector-id: pager-hook, with: { body: '{}' } }");
    await made.rule("default", "over-workflow", [starts("calls")]);
    const run = () => made.execute("default", "pager-hook", { body: "{}" });
    const failing = async () => (await made.findings({ checks: ["failing"] })).map(({ evidence }) => evidence);
    for (let n = 0; n < 12; n++) await run();
    expect(await failing()).toEqual([]);
    const before = Date.now();
    works = false;
    // More than one page of its newest runs shows.
    for (let n = 0; n < 12; n++) await run();
    const [evidence = "", ...others] = await failing();
    expect(others).toEqual([]);
    const [, since = "", last = ""] = /failing since (\S+) \(12 runs; last success (\S+)\)/.exec(evidence) ?? [];
    expect(Math.abs(Date.parse(since) - before)).toBeLessThan(120_000);
    expect(Date.parse(last)).toBeLessThanOrEqual(before);
    expect(evidence).toMatch(/^12 of 24 runs failed in 7 days; /);
    expect(evidence).toContain('; 2 enabled rules tell nobody else: "Rule alone", "Rule over-workflow" (not told: http://localhost');

    const { body: map } = await made.call("map_notifications", { space: "default" });
    const rows = Object.fromEntries(map.rules.map((row: { id: string; verdict: string }) => [row.id, inShort(row)]));
    expect(rows.alone).toMatch(
      /^perhaps \| pager-hook \(.*\) on query matched = perhaps: the connector has failed since TIME \(12 runs\)$/,
    );
    expect(rows["with-chat"]).toMatch(/^told \|/);
    expect(rows["over-workflow"]).toMatch(/^perhaps \| workflow calls > pager-hook .*has failed since TIME/);

    const { body } = await made.call("get_connector", { id: "pager-hook" });
    expect(body.health).toMatchObject({ runs: 24, failures: 12, failure_rate: 0.5, failures_since: 12, failing_since: expect.any(String) });
    expect(body.health.failing_since.slice(0, 16)).toBe(since.slice(0, 16));
    expect(body.rules[0]).toMatchObject({ id: "alone", verdict: "perhaps", in_the_way: [expect.stringContaining("has failed since")] });
    const rule = body.users.find((one: { kind: string }) => one.kind === "rule");
    expect(rule).toMatchObject({ id: "over-workflow", via: ["workflow calls"], verdict: "perhaps" });

    works = true;
    for (let n = 0; n < 3; n++) await run();
    expect(await failing()).toEqual([expect.stringContaining(", but not recently; ")]);
    expect((await made.call("get_connector", { id: "pager-hook" })).body.health.failing_since).toBeUndefined();
  } finally {
    service.close();
  }
});

test("rules of both alerting systems that notify nobody are found once, and only those", async () => {
  const made = await planted({ sandbox: { empty: true, version: "9.5" } });
  await made.on("default");
  await made.slack("chat");
  await made.workflow("to-chat", step("chat"));
  await made.workflow("to-nobody", "  - { name: note, type: console, with: { message: m } }");
  await made.rule("default", "fine", [post("chat")]);
  await made.rule("default", "without", []);
  await made.rule("default", "refused", [act("chat", fires, {})]);
  await made.rule("default", "off", [], { enabled: false });
  await made.rule("default", "detection", [], { rule_type_id: "siem.queryRule", consumer: "siem" });
  await made.rule("default", "to-nobody", [starts("to-nobody")]);
  for (const name of ["v2 fine", "v2 without", "v2 policy off", "v2 snoozed"]) await made.v2(name);
  await made.v2("v2 signal", {}, { kind: "signal" });
  await made.policy("fine", "to-chat", 'rule.name: "v2 fine"');
  await made.policy("off", "to-chat", 'rule.name: "v2 policy off"');
  await made.policy("snoozed", "to-chat", 'rule.name: "v2 snoozed"');
  await made.send("POST", "/api/alerting/v2/action_policies/off/_disable", {});
  const until = new Date(Date.now() + 20 * 86_400_000).toISOString();
  await made.send("POST", "/api/alerting/v2/action_policies/snoozed/_snooze", { snoozed_until: until });
  const found = await made.call("audit_connectors", { checks: ["notifies_nobody", "params_refused", "silent_for_long"], detail: true });
  const rows = found.body.findings.map((one: { check: string; severity: string; rule?: { name: string }; user?: { id: string } }) => [
    one.check,
    one.severity,
    one.rule?.name ?? one.user?.id,
  ]);
  expect(rows).toEqual([
    ["params_refused", "critical", "Rule refused"],
    ["notifies_nobody", "medium", "v2 policy off"],
    ["notifies_nobody", "low", "Rule to-nobody"],
    ["silent_for_long", "low", "snoozed"],
    ["notifies_nobody", "info", expect.any(String)],
    ["notifies_nobody", "info", expect.any(String)],
  ]);
  expect(
    rows
      .slice(4)
      .map(([, , name]: string[]) => name)
      .sort(),
  ).toEqual(["Rule without", "v2 without"]);
  expect(found.body.not_checked).toBeUndefined();
});

const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString();
test.each<[what: string, from: number, to: number, expected: string[], rRule?: object]>([
  ["an hour ago, for two hours", 0, 0.1, []],
  ["yesterday, for three days", -1, 2, []],
  ["yesterday, for two weeks", -1, 13, ["low"]],
  ["forty days ago, until tomorrow", -40, 1, ["medium"]],
  ["each month, for two weeks", -1, 13, [], { freq: 1, interval: 1, count: 12 }],
])("a rule that was snoozed %s", async (_what, from, to, expected, rRule = { count: 1 }) => {
  const made = await planted({ sandbox: { empty: true } });
  await made.slack("chat");
  await made.rule("default", "snoozed", [post("chat")]);
  const snooze_schedule = { duration: Math.round((to - from) * 86_400_000), rRule: { dtstart: days(from), tzid: "UTC", ...rRule } };
  await made.send("POST", "/internal/alerting/rule/snoozed/_snooze", { snooze_schedule });
  const found = await made.findings({ checks: ["silent_for_long"] });
  expect(found.map(({ severity }) => severity)).toEqual(expected);
  if (from <= -1) for (const { evidence } of found) expect(evidence).toMatch(/^Snoozed since \S+Z until \S+Z\.$/);
});
