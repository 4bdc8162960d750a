import { expect, test } from "vitest";
import { act, fires, hook, login } from "../audit/deployment.ts";
import { inShort, type Planted, planted, post, starts } from "../map/planted.ts";

const step = (id: string, more = "") => `  - { name: tell, type: slack, connector-id: ${id}, with: { message: m }${more} }`;
const throttled = { frequency: { summary: false, notify_when: "onThrottleInterval", throttle: "1d" } };
const slackApi = (channel: string) =>
  act("bot", fires, { subAction: "postMessage", subActionParams: { channelNames: [channel], text: "t" } });
const mail = act("mail", fires, { to: ["ann@example.org", "bob@example.org"], subject: "s", message: "m" });
const page = (group: string, eventAction: string) => act("pager", group, { eventAction, dedupKey: "{{rule.id}}", summary: "s" });
const rules = "/api/alerting/rule";

type Case = [id: string, plant: (made: Planted, id: string) => Promise<unknown>, expected: string];
const with_ =
  (...actions: object[]) =>
  (made: Planted, id: string) =>
    made.rule("default", id, actions);
const then = (plant: Case[1], path: string) => async (made: Planted, id: string) => {
  await plant(made, id);
  await made.send("POST", `${rules}/${id}/${path}`, {});
};
const over =
  (steps: string, options: object = {}) =>
  async (made: Planted, id: string) => {
    await made.workflow(`wf-${id}`, steps, options);
    await made.rule("default", id, [starts(`wf-${id}`)]);
  };
/** A rule of the new alerting with a policy of its own over the workflow that posts to `chat`. */
const v2 =
  (matcher: unknown, metadata: object = {}, more: { kind?: string; workflow?: string; policy?: object } = {}) =>
  async (made: Planted, id: string) => {
    const rule = await made.v2(id, metadata, more);
    if (matcher !== undefined) {
      const meant = typeof matcher === "string" ? matcher.replaceAll("ID", rule.id) : matcher;
      await made.policy(`p-${id}`, more.workflow ?? "post-to-chat", meant, { more: more.policy ?? {} });
    }
    return rule;
  };
const overPolicy = (id: string) => `action policy p-${id} > workflow post-to-chat > chat`;

/** What get_connector says of a route that ends there. */
const recorded: Record<string, string> = {
  log: "only recorded in Kibana's log",
  ...Object.fromEntries(["index", "failing", "better"].map((id) => [id, "only recorded in an index"])),
};

const classic: Case[] = [
  ["a-chat", with_(post("chat")), "told | chat on query matched"],
  ["a-channel", with_(slackApi("#ops")), "told | bot (#ops at slack.com) on query matched"],
  ["a-mailbox", with_(mail), "told | mail (ann@example.org, bob@example.org at smtp://smtp.example.org) on query matched"],
  [
    "a-project",
    with_(act("jira", fires, { subAction: "pushToService", subActionParams: { incident: { summary: "{{rule.name}}" } } })),
    "told | jira (OPS at jira.example.org) on query matched",
  ],
  [
    "refused-incident",
    with_(act("jira", fires, { subAction: "pushToService", subActionParams: {} })),
    "nobody | jira (OPS at jira.example.org) on query matched = nobody: .jira refuses its params: params.subActionParams.incident is required",
  ],
  [
    "refused-channel",
    with_(act("bot", fires, { subAction: "postMessage", subActionParams: { text: "x" } })),
    'nobody | bot (slack.com) on query matched = nobody: .slack_api refuses its params: params.subActionParams.channelNames must name a channel, such as ["#alerts"]; before 9.3 by its id, in channelIds',
  ],
  [
    "refused-beside-another",
    with_(act("chat", fires, {}), post("chat", "recovered")),
    "nobody | chat on query matched = nobody: .slack refuses its params: params.message is required | chat on recovered",
  ],
  [
    "refused-key",
    with_(act("hook", fires, { message: "m" })),
    "nobody | hook (hooks.example.org) on query matched = nobody: .webhook refuses its params: params.message is none of its fields",
  ],
  [
    "key-beside-a-sub-action",
    with_(act("jira", fires, { subAction: "pushToService", subActionParams: { incident: { summary: "s" } }, more: 1 })),
    "perhaps | jira (OPS at jira.example.org) on query matched = perhaps: .jira may refuse its params: params.more is none of its fields",
  ],
  ["a-webhook", with_(act("hook", fires, { body: "{}" })), "told | hook (hooks.example.org) on query matched"],
  [
    "a-pager",
    with_(page(fires, "trigger"), page("recovered", "resolve")),
    "told | pager (events.pagerduty.com) on query matched, recovered",
  ],
  ["an-index", with_(act("index", fires, { documents: [{ a: 1 }] })), `nobody | index (alerts-kept) on query matched = recorded`],
  ["a-log", with_(act("log", fires, { message: "m" })), `nobody | log (Kibana's own log) on query matched = recorded`],
  ["no-actions", with_(), "nobody: it has no actions"],
  ["disabled", then(with_(post("chat")), "_disable"), "nobody: the rule is disabled | chat on query matched"],
  ["muted", then(with_(post("chat")), "_mute_all"), "nobody: the rule is muted, since TIME or earlier | chat on query matched"],
  [
    "snoozed",
    async (made, id) => {
      await with_(post("chat"))(made, id);
      await made.snooze(id);
    },
    "nobody: snoozed until TIME | chat on query matched",
  ],
  [
    "one-alert-muted",
    async (made, id) => {
      await with_(post("chat"))(made, id);
      await made.send("POST", `/sandbox/rules/${id}/fire`, { state: "active", alerts: ["host-1"] });
      await made.send("POST", `${rules}/${id}/alert/host-1/_mute`, {});
    },
    "told: 1 of its alerts is muted | chat on query matched",
  ],
  ["connector-gone", with_(post("gone")), "nobody | gone on query matched = nobody: the connector is not in this space"],
  [
    "connector-gone-beside-another",
    with_(post("chat"), post("gone")),
    "nobody | chat on query matched = nobody: another action of the same run has no connector, which drops this one | gone on query matched = nobody: the connector is not in this space",
  ],
  [
    "connector-gone-on-recovery",
    with_(post("chat"), post("gone", "recovered")),
    "told | chat on query matched | gone on recovered = nobody: the connector is not in this space",
  ],
  ["secrets-lost", with_(post("lost")), "nobody | lost on query matched = nobody: the connector has lost its secrets"],
  [
    "failing",
    with_(act("failing", fires, { documents: [{ a: 1 }] })),
    `nobody | failing (UPPER) on query matched = recorded: the connector has failed since TIME or earlier (1 run)`,
  ],
  [
    "failing-beside-another",
    with_(act("failing", fires, { documents: [{ a: 1 }] }), post("chat")),
    `told | failing (UPPER) on query matched = recorded: the connector has failed since TIME or earlier (1 run) | chat on query matched`,
  ],
  ["failed-once", with_(act("better", fires, { documents: [{ a: 1 }] })), `nobody | better (alerts-kept) on query matched = recorded`],
  ["throttled", with_(post("chat", fires, throttled)), "told | chat on query matched: at most once in 1d"],
  [
    "by-query",
    with_(post("chat", fires, { alerts_filter: { query: { kql: "host: a", filters: [] } } })),
    "perhaps | chat on query matched = perhaps: only alerts that fit its query",
  ],
  [
    "by-hours",
    with_(post("chat", fires, { alerts_filter: { timeframe: { days: [1], hours: { start: "08:00", end: "09:00" }, timezone: "UTC" } } })),
    "perhaps | chat on query matched = perhaps: only alerts that fit its hours",
  ],
  [
    "recovery-only",
    with_(post("chat", "recovered")),
    "nobody: it tells only when an alert is over, and not when it fires | chat on recovered",
  ],
  [
    "a-case",
    with_({ id: "system-connector-.cases", params: { subAction: "run", subActionParams: { groupingBy: [] } } }),
    "perhaps | system-connector-.cases = perhaps: it opens a case: who looks at it cannot be seen",
  ],
  [
    "over-a-workflow-whose-first-step-fails",
    over(`${step("gone").replace("tell", "first")}\n${step("chat")}`),
    "nobody | workflow wf-over-a-workflow-whose-first-step-fails > gone = nobody: the connector is not in this space | workflow wf-over-a-workflow-whose-first-step-fails > chat = nobody: step first before it cannot run, which ends the workflow",
  ],
  [
    "over-a-workflow-that-goes-on-after-a-failure",
    over(`${step("gone", ", on-failure: { continue: true }").replace("tell", "first")}\n${step("chat")}`),
    "perhaps | workflow wf-over-a-workflow-that-goes-on-after-a-failure > gone = nobody: the connector is not in this space | workflow wf-over-a-workflow-that-goes-on-after-a-failure > chat = perhaps: step first before it cannot run",
  ],
  ["over-a-workflow", over(step("chat")), "told | workflow wf-over-a-workflow > chat"],
  [
    "over-a-workflow-that-is-off",
    over(step("chat"), { head: "enabled: false\n" }),
    "nobody | workflow wf-over-a-workflow-that-is-off > chat = nobody: the workflow is switched off",
  ],
  [
    "over-an-invalid-workflow",
    over("  - { connector-id: chat }"),
    "nobody | workflow wf-over-an-invalid-workflow > ? = nobody: the workflow is not valid, so it does not run",
  ],
  [
    "over-no-workflow",
    (made, id) => made.rule("default", id, [starts("nowhere")]),
    "nobody | workflow nowhere > ? = nobody: the workflow does not exist",
  ],
  ["by-name", over(step("Connector chat")), "told | workflow wf-by-name > chat"],
  [
    "by-a-name-of-two",
    over(step("Twins")),
    "perhaps | workflow wf-by-a-name-of-two > twin-1 = perhaps: 2 connectors have the name that the workflow gives | workflow wf-by-a-name-of-two > twin-2 = perhaps: 2 connectors have the name that the workflow gives",
  ],
  [
    "to-a-channel",
    over("  - { name: tell, type: slack_api.postMessage, connector-id: bot, with: { channelNames: ['#noc'], text: t } }"),
    "told | workflow wf-to-a-channel > bot (#noc at slack.com)",
  ],
  [
    "in-a-branch",
    over(`  - name: maybe\n    type: if\n    condition: "x: y"\n    steps:\n    ${step("chat")}`),
    "perhaps | workflow wf-in-a-branch > chat = perhaps: step tell runs under a condition only",
  ],
  [
    "in-a-fallback",
    over(`  - name: look\n    type: console\n    with: { message: m }\n    on-failure:\n      fallback:\n      ${step("chat")}`),
    "perhaps | workflow wf-in-a-fallback > chat = perhaps: step tell runs under a condition only",
  ],
  [
    "decided-at-run",
    over(step('"{{ inputs.chat }}"')),
    "perhaps | workflow wf-decided-at-run > ? = perhaps: which connector step tell uses is decided when it runs",
  ],
  ["by-a-constant", over(step('"{{ consts.chat }}"'), { head: "consts: { chat: chat }\n" }), "told | workflow wf-by-a-constant > chat"],
  [
    "over-two-workflows",
    over("  - { name: hand over, type: workflow.execute, with: { workflow-id: post-to-chat } }"),
    "told | workflow wf-over-two-workflows > workflow post-to-chat > chat",
  ],
  [
    "over-two-workflows-one-off",
    over("  - { name: hand over, type: workflow.execute, with: { workflow-id: sleeping } }"),
    "nobody | workflow wf-over-two-workflows-one-off > workflow sleeping > chat = nobody: the workflow is switched off",
  ],
  [
    "over-a-request",
    over("  - { name: call, type: http, with: { url: 'https://example.org', method: POST } }"),
    "perhaps | workflow wf-over-a-request > ? = perhaps: step call (http) may tell somebody without a connector of this space",
  ],
  [
    "over-nothing",
    over("  - { name: note, type: console, with: { message: m } }"),
    'nobody | workflow wf-over-nothing > ? = nobody: the workflow "Workflow wf-over-nothing" uses no connector',
  ],
  [
    "over-a-workflow-to-nowhere",
    over(step("never-was")),
    "nobody | workflow wf-over-a-workflow-to-nowhere > never-was = nobody: the connector is not in this space",
  ],
  [
    "asking-a-model",
    over("  - { name: ask, type: ai.prompt, connector-id: model, with: { prompt: p } }"),
    "nobody | workflow wf-asking-a-model > model (api.openai.com) = nobody: it asks a language model and tells nobody",
  ],
  [
    "directly-beside-a-workflow-that-is-off",
    (made, id) => made.rule("default", id, [post("chat"), starts("sleeping")]),
    "told | chat on query matched | workflow sleeping > chat = nobody: the workflow is switched off",
  ],
  [
    "in-maintenance",
    (made, id) => made.rule("soc", id, [post("soc-chat")]),
    'nobody: maintenance window "Upgrade" | soc-chat on query matched',
  ],
  [
    "perhaps-in-maintenance",
    (made, id) => made.rule("web", id, [post("web-chat")]),
    'perhaps: maintenance window "Upgrade", for some alerts | web-chat on query matched',
  ],
];

const withPolicies: Case[] = [
  ["by-its-tag", v2('rule.tags: "checkout"', { tags: ["checkout"] }), `told | ${overPolicy("by-its-tag")}`],
  ["by-its-id", v2('rule.id: "ID" and not rule.tags: quiet'), `told | ${overPolicy("by-its-id")}`],
  ["by-one-of-two", v2('rule.name: ("nothing" or "by-one-of-two")'), `told | ${overPolicy("by-one-of-two")}`],
  [
    "policy-off",
    async (made, id) => {
      await v2(`rule.name: "${id}"`)(made, id);
      await made.send("POST", `/api/alerting/v2/action_policies/p-${id}/_disable`, {});
    },
    `nobody | ${overPolicy("policy-off")} = nobody: the action policy is disabled`,
  ],
  [
    "policy-snoozed",
    async (made, id) => {
      await v2(`rule.name: "${id}"`)(made, id);
      const snoozed_until = new Date(Date.now() + 7_200_000).toISOString();
      await made.send("POST", `/api/alerting/v2/action_policies/p-${id}/_snooze`, { snoozed_until });
    },
    `nobody | ${overPolicy("policy-snoozed")} = nobody: the action policy is snoozed until TIME`,
  ],
  [
    "for-some-alerts",
    v2('rule.name: "for-some-alerts" and data.host: web'),
    `perhaps | ${overPolicy("for-some-alerts")} = perhaps: only alerts that fit "rule.name: 'for-some-alerts' and data.host: web"`,
  ],
  ["no-policy", v2('rule.name: "somebody-else"'), "nobody: no action policy fits it"],
  ["a-signal", v2('rule.name: "a-signal"', {}, { kind: "signal" }), `nobody: a signal raises no alerts | ${overPolicy("a-signal")}`],
  [
    "off",
    async (made, id) => {
      const rule = await v2(`rule.name: "${id}"`)(made, id);
      await made.send("POST", "/api/alerting/v2/rules/_bulk_disable", { ids: [(rule as { id: string }).id] });
    },
    `nobody: the rule is disabled | ${overPolicy("off")}`,
  ],
  [
    "rarely",
    v2('rule.name: "rarely"', {}, { policy: { throttle: { strategy: "per_status_interval", interval: "5m" } } }),
    `told | ${overPolicy("rarely")}: at most once in 5m`,
  ],
];

const withTags: Case[] = [
  ["routed", v2({ tags: ["checkout", "cart"] }, { routing_tags: ["cart"] }), `told | ${overPolicy("routed")}`],
  ["routed-elsewhere", v2({ tags: ["billing"] }, { tags: ["billing"], routing_tags: ["search"] }), "nobody: no action policy fits it"],
  [
    "routed-in-part",
    v2({ tags: ["night"], expression: "severity: critical" }, { routing_tags: ["night"] }),
    `perhaps | ${overPolicy("routed-in-part")} = perhaps: only alerts that fit "severity: critical"`,
  ],
  [
    "to-what-may-be-private",
    v2({ tags: ["secret"] }, { routing_tags: ["secret"] }, { workflow: "somebodys-own" }),
    "perhaps | action policy p-to-what-may-be-private > workflow somebodys-own > ? = perhaps: the workflow is in no list that this key can see: private workflows (Private workflows that are not shared with this key are in no list)",
  ],
];

async function connectors(made: Planted): Promise<void> {
  const { connector } = made;
  await Promise.all(["chat", "gone", "only"].map((id) => made.slack(id)));
  await Promise.all([made.slack("soc-chat", "soc"), made.slack("web-chat", "web")]);
  await Promise.all(["twin-1", "twin-2"].map((id) => made.slack(id, "default", "Twins")));
  await connector("default", "bot", ".slack_api", "Bot", {}, { token: "xoxb-1" });
  await connector(
    "default",
    "mail",
    ".email",
    "Mail",
    { service: "other", host: "smtp.example.org", port: 587, from: "k@example.org", hasAuth: true },
    login,
  );
  await connector(
    "default",
    "jira",
    ".jira",
    "Jira",
    { apiUrl: "https://jira.example.org", projectKey: "OPS" },
    { email: "a@b.org", apiToken: "t" },
  );
  await connector("default", "hook", ".webhook", "Hook", hook("https://hooks.example.org/k?token=abcdef0123456789"), login);
  await connector("default", "pager", ".pagerduty", "Pager", {}, { routingKey: "0123456789abcdef0123456789abcdef" });
  for (const [id, index] of [
    ["index", "alerts-kept"],
    ["failing", "UPPER"],
    ["better", "alerts-kept"],
  ])
    await connector("default", `${id}`, ".index", `Index ${id}`, { index });
  await connector("default", "log", ".server-log", "Log");
  await connector(
    "default",
    "model",
    ".gen-ai",
    "Model",
    { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt" },
    { apiKey: "k" },
  );
  await made.slack("lost");
}

async function everything(version: string, cases: readonly Case[]) {
  const made = await planted({ sandbox: { empty: true, spaces: ["web", "soc"], version } });
  await made.on("default");
  await connectors(made);
  await made.workflow("post-to-chat", step("chat"));
  await made.workflow("sleeping", step("chat"), { head: "enabled: false\n" });
  for (const [id, plant] of cases) await plant(made, id);
  await made.remove("default", "gone");
  await made.imported("default", "lost", ".slack", "Connector lost", true);
  await made.execute("default", "failing", { documents: [{ a: 1 }] });
  await made.execute("default", "better", { documents: [{ a: 1 }] });
  await made.window("soc");
  await made.window("web", "kibana.alert.rule.name: x");
  made.calls.length = 0;
  return made;
}

const deployments: [version: string, cases: readonly Case[]][] = [
  ["9.5", [...classic, ...withPolicies]],
  ["9.6", withTags],
];

type Found = Parameters<typeof inShort>[0] & { id: string; name: string };
const named = ({ name }: { name: string }) => name.replace(/^(Rule|Workflow|Policy) /, "");

/** All rows of all pages. */
async function allRows(made: Planted, args: Record<string, unknown>) {
  const rows: Found[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { body } = await made.call("map_notifications", { ...args, ...(cursor && { cursor }) });
    rows.push(...body.rules);
    cursor = body.cursor;
    expect(body.not_seen).toBeUndefined();
    if (!cursor) return { rows, body };
  }
}

test.each(deployments)("every route of %s is told exactly, forward", async (version, cases) => {
  const made = await everything(version, cases);
  const { rows, body } = await allRows(made, { space: "*" });
  expect(Object.fromEntries(rows.map((row) => [named(row), inShort(row)]))).toEqual(
    Object.fromEntries(cases.map(([id, , expected]) => [id, expected])),
  );
  const verdictOf = (expected: string) => /^\w+/.exec(expected)?.[0] ?? "";
  const count = (verdict: string) => cases.filter(([, , expected]) => verdictOf(expected) === verdict).length;
  expect([body.total, rows.length]).toEqual([cases.length, cases.length]);
  expect(body.counts).toEqual({ nobody: count("nobody"), perhaps: count("perhaps"), told: count("told") });
});

/** The same as get_connector has to say it, from what is expected of the map: `rule > connector: verdict: what is in the way`. */
function seenFromConnectors(cases: readonly Case[]): Map<string, string> {
  const rank = ["nobody", "recorded", "perhaps", "told"];
  const found = new Map<string, string>();
  for (const [id, , expected] of cases) {
    const [head = "", ...routes] = expected.split(" | ");
    const [ofRule = "told", own = ""] = head.split(/: (.*)/s);
    // A connector that hears when the rule fires is judged by that.
    const firing = routes.filter((route) => !route.includes(" on recovered"));
    const endOf = (route: string) => route.split(" on ")[0];
    for (const route of routes.filter((one) => firing.includes(one) || !firing.some((other) => endOf(other) === endOf(one)))) {
      const [, way = "", , verdict = "told", stops = ""] = /^(.*?)( on [^=:]+?)?(?: = (\w+))?(?:: (.*))?$/s.exec(route) ?? [];
      const connector =
        way
          .replace(/ \(.*\)$/, "")
          .split(" > ")
          .at(-1) ?? "";
      const isRecorded = verdict === "recorded";
      const worst = rank[Math.min(rank.indexOf(verdict), own === "" ? rank.length - 1 : rank.indexOf(ofRule))] ?? "";
      const key = `${id} > ${connector}`;
      const before = found.get(key);
      if (before && rank.indexOf(before.split(":")[0] ?? "") >= rank.indexOf(worst)) continue;
      const inTheWay = [own, isRecorded ? recorded[connector] : "", stops].filter(Boolean).join("; ");
      found.set(key, [worst, inTheWay].filter(Boolean).join(": "));
    }
  }
  return found;
}

/** Every rule as its connectors show it. */
async function fromConnectors(made: Planted, ids: readonly (readonly [id: string, space: string])[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [id, space] of ids) {
    const { body } = await made.call("get_connector", { id, space, include: ["rules"] });
    const rows = [...(body.rules ?? []), ...(body.users ?? []).filter((one: { kind: string }) => one.kind === "rule")];
    for (const { name, verdict = "told", in_the_way: stops = [] } of rows) {
      const said = [verdict, stops.join("; ")]
        .filter(Boolean)
        .join(": ")
        .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, "TIME");
      found.set(`${named({ name })} > ${id}`, said);
    }
  }
  return found;
}

test.each(deployments)("every route of %s is told exactly by get_connector too", async (version, cases) => {
  const made = await everything(version, cases);
  const listed = ["default", "soc", "web"].map(async (space) => {
    const { body } = await made.call("list_connectors", { space });
    return body.connectors.map(({ id }: { id: string }) => [id, space] as const);
  });
  const ids = (await Promise.all(listed)).flat();
  const found = await fromConnectors(made, ids);
  // A connector that is gone has no answer, and of many rules those that tell nobody come first.
  const expected = [...seenFromConnectors(cases)].filter(([key]) => ids.some(([id]) => key.endsWith(` > ${id}`)));
  const missing = expected.filter(([key]) => !found.has(key));
  expect(missing.filter(([, said]) => !said.startsWith("told"))).toEqual([]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected.filter(([key]) => found.has(key))));
  expect(found.size).toBeGreaterThan(version === "9.5" ? 45 : 1);
});

const inDefault = { space: "default" };
const filters: [what: string, args: Record<string, unknown>, expected: string[]][] = [
  ["text in a name", { ...inDefault, text: "OVER-TWO" }, ["over-two-workflows", "over-two-workflows-one-off"]],
  ["a tag", { ...inDefault, tags: ["checkout", "nobody's"] }, ["by-its-tag"]],
  ["part of a tag", { ...inDefault, tags: ["check"] }, []],
  ["the new alerting", { ...inDefault, type: "v2" }, withPolicies.map(([id]) => id).sort()],
  ["signals", { ...inDefault, type: "v2 signal" }, ["a-signal"]],
  ["a type", { ...inDefault, type: ".es-query", text: "mail" }, ["a-mailbox"]],
  ["another type", { ...inDefault, type: ".index-threshold" }, []],
  [
    "a consumer",
    { ...inDefault, consumer: "stackAlerts", text: "by-" },
    ["by-a-constant", "by-a-name-of-two", "by-hours", "by-name", "by-query"],
  ],
  ["disabled ones", { ...inDefault, enabled: false }, ["disabled", "off"]],
  ["a connector by its id", { space: "*", notified_by: "pager" }, ["a-pager"]],
  ["a connector by its name", { ...inDefault, notified_by: "Bot" }, ["a-channel", "refused-channel", "to-a-channel"]],
  [
    "a connector that is gone",
    { ...inDefault, notified_by: "gone" },
    [
      "connector-gone",
      "connector-gone-beside-another",
      "connector-gone-on-recovery",
      "over-a-workflow-that-goes-on-after-a-failure",
      "over-a-workflow-whose-first-step-fails",
    ],
  ],
  ["a connector that only workflows use", { ...inDefault, notified_by: "model" }, ["asking-a-model"]],
  ["a connector of policies too", { ...inDefault, notified_by: "chat", text: "rarely" }, ["rarely"]],
  ["without actions", { ...inDefault, without_actions: true }, ["no-actions", "no-policy"]],
  ["with actions", { ...inDefault, without_actions: false, text: "no-" }, ["over-no-workflow"]],
  ["snoozed ones", { space: "*", state: "snoozed" }, ["snoozed"]],
  ["muted ones", { space: "*", state: "muted" }, ["muted"]],
  ["those in maintenance", { space: "*", state: "maintenance" }, ["in-maintenance", "perhaps-in-maintenance"]],
  ["several spaces", { space: "soc,web" }, ["in-maintenance", "perhaps-in-maintenance"]],
  [
    "enabled ones that tell nobody, without actions",
    { space: "*", enabled: true, verdict: "nobody", without_actions: true },
    ["no-actions", "no-policy"],
  ],
];

test("filters and verdicts choose exactly the rules that are meant", async () => {
  const made = await everything("9.5", [...classic, ...withPolicies]);
  for (const [what, args, expected] of filters) {
    const { rows, body } = await allRows(made, args);
    expect(rows.map(named).sort(), what).toEqual(expected);
    expect(body.total, what).toBe(expected.length);
  }
  const { rows } = await allRows(made, { space: "*", enabled: true, verdict: "nobody", limit: 50 });
  const nobody = [...classic, ...withPolicies].filter(
    ([id, , expected]) => expected.startsWith("nobody") && !["disabled", "off"].includes(id),
  );
  expect(rows.map(named).sort()).toEqual(nobody.map(([id]) => id).sort());
});

test("a rule is listed with its state, type, schedule and the owner of its key", async () => {
  const made = await planted({ sandbox: { empty: true } });
  await made.slack("chat");
  await made.rule("default", "errors", [post("chat")], { tags: ["web"], enabled: false });
  expect((await made.call("map_notifications")).body.rules).toEqual([
    {
      ...{ id: "errors", name: "Rule errors", space: "default", verdict: "nobody", enabled: false, type: ".es-query", every: "5m" },
      ...{ key_owner: "sandbox", tags: ["web"], in_the_way: ["the rule is disabled"] },
      routes: [{ connector: "chat", type: ".slack", on: "query matched" }],
    },
  ]);
});

test("what would be silent without a connector is told from what would lose one of its routes", async () => {
  const made = await planted({ sandbox: { empty: true, version: "9.5" } });
  const { send } = made;
  await made.on("default");
  const secrets = { email: "a@b.org", apiToken: "t" };
  await made.connector("default", "tickets", ".jira", "Tickets", { apiUrl: "https://jira.example.org", projectKey: "OPS" }, secrets);
  await Promise.all([made.slack("chat"), made.slack("gone")]);
  const ticket = act("tickets", fires, { subAction: "pushToService", subActionParams: {} });
  const jira = "  - { name: open, type: jira.pushToService, connector-id: Tickets, with: { incident: { summary: s }, comments: [] } }";
  await made.workflow("tickets-only", jira);
  await made.workflow("tickets-and-chat", `${jira}\n${step("chat")}`);
  await made.workflow("chat-only", step("chat"));
  await made.rule("default", "alone", [ticket]);
  await made.rule("default", "alone-off", [ticket], { enabled: false });
  await made.rule("default", "with-chat", [ticket, post("chat")]);
  await made.rule("default", "with-recovery", [ticket, post("chat", "recovered")]);
  await made.rule("default", "with-what-is-gone", [ticket, post("gone", "recovered")]);
  await made.rule("default", "over-tickets-only", [starts("tickets-only")]);
  await made.rule("default", "over-both", [starts("tickets-and-chat")]);
  await made.rule("default", "unrelated", [post("chat"), starts("chat-only")]);
  await made.policy("to-tickets", "tickets-only", 'rule.name: "new-one"');
  await made.policy("to-both", "tickets-and-chat", 'rule.name: "new-two"');
  await made.policy("to-chat", "chat-only", 'rule.name: "new-two"');
  await made.v2("new-one");
  await made.v2("new-two");
  const connector = { id: "tickets", name: "Tickets", type: ".jira", fields: null };
  await send("POST", "/api/cases/configure", { owner: "cases", closure_type: "close-by-user", connector });
  const about = { title: "Disk", description: "d", tags: [], owner: "cases", settings: { syncAlerts: false } };
  const fields = { issueType: null, priority: null, parent: null };
  await send("POST", "/api/cases", { ...about, connector: { ...connector, fields } });
  await made.remove("default", "gone");

  const { body } = await made.call("map_notifications", { connector: "Tickets", limit: 50 });
  const of = (list: { kind: string; name: string }[]) => list.map((one) => `${one.kind} ${named(one)}`).sort();
  const silent = ["action_policy to-tickets", "case Disk", "case_settings cases", "rule alone", "rule alone-off", "rule new-one"];
  expect(of(body.would_be_silent)).toEqual([
    ...silent,
    "rule over-tickets-only",
    "rule with-recovery",
    "rule with-what-is-gone",
    "workflow tickets-only",
  ]);
  expect(of(body.would_lose_route)).toEqual([
    ...["action_policy to-both", "rule new-two", "rule over-both", "rule with-chat", "workflow tickets-and-chat"],
  ]);
  expect(body.counts).toEqual({
    would_be_silent: { rule: 6, action_policy: 1, case: 1, case_settings: 1, workflow: 1 },
    would_lose_route: { rule: 3, action_policy: 1, workflow: 1 },
  });
  expect(body.summary).toMatch(/^Without "Tickets": 10 would be silent, 5 would lose this route\./);
  expect(body.not_seen).toBeUndefined();

  const silentOf = async (limit: number, more = {}) =>
    (await made.call("map_notifications", { connector: "Tickets", limit, ...more })).body;
  const short = await silentOf(1);
  expect([body.total, short.total, (await silentOf(1, { cursor: short.cursor })).total]).toEqual([15, 15, 15]);
  const shown = short.would_be_silent.filter(({ kind }: { kind: string }) => kind === "rule").length;
  expect(short.warnings).toEqual([`${6 - shown} of the rules that would be silent are on later pages: follow \`cursor\`.`]);
  expect(body.warnings).toBeUndefined();

  const idle = await made.call("map_notifications", { connector: "nothing-like-it" });
  expect([idle.isError, idle.body.code]).toEqual([true, "connector_not_found"]);
});
