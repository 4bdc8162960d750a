import { all, connector, onChange, rule, that } from "../checks.ts";
import type { Facts, Job, RuleAction, Verdict } from "../job.ts";
import { call, kibanaCall } from "../moves.ts";
import {
  actionsBefore,
  hasActions,
  key,
  matched,
  pages,
  posts,
  resolves,
  type SeedRule,
  seedRules,
  trials,
  written,
} from "./rule-actions.ts";

// --- Opsgenie

const nightShift = "7c2e41d0-9b35-4f7a-8e66-0d1c5a3b9f20";
const yardTeam = "2f90b6aa-1d5e-4c3b-9a77-6be0c4418d52";

/** An alert as the warehouse writes it, and its close. */
const alerts = (id: string, alias: string, more: object = {}) => [
  {
    id,
    group: matched,
    frequency: onChange,
    params: {
      subAction: "createAlert",
      subActionParams: {
        alias,
        message: "{{rule.name}}: {{alert.id}}",
        description: "{{context.message}}",
        priority: "P2",
        tags: ["warehouse"],
        ...more,
      },
    },
  },
  {
    id,
    group: "recovered",
    frequency: onChange,
    params: { subAction: "closeAlert", subActionParams: { alias, note: "{{rule.name}} is over" } },
  },
];
const forNights = { responders: [{ type: "team", name: "Night shift" }] };
const warehouseRules: readonly SeedRule[] = [
  { id: "conveyor-jam", name: "Conveyor jam", tags: ["warehouse"], actions: alerts("warehouse-opsgenie", "wh-{{rule.id}}-{{alert.id}}") },
  { id: "forklift-charger", name: "Forklift charger offline", actions: alerts("warehouse-opsgenie", key, forNights) },
  {
    id: "gate-camera",
    name: "Gate camera dark",
    actions: alerts("warehouse-opsgenie", key, { responders: [{ type: "team", id: yardTeam }], entity: "{{alert.id}}" }),
  },
  {
    id: "cold-store-warm",
    name: "Cold store too warm",
    actions: [...alerts("warehouse-opsgenie", "cold/{{alert.id}}", forNights), posts("warehouse-chat")],
  },
  { id: "scanner-battery", name: "Scanner battery", enabled: false, actions: alerts("warehouse-opsgenie", "scanner/{{alert.id}}") },
];

function atJira(one: RuleAction): RuleAction {
  if (one.id !== "warehouse-opsgenie") return one;
  const text = JSON.stringify(one.params).replace('"name":"Night shift"', `"id":"${nightShift}"`);
  const params: Record<string, unknown> = JSON.parse(text);
  return { ...one, id: "warehouse-jsm", params };
}

// --- Slack

const digest = { summary: true, notify_when: "onThrottleInterval", throttle: "30m" };
const freightRules: readonly SeedRule[] = [
  {
    id: "truck-late",
    name: "Truck is late",
    actions: [
      posts("freight-webhook", matched, ":truck: *{{rule.name}}* {{context.message}}"),
      posts("freight-webhook", "recovered", "{{alert.id}} has arrived"),
    ],
  },
  {
    id: "dock-queue",
    name: "Dock queue",
    actions: [posts("freight-webhook", matched, "{{alerts.new.count}} new, {{alerts.ongoing.count}} waiting", digest)],
  },
  {
    id: "toll-refused",
    name: "Toll refused",
    enabled: false,
    actions: [posts("freight-webhook", matched, "{{rule.name}}: {{{context.link}}}")],
  },
  {
    id: "reefer-alarm",
    name: "Reefer alarm",
    actions: [pages("ops-pagerduty"), resolves("ops-pagerduty"), posts("freight-webhook", matched, "{{rule.name}}: {{context.value}}")],
  },
];

/** The bot says the same in the right channel, whichever way the channel is named. */
function saidByBot(facts: Facts, id: string): Verdict {
  const named = ["#freight-ops", "freight-ops", "C0FREIGHT1"];
  const plain = rule(facts, id).actions.map((one): RuleAction => {
    if (one.id !== "acme-bot" || one.params.subAction !== "postMessage") return one;
    const { text, ...channels }: { text?: string } & Record<string, string[]> = Object(one.params.subActionParams);
    const there = Object.values(channels).flat();
    return { ...one, params: there.length > 0 && there.every((name) => named.includes(name)) ? { message: text } : { elsewhere: there } };
  });
  const expected = actionsBefore(facts, id).map((one) => (one.id === "freight-webhook" ? { ...one, id: "acme-bot" } : one));
  return hasActions({ ...facts, after: { ...facts.after, rules: [{ ...rule(facts, id), actions: plain }] } }, id, expected);
}

// --- a workflow

const lostVehicle = `name: Vehicle lost
triggers:
  - type: alert
  - type: manual
steps:
  # the desk in Graz has no phone at night
  - name: page the fleet
    type: pagerduty
    connector-id: Fleet PagerDuty
    with:
      eventAction: trigger
      severity: critical
      dedupKey: "fleet-{{ execution.id }}"
      summary: "A vehicle is lost"
`;
const nightDrive = `name: Night drive
triggers:
  - type: manual
    inputs:
      - { name: minutes, type: number, default: 0 }
steps:
  - name: too long
    type: if
    condition: "inputs.minutes > 540"
    steps:
      - name: page # nobody answers mails then
        type: pagerduty
        connector-id: fleet-pagerduty
        with: { eventAction: trigger, severity: warning, summary: "Somebody has driven for too long" }
`;
const fleetRules: readonly SeedRule[] = [
  { id: "vehicle-silent", name: "Vehicle silent", tags: ["fleet"], actions: [pages("fleet-pagerduty"), resolves("fleet-pagerduty")] },
  {
    id: "fuel-theft",
    name: "Fuel theft",
    tags: ["fleet"],
    enabled: false,
    actions: [pages("fleet-pagerduty"), posts("ops-slack"), resolves("fleet-pagerduty")],
  },
];

function hasMoved({ before, after }: Facts, id: string, comment: string): Promise<Verdict> {
  const [then, now] = [before, after].map(({ holders }) => holders.workflows.find((one) => one.id === id));
  const steps = (of: typeof now) => JSON.stringify([of?.definition, of?.enabled, of?.name]);
  const other = (to: string) => steps(then).replace(/"connector-id":"[^"]+"/, `"connector-id":"${to}"`);
  return all(
    that(
      ["fleet-pagerduty-eu", "Fleet PagerDuty EU"].some((to) => steps(now) === other(to)),
      `${id} is not the same with the other connector`,
    ),
    that(String(now?.yaml).includes(comment), `${id} lost its comment`),
  );
}

/** To another connector or service. */
export const migrations: readonly Job[] = [
  {
    id: "warehouse-leaves-opsgenie",
    kind: "work",
    say: `Opsgenie is being switched off, so the warehouse's rules have to alert through "Warehouse JSM" instead of "Warehouse Opsgenie": same texts, same aliases, closed the same way. Teams don't go by name over there: Night shift has the id ${nightShift}. Leave the Opsgenie connector where it is for now, there are still alerts open.`,
    async seed(kibana) {
      await kibana.connector({
        ...{ id: "warehouse-opsgenie", type: ".opsgenie", name: "Warehouse Opsgenie" },
        ...{ config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "fake-warehouse-genie-key" } },
      });
      await kibana.connector({
        ...{ id: "warehouse-jsm", type: ".jira-service-management", name: "Warehouse JSM" },
        ...{ config: { apiUrl: "https://api.atlassian.com" }, secrets: { apiKey: "fake-warehouse-jsm-key" } },
      });
      const webhookUrl = "https://hooks.slack.com/services/T0ACME/B0WARE/fake-warehouse-1";
      await kibana.connector({ id: "warehouse-chat", type: ".slack", name: "Warehouse chat", secrets: { webhookUrl } });
      await seedRules(kibana, warehouseRules);
      await kibana.fire("conveyor-jam");
    },
    person: { approves: [/Warehouse Opsgenie/], declines: [trials, /Delete connector/] },
    allowed: { rules: warehouseRules.map(({ id }) => id), touch: ["warehouse-opsgenie", "warehouse-jsm"] },
    done: (facts) =>
      all(
        ...warehouseRules.map(({ id }) => hasActions(facts, id, actionsBefore(facts, id).map(atJira))),
        that(connector(facts, "warehouse-opsgenie"), "the Opsgenie connector is gone"),
      ),
    *good() {
      const responders = [{ type: "team", id: nightShift }];
      yield call("get_connector", { id: "Warehouse Opsgenie", include: ["actions"] });
      yield call("replace_connector", {
        from: "Warehouse Opsgenie",
        to: "Warehouse JSM",
        rules: ["forklift-charger", "cold-store-warm"],
        params: { subActionParams: { responders } },
      });
      yield call("replace_connector", { from: "Warehouse Opsgenie", to: "Warehouse JSM" });
      return "All five alert through Warehouse JSM. An alert of Conveyor jam is still open in Opsgenie.";
    },
    *bad() {
      for (const one of warehouseRules) {
        const actions = [...alerts("warehouse-jsm", key), ...(one.id === "cold-store-warm" ? [posts("warehouse-chat")] : [])];
        yield kibanaCall("PUT", `/api/alerting/rule/${one.id}`, written(one, actions));
      }
      return "All five alert through Warehouse JSM.";
    },
  },
  {
    id: "freight-webhook-to-bot",
    kind: "work",
    say: `Whatever is posted by "Freight webhook" should come from our bot ("Acme bot") from now on, in #freight-ops, same words and just as often. When nothing uses the webhook any more delete it.`,
    async seed(kibana) {
      const webhookUrl = "https://hooks.slack.com/services/T0ACME/B0FRGHT/fake-freight-1";
      await kibana.connector({ id: "freight-webhook", type: ".slack", name: "Freight webhook", secrets: { webhookUrl } });
      await kibana.connector({
        ...{ id: "acme-bot", type: ".slack_api", name: "Acme bot", secrets: { token: "fake-acme-bot-token" } },
        config: {
          allowedChannels: [
            { id: "C0GENERAL1", name: "#general" },
            { id: "C0FREIGHT1", name: "#freight-ops" },
          ],
        },
      });
      await seedRules(kibana, freightRules);
    },
    person: { approves: [/Freight webhook/], declines: [trials] },
    allowed: { rules: freightRules.map(({ id }) => id), touch: ["freight-webhook", "acme-bot"], remove: ["freight-webhook"] },
    done: (facts) =>
      all(...freightRules.map(({ id }) => saidByBot(facts, id)), that(!connector(facts, "freight-webhook"), "the webhook is still there")),
    *good() {
      const params = { subActionParams: { channelNames: ["#freight-ops"] } };
      yield call("replace_connector", { from: "Freight webhook", to: "Acme bot", params });
      yield call("safe_delete_connector", { ids: ["Freight webhook"] });
      return "The bot posts in #freight-ops, and the webhook is gone.";
    },
    *bad() {
      const subActionParams = { channelNames: ["#freight-ops"], text: "{{rule.name}}" };
      const bot = { id: "acme-bot", group: matched, frequency: onChange, params: { subAction: "postMessage", subActionParams } };
      for (const one of freightRules) {
        const others = one.id === "reefer-alarm" ? [pages("ops-pagerduty"), resolves("ops-pagerduty")] : [];
        yield kibanaCall("PUT", `/api/alerting/rule/${one.id}`, written(one, [...others, bot]));
      }
      yield kibanaCall("DELETE", "/api/actions/connector/freight-webhook");
      return "The bot posts in #freight-ops, and the webhook is gone.";
    },
  },
  {
    id: "fleet-moves-to-the-eu",
    kind: "work",
    say: `The fleet has a PagerDuty account in the EU now, its connector is "Fleet PagerDuty EU". Move everything that pages through "Fleet PagerDuty" over, I think there's also a workflow or two, and then the old connector can go.`,
    async seed(kibana) {
      const type = ".pagerduty";
      await kibana.connector({ id: "fleet-pagerduty", type, name: "Fleet PagerDuty", secrets: { routingKey: "fake-fleet-us-routing" } });
      await kibana.connector({
        ...{ id: "fleet-pagerduty-eu", type, name: "Fleet PagerDuty EU", secrets: { routingKey: "fake-fleet-eu-routing" } },
        config: { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" },
      });
      await seedRules(kibana, fleetRules);
      await kibana.workflow("vehicle-lost", lostVehicle);
      await kibana.workflow("night-drive", nightDrive);
      const destinations = [{ type: "workflow", id: "vehicle-lost" }];
      await kibana.must("POST", "/api/alerting/v2/action_policies", { body: { name: "Fleet at night", destinations } });
    },
    person: { approves: [/Fleet PagerDuty/], declines: [trials] },
    allowed: {
      ...{ rules: fleetRules.map(({ id }) => id), touch: ["fleet-pagerduty", "fleet-pagerduty-eu"] },
      ...{ holders: ["vehicle-lost", "night-drive"], remove: ["fleet-pagerduty"] },
    },
    done: (facts) =>
      all(
        ...fleetRules.map(({ id }) => {
          const moved = actionsBefore(facts, id).map((one) => (one.id === "fleet-pagerduty" ? { ...one, id: "fleet-pagerduty-eu" } : one));
          return hasActions(facts, id, moved);
        }),
        hasMoved(facts, "vehicle-lost", "# the desk in Graz has no phone at night"),
        hasMoved(facts, "night-drive", "# nobody answers mails then"),
        that(!connector(facts, "fleet-pagerduty"), "the old connector is still there"),
      ),
    *good() {
      yield call("replace_connector", { from: "Fleet PagerDuty", to: "Fleet PagerDuty EU" });
      yield call("safe_delete_connector", { ids: ["Fleet PagerDuty"] });
      return "Two rules and two workflows page the EU account, and the old connector is gone.";
    },
    *bad() {
      for (const one of fleetRules) {
        const chat = one.id === "fuel-theft" ? [posts("ops-slack")] : [];
        const actions = [pages("fleet-pagerduty-eu"), ...chat, resolves("fleet-pagerduty-eu")];
        yield kibanaCall("PUT", `/api/alerting/rule/${one.id}`, written(one, actions));
      }
      yield kibanaCall("DELETE", "/api/actions/connector/fleet-pagerduty");
      return "The rules page the EU account, and the old connector is gone.";
    },
  },
];
