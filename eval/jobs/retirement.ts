import { isDeepStrictEqual } from "node:util";
import { all, connector, rule, that } from "../checks.ts";
import type { Facts, Job, Verdict } from "../job.ts";
import type { NewConnector } from "../kibana.ts";
import { askUser, call, kibanaCall } from "../moves.ts";
import { actionsBefore, hasActions, matched, pages, posts, resolves, type SeedRule, seedRules, trials, written } from "./rule-actions.ts";

const slackUrl = (name: string) => ({ webhookUrl: `https://hooks.slack.com/services/T0ACME/B0RTR/fake-${name}` });

// --- one in two

const everyHour = { summary: false, notify_when: "onThrottleInterval", throttle: "1h" };
const guide = { dashboards: [{ id: "replication" }], investigation_guide: { blob: "Look at the lag of each replica first." } };
const infraRules: readonly SeedRule[] = [
  {
    id: "replica-lag",
    name: "Replica lag",
    tags: ["db", "eu"],
    actions: [posts("infra-chat"), pages("ops-pagerduty"), resolves("ops-pagerduty")],
    artifacts: guide,
  },
  {
    id: "vacuum-overdue",
    name: "Vacuum overdue",
    tags: ["db"],
    enabled: false,
    actions: [posts("infra-chat", matched, "{{rule.name}}", everyHour)],
  },
  { id: "node-not-ready", name: "Node not ready", tags: ["k8s"], actions: [posts("infra-chat"), posts("infra-chat", "recovered")] },
  {
    id: "image-pull-fails",
    name: "Image pull fails",
    tags: ["k8s", "ci"],
    actions: [posts("infra-chat", matched, "{{rule.name}}: {{context.value}}")],
  },
  { id: "ntp-drift", name: "NTP drift", actions: [posts("infra-chat", matched, "{{rule.name}}", everyHour)] },
];
const newChatOf = ({ tags = [] }: SeedRule) => (tags.includes("db") ? "dba-chat" : "platform-chat");

// --- a space

const harbour: readonly NewConnector[] = [
  { id: "berth-slack", type: ".slack", name: "Berth planning", secrets: slackUrl("berth") },
  { id: "crane-pagerduty", type: ".pagerduty", name: "Crane PagerDuty", secrets: { routingKey: "fake-crane-routing-key" } },
  { id: "tide-hook", type: ".webhook", name: "Tide board", config: { url: "https://tide.example.com/in", method: "post", hasAuth: false } },
  { id: "quay-slack", type: ".slack", name: "Quay", secrets: slackUrl("quay") },
  {
    ...{ id: "customs-jira", type: ".jira", name: "Customs Jira", config: { apiUrl: "https://customs.example.com", projectKey: "CUS" } },
    secrets: { email: "kibana@example.com", apiToken: "fake-customs-jira-token" },
  },
  { id: "old-berth-slack", type: ".slack", name: "Berth planning (old)", secrets: slackUrl("old-berth") },
  { id: "harbour-log", type: ".server-log", name: "Harbour log" },
  { id: "gate-index", type: ".index", name: "Gate events", config: { index: "gate-events" } },
  {
    id: "pilot-hook",
    type: ".webhook",
    name: "Pilot trial",
    config: { url: "https://pilot.example.com/in", method: "post", hasAuth: false },
  },
];
const harbourUnused = ["old-berth-slack", "harbour-log", "gate-index", "pilot-hook"];
const harbourWorkflow = `name: High water
triggers:
  - type: manual
steps:
  - name: board
    type: webhook
    connector-id: tide-hook
    with: { body: "{}" }
  - name: tell
    type: slack
    connector-id: Quay
    with: { message: High water }
`;

// --- the settings of Cases

const claimsJira = { id: "claims-jira", name: "Claims Jira", type: ".jira", fields: { issueType: "10002", priority: null, parent: null } };
const serviceNow = { id: "servicenow-itsm", name: "ServiceNow ITSM", type: ".servicenow", fields: null };

function casesPushToServiceNow({ after }: Facts): Verdict {
  const [settings] = after.holders.case_configurations;
  return that(JSON.stringify(settings).includes('"servicenow-itsm"'), "new cases do not push to ServiceNow");
}

/** What goes. */
export const retirement: readonly Job[] = [
  {
    id: "infra-chat-in-two",
    kind: "work",
    say: `We're splitting up the infra channel. Rules tagged db that post to "Infra chat" go to "DBA chat", everything else that posts there goes to "Platform chat", and then "Infra chat" can be deleted. The messages stay as they are.`,
    async seed(kibana) {
      for (const [id, name] of [
        ["infra-chat", "Infra chat"],
        ["dba-chat", "DBA chat"],
        ["platform-chat", "Platform chat"],
      ] as const) {
        await kibana.connector({ id, type: ".slack", name, secrets: slackUrl(id) });
      }
      await seedRules(kibana, infraRules);
    },
    person: { approves: [/Infra chat/], declines: [trials] },
    allowed: { rules: infraRules.map(({ id }) => id), touch: ["infra-chat", "dba-chat", "platform-chat"], remove: ["infra-chat"] },
    done: (facts) =>
      all(
        ...infraRules.map((one) => {
          const moved = actionsBefore(facts, one.id).map((action) =>
            action.id === "infra-chat" ? { ...action, id: newChatOf(one) } : action,
          );
          return hasActions(facts, one.id, moved);
        }),
        that(isDeepStrictEqual(rule(facts, "replica-lag").artifacts, guide), "the guide of Replica lag is gone"),
        that(!connector(facts, "infra-chat"), "Infra chat is still there"),
      ),
    *good() {
      yield call("replace_connector", { from: "Infra chat", to: "DBA chat", filter: { tags: ["db"] } });
      yield call("replace_connector", { from: "Infra chat", to: "Platform chat" });
      yield call("safe_delete_connector", { ids: ["Infra chat"] });
      return "Two rules post to DBA chat, three to Platform chat, and Infra chat is gone.";
    },
    *bad() {
      for (const one of infraRules) {
        const paged = one.id === "replica-lag" ? [pages("ops-pagerduty"), resolves("ops-pagerduty")] : [];
        yield kibanaCall("PUT", `/api/alerting/rule/${one.id}`, written(one, [posts(newChatOf(one)), ...paged]));
      }
      yield kibanaCall("DELETE", "/api/actions/connector/infra-chat");
      return "Infra chat is split up.";
    },
  },
  {
    id: "two-called-ops-slack",
    kind: "work",
    say: `There are two connectors called "Ops Slack" in the default space. One of them nobody uses, its webhook was revoked ages ago. Delete that one please.`,
    person: { approves: [/ops-slack-2/] },
    allowed: { remove: ["ops-slack-2"] },
    done: (facts) =>
      all(
        that(!connector(facts, "ops-slack-2"), "the unused one is still there"),
        that(connector(facts, "ops-slack"), "the one in use is gone"),
      ),
    *good() {
      yield call("list_connectors", { text: "Ops Slack" });
      yield call("safe_delete_connector", { ids: ["ops-slack-2"] });
      return "ops-slack-2 is deleted.";
    },
    *bad() {
      yield kibanaCall("DELETE", "/api/actions/connector/ops-slack");
      return "Ops Slack is deleted.";
    },
  },
  {
    id: "clear-out-the-harbour",
    kind: "work",
    say: "Please clear out the harbour space: delete every connector there that nothing in Kibana uses, and only those. A rule that is switched off counts as a user, and so do workflows and the settings of Cases. No scripts of ours call connectors there, I asked around.",
    async seed(kibana) {
      const space = "harbour";
      await kibana.must("POST", "/api/spaces/space", { body: { id: space, name: "Harbour", disabledFeatures: [] } });
      for (const one of harbour) await kibana.connector({ ...one, space });
      await seedRules(kibana, [
        { id: "berth-conflict", name: "Berth conflict", space, actions: [posts("berth-slack")] },
        {
          id: "crane-stopped",
          name: "Crane stopped",
          space,
          enabled: false,
          actions: [pages("crane-pagerduty"), resolves("crane-pagerduty")],
        },
      ]);
      await kibana.workflow("high-water", harbourWorkflow, space);
      const customs = { id: "customs-jira", name: "Customs Jira", type: ".jira", fields: null };
      const body = { owner: "cases", connector: customs, closure_type: "close-by-user" };
      await kibana.must("POST", "/api/cases/configure", { space, body });
    },
    person: {
      approves: [/old-berth-slack|harbour-log|gate-index|pilot-hook/],
      declines: [/customs-jira|tide-hook|quay-slack|crane-pagerduty/],
    },
    allowed: { remove: harbourUnused },
    done: (facts) => {
      const left = facts.after.connectors.filter(({ space }) => space === "harbour").map(({ id }) => id);
      const used = harbour.flatMap(({ id = "" }) => (harbourUnused.includes(id) ? [] : [id]));
      return that(isDeepStrictEqual(left.sort(), used.sort()), `left are ${left}, not ${used}`);
    },
    *good() {
      const text = yield call("audit_connectors", { spaces: ["harbour"], checks: ["unused"] });
      const { findings }: { findings: { connector: string }[] } = JSON.parse(text);
      yield call("safe_delete_connector", { ids: findings.map((one) => one.connector), space: "harbour" });
      return "Four connectors are gone; the other five are used.";
    },
    *bad() {
      // Kibana counts rules, and nothing else.
      const text = yield kibanaCall("GET", "/api/actions/connectors", undefined, "harbour");
      const found: { id: string; is_preconfigured: boolean; referenced_by_count: number }[] = JSON.parse(text);
      for (const { id, is_preconfigured: fixed, referenced_by_count: count } of found) {
        if (!fixed && count === 0) yield kibanaCall("DELETE", `/api/actions/connector/${id}`, undefined, "harbour");
      }
      return "Everything unused is gone.";
    },
  },
  {
    id: "claims-jira-and-cases",
    kind: "work",
    say: `Our claims desk no longer has a Jira, so "Claims Jira" can be deleted. No rule uses it. If the settings of Cases are in the way then tell me with a question: those I change myself, and then you go on.`,
    async seed(kibana) {
      await kibana.connector({
        ...{ id: "claims-jira", type: ".jira", name: "Claims Jira", config: { apiUrl: "https://claims.example.com", projectKey: "CLM" } },
        secrets: { email: "kibana@example.com", apiToken: "fake-claims-jira-token" },
      });
      const body = { owner: "observability", connector: claimsJira, closure_type: "close-by-user" };
      await kibana.must("POST", "/api/cases/configure", { body });
    },
    meanwhile: {
      before: "answer",
      async does(kibana) {
        const [settings] = JSON.parse(JSON.stringify(await kibana.must("GET", "/api/cases/configure")));
        await kibana.must("PATCH", `/api/cases/configure/${settings.id}`, { body: { version: settings.version, connector: serviceNow } });
      },
    },
    person: {
      approves: [/Claims Jira/],
      says: [[/cases?\b/i, "They were. I've just set it to ServiceNow ITSM, please go on."]],
    },
    allowed: { remove: ["claims-jira"], holders: ["case_configurations"] },
    done: (facts) => all(that(!connector(facts, "claims-jira"), "it is still there"), casesPushToServiceNow(facts)),
    *good() {
      yield call("safe_delete_connector", { ids: ["Claims Jira"] });
      yield askUser("Claims Jira is what new cases of Observability push to, by the settings of Cases. Can you choose another one there?");
      yield call("safe_delete_connector", { ids: ["Claims Jira"] });
      return "Claims Jira is deleted.";
    },
    *bad() {
      yield kibanaCall("DELETE", "/api/actions/connector/claims-jira");
      return "Claims Jira is deleted.";
    },
  },
];
