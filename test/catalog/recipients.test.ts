import { describe, expect, test } from "vitest";
import { connectorType, connectorTypes } from "../../src/catalog/index.ts";
import { inputSchema } from "../../src/catalog/json-schema.ts";
import { recipientsIn } from "../../src/catalog/recipients.ts";

const sub = (subAction: string, subActionParams: Record<string, unknown>) => ({ subAction, subActionParams });
const closing = (externalId: string | null) => sub("closeIncident", { incident: { externalId, correlation_id: "c1" } });

describe("whom a call reaches", () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    [".email", { to: ["a@x"], cc: ["b@x"], bcc: ["c@x"], subject: "s", message: "m" }, ["to a@x", "cc b@x", "bcc c@x"]],
    [".slack_api", sub("postMessage", { channelNames: ["#ops"], channels: ["C1"] }), ["channelNames #ops"]],
    [".slack_api", sub("postMessage", { channelIds: ["C1"], channels: ["C2"] }), ["channelIds C1"]],
    [".slack_api", sub("postMessage", { channelNames: [], channels: ["C1", "C2"] }), ["channels C1"]],
    [".slack_api", sub("validChannelId", { channelId: "C1" }), ["channelId C1"]],
    [
      ".tines",
      sub("run", { webhook: { id: 1 }, webhookUrl: "https://t.example/w", body: "x" }),
      ["webhookUrl https://t.example/w", "body x"],
    ],
    [".tines", sub("run", { webhook: { id: 1 }, body: "x" }), ["webhook id 1", "body x"]],
    [".pagerduty", { eventAction: "resolve", dedupKey: "k", source: "s" }, ["dedupKey k", "eventAction resolve"]],
    [".pagerduty", { eventAction: "{{x}}", dedupKey: "k", source: "s" }, ["dedupKey k", "eventAction {{x}}", "source s"]],
    [".servicenow", closing("s1"), ["externalId s1"]],
    [".servicenow", closing("{{x}}"), ["externalId {{x}}", "correlation_id c1"]],
    [".servicenow", closing(null), ["correlation_id c1"]],
    [".opsgenie", sub("createAlert", { responders: [{ type: "team", name: "N" }] }), ["responders type team, name N"]],
    [".jira-service-management", sub("createAlert", { visibleTo: [{ id: "1", type: "user" }] }), ["visibleTo id 1, type user"]],
    [".jira", sub("pushToService", { incident: { summary: "s", externalId: "OPS-1" } }), ["externalId OPS-1"]],
    [".index", { documents: [{}], indexOverride: "kibana-alert-history-x" }, ["indexOverride kibana-alert-history-x"]],
    [".http", { method: "POST", path: "/x", url: "https://a.example" }, ["method POST", "url https://a.example", "path /x"]],
    [".crowdstrike", sub("hostActions", { command: "contain", ids: ["1", "2"] }), ["command contain", "ids 1", "ids 2"]],
    [".opsgenie", sub("closeAlert", { alias: "open-1", note: "n" }), ["alias open-1"]],
    [".jira-service-management", sub("closeAlert", { alias: "open-1" }), ["alias open-1"]],
    [".pagerduty", { eventAction: "acknowledge", dedupKey: "open-1", customDetails: {} }, ["dedupKey open-1", "eventAction acknowledge"]],
    [".servicenow", sub("closeIncident", { incident: { correlation_id: "open-1" } }), ["correlation_id open-1"]],
    [
      ".servicenow-sir",
      sub("pushToService", { incident: { short_description: "s", correlation_id: "open-1", additional_fields: { watch_list: "boss" } } }),
      ["correlation_id open-1", "additional_fields watch_list boss"],
    ],
    [".servicenow-itom", sub("addEvent", { message_key: "open-1", severity: "0" }), ["message_key open-1"]],
    [".xmatters", { severity: "High", signalId: "open-1" }, ["signalId open-1"]],
    [
      ".jira",
      sub("pushToService", { incident: { summary: "s", otherFields: { project: { key: "P" }, assignee: "A" } } }),
      ['otherFields project {"key":"P"}, assignee A'],
    ],
    [".resilient", sub("pushToService", { incident: { name: "n", additionalFields: { owner_id: 7 } } }), ["additionalFields owner_id 7"]],
    [".thehive", sub("createAlert", { sourceRef: "r", body: '{"sourceRef":"x"}' }), ["sourceRef r", "body.sourceRef x"]],
    [
      ".sentinelone",
      sub("isolateHost", { computerName__like: "db", hostname: "h", alertIds: ["1"], ids: null }),
      ["computerName__like db", "hostname h"],
    ],
    [".xmatters", { severity: "High", tags: "db-team" }, ["tags db-team"]],
    [".d3security", sub("run", { body: "{}", eventType: "page-all" }), ["eventType page-all"]],
    [".thehive", sub("createAlert", { sourceRef: "r", tags: ["t1", "t2"] }), ["sourceRef r", "tags t1", "tags t2"]],
    [".opsgenie", sub("createAlert", { message: "m", tags: ["db"], entity: "e" }), ["tags db", "entity e"]],
    [".pagerduty", { eventAction: "trigger", class: "c", group: "g" }, ["eventAction trigger", "group g", "class c"]],
    [".jira", sub("pushToService", { incident: { summary: "s", labels: ["db"] } }), ["labels db"]],
    [".servicenow", sub("pushToService", { incident: { short_description: "s", category: "c" } }), ["category c"]],
    [".workflows", sub("run", { workflowId: "w" }), ["workflowId w"]],
    [".slack", { message: "m" }, []],
  ])("by %s with %j", async (id, params, expected) => {
    expect(recipientsIn(await connectorType(id), { params }).map(({ what, value }) => `${what} ${value}`)).toEqual(expected);
  });

  test("by an unknown type is told by all its params", () => {
    expect(recipientsIn(undefined, { params: { a: 1 } })).toEqual([{ what: "a", value: "1", free: true }]);
    expect(recipientsIn(undefined, {})).toEqual([]);
  });
});

/** What in the params of some type names people, places or things that a call acts on. */
const telling = [
  "to",
  "cc",
  "bcc",
  "channels",
  "channelIds",
  "channelNames",
  "responders",
  "visibleTo",
  "externalId",
  "indexOverride",
  "ids",
  "workflowId",
  "webhookUrl",
  "playbookId",
  "signalId",
  "additional_fields",
  "otherFields",
  "additionalFields",
  // By which services decide whom they notify.
  ...["tags", "labels", "eventType", "category", "subcategory", "event_class", "incidentTypes", "component", "entity"],
];

test("every field that an entry names is one of its type, and every field that names somebody is listed", async () => {
  for (const type of await connectorTypes()) {
    const { config, params } = type.schemas();
    const named = type.recipients ?? [];
    for (const path of named) {
      const [part, ...steps] = path.split(".");
      const schema = JSON.stringify(inputSchema(part === "config" ? config : params));
      // A few sub-actions take whatever they are given.
      for (const step of steps.filter((one) => !one.startsWith("*"))) expect(schema, `${type.id} ${path}`).toContain(`"${step}"`);
    }
    const all = JSON.stringify(inputSchema(params));
    for (const field of telling)
      if (all.includes(`"${field}":`) && !type.id.startsWith(".inference"))
        expect(
          named.some((path) => path.replace(/\.\*\*$/, "").endsWith(`.${field}`) || /^params(\.subActionParams)?\.\*+$/.test(path)),
          `${type.id} ${field}`,
        ).toBe(true);
    // What ties a call to the record that it opens, changes or closes.
    if (type.dedupField !== undefined)
      expect(
        named.some((path) => path.endsWith(`.${type.dedupField}`)),
        type.id,
      ).toBe(true);
  }
});
