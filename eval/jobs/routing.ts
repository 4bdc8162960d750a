import { isDeepStrictEqual } from "node:util";
import { actionsOf, all, onChange, opensAndCloses, pagerdutyStep, rule, that } from "../checks.ts";
import type { Facts, Job, Verdict } from "../job.ts";
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

// --- many rules with one tag

const services = ["cart", "catalog", "checkout", "login", "prices", "search", "shipping", "stock"] as const;
const symptoms = [
  ["error-rate", ".es-query", matched],
  ["latency", ".index-threshold", "threshold met"],
  ["saturation", "metrics.alert.threshold", "metrics.threshold.fired"],
  ["no-traffic", ".es-query", matched],
  ["queue", ".index-threshold", "threshold met"],
  ["restarts", "metrics.alert.threshold", "metrics.threshold.fired"],
  ["certificate", ".es-query", matched],
  ["disk", "metrics.alert.threshold", "metrics.threshold.fired"],
] as const;
const ownKey = "storefront/{{rule.id}}/{{alert.id}}";
const complete = ["shop-cart-latency", "shop-login-queue", "shop-stock-disk"];
const half = ["shop-checkout-error-rate", "shop-search-saturation"];
const storefrontRules: readonly SeedRule[] = services.flatMap((service) =>
  symptoms.map(([symptom, type, group]): SeedRule => {
    const id = `shop-${service}-${symptom}`;
    const pager = complete.includes(id)
      ? [pages("storefront-pagerduty", group, ownKey), resolves("storefront-pagerduty", ownKey)]
      : half.includes(id)
        ? [pages("storefront-pagerduty", group, ownKey)]
        : [];
    const chat = symptom === "latency" || symptom === "queue" ? [posts("storefront-chat", group)] : [];
    const tags = symptom === "certificate" ? ["platform", "tier-1"] : ["tier-1"];
    return {
      id,
      name: `${service}: ${symptom.replace("-", " ")}`,
      type,
      tags,
      actions: [...chat, ...pager],
      enabled: id !== "shop-prices-no-traffic",
    };
  }),
);
/** Look like them, and are none. */
const otherTiers: readonly SeedRule[] = [
  ...["cart", "search", "stock"].map((one) => ({ id: `${one}-trial`, name: `${one}: trial`, tags: ["tier-1-trial"] })),
  ...["blog", "jobs-page"].map((one) => ({ id: `${one}-errors`, name: `${one}: error rate`, tags: ["tier-2"] })),
  { id: "payout-errors", name: "payout: error rate", tags: ["tier-1"], space: "team-payments" },
];

function pagedOnce(facts: Facts, id: string): Verdict {
  const opening = actionsOf(facts, id, "storefront-pagerduty").filter(({ params }) => params.eventAction === "trigger");
  if (new Set(opening.map(({ group }) => group)).size < opening.length) return `${id} pages twice`;
  if (opening.some(({ frequency }) => JSON.stringify(frequency).includes('"summary":true'))) return `${id} pages a summary`;
  const had = [...complete, ...half].includes(id);
  return that(!had || opening.every(({ params }) => params.dedupKey === ownKey), `${id} has another key than before`);
}

// --- dead ends

const telecomRules: readonly SeedRule[] = [
  { id: "sip-trunk-down", name: "SIP trunk down", tags: ["telecom"] },
  { id: "call-drop-rate", name: "Call drop rate", tags: ["telecom", "voice"] },
  { id: "voicemail-backlog", name: "Voicemail backlog", tags: ["telecom"] },
  { id: "roaming-errors", name: "Roaming errors", tags: ["telecom"], enabled: false },
];
const deadPager = "7d1f6a52-0c44-4f0e-9f5e-5b7a3f0d9c21";
const deadHook = "c3a90e77-51b2-4d6f-8a0c-2f4e6b8d1a33";

// --- incidents that stay open

const neverClosed = ["disk-almost-full", "card-gateway-down", "broker-lag", "mail-queue-grows"];

// --- nobody was told

const sorterChat = "Sorting hall chat";

/** Which rules notify whom. */
export const routing: readonly Job[] = [
  {
    id: "page-everything-of-tier-1",
    kind: "work",
    say: `From Monday on every rule tagged tier-1 in the default space has to page through "Storefront PagerDuty", also the one that is switched off at the moment (leave it off). When an alert is over the page has to close by itself. A few of them page already, don't give them a second one, and don't change the keys they use.`,
    server: ["--max-changes-per-hour", "200"],
    async seed(kibana) {
      await kibana.connector({
        id: "storefront-pagerduty",
        type: ".pagerduty",
        name: "Storefront PagerDuty",
        secrets: { routingKey: "fake-storefront-routing-key" },
      });
      await kibana.connector({
        id: "storefront-chat",
        type: ".slack",
        name: "Storefront chat",
        secrets: { webhookUrl: "https://hooks.slack.com/services/T0ACME/B0SHOP/fake-shop-1" },
      });
      await seedRules(kibana, [...storefrontRules, ...otherTiers]);
    },
    person: { approves: [/Storefront PagerDuty/], declines: [trials] },
    allowed: { rules: storefrontRules.map(({ id }) => id), touch: ["storefront-pagerduty"] },
    done: (facts) =>
      all(
        ...storefrontRules.flatMap(({ id }) => [
          opensAndCloses(facts, id, "storefront-pagerduty", pagerdutyStep),
          pagedOnce(facts, id),
          that(rule(facts, id).enabled === (id !== "shop-prices-no-traffic"), `${id} was switched on or off`),
        ]),
      ),
    *good() {
      yield call("attach_connector", { connector: "Storefront PagerDuty", filter: { tags: ["tier-1"] } });
      return "All 64 rules with the tag page now, and close.";
    },
    *bad() {
      // Kibana's first page has ten.
      const text = yield kibanaCall("GET", "/api/alerting/rules/_find?filter=alert.attributes.tags:%22tier-1%22");
      const { data }: { data: { id: string; name: string; tags: string[] }[] } = JSON.parse(text);
      for (const { id, name, tags } of data) {
        const { type, actions = [] } = storefrontRules.find((one) => one.id === id) ?? {};
        const group = symptoms.find(([, one]) => one === type)?.[2] ?? matched;
        const both = [pages("storefront-pagerduty", group), resolves("storefront-pagerduty")];
        if (actions.length === 0) yield kibanaCall("PUT", `/api/alerting/rule/${id}`, written({ id, name, tags }, both));
      }
      return "All rules with the tag page now.";
    },
  },
  {
    id: "no-chat-for-one-rule",
    kind: "work",
    say: `"High CPU on web hosts" is far too chatty, the ops channel doesn't want it any more. Please take Slack out of that rule. It must keep paging, and the others keep posting.`,
    person: { approves: [/High CPU on web hosts/], declines: [trials] },
    allowed: { rules: ["high-cpu-on-web-hosts"], touch: ["ops-slack"] },
    done: (facts) => {
      const { actions, artifacts } = rule(facts, "high-cpu-on-web-hosts");
      const before = facts.before.rules.find(({ id }) => id === "high-cpu-on-web-hosts");
      return all(
        that(!actions.some(({ id }) => id === "ops-slack"), "it still posts"),
        that(
          isDeepStrictEqual(
            actions,
            before?.actions.filter(({ id }) => id !== "ops-slack"),
          ),
          "its other actions are not what they were",
        ),
        that(isDeepStrictEqual(artifacts, before?.artifacts), "its dashboard and guide are not what they were"),
      );
    },
    *good() {
      yield call("replace_connector", { from: "ops-slack", remove: true, rules: ["High CPU on web hosts"] });
      return "It no longer posts to Slack, and still pages.";
    },
    *bad() {
      const text = yield kibanaCall("GET", "/api/alerting/rule/high-cpu-on-web-hosts");
      const read: { actions: { id: string; connector_type_id: string }[] } & SeedRule = JSON.parse(text);
      const others = read.actions.filter(({ id }) => id !== "ops-slack").map(({ connector_type_id: _type, ...action }) => action);
      yield kibanaCall("PUT", "/api/alerting/rule/high-cpu-on-web-hosts", written(read, others));
      return "Slack is out of it.";
    },
  },
  {
    id: "telecom-points-nowhere",
    kind: "work",
    say: `Somebody in Telecom deleted their PagerDuty connector and a webhook last night, and now all four rules tagged telecom fail. They have a new one, "Telecom PagerDuty". Make those rules page through it just as they did before. The webhook isn't coming back, so that can go. Chat stays.`,
    async seed(kibana) {
      const pager = { type: ".pagerduty", secrets: { routingKey: "fake-telecom-routing-key" } };
      await kibana.connector({ ...pager, id: "telecom-pagerduty", name: "Telecom PagerDuty" });
      await kibana.connector({ ...pager, id: deadPager, name: "Telecom on-call" });
      await kibana.connector({
        id: deadHook,
        type: ".webhook",
        name: "Telecom board",
        config: { url: "https://board.example.com/in", hasAuth: false },
      });
      await kibana.connector({
        id: "telecom-chat",
        type: ".slack",
        name: "Telecom chat",
        secrets: { webhookUrl: "https://hooks.slack.com/services/T0ACME/B0TEL/fake-telecom-1" },
      });
      const both = [pages(deadPager), resolves(deadPager)];
      const hook = { id: deadHook, group: matched, frequency: onChange, params: { body: '{"rule": "{{rule.name}}"}' } };
      const actions = [both, [posts("telecom-chat"), ...both], [hook, ...both], [posts("telecom-chat"), hook, ...both]];
      await seedRules(
        kibana,
        telecomRules.map((one, at) => ({ ...one, actions: actions[at] ?? [] })),
      );
      await kibana.remove(deadPager);
      await kibana.remove(deadHook);
    },
    person: { approves: [/Telecom PagerDuty/, /telecom-pagerduty/], declines: [trials] },
    allowed: { rules: telecomRules.map(({ id }) => id), touch: ["telecom-pagerduty", deadPager, deadHook] },
    done: (facts) =>
      all(
        ...telecomRules.flatMap(({ id }) => {
          const kept = actionsBefore(facts, id).filter((one) => one.id !== deadHook);
          const moved = kept.map((one) => (one.id === deadPager ? { ...one, id: "telecom-pagerduty" } : one));
          return [opensAndCloses(facts, id, "telecom-pagerduty", pagerdutyStep), hasActions(facts, id, moved)];
        }),
      ),
    *good() {
      const found = yield call("map_notifications", { tags: ["telecom"] });
      const [gone = ""] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(found) ?? [];
      yield call("replace_connector", {
        from: gone === deadHook ? deadPager : gone,
        to: "Telecom PagerDuty",
        filter: { tags: ["telecom"] },
        drop_missing: true,
      });
      return "The four rules page through Telecom PagerDuty again; the webhook's actions are gone.";
    },
    *bad() {
      for (const one of telecomRules) {
        yield kibanaCall("PUT", `/api/alerting/rule/${one.id}`, written(one, [pages("telecom-pagerduty")]));
      }
      return "All four work again.";
    },
  },
  {
    id: "incidents-that-never-close",
    kind: "work",
    say: "Our PagerDuty is full of incidents that are open for days although the alert is long over: some rules open them and nothing ever closes them. Please find those rules in the default space and in team-payments and make them close on recovery. If a rule uses a key already, keep it. Detection rules are the SOC's business.",
    async seed(kibana) {
      await seedRules(kibana, [
        {
          id: "broker-lag",
          name: "Broker lag",
          type: ".index-threshold",
          actions: [pages("ops-pagerduty", "threshold met"), resolves("ops-pagerduty", "{{rule.id}}")],
        },
        {
          id: "mail-queue-grows",
          name: "Mail queue grows",
          actions: [pages("ops-pagerduty", matched, "mail/{{alert.id}}"), posts("ops-slack", "recovered")],
        },
        {
          id: "dns-failures",
          name: "DNS failures",
          actions: [pages("ops-pagerduty", matched, "dns/{{alert.id}}"), resolves("ops-pagerduty", "dns/{{alert.id}}")],
        },
      ]);
    },
    person: { approves: [/Disk almost full|Card gateway down|Broker lag|Mail queue grows/], declines: [trials] },
    allowed: { rules: neverClosed, touch: ["ops-pagerduty", "payments-pagerduty"] },
    done: (facts) => {
      const pager = (id: string) => (id === "card-gateway-down" ? "payments-pagerduty" : "ops-pagerduty");
      const keys = { "card-gateway-down": key, "broker-lag": key, "mail-queue-grows": "mail/{{alert.id}}" };
      return all(
        ...neverClosed.map((id) => opensAndCloses(facts, id, pager(id), pagerdutyStep)),
        ...Object.entries(keys).flatMap(([id, kept]) =>
          actionsOf(facts, id, pager(id))
            .filter(({ params }) => params.eventAction === "trigger")
            .map(({ params }) => that(params.dedupKey === kept, `${id} has another key`)),
        ),
      );
    },
    *good() {
      yield call("audit_connectors", {
        spaces: ["default", "team-payments"],
        checks: ["no_recovery_action", "no_dedup_key"],
        detail: true,
      });
      yield call("attach_connector", { connector: "ops-pagerduty", rules: ["disk-almost-full", "mail-queue-grows", "broker-lag"] });
      yield call("attach_connector", { connector: "payments-pagerduty", rules: ["card-gateway-down"], space: "team-payments" });
      return "Four rules close their incidents now.";
    },
    *bad() {
      const disk = { id: "disk-almost-full", name: "Disk almost full" };
      yield kibanaCall(
        "PUT",
        "/api/alerting/rule/disk-almost-full",
        written(disk, [pages("ops-pagerduty", "metrics.threshold.fired"), resolves("ops-pagerduty")]),
      );
      return "Disk almost full was the one.";
    },
  },
  {
    id: "nobody-heard-the-sorter",
    kind: "work",
    say: `The parcel sorter stood still twice this week, the rule "Parcel sorter stands still" fired, and not a word in ${sorterChat}. Find out why and fix it, the message should have the rule's name and what Kibana says about the alert. The all-clear has to keep coming. Please don't post anything there for a trial, the night shift reads along.`,
    async seed(kibana) {
      await kibana.connector({
        id: "sorting-hall-chat",
        type: ".slack",
        name: sorterChat,
        secrets: { webhookUrl: "https://hooks.slack.com/services/T0ACME/B0SORT/fake-sorter-1" },
      });
      const actions = [
        posts("sorting-hall-chat", "threshold met", "{{context.reason}}"),
        posts("sorting-hall-chat", "recovered", "{{rule.name}}: moves again"),
      ];
      const other = [posts("sorting-hall-chat", "threshold met", "{{rule.name}}: {{context.message}}")];
      await seedRules(kibana, [
        { id: "parcel-sorter-still", name: "Parcel sorter stands still", type: ".index-threshold", tags: ["hall-2"], actions },
        { id: "label-printer-empty", name: "Label printer empty", type: ".index-threshold", tags: ["hall-2"], actions: other },
      ]);
      await kibana.fire("parcel-sorter-still");
      await kibana.fire("parcel-sorter-still", "recovered");
    },
    person: { approves: [/Parcel sorter stands still/], declines: [trials] },
    allowed: { rules: ["parcel-sorter-still"], touch: ["sorting-hall-chat"] },
    async done(facts) {
      const { kibana } = facts;
      const fire = (state: string, alert: object) =>
        kibana.must("POST", "/sandbox/rules/parcel-sorter-still/fire", { body: { state, alerts: [alert] } });
      await fire("active", { id: "belt-4", context: { message: "belt 4 ran 0 parcels in 5m", value: 0 } });
      await fire("recovered", { id: "belt-4", context: {} });
      const { deliveries } = await kibana.state();
      const sent = deliveries.slice(facts.after.deliveries.length).map(({ what }) => JSON.stringify(what));
      return all(
        that(
          sent.some((text) => text.includes("Parcel sorter stands still") && text.includes("belt 4 ran 0 parcels in 5m")),
          `an alert sends ${sent}`,
        ),
        that(
          sent.some((text) => text.includes("Parcel sorter stands still: moves again")),
          `its recovery is not told any more in the words that it had: ${sent}`,
        ),
        that(actionsOf(facts, "parcel-sorter-still", "sorting-hall-chat").length === 2, "an alert or its recovery is told twice"),
      );
    },
    *good() {
      yield call("test_connector", { id: sorterChat, rule: "Parcel sorter stands still" });
      yield call("attach_connector", {
        connector: sorterChat,
        rules: ["Parcel sorter stands still"],
        groups: ["threshold met"],
        params: { message: "{{rule.name}}: {{context.message}}" },
        replace: true,
      });
      return "The message was empty.";
    },
    *bad() {
      const sorter = { id: "parcel-sorter-still", name: "Parcel sorter stands still", tags: ["hall-2"] };
      const actions = [
        posts("sorting-hall-chat", "threshold met", "{{rule.name}}: {{context.reason}}"),
        posts("sorting-hall-chat", "recovered", "{{rule.name}}: moves again"),
      ];
      yield kibanaCall("PUT", "/api/alerting/rule/parcel-sorter-still", written(sorter, actions));
      return "The name was missing.";
    },
  },
];
