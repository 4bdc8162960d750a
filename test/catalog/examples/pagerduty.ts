import { long } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".pagerduty",
  accepted: [
    ["config", {}],
    ["config", { apiUrl: null }],
    ["config", { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" }],
    // Kibana does not parse it: it is saved, and fails when used.
    ["config", { apiUrl: "bar" }],
    ["secrets", { routingKey: "super-secret" }],
    ["params", {}],
    [
      "params",
      {
        eventAction: "trigger",
        dedupKey: "a dedupKey",
        summary: "a summary",
        source: "a source",
        severity: "critical",
        timestamp: "2024-01-02T03:04:05.678Z",
        component: "a",
        group: "b",
        class: "c",
      },
    ],
    ["params", { eventAction: "resolve", dedupKey: long(255) }],
    ["params", { timestamp: "  1963-09-23T01:23:45.000Z" }],
    ["params", { timestamp: "" }],
    ["params", { timestamp: "1700000000000" }],
    ["params", { timestamp: "2011-05-06T17:00Z" }],
    ["params", { timestamp: "2011-05-06T03:30-07" }],
    ["params", { timestamp: "2011-05-06" }],
    ["params", { timestamp: "2013-W06-5" }],
    ["params", { timestamp: "20130208T080910" }],
    ["params", { timestamp: "{{date}}" }],
    ["params", { customDetails: { a: 1, b: [true] } }],
    ["params", { customDetails: '{"a":1}' }],
    ["params", { links: [{ href: "http://example.com", text: "a link" }] }],
    ["params", { summary: long(1024) }],
  ],
  refused: [
    ["config", { apiUrl: 4 }, "config.apiUrl"],
    ["secrets", {}, "secrets.routingKey"],
    ["secrets", { routingKey: false }, "secrets.routingKey"],
    ["params", { eventAction: "ackynollage" }, "params.eventAction"],
    ["params", { timestamp: "1963-09-55 90:23:45" }, "params.timestamp"],
    ["params", { eventAction: "resolve" }, "params.dedupKey"],
    ["params", { eventAction: "acknowledge", dedupKey: "" }, "params.dedupKey"],
    ["params", { dedupKey: long(256) }, "params.dedupKey"],
    ["params", { summary: long(1025) }, "params.summary"],
    ["params", { customDetails: "no json" }, "params.customDetails"],
    ["params", { links: [{ href: "http://example.com" }] }, "params.links.0.text"],
  ],
  stored: [
    {
      way: "routing key",
      config: { apiUrl: null },
      secrets: { routingKey: "stored-key" },
      patch: { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" },
    },
  ],
};
