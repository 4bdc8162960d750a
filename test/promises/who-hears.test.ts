import { describe, expect, test } from "vitest";
import { act, fires, hook, login } from "../audit/deployment.ts";
import { type Planted, planted, post, starts } from "../map/planted.ts";
import { accepts } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";

type Dict = Record<string, unknown>;

/** Beside those of the rehearsals. */
const more: Record<string, Dict> = {
  tines: { connector_type_id: ".tines", config: { url: "https://t.tines.com" }, secrets: { email: "a@b.org", token: "t" } },
  resilient: {
    connector_type_id: ".resilient",
    config: { apiUrl: "https://r.example", orgId: "1" },
    secrets: { apiKeyId: "a", apiKeySecret: "b" },
  },
  xsoar: { connector_type_id: ".xsoar", config: { url: "https://x.example" }, secrets: { apiKey: "k", apiKeyID: "1" } },
  d3: { connector_type_id: ".d3security", config: { url: "https://d.example" }, secrets: { token: "t" } },
};
const used = ["slack", "channels", "pager", "genie", "jira", "snow", "itom", "mail", "docs"];
const sub = (subAction: string, subActionParams: Dict = {}) => ({ subAction, subActionParams });
const page = { eventAction: "trigger", summary: "s", dedupKey: "k" };
const resolve = { eventAction: "resolve", dedupKey: "k" };
const choices = sub("getChoices", { fields: ["urgency"] });
const issue = sub("pushToService", { incident: { summary: "s" }, comments: [] });

async function deployment(sandbox: object = {}): Promise<Planted> {
  const made = await planted({ person: accepts, sandbox: { empty: true, version: "9.5", ...sandbox } });
  const all = { ...Object.fromEntries(used.map((kind) => [kind, rehearsedConnectors[kind]])), ...more };
  for (const [id, body] of Object.entries(all))
    await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...body });
  return made;
}

const mapped = async (made: Planted): Promise<Record<string, string>> => {
  const { body } = await made.call("map_notifications", { space: "default", limit: 50 });
  return Object.fromEntries(body.rules.map(({ name, verdict }: Dict) => [String(name).replace("Rule ", ""), verdict]));
};

/** What reaches somebody, and what does not, of the same types. */
const actions: Record<string, [connector: string, params: Dict, hears: boolean]> = {
  "jira reads fields": ["jira", sub("getFields"), false],
  "jira reads an issue": ["jira", sub("getIncident", { externalId: "A-1" }), false],
  "jira opens": ["jira", issue, true],
  "snow reads": ["snow", choices, false],
  "itom reads": ["itom", choices, false],
  "itom sends": ["itom", sub("addEvent", { severity: "1", message_key: "k", source: "kibana" }), true],
  "channels reads": ["channels", sub("validChannelId", { channelId: "C1" }), false],
  "tines reads": ["tines", sub("stories"), false],
  "tines tests": ["tines", sub("test", { webhookUrl: "https://t.tines.com/webhook/a/b", body: "{}" }), true],
  "resilient reads": ["resilient", sub("incidentTypes"), false],
  "xsoar reads": ["xsoar", sub("getPlaybooks"), false],
  "d3 tests": ["d3", sub("test", { body: "{}" }), true],
  "docs write none": ["docs", { documents: [] }, false],
  "docs record one": ["docs", { documents: [{ a: 1 }] }, false],
  "pager resolves": ["pager", resolve, false],
  "pager opens": ["pager", page, true],
};

test("what a rule's action hands over decides who hears, in map, connector and audit, as when the rule fires", async () => {
  const made = await deployment();
  const ids = new Map(Object.keys(actions).map((name, at) => [name, `r${at}`]));
  for (const [name, [connector, params]] of Object.entries(actions))
    await made.rule("default", ids.get(name) ?? "", [act(connector, fires, params)], { name });
  const expected = Object.fromEntries(Object.entries(actions).map(([name, [, , hears]]) => [name, hears ? "told" : "nobody"]));
  expect(await mapped(made)).toEqual(expected);
  for (const id of new Set(Object.values(actions).map(([connector]) => connector))) {
    const { body } = await made.call("get_connector", { id, include: ["rules"] });
    for (const { name, verdict = "told" } of body.rules)
      expect([name, verdict]).toEqual([name, name === "docs record one" ? "recorded" : expected[name]]);
  }
  // What Kibana refuses is a finding of its own.
  const silent = (await made.findings({ checks: ["notifies_nobody", "params_refused"] })).map(({ rule }) => rule);
  const untold = Object.keys(actions).filter((name) => expected[name] === "nobody");
  expect(silent.sort()).toEqual(untold.map((name) => ids.get(name)).sort());
  for (const [name, [connector, , hears]] of Object.entries(actions)) {
    const fired = JSON.parse(await made.bare("POST", `/sandbox/rules/${ids.get(name)}/fire`, { state: "active" }));
    const reaches = !/reads|none|record|resolves/.test(name);
    expect([name, connector, reaches, fired.actions.length]).toEqual([name, connector, hears, 1]);
  }
});

const step = (type: string, id: string, given: Dict, more: Dict = {}) =>
  `  - ${JSON.stringify({ name: "do", type, "connector-id": id, with: given, ...more })}`;
const request = (method: string, path: string, body?: Dict) =>
  `  - ${JSON.stringify({ name: "do", type: "kibana.request", with: { method, path, ...(body && { body }) } })}`;
const tell = step("slack", "slack", { message: "m" }, { name: "tell" });
const run = "/api/actions/connector/pager/_execute";

test.each([false, true])("a step of a workflow is judged as an action is (new alerting: %s)", async (isNew) => {
  const made = await deployment();
  if (isNew) await made.on("default");
  const flows: Record<string, [steps: string, verdict: string]> = {
    opens: [step("pagerduty", "pager", page), "told"],
    resolves: [step("pagerduty", "pager", resolve), "nobody"],
    acknowledges: [step("pagerduty", "pager", { ...resolve, eventAction: "acknowledge" }), "nobody"],
    "opens with an expression": [step("pagerduty", "pager", { ...page, severity: ["$", "{ event.severity }}"].join("{") }), "perhaps"],
    "opens with a tag": [step("pagerduty", "pager", { ...page, severity: "{% if a %}info{% else %}error{% endif %}" }), "perhaps"],
    "is refused": [step("pagerduty", "pager", { ...page, severity: "nope" }), "nobody"],
    "mails nobody": [step("email", "mail", { to: [], subject: "s", message: "m" }), "nobody"],
    "closes by its type": [step("opsgenie.closeAlert", "genie", { alias: "a" }), "nobody"],
    "closes by its params": [step("opsgenie", "genie", sub("closeAlert", { alias: "a" })), "nobody"],
    reads: [step("jira.getIncident", "jira", { externalId: "A-1" }), "nobody"],
    "reads, then tells": [`${step("jira.getIncident", "jira", { externalId: "A-1" })}\n${tell}`, "told"],
    "fails, then would tell": [`${step("slack", "slack", {})}\n${tell}`, "nobody"],
    "fails, goes on and tells": [`${step("slack", "slack", {}, { "on-failure": { continue: true } })}\n${tell}`, "perhaps"],
    asks: [
      `  - ${JSON.stringify({ name: "ask", type: "waitForInput", with: { message: "m", channels: { slack: { "connector-id": "slack" } } } })}`,
      "told",
    ],
    "runs it": [request("POST", run, { params: page }), "told"],
    "runs it to close": [request("POST", run, { params: resolve }), "nobody"],
    "looks at it": [request("GET", "/api/actions/connector/pager"), "nobody"],
  };
  const ids = Object.keys(flows).map((name, at) => [name, `wf-${at}`] as const);
  for (const [name, id] of ids) {
    await made.workflow(id, flows[name]?.[0] ?? "");
    if (isNew) {
      await made.v2(name);
      await made.policy(id, id, `rule.name: "${name}"`);
    } else await made.rule("default", id, [starts(id)], { name });
  }
  expect(await mapped(made)).toEqual(Object.fromEntries(Object.entries(flows).map(([name, [, verdict]]) => [name, verdict])));
});

test("constants of a workflow count as what they say", async () => {
  const made = await deployment();
  for (const [id, action] of Object.entries({ opens: "trigger", closes: "resolve" })) {
    const given = { ...page, eventAction: "{{ consts.what }}" };
    await made.workflow(id, step("pagerduty", "pager", given), { head: `consts: { what: ${action} }\n` });
    await made.rule("default", id, [starts(id)]);
  }
  expect(await mapped(made)).toEqual({ opens: "told", closes: "nobody" });
});

describe("a change that leaves nobody who hears when the rule fires", () => {
  const slack = post("slack");
  /** What is left beside Slack, and what the question says of it. */
  const left: Record<string, [rest: object[], says: RegExp | undefined]> = {
    resolves: [[act("pager", fires, resolve)], /will notify nobody when it fires: .*"Connector pager" \(its action closes/],
    reads: [[act("jira", fires, sub("getFields"))], /will notify nobody when it fires: .*"Connector jira" \(its action only reads\)/],
    mails: [[act("mail", fires, { to: [], subject: "s", message: "m" })], /will notify nobody when it fires: .*\.email refuses its params/],
    off: [[starts("off")], /will notify nobody when it fires: .*the workflow is switched off/],
    idle: [[starts("idle")], /will notify nobody when it fires: .*uses no connector/],
    closes: [[starts("closes")], /will notify nobody when it fires: .*step do closes/],
    sometimes: [[starts("sometimes")], /may notify nobody when it fires: .*under a condition only/],
    starts: [[starts("opens")], undefined],
    opens: [[act("pager", fires, page), act("pager", fires, resolve)], undefined],
  };

  async function withRules() {
    const made = await deployment();
    await made.workflow("off", tell, { head: "enabled: false\n" });
    await made.workflow("idle", "  - { name: note, type: console, with: { message: m } }");
    await made.workflow("closes", step("pagerduty", "pager", resolve));
    await made.workflow("sometimes", step("pagerduty", "pager", page, { if: "event.x : 1" }));
    await made.workflow("opens", step("pagerduty", "pager", page));
    return made;
  }
  const said = (one: { message: string } | undefined, warnings: string[] = []) => {
    const [note] = warnings.filter((text) => /notify nobody/.test(text));
    return [note, note === undefined ? /notify nobody/.test(one?.message ?? "") : one?.message.includes(`Note: ${note.slice(0, 200)}`)];
  };

  test.each(Object.entries(left))("by a removal is told, as the map sees it: %s", async (id, [rest, says]) => {
    const made = await withRules();
    await made.rule("default", id, [slack, ...rest]);
    const { body } = await made.call("replace_connector", { from: "slack", remove: true, rules: [id] });
    expect(body.status).toBe("done");
    expect(said(made.questions.at(-1), body.warnings)).toEqual(says ? [expect.stringMatching(says), true] : [undefined, false]);
    const expected = says ? (String(says).includes("may notify") ? "perhaps" : "nobody") : "told";
    expect((await mapped(made))[id]).toBe(expected);
  });

  test.each(["resolves", "reads", "off", "sometimes", "opens"])("by an undo of an attach is told: %s", async (id) => {
    const [rest = [], says] = left[id] ?? [];
    const made = await withRules();
    await made.rule("default", id, rest);
    const { change } = (await made.call("attach_connector", { connector: "slack", rules: [id] })).body;
    const { body } = await made.call("undo_change", { change });
    expect(body.status).toBe("done");
    expect(said(made.questions.at(-1), body.warnings)).toEqual(says ? [expect.stringMatching(says), true] : [undefined, false]);
  });

  test("is told once for rules that share the reason, and where workflows cannot be read it is perhaps", async () => {
    const made = await withRules();
    for (const id of ["one", "two"]) await made.rule("default", id, [slack, act("pager", fires, resolve)]);
    await made.rule("default", "three", [slack, starts("opens")]);
    await made.fault("error", { path: "/api/workflows", times: 50 });
    const { warnings } = (
      await made.call("replace_connector", { from: "slack", remove: true, rules: ["one", "two", "three"], dry_run: true })
    ).body;
    const notes = warnings.filter((text: string) => /notify nobody/.test(text));
    expect(notes).toEqual([
      expect.stringMatching(/^2 rules .*will notify nobody when they fire/),
      expect.stringMatching(/^rule "Rule three" \(three\) may notify nobody when it fires/),
    ]);
  });
});

describe("params that only read", () => {
  const reads: [connector: string, params: Dict][] = [
    ["jira", sub("getFields")],
    ["snow", choices],
    ["itom", choices],
    ["channels", sub("validChannelId", { channelId: "C1" })],
    ["tines", sub("stories")],
    ["resilient", sub("incidentTypes")],
    ["xsoar", sub("getPlaybooks")],
  ];
  const why = "these only read, and nobody hears of it";

  test("are refused by attach and replace, as what only closes is, and nothing is said of incidents", async () => {
    const made = await deployment();
    await made.rule("default", "chat", [post("slack")]);
    await made.rule("default", "bare", []);
    for (const [connector, params] of reads)
      for (const { body } of [
        await made.call("attach_connector", { connector, rules: ["bare"], params }),
        await made.call("replace_connector", { from: "slack", to: connector, rules: ["chat"], params }),
      ]) {
        expect([connector, body.message]).toEqual([connector, expect.stringMatching(/only read|for siem: rule "Rule bare"/)]);
        expect(body.message).not.toContain("opens");
      }
    expect(made.questions).toEqual([]);
    const { body } = await made.call("attach_connector", { connector: "jira", rules: ["bare"], params: sub("getFields") });
    expect(body.message).toContain(why);
    const test = await made.call("attach_connector", { connector: "d3", rules: ["bare"], params: sub("test", { body: "{}" }) });
    expect(test.body.status).toBe("done");
  });

  test("are not taken for an action that is there already: attach adds its own, and with replace puts it in their place", async () => {
    const made = await deployment();
    for (const id of ["beside", "instead"]) await made.rule("default", id, [act("jira", fires, sub("getFields"))]);
    const beside = await made.call("attach_connector", { connector: "jira", rules: ["beside"] });
    const instead = await made.call("attach_connector", { connector: "jira", rules: ["instead"], replace: true });
    expect([beside.body.status, instead.body.status]).toEqual(["done", "done"]);
    expect(await mapped(made)).toEqual({ beside: "told", instead: "told" });
  });
});

test("the audit counts the rules that tell nobody but a connector that fails as the map does", async () => {
  const made = await deployment({ deliver: true });
  await made.connector("default", "hook", ".webhook", "Hook", hook("http://localhost:1/x"), login);
  await made.workflow("off", tell, { head: "enabled: false\n" });
  const call = act("hook", fires, { body: "{}" });
  const rules: Record<string, object[]> = {
    alone: [call],
    late: [call, post("slack", "recovered")],
    resolves: [call, act("pager", fires, resolve)],
    reads: [call, act("jira", fires, sub("getFields"))],
    mails: [call, act("mail", fires, { to: [], subject: "s", message: "m" })],
    off: [call, starts("off")],
    chat: [call, post("slack")],
    unrelated: [post("slack")],
  };
  for (const [id, own] of Object.entries(rules)) await made.rule("default", id, own);
  await made.rule("default", "disabled", [call], { enabled: false });
  for (let n = 0; n < 3; n++) await made.execute("default", "hook", { body: "{}" });
  const { body } = await made.call("map_notifications", { connector: "hook", limit: 50 });
  const silent = body.would_be_silent.map(({ id }: { id: string }) => id);
  expect(silent.sort()).toEqual(["alone", "disabled", "late", "mails", "off", "reads", "resolves"]);
  const [{ evidence } = { evidence: "" }] = await made.findings({ checks: ["failing"] });
  expect(evidence).toContain(`${silent.length - 1} enabled rules tell nobody else`);
  // One fault, one finding.
  const others = (await made.findings({ checks: ["notifies_nobody"] })).map(({ rule }) => rule);
  expect(others).toEqual(["mails"]);
});
