import * as z from "zod";
import { answers } from "../checks.ts";
import type { Facts, Job, RuleAction } from "../job.ts";
import type { Kibana } from "../kibana.ts";
import { call, kibanaCall } from "../moves.ts";

const nobodyAnswers: Job["person"] = { approves: [] };
const listing = "/api/actions/connectors";

const note = (id: string, group = "query matched") => ({
  id,
  group,
  params: { message: "{{rule.name}} is {{alert.actionGroup}}" },
  frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
});
const posted = (id: string) => ({ ...note(id), params: { body: '{"rule":"{{rule.name}}"}' } });
const paged = (id: string) => ({
  ...note(id),
  params: { eventAction: "trigger", dedupKey: "{{rule.id}}:{{alert.id}}", summary: "{{rule.name}}" },
});
const hook = (url: string, more: Record<string, unknown> = {}) => ({ url, method: "post", hasAuth: false, ...more });
const slack = (path: string) => ({ webhookUrl: `https://hooks.slack.com/services/T0FAKE/${path}` });
const opsgenieAlert = (id: string) => ({
  ...note(id),
  params: { subAction: "createAlert", subActionParams: { alias: "{{rule.id}}:{{alert.id}}", message: "{{rule.name}}" } },
});

/** A rule of the new alerting; Kibana chooses its id. */
const newAlertingRule = (kibana: Kibana, name: string, tags: readonly string[]) =>
  kibana.must("POST", "/api/alerting/v2/rules", {
    body: {
      metadata: { name, tags, routing_tags: tags },
      schedule: { every: "1m" },
      query: { format: "standalone", breach: { query: "FROM metrics-* | LIMIT 1" } },
    },
  });

async function policy(kibana: Kibana, name: string, matcher: string, workflow: string): Promise<string> {
  const destinations = [{ type: "workflow", id: workflow }];
  const body = { name, matcher, destinations };
  return z.looseObject({ id: z.string() }).parse(await kibana.must("POST", "/api/alerting/v2/action_policies", { body })).id;
}

const switchOn = (kibana: Kibana) =>
  kibana.must("POST", "/internal/kibana/settings", { body: { changes: { "alerting:v2:enabled": true } } });

const run = (kibana: Kibana, id: string) =>
  kibana.must("POST", `/api/actions/connector/${id}/_execute`, { body: { params: { body: "{}" } } });

const Log = z.looseObject({ data: z.array(z.looseObject({ connector_id: z.string(), status: z.string(), timestamp: z.string() })) });

/** Each connector whose last run failed, with the minute of the first failure since a run that worked. */
async function failing({ kibana, after }: Facts): Promise<string[]> {
  const body = { date_start: "now-7d", per_page: 100, namespaces: after.spaces.map(({ id }) => id) };
  const { data } = Log.parse(await kibana.must("POST", "/internal/actions/_global_connector_execution_logs", { body }));
  return [...new Set(data.map(({ connector_id }) => connector_id))].flatMap((id) => {
    const runs = data.filter(({ connector_id }) => connector_id === id);
    const good = runs.findIndex(({ status }) => status === "success");
    const first = runs.slice(0, good === -1 ? runs.length : good).at(-1);
    return first ? [`${id}@${first.timestamp.slice(0, 16)}z`.toLowerCase()] : [];
  });
}

/** Enabled rules that open something through one of these, by the connector. */
function openedThrough({ after }: Facts, type: string): Map<string, number> {
  const known = new Set(after.connectors.filter((one) => one.type === type).map(({ id }) => id));
  const used = (actions: readonly RuleAction[]) => new Set(actions.map(({ id }) => id).filter((id) => known.has(id)));
  const uses = after.rules.filter(({ enabled }) => enabled).flatMap(({ actions }) => [...used(actions)]);
  return new Map([...known].map((id) => [id, uses.filter((one) => one === id).length]));
}

const Findings = z.looseObject({
  findings: z.array(z.looseObject({ connector: z.string(), evidence: z.string() })),
  cursor: z.string().optional(),
});

/** Questions with an exact answer. */
export const audits: readonly Job[] = [
  {
    id: "failing-since-when",
    kind: "work",
    say: "Stand-up in ten minutes. Which connectors, in any space, failed the last time they ran, and since when has each been failing without a run that worked in between? Look at the last 7 days. End with one line `ANSWER: id@time, id@time`, the time of the first failed run of that series in UTC to the minute, like id@2026-11-02T08:05Z.",
    async seed(kibana) {
      const relay = { name: "TMS relay", secrets: {} };
      const printer = { name: "Badge printer", secrets: {} };
      await kibana.connector({ id: "tms-relay", type: ".webhook", name: relay.name, config: hook("https://tms.example.net/in/kestrel") });
      await run(kibana, "tms-relay");
      const gone = { ...relay, config: hook("https://tms.example.net/in/revoked-kestrel") };
      await kibana.must("PUT", "/api/actions/connector/tms-relay", { body: gone });
      await run(kibana, "tms-relay");
      await run(kibana, "tms-relay");
      const wrong = hook("https://badges.example.net/in/invalid-desk");
      await kibana.connector({ id: "badge-printer", type: ".webhook", name: printer.name, config: wrong });
      await run(kibana, "badge-printer");
      const mended = { ...printer, config: hook("https://badges.example.net/in/desk") };
      await kibana.must("PUT", "/api/actions/connector/badge-printer", { body: mended });
      await run(kibana, "badge-printer");
    },
    person: nobodyAnswers,
    done: async (facts) => answers(facts.final, await failing(facts)),
    *good() {
      const { findings } = Findings.parse(JSON.parse(yield call("audit_connectors", { checks: ["failing"], days: 7 })));
      const since = findings.flatMap(({ connector, evidence }) => {
        const time = /since (\S+Z)/.exec(evidence)?.[1];
        return time ? [`${connector}@${time}`] : [];
      });
      return `ANSWER: ${since.join(", ")}`;
    },
    *bad() {
      const body = { date_start: "now-7d", per_page: 100, namespaces: ["default", "security", "team-payments"] };
      const log = Log.parse(JSON.parse(yield kibanaCall("POST", "/internal/actions/_global_connector_execution_logs", body)));
      // Whatever failed at some time counts, and its oldest failure.
      const failed = new Map(log.data.filter(({ status }) => status === "failure").map((one) => [one.connector_id, one.timestamp]));
      return `ANSWER: ${[...failed].map(([id, time]) => `${id}@${time.slice(0, 16)}Z`).join(", ")}`;
    },
  },
  {
    id: "nobody-uses-them",
    kind: "work",
    say: "We inherited the logistics space and want to clear it out. Which of its connectors does nothing at all use: no rule (a switched-off one is still a use), no workflow, no case? Only look, I delete them myself. Last line please `ANSWER: ` and their ids.",
    sandbox: ["--empty", "--space", "logistics"],
    async seed(kibana) {
      const space = "logistics";
      const make = (id: string, name: string, type: string, config = {}, secrets = {}) =>
        kibana.connector({ id, name, type, config, secrets, space });
      await make("dock-slack", "Dock crew", ".slack", {}, slack("B0DOCK"));
      await make("dock-slack-2024", "Dock crew (2024)", ".slack", {}, slack("B0DOCK24"));
      const jiraLogin = { email: "carrier@example.com", apiToken: "fake-carrier-token" };
      await make("carrier-jira", "Carrier claims", ".jira", { apiUrl: "https://claims.example.net", projectKey: "CAR" }, jiraLogin);
      await make("yard-pagerduty", "Yard pager", ".pagerduty", {}, { routingKey: "fake-yard-routing" });
      await make("customs-hook", "Customs desk", ".webhook", hook("https://customs.example.net/in"));
      const opsgenie = { apiUrl: "https://api.opsgenie.com" };
      await make("cold-chain", "Cold chain", ".opsgenie", opsgenie, { apiKey: "fake-cold-chain-key" });
      await make("fleet-index", "Fleet audit", ".index", { index: "fleet-audit" });
      await make("gate-log", "Gate log", ".server-log");
      await kibana.rule({ id: "dock-doors", name: "Dock doors open", space, actions: [note("dock-slack")] });
      const off = { id: "reefer-warm", name: "Reefer warm", space, enabled: false };
      await kibana.rule({ ...off, actions: [opsgenieAlert("cold-chain")] });
      const connector = { id: "carrier-jira", name: "Carrier claims", type: ".jira", fields: null };
      await kibana.must("POST", "/api/cases", { space, body: { title: "Lost pallet", owner: "cases", connector } });
      await kibana.workflow(
        "yard-full",
        `name: Yard full
triggers:
  - type: manual
steps:
  - name: page
    type: pagerduty
    connector-id: Yard pager
    with: { eventAction: trigger, summary: The yard is full }
`,
        space,
      );
      await kibana.workflow(
        "customs-hold",
        `name: Customs hold
triggers:
  - type: scheduled
    with: { every: 1h }
steps:
  - name: post
    type: kibana.request
    with:
      method: POST
      path: /s/logistics/api/actions/connector/customs-hook/_execute
      body: { params: { body: "{}" } }
`,
        space,
      );
    },
    person: nobodyAnswers,
    done: ({ final }) => answers(final, ["dock-slack-2024", "fleet-index", "gate-log"]),
    *good() {
      yield call("audit_connectors", { spaces: ["logistics"], checks: ["unused"] });
      return "ANSWER: dock-slack-2024, fleet-index, gate-log";
    },
    *bad() {
      const listed = z.array(z.looseObject({ id: z.string(), referenced_by_count: z.number() }));
      const connectors = listed.parse(JSON.parse(yield kibanaCall("GET", listing, undefined, "logistics")));
      const unused = connectors.filter(({ referenced_by_count }) => referenced_by_count === 0).map(({ id }) => id);
      return `ANSWER: ${unused.join(", ")}`;
    },
  },
  {
    id: "would-tell-nobody",
    kind: "work",
    say: "Something fired last night and not a soul heard of it. Go through all spaces: which rules that are switched on would tell nobody if an alert came up right now, for whatever reason (muted, snoozed, no action, a connector that is gone or lost its credentials)? A connector whose service merely answers with errors is a topic of its own, leave those out. New alerting included. Close with `ANSWER: ` and the rule ids.",
    async seed(kibana) {
      await kibana.rule({ id: "fraud-score-drift", name: "Fraud score drift", actions: [note("ops-slack")] });
      await kibana.must("POST", "/api/alerting/rule/fraud-score-drift/_mute_all");
      await kibana.rule({ id: "kafka-lag", name: "Kafka lag", actions: [note("ops-slack")] });
      const rRule = { dtstart: new Date().toISOString(), tzid: "UTC", count: 1 };
      const snooze_schedule = { duration: 86_400_000, rRule };
      await kibana.must("POST", "/internal/alerting/rule/kafka-lag/_snooze", { body: { snooze_schedule } });
      await kibana.rule({ id: "vpn-anomalies", name: "VPN anomalies", space: "security" });
      const space = "team-payments";
      const acquirer = { id: "acquirer-pagerduty", type: ".pagerduty", name: "Acquirer on-call", space };
      await kibana.connector({ ...acquirer, secrets: { routingKey: "fake-acquirer-routing" } });
      await kibana.rule({ id: "chargeback-spike", name: "Chargeback spike", space, actions: [paged("acquirer-pagerduty")] });
      const both = [paged("acquirer-pagerduty"), note("payments-on-call")];
      await kibana.rule({ id: "acquirer-timeout", name: "Acquirer timeout", space, actions: both });
      await kibana.rule({ id: "old-gateway", name: "Old gateway", space, enabled: false, actions: [paged("acquirer-pagerduty")] });
      await kibana.remove(acquirer.id, space);
      await kibana.importConnector(acquirer);
      await newAlertingRule(kibana, "Refund latency", ["refunds"]);
    },
    person: nobodyAnswers,
    done({ final, after }) {
      const refunds = after.holders.v2_rules.find(({ name }) => name === "Refund latency")?.id ?? "";
      const silent = ["lateral-movement", "fraud-score-drift", "kafka-lag", "vpn-anomalies", "chargeback-spike", refunds];
      return answers(final, silent);
    },
    *good() {
      const answer = yield call("map_notifications", { space: "*", enabled: true, verdict: "nobody" });
      const { rules } = z.looseObject({ rules: z.array(z.looseObject({ id: z.string() })) }).parse(JSON.parse(answer));
      return `ANSWER: ${rules.map(({ id }) => id).join(", ")}`;
    },
    *bad() {
      const found = z.looseObject({
        data: z.array(z.looseObject({ id: z.string(), enabled: z.boolean(), actions: z.array(z.unknown()) })),
      });
      const silent: string[] = [];
      for (const space of ["default", "security", "team-payments"]) {
        const { data } = found.parse(JSON.parse(yield kibanaCall("GET", "/api/alerting/rules/_find?per_page=100", undefined, space)));
        silent.push(...data.filter(({ enabled, actions }) => enabled && actions.length === 0).map(({ id }) => id));
      }
      return `ANSWER: ${silent.join(", ")}`;
    },
  },
  {
    id: "relay-in-maintenance",
    kind: "work",
    say: "On Saturday relay.acme-ops.example is down for four hours, the host, everything on it. Which of our enabled rules, old and new alerting, would then have nobody at all to tell while an alert is active? A message that only goes out on recovery does not count as being told. I need the names exactly as they are, on a last line: `ANSWER: name; name`.",
    sandbox: ["--empty", "--space", "shop"],
    async seed(kibana) {
      await switchOn(kibana);
      const relay = hook("https://relay.acme-ops.example/in/a");
      await kibana.connector({ id: "relay-a", type: ".webhook", name: "Relay A", config: relay });
      await kibana.connector({
        id: "relay-b",
        type: ".webhook",
        name: "Relay B",
        config: hook("https://RELAY.acme-ops.example:8443/in/b"),
      });
      const near = hook("https://relay.acme-ops.example.org/in?next=relay.acme-ops.example");
      await kibana.connector({ id: "relay-org", type: ".webhook", name: "Relay of the partner", config: near });
      await kibana.connector({ id: "floor", type: ".slack", name: "Floor", secrets: slack("B0FLOOR") });
      const shop = { type: ".webhook", name: "Shop relay", config: relay, space: "shop" };
      await kibana.connector({ id: "shop-relay", ...shop });
      const rule = (id: string, name: string, actions: readonly object[], more = {}) => kibana.rule({ id, name, actions, ...more });
      await rule("belt", "Belt-stopped", [posted("relay-a")]);
      await rule("scanner", "Scanner-offline", [posted("relay-a"), posted("relay-b")]);
      await rule("printer", "Label-printer-jam", [posted("relay-b"), note("floor")]);
      await rule("forklift", "Forklift-battery", [posted("relay-a"), note("floor", "recovered")]);
      await rule("dock", "Dock-7-blocked", [posted("relay-b")], { enabled: false });
      await rule("partner", "Partner-feed-late", [posted("relay-org")]);
      await rule("basket", "Basket-errors", [posted("shop-relay")], { space: "shop" });
      await kibana.workflow(
        "tell-relay",
        `name: Tell the relay
triggers:
  - type: alert
steps:
  - name: post
    type: webhook
    connector-id: relay-a
    with: { body: "{}" }
`,
      );
      await newAlertingRule(kibana, "Sorter-latency", ["sorter"]);
      await policy(kibana, "Sorter", 'rule.tags: "sorter"', "tell-relay");
    },
    person: nobodyAnswers,
    done: ({ final }) => answers(final, ["belt-stopped", "scanner-offline", "forklift-battery", "basket-errors", "sorter-latency"]),
    *good() {
      yield call("map_notifications", { space: "*", enabled: true });
      return "ANSWER: Belt-stopped; Scanner-offline; Forklift-battery; Basket-errors; Sorter-latency";
    },
    *bad() {
      yield kibanaCall("GET", "/api/alerting/rules/_find?per_page=100");
      return "ANSWER: Belt-stopped; Scanner-offline; Dock-7-blocked";
    },
  },
  {
    id: "who-hears-of-the-sync",
    kind: "work",
    say: 'The rule "Warehouse sync stalled" is going to fire tonight when we pull the plug. Which connectors will that reach, as things are set up now, with everything in between? List their ids, nothing else, on the last line after `ANSWER:`. Don\'t set it off.',
    sandbox: ["--empty"],
    async seed(kibana) {
      await switchOn(kibana);
      await kibana.connector({ id: "floor-slack", type: ".slack", name: "Warehouse floor", secrets: slack("B0WARE") });
      await kibana.connector({ id: "shift-pager", type: ".pagerduty", name: "Shift lead", secrets: { routingKey: "fake-shift-routing" } });
      await kibana.connector({ id: "sync-history", type: ".index", name: "Sync history", config: { index: "sync-history" } });
      await kibana.connector({ id: "erp-hook", type: ".webhook", name: "ERP", config: hook("https://erp.example.net/in") });
      await kibana.connector({ id: "freezer-hook", type: ".webhook", name: "Freezer", config: hook("https://freezer.example.net/in") });
      const workflow = (id: string, steps: string, switched = "true") =>
        kibana.workflow(id, `name: ${id}\nenabled: ${switched}\ntriggers:\n  - type: alert\n  - type: manual\nsteps:\n${steps}`);
      const step = (type: string, connector: string, given: string) =>
        `  - name: ${type}\n    type: ${type}\n    connector-id: ${connector}\n    with: ${given}\n`;
      await workflow("wake-shift-lead", step("pagerduty", "shift-pager", "{ eventAction: trigger, summary: Sync stalled }"));
      const onward = "  - name: onward\n    type: workflow.execute\n    with: { workflow-id: wake-shift-lead }\n";
      await workflow("tell-the-floor", step("slack", "Warehouse floor", "{ message: Sync stalled }") + onward);
      await workflow("keep-history", step("index", "sync-history", "{ documents: [{ what: sync }] }"));
      await workflow("restart-erp", step("webhook", "erp-hook", '{ body: "{}" }'));
      await workflow("cool-down", step("webhook", "freezer-hook", '{ body: "{}" }'));
      await newAlertingRule(kibana, "Warehouse sync stalled", ["warehouse", "sev1"]);
      await policy(kibana, "Warehouse", 'rule.tags: "warehouse"', "tell-the-floor");
      await policy(kibana, "History", 'rule.tags: "sev1" or rule.tags: "sev2"', "keep-history");
      const off = await policy(kibana, "ERP", 'rule.tags: "sev1"', "restart-erp");
      await kibana.must("POST", `/api/alerting/v2/action_policies/${off}/_disable`);
      await policy(kibana, "Freezer", 'rule.tags: "freezer"', "cool-down");
      await kibana.rule({ id: "sync-old", name: "Warehouse sync stalled (old)", actions: [posted("freezer-hook")] });
    },
    person: nobodyAnswers,
    done: ({ final }) => answers(final, ["floor-slack", "shift-pager", "sync-history"]),
    *good() {
      yield call("map_notifications", { text: "Warehouse sync stalled" });
      return "ANSWER: floor-slack, shift-pager, sync-history";
    },
    *bad() {
      yield kibanaCall("GET", "/api/alerting/v2/action_policies");
      yield kibanaCall("GET", "/api/workflows");
      return "ANSWER: floor-slack, sync-history, erp-hook";
    },
  },
  {
    id: "opsgenie-at-scale",
    kind: "work",
    say: "Atlassian switches Opsgenie off in spring and I have to say how big our move is. How many enabled rules open alerts through an Opsgenie connector that still exists, and which one of those connectors has the most of them? `ANSWER: number, connector id` as the last line, nobody needs the whole list.",
    sandbox: ["--seed-connectors", "120", "--seed-rules", "600", "--seed", "9"],
    person: nobodyAnswers,
    done(facts) {
      const counts = openedThrough(facts, ".opsgenie");
      const [[most] = ["none"]] = [...counts].sort(([, one], [, other]) => other - one);
      return answers(facts.final, [String([...counts.values()].reduce((sum, count) => sum + count, 0)), most]);
    },
    *good() {
      const counts: { connector: string; count: number }[] = [];
      const asked = { checks: ["end_of_life"], min_severity: "medium", limit: 50 };
      for (let more: string | undefined = ""; more !== undefined; ) {
        const answer = yield call("audit_connectors", { ...asked, ...(more && { cursor: more }) });
        const { findings, cursor } = Findings.parse(JSON.parse(answer));
        const rules = (evidence: string) => Number(/(\d+) enabled rules? uses? it/.exec(evidence)?.[1] ?? 0);
        counts.push(
          ...findings
            .filter(({ evidence }) => evidence.includes("Opsgenie"))
            .map(({ connector, evidence }) => ({ connector, count: rules(evidence) })),
        );
        more = cursor;
      }
      const most = counts.reduce((one, other) => (other.count > one.count ? other : one));
      return `ANSWER: ${counts.reduce((sum, { count }) => sum + count, 0)}, ${most.connector}`;
    },
    *bad() {
      const found = z.looseObject({ data: z.array(z.looseObject({ actions: z.array(z.looseObject({ id: z.string() })) })) });
      // One page of 100.
      const { data } = found.parse(JSON.parse(yield kibanaCall("GET", "/api/alerting/rules/_find?per_page=100")));
      const used = data.flatMap(({ actions }) => [...new Set(actions.map(({ id }) => id))]).filter((id) => id.includes("opsgenie"));
      return `ANSWER: ${used.length}, ${used[0]}`;
    },
  },
  {
    id: "credentials-in-clear",
    kind: "work",
    say: "Security review: which connectors have a password, token or key sitting readable in their configuration, where anybody with read access sees it? All spaces, please, and don't repeat the values to me. `ANSWER: ` with the connector ids at the end.",
    async seed(kibana) {
      const make = (id: string, name: string, config: object, space = "default") =>
        kibana.connector({ id, type: ".webhook", name, config: { ...config }, space });
      await make("partner-feed", "Partner feed", hook("https://svc-kibana:fake-Partner-99-pass@partner.example.net/in"), "team-payments");
      const key = { "X-Api-Key": "fake77aa31c09b4e5d20f8", "Content-Type": "application/json" };
      await make("chatops", "ChatOps", hook("https://chatops.example.net/in", { headers: key }));
      const harmless = { "X-Team": "stock", Accept: "application/json", "X-Request-Source": "kibana-alerting" };
      await make("stock-hook", "Stock", hook("https://stock.example.net/in?team=stock&env=prod", { headers: harmless }), "security");
      const login = { user: "carrier", password: "fake-carrier-password" };
      const config = hook("https://carrier.example.net/in", { hasAuth: true, authType: "webhook-authentication-basic" });
      await kibana.connector({ id: "carrier-hook", type: ".webhook", name: "Carrier", config, secrets: login });
    },
    person: nobodyAnswers,
    done: ({ final }) => answers(final, ["deploy-hook", "settlement-hook", "partner-feed", "chatops"]),
    *good() {
      const { findings } = Findings.parse(JSON.parse(yield call("audit_connectors", { checks: ["secret_in_config"] })));
      return `ANSWER: ${findings.map(({ connector }) => connector).join(", ")}`;
    },
    *bad() {
      yield kibanaCall("GET", listing);
      return "ANSWER: deploy-hook, chatops";
    },
  },
  {
    id: "copies-that-drifted",
    kind: "work",
    say: "Every plant space should have the same connectors as default: same name and type means it is a copy. Which copies are set up differently from the one in default? One whose credentials are missing does not count, only the configuration. Ids of the odd ones on a last line, `ANSWER: …`.",
    sandbox: ["--empty", "--space", "plant-north", "--space", "plant-south", "--space", "plant-east"],
    async seed(kibana) {
      const url = "https://status.example.net/in/v2";
      const headers = { "X-Source": "kibana", Accept: "application/json" };
      const turned = { Accept: "application/json", "X-Source": "kibana" };
      const relay = (id: string, space: string, config: Record<string, unknown>) =>
        kibana.connector({ id, type: ".webhook", name: "Status relay", config, space });
      await relay("relay", "default", hook(url, { headers }));
      await relay("relay-north", "plant-north", hook(url, { headers: turned }));
      await relay("relay-south", "plant-south", hook("https://status.example.net/in/v1", { headers }));
      await relay("relay-east", "plant-east", { ...hook(url, { headers }), method: "put" });
      const trail = (id: string, space: string, index: string) =>
        kibana.connector({ id, type: ".index", name: "Audit trail", config: { index }, space });
      await trail("trail", "default", "plant-audit");
      await trail("trail-north", "plant-north", "plant-audit-2");
      await trail("trail-east", "plant-east", "plant-audit");
      const pager = { type: ".pagerduty", name: "Shift pager" };
      await kibana.connector({ id: "pager", ...pager, secrets: { routingKey: "fake-plant-routing" } });
      await kibana.importConnector({ id: "pager-south", ...pager, config: { apiUrl: null }, space: "plant-south" });
      const other = { id: "bridge-east", name: "Bridge", config: { index: "bridge" }, space: "plant-east" };
      await kibana.connector({ id: "bridge", type: ".webhook", name: "Bridge", config: hook("https://bridge.example.net/in") });
      await kibana.connector({ ...other, type: ".index" });
    },
    person: nobodyAnswers,
    done: ({ final }) => answers(final, ["relay-south", "relay-east", "trail-north"]),
    *good() {
      yield call("audit_connectors", { checks: ["drift"], detail: true });
      return "ANSWER: relay-south, relay-east, trail-north";
    },
    *bad() {
      for (const space of ["default", "plant-north", "plant-south", "plant-east"]) yield kibanaCall("GET", listing, undefined, space);
      return "ANSWER: relay-south, trail-north, bridge-east";
    },
  },
];
