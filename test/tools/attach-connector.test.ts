import { describe, expect, test } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import { seal } from "../../src/sealed.ts";
import { accepts, connect, declines, type ProductOptions, product } from "../support/product.ts";
import { action, deleteBlindly, makeConnector, makeRule, ruleOf, steady } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;

const dash = "{{rule.id}}-{{alert.id}}";
const colon = "{{rule.id}}:{{alert.id}}";
const login = { username: "u", password: "p" };
const types: Record<string, [type: string, more: object]> = {
  pager: [".pagerduty", {}],
  chat: [".slack", {}],
  genie: [".opsgenie", { config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } }],
  jsm: [".jira-service-management", { config: { apiUrl: "https://api.atlassian.com" }, secrets: { apiKey: "k" } }],
  snow: [".servicenow", { config: { apiUrl: "https://x.service-now.com", usesTableApi: false }, secrets: login }],
  itom: [".servicenow-itom", { config: { apiUrl: "https://x.service-now.com" }, secrets: login }],
  tickets: [".jira", { config: { apiUrl: "https://x.atlassian.net", projectKey: "OPS" }, secrets: { email: "e@x.io", apiToken: "t" } }],
  log: [".index", { config: { index: "alerts-out" } }],
  hook: [".webhook", { config: { url: "https://hooks.example.com/x", hasAuth: false, authType: null } }],
  gpt: [".gen-ai", { config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" }, secrets: { apiKey: "x" } }],
};

/** An otherwise empty deployment with these connectors. */
async function deployment(ids: readonly string[], options: ProductOptions = {}): Promise<Made> {
  const made = await product({ person: accepts, ...options, sandbox: { empty: true, ...options.sandbox } });
  for (const id of ids) {
    const [type, more] = types[id] ?? ["", {}];
    await makeConnector(made, id, type, { ...more });
  }
  return made;
}

const attach = async (made: Made, args: Record<string, unknown>) => (await made.call("attach_connector", args)).body;
const fire = async (made: Made, rule: string, state: string, alerts?: unknown[]) =>
  JSON.parse(await made.bare("POST", `/sandbox/rules/${rule}/fire`, { state, ...(alerts && { alerts }) }));
const incidents = async (made: Made): Promise<{ key: string; status: string; events: number }[]> =>
  JSON.parse(await made.bare("GET", "/sandbox/incidents")).incidents;
// biome-ignore lint/suspicious/noExplicitAny: tests look into what was sent freely
const seen = async (made: Made): Promise<any[]> =>
  JSON.parse(await made.bare("GET", "/sandbox/deliveries")).deliveries.map(({ what }: { what: unknown }) => what);

describe("an incident", () => {
  test.each(["pager", "genie", "jsm", "snow", "itom"])(
    "of %s is opened once when the alert fires and closed when it recovers",
    async (id) => {
      const made = await deployment([id]);
      await makeRule(made, "r", []);
      const { status, result, next } = await attach(made, { connector: id, rules: ["r"] });
      expect([status, result]).toEqual([
        "done",
        {
          connector: id,
          api_key_owner: "sandbox",
          rules: [
            {
              id: "r",
              name: "Rule r",
              enabled: true,
              groups: ["query matched", "recovered"],
              alerts: "one for the whole rule",
              actions: [
                { action: `Connector ${id}: query matched (onActionGroupChange)`, params: expect.any(Object) },
                { action: `Connector ${id}: recovered (onActionGroupChange)`, params: expect.any(Object) },
              ],
            },
          ],
        },
      ]);
      // Those that have a safe test.
      const test = expect.objectContaining({ tool: "test_connector", args: { id, space: "default" } });
      expect(next ?? []).toEqual(["snow", "itom"].includes(id) ? [test] : []);
      await fire(made, "r", "active", ["a", "b"]);
      await fire(made, "r", "active", ["a", "b"]);
      expect((await incidents(made)).map(({ key, status: is }) => [key, is])).toEqual([
        ["r-a", "open"],
        ["r-b", "open"],
      ]);
      await fire(made, "r", "recovered", ["a"]);
      expect((await incidents(made)).map((one) => one.status)).toEqual(["closed", "open"]);
    },
  );

  test("is closed with the key that an action in the rule has already, of the same connector or another one", async () => {
    const made = await deployment(["pager"]);
    await makeConnector(made, "night", ".pagerduty", { secrets: { routingKey: "n".repeat(32) } });
    const pages = action("pager", { params: { eventAction: "trigger", summary: "s", dedupKey: colon } });
    await makeRule(made, "r", [pages]);
    await attach(made, { connector: "pager", rules: ["r"] });
    await attach(made, { connector: "night", rules: ["r"] });
    expect((await ruleOf(made, "r")).actions.map((one: { params: { dedupKey: string } }) => one.params.dedupKey)).toEqual([
      colon,
      colon,
      colon,
      colon,
    ]);
    await fire(made, "r", "active", ["a"]);
    await fire(made, "r", "recovered");
    expect((await incidents(made)).map(({ key, status }) => [key, status])).toEqual([
      ["r:a", "closed"],
      ["r:a", "closed"],
    ]);
  });

  test("of ServiceNow is closed if an existing action opened it without a key: Kibana's default is the same text for all", async () => {
    const made = await deployment(["snow"]);
    const params = { subAction: "pushToService", subActionParams: { incident: { short_description: "x" }, comments: [] } };
    await makeRule(made, "r", [action("snow", { params })]);
    await attach(made, { connector: "snow", rules: ["r"] });
    await fire(made, "r", "active", ["a", "b"]);
    await fire(made, "r", "recovered", ["a"]);
    expect((await incidents(made)).map(({ key, status }) => [key, status])).toEqual([
      ["r-a", "closed"],
      ["r-b", "open"],
    ]);
  });

  test("is closed in each group if each has a key of its own", async () => {
    const made = await deployment(["pager"]);
    const pages = (level: string, dedupKey: string) =>
      action("pager", { group: `metrics.threshold.${level}`, params: { eventAction: "trigger", summary: "s", dedupKey } });
    const metrics = { rule_type_id: "metrics.alert.threshold", consumer: "infrastructure" };
    await makeRule(made, "r", [pages("fired", "f-{{alert.id}}"), pages("warning", "w-{{alert.id}}")], metrics);
    expect((await attach(made, { connector: "pager", rules: ["r"] })).result.rules[0].groups).toEqual(["recovered", "recovered"]);
    await fire(made, "r", "active", [
      { id: "a", group: "metrics.threshold.fired" },
      { id: "b", group: "metrics.threshold.warning" },
    ]);
    await fire(made, "r", "recovered");
    expect((await incidents(made)).map(({ key, status }) => [key, status])).toEqual([
      ["f-a", "closed"],
      ["w-b", "closed"],
    ]);
    expect((await attach(made, { connector: "pager", rules: ["r"] })).status).toBe("no_change");
  });

  test("gets closed if an existing action opened it without a key", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r", [
      action("pager", { params: { eventAction: "trigger", summary: "s" }, alerts_filter: { query: { kql: "x", filters: [] } } }),
    ]);
    const before = await ruleOf(made, "r");
    const { warnings } = await attach(made, { connector: "pager", rules: ["r"] });
    // The headline says that it does more than add.
    expect(made.questions[0]?.message).toContain('an action on "recovered"; it also changes what is there.');
    expect(warnings.join("\n")).toContain("that recovery closed nothing");
    const after = await ruleOf(made, "r");
    expect(after.actions[0]).toEqual({ ...before.actions[0], params: { ...before.actions[0].params, dedupKey: dash } });
    await fire(made, "r", "active", ["a"]);
    await fire(made, "r", "recovered");
    expect((await incidents(made)).map((one) => one.status)).toEqual(["closed"]);
  });

  test("in Jira is opened and never closed, and the plan says so", async () => {
    const made = await deployment(["tickets"]);
    await makeRule(made, "r", []);
    const { warnings, result } = await attach(made, { connector: "tickets", rules: ["r"] });
    expect(result.rules[0].groups).toEqual(["query matched"]);
    expect(warnings.join("\n")).toContain("Jira cannot close what it opens.");
  });

  test("in ServiceNow is not closed before 8.12, which cannot", async () => {
    const made = await deployment(["snow"], { sandbox: { version: "8.11" } });
    await makeRule(made, "r", []);
    const { result, warnings } = await attach(made, { connector: "snow", rules: ["r"] });
    expect(result.rules[0].groups).toEqual(["query matched"]);
    expect(warnings.join("\n")).toContain("Kibana 8.12 and later can close in ServiceNow ITSM.");
  });
});

describe("a message", () => {
  test("is sent once for each alert, and once when it recovers if that is asked for", async () => {
    const made = await deployment(["chat"]);
    await makeRule(made, "r", []);
    await attach(made, { connector: "chat", rules: ["r"], groups: ["query matched", "recovered"] });
    const context = { title: "Too many errors", message: "42 in 5m" };
    await fire(made, "r", "active", [{ id: "web-1", context }]);
    await fire(made, "r", "active", [{ id: "web-1", context }]);
    await fire(made, "r", "recovered");
    expect(await seen(made)).toEqual([{ message: "*Rule r*\nToo many errors\n42 in 5m" }, { message: "*Rule r*\nweb-1 recovered" }]);
  });

  test("as a digest counts the alerts of a period", async () => {
    const made = await deployment(["chat"]);
    await makeRule(made, "r", []);
    const { plan } = await attach(made, { connector: "chat", rules: ["r"], workflow: "chat_digest", dry_run: true });
    expect(plan.summary).toContain("a summary, every 30m at most.");
    await attach(made, { connector: "chat", rules: ["r"], workflow: "chat_digest" });
    await fire(made, "r", "active", ["a", "b", "c"]);
    await fire(made, "r", "active", ["a", "d"]);
    expect(await seen(made)).toEqual([{ message: "*Rule r*\n3 new, 0 ongoing, 0 recovered" }]);
  });

  test("in a JSON body stays JSON", async () => {
    const made = await deployment(["hook"]);
    await makeRule(made, "r", []);
    await attach(made, { connector: "hook", rules: ["r"] });
    await fire(made, "r", "active", [{ id: 'say "hi"', context: { message: 'a "quote"\n' } }]);
    const [{ body }] = await seen(made);
    expect(JSON.parse(body)).toMatchObject({ rule_name: "Rule r", alert_id: 'say "hi"', status: "active", reason: 'a "quote"\n' });
  });
});

test("an audit index gets a document on every run and one at the end, and the plan warns about its growth", async () => {
  const made = await deployment(["log"]);
  await makeRule(made, "r", []);
  const { warnings } = await attach(made, { connector: "log", rules: ["r"] });
  expect(warnings.join("\n")).toContain("(ILM)");
  await fire(made, "r", "active", ["a"]);
  await fire(made, "r", "active", ["a"]);
  await fire(made, "r", "recovered");
  const documents = (await seen(made)).flat();
  expect(documents.map((one) => [one.rule_id, one.alert_id, one.action_group, one.status])).toEqual([
    ["r", "a", "query matched", "active"],
    ["r", "a", "query matched", "active"],
    ["r", "a", "recovered", "recovered"],
  ]);
  expect(documents[0]["@timestamp"]).toMatch(/^\d{4}-\d\d-\d\dT/);
});

describe("a rule", () => {
  test("saved by Kibana's form keeps everything, and only gets new actions", async () => {
    const made = await deployment(["pager", "chat"]);
    const filters = {
      uuid: "9a3b8f0e-1111-4222-8333-444455556666",
      alerts_filter: {
        query: { kql: "host.name: web*", filters: [{ meta: { alias: null }, query: { match_phrase: { "host.name": "web-1" } } }] },
        timeframe: { days: [1, 2, 3], hours: { start: "08:00", end: "17:00" }, timezone: "Europe/Berlin" },
      },
      use_alert_data_for_template: true,
    };
    const system = { id: "system-connector-.cases", params: { subAction: "run", subActionParams: { groupingBy: [] } } };
    await makeRule(made, "r", [action("chat", filters), system]);
    const before = await ruleOf(made, "r");
    await attach(made, { connector: "pager", rules: ["r"] });
    const after = await ruleOf(made, "r");
    expect(steady({ ...after, actions: [] })).toEqual(steady({ ...before, actions: [] }));
    for (const one of before.actions) expect(after.actions).toContainEqual(one);
    expect(after.actions).toHaveLength(4);
    expect(after.revision).toBe(before.revision + 1);
  });

  test("that notifies as before 8.6 notifies as often as before, and undo puts its setting back", async () => {
    const made = await deployment(["pager", "chat"]);
    const { frequency: _none, ...bare } = action("chat") as { frequency: object };
    await makeRule(made, "r", [bare], { notify_when: "onThrottleInterval", throttle: "1h" });
    const before = await ruleOf(made, "r");
    const { warnings, change } = await attach(made, { connector: "pager", rules: ["r"] });
    expect(warnings.join("\n")).toContain("deprecated frequency of the rule itself (onThrottleInterval 1h)");
    const after = await ruleOf(made, "r");
    expect([after.notify_when, after.throttle]).toEqual([null, null]);
    expect(after.actions[0]).toEqual({
      ...before.actions[0],
      frequency: { summary: false, notify_when: "onThrottleInterval", throttle: "1h" },
    });
    expect((await made.call("undo_change", { change })).body.status).toBe("done");
    expect(steady(await ruleOf(made, "r"))).toEqual(steady(before));
  });

  test("with an action whose connector is gone is not saved by Kibana: the answer says how to fix it, and that works", async () => {
    const made = await deployment(["pager", "log"]);
    const { change } = (await made.call("safe_delete_connector", { ids: ["log"] })).body;
    // A rule that started to use it at the moment it was deleted.
    await makeConnector(made, "log", ".index", { config: { index: "alerts-out" } });
    await makeRule(made, "r", [action("log", { params: { documents: [{ a: 1 }] } })]);
    await deleteBlindly(made, "log");
    const state = await made.state();
    const body = await attach(made, { connector: "pager", rules: ["r"] });
    expect(body).toMatchObject({
      code: "connector_not_found",
      detail: { next: [{ tool: "undo_change", args: { change, id: "log" } }] },
      message: expect.stringContaining('the connector "log" of one of its actions is gone'),
    });
    expect(await made.state()).toBe(state);
    const [mend] = body.detail?.next ?? [];
    expect((await made.call(mend.tool, mend.args)).body.status).toBe("done");
    expect((await attach(made, { connector: "pager", rules: ["r"] })).status).toBe("done");
  });

  test("with another connector that lost its secrets is not saved by Kibana either", async () => {
    const made = await product({ person: accepts });
    const rule = { ...action("ops-slack"), group: "query matched" };
    await makeRule(made, "r", [rule]);
    const line = {
      type: "action",
      id: "ops-slack",
      attributes: { actionTypeId: ".slack", name: "Ops Slack", config: {}, isMissingSecrets: true },
    };
    const file = new FormData();
    file.append("file", new Blob([JSON.stringify(line)]), "x.ndjson");
    await fetch(`${made.sandboxUrl}/api/saved_objects/_import?overwrite=true`, {
      method: "POST",
      headers: { "kbn-xsrf": "x" },
      body: file,
    });
    expect(await attach(made, { connector: "ops-pagerduty", rules: ["r"] })).toMatchObject({
      code: "secrets_needed",
      detail: { next: [{ tool: "update_connector", args: { id: "ops-slack" } }] },
    });
  });

  test("of Elastic Security gets no recovery action, and the plan says where such rules belong", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "d", [], { rule_type_id: "siem.queryRule", consumer: "siem" });
    const { status, warnings, result } = await attach(made, { connector: "pager", rules: ["d"] });
    expect([status, result.rules[0].groups]).toEqual(["done", ["default"]]);
    expect(warnings.join("\n")).toContain("meant to be edited in the Security app");
    expect(warnings.join("\n")).toContain("never recover by themselves");
  });

  test("that is disabled is attached to anyway, with a note about it", async () => {
    const made = await deployment(["chat"]);
    await makeRule(made, "r", [], { enabled: false });
    expect((await attach(made, { connector: "chat", rules: ["r"] })).warnings.join("\n")).toContain("The rule is disabled");
  });
});

test("another frequency than the action has is not said to be attached already", async () => {
  const made = await deployment(["chat"]);
  await makeRule(made, "r", []);
  const digest = { connector: "chat", rules: ["r"], workflow: "chat_digest" };
  await attach(made, digest);
  expect(await attach(made, { ...digest, frequency: { throttle: "2h" } })).toMatchObject({
    status: "no_change",
    message: '"Connector chat" is already attached to the rule.',
    warnings: [expect.stringContaining("(onThrottleInterval 30m), not the one asked for")],
  });
});

describe("several rules in one plan", () => {
  test("by id and by name, each once; those already attached are left out and listed", async () => {
    const made = await deployment(["pager"]);
    for (const id of ["r1", "r2", "r3"]) await makeRule(made, id, []);
    await attach(made, { connector: "pager", rules: ["r3"] });
    const { revision } = await ruleOf(made, "r3");
    const body = await attach(made, { connector: "Connector pager", rules: ["r1", "Rule r1", "Rule r2", "r3"] });
    expect(body.result.rules.map(({ id }: { id: string }) => id)).toEqual(["r1", "r2"]);
    expect(body.result.already).toEqual(["r3"]);
    expect((await ruleOf(made, "r3")).revision).toBe(revision);
    expect(made.questions).toHaveLength(2);
    const again = await attach(made, { connector: "pager", rules: ["r1", "r2", "r3"] });
    expect(again).toMatchObject({ status: "no_change", result: { connector: "pager", already: ["r1", "r2", "r3"] } });
    expect(made.questions).toHaveLength(2);
  });

  test("of several types each get their own groups, and notes name the rules that they are about", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "q", []);
    await makeRule(made, "m", [], { rule_type_id: "metrics.alert.threshold", consumer: "infrastructure" });
    const { result, warnings } = await attach(made, { connector: "pager", rules: ["q", "m"] });
    expect(result.rules.map(({ groups }: { groups: string[] }) => groups)).toEqual([
      ["query matched", "recovered"],
      ["metrics.threshold.fired", "recovered"],
    ]);
    expect(warnings).toContainEqual(
      '"Rule m": Rules of this type also fire in "metrics.threshold.warning", "metrics.threshold.nodata": name them in groups to use the connector there too.',
    );
  });

  test("that fail are reported one by one, with the reason, and the others go on; so does the same call", async () => {
    const made = await deployment(["pager"]);
    const call = { connector: "pager", rules: Array.from({ length: 8 }, (_, n) => `r${n + 1}`) };
    for (const id of call.rules) await makeRule(made, id, []);
    await made.fault("conflict", { method: "PUT", path: "/api/alerting/rule/r2" });
    const { status, result } = await attach(made, call);
    expect(status).toBe("partial");
    const others = call.rules.filter((id) => id !== "r2");
    expect(result.rules.map(({ id }: { id: string }) => id)).toEqual(others);
    expect(result.not_attached).toEqual([
      { id: "r2", name: "Rule r2", outcome: "failed", error: expect.stringContaining("Somebody else changed it") },
    ]);
    const again = await attach(made, call);
    expect([again.result.rules.map(({ id }: { id: string }) => id), again.result.already]).toEqual([["r2"], others]);
  });

  test("of which nobody knows are counted and listed apart from those that failed, as by a move", async () => {
    const made = await deployment(["pager"]);
    await makeConnector(made, "pager2", ".pagerduty");
    const rules = ["r1", "r2"];
    for (const id of rules)
      await makeRule(made, id, [action("pager", { params: { eventAction: "trigger", summary: "s", dedupKey: "k" } })]);
    const cut = () => made.fault("cut_before", { method: "PUT", path: "/api/alerting/rule/r1" });
    await cut();
    const { result } = await attach(made, { connector: "pager2", rules, groups: ["query matched"] });
    expect(result.unknown).toMatchObject([{ id: "r1", outcome: "unknown" }]);
    expect((result.not_attached ?? []).map(({ outcome }: { outcome: string }) => outcome)).not.toContain("unknown");
    await cut();
    const moved = (await made.call("replace_connector", { from: "pager", to: "pager2", rules })).body.result;
    expect([moved.counts.unknown, moved.counts.failed, moved.rules[0]]).toMatchObject([1, undefined, { id: "r1", outcome: "unknown" }]);
  });

  test("stop where Kibana cannot be reached: nothing more begins", async () => {
    const made = await deployment(["pager"]);
    const call = { connector: "pager", rules: Array.from({ length: 20 }, (_, n) => `r${n + 1}`) };
    for (const id of call.rules) await makeRule(made, id, []);
    await made.fault("cut_before", { method: "PUT", path: "/api/alerting/rule/r2" });
    const { status, result } = await attach(made, call);
    expect(status).toBe("partial");
    // Those that were under way at the same time are finished.
    expect(result.not_attached.at(-1)).toEqual({ id: "r20", name: "Rule r20", outcome: "not_begun" });
    expect(result.counts.attached).toBeLessThan(8);
  });

  test("undo puts all of them back", async () => {
    const made = await deployment(["pager"]);
    for (const id of ["r1", "r2"]) await makeRule(made, id, []);
    const { change } = await attach(made, { connector: "pager", rules: ["r1", "r2"] });
    await made.call("undo_change", { change });
    for (const id of ["r1", "r2"]) expect((await ruleOf(made, id)).actions).toEqual([]);
  });

  test("one that does not fit stops all of them, by name", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "q", []);
    await makeRule(made, "t", [], { rule_type_id: ".index-threshold" });
    const body = await attach(made, { connector: "pager", rules: ["q", "t"], groups: ["query matched"] });
    expect(body).toMatchObject({ code: "invalid_arguments", detail: { rule: "t" } });
    expect(body.message).toContain('"Rule t" (t): "query matched" is not an action group of rules of type .index-threshold');
    expect(made.writes()).toEqual([]);
  });
});

describe("the person", () => {
  test("is shown the groups, the params and whose key the rule runs with, before and after", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r", []);
    await attach(made, { connector: "pager", rules: ["r"], params: { severity: "error" } });
    for (const part of [
      'Attach "Connector pager" (.pagerduty, id pager) to rule "Rule r" (r) in space default: an action on "query matched" and on "recovered".',
      'Params given: {"severity":"error"}.',
      dash,
      "api_key_owner",
      "It can be undone.",
    ])
      expect(made.questions[0]?.message).toContain(part);
  });

  test("may say no, or only look: nothing is written", async () => {
    const made = await deployment(["pager"], { person: declines });
    await makeRule(made, "r", []);
    const state = await made.state();
    expect((await attach(made, { connector: "pager", rules: ["r"], dry_run: true })).status).toBe("planned");
    expect((await attach(made, { connector: "pager", rules: ["r"] })).status).toBe("declined");
    expect([await made.state(), made.writes()]).toEqual([state, []]);
  });

  test("who agreed before the actions changed has agreed to nothing", async () => {
    let made: Made | undefined;
    const meddles: ProductOptions["person"] = async () => {
      const rule = await ruleOf(made as Made, "r");
      const { name, schedule, params, tags } = rule;
      await (made as Made).bare("PUT", "/api/alerting/rule/r", { name, schedule, params, tags, actions: [action("chat")] });
      return { action: "accept", content: { confirm: true } };
    };
    made = await deployment(["pager", "chat"], { person: meddles });
    await makeRule(made, "r", []);
    expect((await attach(made, { connector: "pager", rules: ["r"] })).status).toBe("plan_changed");
    expect((await ruleOf(made, "r")).actions).toHaveLength(1);
  });

  test("is warned if the rule gets this server's own key", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r", []);
    const call = { connector: "pager", rules: ["r"], dry_run: true };
    expect(JSON.stringify(await attach(made, call))).not.toContain("this server's own API key");
    const { kibana } = made.settings;
    if (!kibana) throw new Error("no Kibana");
    const settings = { ...made.settings, kibana: { ...kibana, auth: { kind: "api_key" as const, key: seal("a-b-c-d-e-f", "API key") } } };
    const backend = createBackend(settings, {}, made.clock);
    const { body } = await (await connect(backend, settings, accepts)).call("attach_connector", call);
    expect(body.warnings.join()).toContain("this server's own API key");
    await backend.close();
  });
});

describe("other words for a connector that the rule already notifies", () => {
  const allClear = action("chat", { group: "recovered", params: { message: "Fine again" } });
  const words = async (made: Made) =>
    (await ruleOf(made, "r")).actions.map(({ group, params }: { group: string; params: { message: string } }) => [group, params.message]);

  test.each([undefined, ["query matched"]])(
    "in groups %j: the call that is offered keeps the all-clear, and one action is left",
    async (groups) => {
      const made = await deployment(["chat"]);
      await makeRule(made, "r", [action("chat", { params: { message: "Old" } }), allClear]);
      const call = { connector: "chat", rules: ["r"], params: { message: "New" }, groups };
      const first = await attach(made, call);
      expect(await words(made)).toEqual([
        ["query matched", "Old"],
        ["recovered", "Fine again"],
        ["query matched", "New"],
      ]);
      // The one that is wrong is still there.
      expect(await attach(made, call)).toMatchObject({
        status: "no_change",
        next: first.next,
        warnings: [expect.stringContaining("both are sent")],
      });
      const second = await attach(made, first.next[0].args);
      expect([second.status, second.warnings.join()]).toEqual(["done", expect.stringContaining('removed: "query matched"')]);
      expect(await words(made)).toEqual([
        ["recovered", "Fine again"],
        ["query matched", "New"],
      ]);
    },
  );

  test("on recovery are those that the question shows as given", async () => {
    const made = await deployment(["chat"]);
    await makeRule(made, "r", [action("chat")]);
    await attach(made, { connector: "chat", rules: ["r"], groups: ["recovered"], params: { message: "hello" } });
    expect(made.questions[0]?.message).toMatch(/Params given: .*hello/);
    expect((await words(made))[1]).toEqual(["recovered", "hello"]);
  });
});

describe("another frequency for a connector that the rule already notifies", () => {
  const digest = { frequency: { summary: true, notify_when: "onThrottleInterval", throttle: "30m" } };
  const kinds = async (made: Made) =>
    (await ruleOf(made, "r")).actions.map(({ id, frequency }: { id: string; frequency: { summary: boolean } }) => [id, frequency.summary]);

  test("is sent in addition to the existing one: the plan and the answer say so, with the call that replaces it", async () => {
    const made = await deployment(["chat", "pager"]);
    await makeRule(made, "r", [action("chat"), action("pager")]);
    const call = { connector: "chat", rules: ["r"], ...digest };
    const both = 'Its action on "query matched" (onActionGroupChange) stays: both are sent.';
    expect((await attach(made, { ...call, dry_run: true })).warnings.join()).toContain(both);
    const { status, warnings, next } = await attach(made, call);
    expect([status, warnings.join()]).toEqual(["done", expect.stringContaining(both)]);
    expect(next[0]).toMatchObject({ tool: "attach_connector", args: { connector: "chat", rules: ["r"], replace: true } });
    await attach(made, next[0].args);
    expect(await kinds(made)).toEqual([
      ["pager", false],
      ["chat", true],
    ]);
    expect((await attach(made, next[0].args)).status).toBe("no_change");
  });

  test("replaces it with `replace`, keeps its text, and is undone as one change", async () => {
    const made = await deployment(["chat"]);
    const old = action("chat", { params: { message: "Ours" } });
    await makeRule(made, "r", [old]);
    const often = { frequency: { notify_when: "onActiveAlert" } };
    const first = await attach(made, { connector: "chat", rules: ["r"], ...often });
    expect(first).toMatchObject({ status: "no_change", next: [{ args: { replace: true } }] });
    const { status, change, warnings } = await attach(made, first.next[0].args);
    expect([status, warnings.join()]).toEqual([
      "done",
      expect.stringContaining('Its present action in the rule is changed in place: "query matched"'),
    ]);
    const { actions } = await ruleOf(made, "r");
    expect(actions).toMatchObject([{ id: "chat", params: { message: "Ours" }, frequency: { notify_when: "onActiveAlert" } }]);
    expect((await made.call("undo_change", { change })).body.status).toBe("done");
    expect((await ruleOf(made, "r")).actions).toMatchObject([old]);
  });

  test("of a connector that also closes keeps the key of open incidents, and an action that closes", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r", [
      action("pager", { params: { eventAction: "trigger", summary: "s", dedupKey: colon } }),
      action("pager", { group: "recovered", params: { eventAction: "resolve", dedupKey: colon } }),
    ]);
    const { result } = await attach(made, { connector: "pager", rules: ["r"], frequency: { notify_when: "onActiveAlert" }, replace: true });
    expect(result.rules).toMatchObject([{ groups: ["query matched"], actions: ["Connector pager: query matched (onActiveAlert)"] }]);
    expect((await ruleOf(made, "r")).actions).toMatchObject([
      { group: "query matched", params: { summary: "s", dedupKey: colon }, frequency: { notify_when: "onActiveAlert" } },
      { group: "recovered", params: { eventAction: "resolve", dedupKey: colon } },
    ]);
  });
});

describe("a connector that may not work", () => {
  const warned = async (made: Made, connector: string) =>
    ((await attach(made, { connector, rules: ["r"], dry_run: true })).warnings ?? []).join("\n");

  test("because it never ran, or because its last run failed, is attached with a warning; one that works without one", async () => {
    const made = await product({ person: accepts });
    await makeRule(made, "r", []);
    await makeConnector(made, "fresh");
    expect(await warned(made, "fresh")).toContain('"Connector fresh" has not run in the last 7 days');
    expect(await warned(made, "ops-pagerduty")).not.toMatch(/has not run|last run/);
    await made.bare("POST", "/api/actions/connector/ops-slack-2/_execute", { params: { message: "m" } });
    expect(await warned(made, "ops-slack-2")).toMatch(/The last run of "Ops Slack" failed \(\S+\): .*404/);
  });

  test("because the log cannot be read is attached with a warning", async () => {
    const made = await product({ person: accepts });
    await makeRule(made, "r", []);
    await made.fault("error", { path: "/internal/actions/_global_connector_execution_logs", times: 20 });
    expect(await warned(made, "ops-pagerduty")).toContain(
      'Whether "Ops PagerDuty" works could not be looked up: the execution log could not be read.',
    );
  });
});

describe("refused before anything is asked", () => {
  const cases: [what: string, args: Record<string, unknown>, code: string, message: string][] = [
    ["an unknown rule", { connector: "chat", rules: ["Rule rr"] }, "rule_not_found", 'There is no rule "Rule rr"'],
    ["an unknown connector", { connector: "chet", rules: ["r"] }, "connector_not_found", "There is no connector"],
    ["a system connector", { connector: "system-connector-.cases", rules: ["r"] }, "system_action", "system connector"],
    ["a type that rules cannot run", { connector: "gpt", rules: ["r"] }, "type_unusable", "are for generativeAI"],
    [
      "a workflow of others",
      { connector: "chat", rules: ["r"], workflow: "itsm" },
      "invalid_arguments",
      "does not fit connectors of type .slack",
    ],
    ["a group of others", { connector: "chat", rules: ["r"], groups: ["threshold met"] }, "invalid_arguments", "is not an action group"],
    [
      "a wrong template",
      { connector: "chat", rules: ["r"], params: { message: "{{#x}}" } },
      "invalid_arguments",
      "is not a Mustache template",
    ],
    [
      "a mistyped name",
      { connector: "chat", rules: ["r"], params: { message: "{{context.mesage}}" } },
      "invalid_arguments",
      "did you mean {{context.message}}?",
    ],
    ["a key for a type without one", { connector: "chat", rules: ["r"], dedup_key: "x" }, "invalid_arguments", "has no de-duplication key"],
    ["a mark from an answer", { connector: "hook", rules: ["r"], params: { body: "[redacted]" } }, "secret_refused", "mark from an answer"],
    ["an argument that is none", { connector: "chat", rules: ["r"], channel: "#x" }, "invalid_arguments", "channelNames"],
    ["no rule at all", { connector: "chat", rules: [] }, "invalid_arguments", "rules"],
  ];
  test.each(cases)("%s", async (_what, args, code, message) => {
    const made = await deployment(["chat", "gpt", "hook"]);
    await makeRule(made, "r", []);
    const body = await attach(made, args);
    expect(body).toMatchObject({ code });
    expect(`${body.message} ${body.fix}`).toContain(message);
    expect([made.questions, made.writes()]).toEqual([[], []]);
  });

  test("a name that two rules have", async () => {
    const made = await deployment(["chat"]);
    for (const id of ["r1", "r2"]) await makeRule(made, id, [], { name: 'Same "name"' });
    expect(await attach(made, { connector: "chat", rules: ['Same "name"'] })).toMatchObject({
      code: "invalid_arguments",
      detail: { candidates: [{ id: "r1" }, { id: "r2" }] },
    });
  });

  test("a connector without its secrets, a licence that does not cover it, a Kibana before 8.6", async () => {
    const seeded = await product({ person: accepts });
    expect((await attach(seeded, { connector: "imported-pagerduty", rules: ["Checkout errors"] })).code).toBe("secrets_needed");
    const basic = await product({ person: accepts, sandbox: { license: "basic" } });
    expect((await attach(basic, { connector: "ops-pagerduty", rules: ["Checkout errors"] })).code).toBe("type_unusable");
    const old = await product({ person: accepts, sandbox: { version: "8.5" } });
    const body = await attach(old, { connector: "ops-pagerduty", rules: ["Checkout errors"] });
    expect(body).toMatchObject({ code: "kibana_error", message: expect.stringContaining("came with 8.6") });
  });
});

test.each([
  ["disk rule", ["disk-almost-full"], 'Did you mean "Disk almost full" (disk-almost-full)?'],
  ["Chekout errors", ["checkout-errors"], 'Did you mean "Checkout errors" (checkout-errors)?'],
  ["*", 7, "Give ids or exact names of rules of this space: 7 of 7 are in `candidates`."],
])("a rule that does not exist, %j: suggests the rules that may be meant, since no tool lists them", async (rule, candidates, fix) => {
  const { call } = await product();
  const { body } = await call("attach_connector", { connector: "ops-slack", rules: [rule] });
  expect([body.code, body.fix]).toEqual(["rule_not_found", fix]);
  const ids = body.detail.candidates.map((one: { id: string }) => one.id);
  expect(typeof candidates === "number" ? ids.length : ids).toEqual(candidates);
});

describe("params for the recovery group", () => {
  test.each<[what: string, id: string, params: Record<string, unknown>]>([
    ["a message", "chat", { message: "All is well" }],
    ["a log's document", "log", { documents: [{ ok: true }] }],
    ["a webhook's body", "hook", { body: "{}" }],
  ])("alone are what is sent: %s", async (_what, id, params) => {
    const made = await deployment([id]);
    await makeRule(made, "r", []);
    const call = { connector: id, rules: ["r"], groups: ["recovered"], params };
    const { status, warnings = [] } = await attach(made, call);
    expect([status, warnings.join().includes("own text")]).toEqual(["done", false]);
    expect((await ruleOf(made, "r")).actions).toMatchObject([{ group: "recovered", params }]);
    expect((await attach(made, call)).status).toBe("no_change");
    const other = await attach(made, { ...call, params: id === "chat" ? { message: "Other" } : params });
    expect(other.status).toBe(id === "chat" ? "done" : "no_change");
  });
});

test("whoever's key a rule ran with is named, and that an undo does not bring it back", async () => {
  const made = await product({ person: accepts });
  for (const [tool, args] of [
    ["attach_connector", { connector: "ops-pagerduty", rules: ["checkout-errors"] }],
    ["replace_connector", { from: "ops-slack", remove: true, rules: ["checkout-errors"] }],
  ] as const)
    expect((await made.call(tool, { ...args, dry_run: true })).body.warnings.join()).toMatch(
      /elastic, also after an undo|also after an undo; before: elastic/,
    );
});
