import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { recordOrJsonText, urlText, withRules } from "../shared/fields.ts";
import { headline } from "../shared/recipe.ts";
import { isTimestamp } from "../shared/timestamp.ts";

/** reference: .pagerduty; schema pagerduty/schemas/v1.ts, executor pagerduty/index.ts. */
export const pagerduty: ConnectorType = {
  id: ".pagerduty",
  name: "PagerDuty",
  aliases: ["pager duty", "pager", "pd"],
  category: "Incident management",
  license: "gold",
  features: ["alerting", "uptime", "siem", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      apiUrl: urlText("Events API; null means https://events.pagerduty.com/v2/enqueue").nullable().default(null),
    }),
    secrets: z.strictObject({
      routingKey: z.string().describe("Integration key of an Events API v2 integration"),
    }),
    params: withRules(
      z.strictObject({
        eventAction: z.enum(["trigger", "resolve", "acknowledge"]).optional().describe("trigger when left out"),
        dedupKey: z.string().max(255).optional().describe("Names the incident; required for resolve and acknowledge"),
        summary: z.string().max(1024).optional(),
        source: z.string().optional(),
        severity: z.enum(["critical", "error", "warning", "info"]).optional().describe("info when left out"),
        timestamp: z.string().optional().describe("ISO date, or epoch milliseconds as text"),
        component: z.string().optional(),
        group: z.string().optional(),
        class: z.string().optional(),
        links: z.array(z.strictObject({ href: z.string(), text: z.string() })).optional(),
        customDetails: recordOrJsonText("More facts").optional(),
      }),
      ({ eventAction, dedupKey, timestamp }, report) => {
        if ((eventAction === "resolve" || eventAction === "acknowledge") && !dedupKey) {
          report("dedupKey", `is required when eventAction is ${eventAction}`);
        }
        if (typeof timestamp === "string" && !isTimestamp(timestamp)) {
          report("timestamp", "must be an ISO date or epoch milliseconds as text");
        }
      },
    ),
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"], fallback: "events.pagerduty.com" },
  recipients: [
    "params.dedupKey",
    ...["eventAction", "customDetails", "source", "component", "group", "class"].map((field) => `params.${field}.**`),
  ],
  acting: ["params.dedupKey", "params.eventAction"],
  unused: ({ eventAction, dedupKey, ...others }) =>
    eventAction === "resolve" || eventAction === "acknowledge"
      ? Object.keys(others).map((field) => ({ field, problem: `${eventAction} sends dedupKey alone` }))
      : [],
  terraformChanges: { other: true },
  credentials: [{ name: "routing key", fields: ["routingKey"] }],
  effect: "creates",
  headlines: ["summary"],
  tests: {
    near_safe: {
      params: { eventAction: "resolve", dedupKey: "connector-probe-{unique}" },
      effect: "PagerDuty receives one resolve event for an incident that does not exist: nothing opens and nobody is paged",
      proves: ["Kibana reaches PagerDuty", "PagerDuty accepts the routing key"],
      doesNotProve: ["which service and escalation the key belongs to"],
      reliesOn: "PagerDuty answering 202 to a resolve of an unknown key, and 4xx to a bad routing key",
    },
    loud: {
      params: { eventAction: "trigger", dedupKey: "connector-test-{unique}", summary: "Connector test", severity: "info" },
      effect: "Opens an incident on the service behind the routing key: may page somebody",
      proves: ["an alert opens an incident"],
      doesNotProve: ["that the right people are on call"],
      undo: { params: { eventAction: "resolve", dedupKey: "connector-test-{unique}" } },
    },
  },
  noSafeTest: "The Events API has no read call.",
  recovery: { params: { eventAction: "resolve", dedupKey: "{{rule.id}}-{{alert.id}}" } },
  dedupField: "dedupKey",
  recipe: {
    workflows: ["on_call"],
    opens: true,
    params: (about) => ({
      eventAction: "trigger",
      dedupKey: about.key,
      severity: about.main ? "critical" : "warning",
      summary: headline(about),
    }),
  },
  secretTarget: true,
  traps: [
    "Without dedupKey every trigger opens a new incident, and recovery can close none of them.",
    "resolve and acknowledge send dedupKey and eventAction only: every other field is dropped.",
    "Only HTTP 202 counts as success.",
  ],
  exampleConfig: { apiUrl: "https://events.pagerduty.com/v2/enqueue" },
  exampleSecrets: ["routingKey"],
};
