import type { Rule, RuleAction } from "../types.ts";

/** `type` only where the connector is gone. */
export type SeedAction = Omit<RuleAction, "uuid" | "connector_type_id"> & { type?: string };
type Optional =
  | "artifacts"
  | "tags"
  | "notify_when"
  | "enabled"
  | "api_key_owner"
  | "api_key_created_by_user"
  | "outcome"
  | "outcomeMessage";
export type SeedRule = Pick<Rule, "id" | "space" | "name" | "rule_type_id" | "consumer"> &
  Partial<Pick<Rule, Optional>> & { actions: SeedAction[] };

const onChange = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const everyRun = { ...onChange, notify_when: "onActiveAlert" };
const perAlert = "{{rule.id}}:{{alert.id}}";

const metric = { rule_type_id: "metrics.alert.threshold", consumer: "infrastructure" };
const query = { rule_type_id: ".es-query", consumer: "stackAlerts" };
const threshold = { rule_type_id: ".index-threshold", consumer: "stackAlerts" };
const detection = { rule_type_id: "siem.queryRule", consumer: "siem" };

const act = (id: string, group: string, params: RuleAction["params"]): SeedAction => ({ id, group, params, frequency: onChange });
const post = (id: string, group: string) => act(id, group, { message: "{{rule.name}} is {{alert.actionGroup}}" });
const push = (id: string, group: string) =>
  act(id, group, { subAction: "pushToService", subActionParams: { incident: { summary: "{{rule.name}}" }, comments: [] } });
const page = (id: string, group: string, more = {}) =>
  act(id, group, { eventAction: "trigger", severity: "critical", summary: "{{rule.name}}", ...more });
const resolve = (id: string) => act(id, "recovered", { eventAction: "resolve", dedupKey: perAlert });
const pageAndResolve = (id: string, group: string) => [page(id, group, { dedupKey: perAlert }), resolve(id)];
const opsgenie = (group: string, subAction: string, more = {}) =>
  act("payments-opsgenie", group, { subAction, subActionParams: { ...more, alias: perAlert } });

export const seedRules: readonly SeedRule[] = [
  rule(
    "default",
    "High CPU on web hosts",
    metric,
    [...pageAndResolve("ops-pagerduty", "metrics.threshold.fired"), post("ops-slack", "metrics.threshold.fired")],
    {
      artifacts: {
        dashboards: [{ id: "web-hosts-overview" }],
        investigation_guide: { blob: "1. Is a deployment running?\n2. Look at the processes of the host." },
      },
    },
  ),
  // Opens an incident that nothing ever closes.
  rule("default", "Disk almost full", metric, [page("ops-pagerduty", "metrics.threshold.fired")]),
  // A message on every run.
  rule("default", "Checkout errors", query, [{ ...post("ops-slack", "query matched"), frequency: everyRun }]),
  rule(
    "default",
    "Login failures",
    threshold,
    [
      ...pageAndResolve("ops-pagerduty", "threshold met"),
      act("alert-audit-index", "threshold met", { documents: [{ rule: "{{rule.id}}" }] }),
    ],
    { api_key_owner: "ci-bot", api_key_created_by_user: true },
  ),
  rule("default", "Nightly batch is late", query, [push("batch-jira", "query matched")], { enabled: false }),
  rule("default", "Deploy watch", query, [act("deploy-hook", "query matched", { body: '{"rule":"{{rule.name}}"}' })]),
  // Notifies through the rule's deprecated setting.
  rule(
    "default",
    "Search latency",
    threshold,
    [
      {
        id: "ops-mail-preconfigured",
        group: "threshold met",
        params: { to: ["ops@example.com"], subject: "Search is slow", message: "{{context.message}}" },
      },
    ],
    { notify_when: "onActiveAlert" },
  ),
  rule("team-payments", "Payment declines", query, pageAndResolve("payments-pagerduty", "query matched"), {
    tags: ["payments"],
    artifacts: { dashboards: [], investigation_guide: { blob: "Call the card provider before you restart anything." } },
  }),
  rule(
    "team-payments",
    "Card gateway down",
    threshold,
    [
      page("payments-pagerduty", "threshold met", { dedupKey: perAlert }),
      opsgenie("threshold met", "createAlert", { message: "{{rule.name}}" }),
      opsgenie("recovered", "closeAlert"),
    ],
    { tags: ["payments"] },
  ),
  rule("team-payments", "Settlement lag", query, [act("settlement-hook", "query matched", { body: "{{context.reason}}" })], {
    enabled: false,
  }),
  rule("security", "Brute force over SSH", detection, [post("soc-slack", "default")]),
  rule("security", "Malware detected", detection, [push("soc-jira", "default"), post("soc-slack", "default")]),
  // Its connector was deleted: the action is still there, and every run fails.
  rule("security", "Lateral movement", detection, [{ ...page("soc-pagerduty", "default", { dedupKey: perAlert }), type: ".pagerduty" }], {
    outcome: "failed",
    outcomeMessage: "Saved object [action/soc-pagerduty] not found",
  }),
];

function rule(space: string, name: string, type: typeof query, actions: SeedAction[], more: Partial<SeedRule> = {}): SeedRule {
  return { id: name.toLowerCase().replaceAll(" ", "-"), space, name, ...type, actions, ...more };
}
