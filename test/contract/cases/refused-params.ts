import { expect } from "vitest";
import { expectOk } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import type { Kibana } from "../kibana.ts";
import { ofType, type TypeName } from "./connectors-of-types.ts";

const enterprise = { needs: ["licence enterprise or better"] as const };
/** By what a version checks with: config-schema, zod 3, zod 4. */
const versions = [{ until: "9.3" }, { since: "9.3", until: "9.4" }, { since: "9.4" }];
const words = (config: string, zod3: string, zod4: string) => [config, zod3, zod4];
const missing = (field: string) =>
  words(
    `[${field}]: expected value of type [string] but got [undefined]`,
    `Field "${field}": Required`,
    `✖ Invalid input: expected string, received undefined\n  → at ${field.replace(/\.(\d+)/g, "[$1]")}`,
  );
const push = (subActionParams: object) => ({ subAction: "pushToService", subActionParams });

/** Refused before the run, by the schema. */
const upFront: [type: TypeName, why: string, params: object, words: string[]][] = [
  [".tines", "no sub-action", {}, missing("subAction")],
  [".opsgenie", "no sub-action", { subActionParams: {} }, missing("subAction")],
  [
    ".resilient",
    "text for params",
    { subAction: "severity", subActionParams: "x" },
    words(
      "[subActionParams]: expected a plain object value, but found [string] instead.",
      'Field "subActionParams": Expected object, received string',
      "✖ Invalid input: expected object, received string\n  → at subActionParams",
    ),
  ],
  [
    ".pagerduty",
    "no key of what it resolves",
    { eventAction: "resolve" },
    words(
      'DedupKey is required when eventAction is "resolve"',
      'DedupKey is required when eventAction is "resolve"',
      '✖ DedupKey is required when eventAction is "resolve"',
    ),
  ],
];

/** Refused before the run, by zod alone: before, config-schema listed each sub-action. */
const upFrontByZod: [type: TypeName, why: string, params: object, zod3: string, zod4: string][] = [
  [
    ".jira",
    "a label with a space",
    push({ incident: { summary: "s", labels: ["a label"] }, comments: [] }),
    'Field "subActionParams.incident.labels.0": The label a label cannot contain spaces',
    "✖ The label a label cannot contain spaces\n  → at subActionParams.incident.labels[0]",
  ],
  [
    ".jira",
    "an own field among the others",
    push({ incident: { summary: "s", otherFields: { summary: "t" } }, comments: [] }),
    'Field "subActionParams.incident.otherFields.summary": The following properties cannot be defined inside otherFields: summary.',
    "✖ The following properties cannot be defined inside otherFields: summary.\n  → at subActionParams.incident.otherFields.summary",
  ],
  [
    ".servicenow",
    "a comment without an id",
    push({ incident: { short_description: "s" }, comments: [{ comment: "c" }] }),
    ...(missing("subActionParams.comments.0.commentId").slice(1) as [string, string]),
  ],
  [
    ".swimlane",
    "another sub-action",
    { subAction: "nope" },
    "Field \"subAction\": Invalid discriminator value. Expected 'pushToService'",
    "✖ Invalid discriminator value. Expected 'pushToService'\n  → at subAction",
  ],
];

/** Refused within the run, by the schema of the sub-action. */
const inTheRun: [type: TypeName, why: string, params: object, words: string[]][] = [
  [".opsgenie", "no message", { subAction: "createAlert", subActionParams: {} }, missing("message")],
  [
    ".opsgenie",
    "a blank message",
    { subAction: "createAlert", subActionParams: { message: " " } },
    words(
      "[message]: must be populated with a value other than just whitespace",
      'Field "message": must be populated with a value other than just whitespace',
      "✖ must be populated with a value other than just whitespace\n  → at message",
    ),
  ],
  [".opsgenie", "no alias", { subAction: "closeAlert", subActionParams: {} }, missing("alias")],
  [
    ".resilient",
    "a comment without an id",
    push({ incident: { name: "n" }, comments: [{ comment: "c" }] }),
    missing("comments.0.commentId"),
  ],
  [
    ".bedrock",
    "a message without content",
    { subAction: "invokeAI", subActionParams: { messages: [{ role: "user" }] } },
    words(
      "[messages.0]: Must specify either content or rawContent",
      'Field "messages.0": Must specify either content or rawContent',
      "✖ Must specify either content or rawContent\n  → at messages[0]",
    ),
  ],
];

/** Failures of the run that no schema finds. */
const wrongRequests: [type: TypeName, why: string, params: object, serviceMessage: string][] = [
  [
    ".tines",
    "neither webhook nor URL",
    { subAction: "run", subActionParams: { body: "{}" } },
    "Invalid subActionsParams: [webhook] or [webhookUrl] expected but got none",
  ],
];

const channels: [channel: object, status: "ok" | "error"][] = [
  [{ channelIds: ["C2"] }, "error"],
  [{ channelIds: ["C1"] }, "ok"],
  [{ channels: ["C2"] }, "ok"],
  [{}, "error"],
];

async function ran(kibana: Kibana, type: TypeName, params: object, config: object = {}) {
  const { id } = await kibana.connector({ connector_type_id: type, ...ofType[type], config: { ...ofType[type].config, ...config } });
  return { id, body: expectOk(await kibana.execute(id, params)) };
}

const refused = (message: string) => ({ status: "error", message: `error validating action params: ${message}`, retry: false });
const failed = (service_message: string) => ({
  status: "error",
  message: "an error occurred while running the action",
  service_message,
  retry: true,
});

const noText = "expected value of type [string] but got [undefined]";
/** What config-schema says of a union inside a union. */
const nested: [field: string, given: object, problems: string[]][] = [
  [
    "responders",
    { name: "sam", type: "nobody" },
    [
      "[responders.0.0.type]: types that failed validation:",
      ...["team", "user", "escalation", "schedule"].map((kind, at) => ` [responders.0.type.${at}]: expected value to equal [${kind}]`),
      `[responders.0.1.id]: ${noText}`,
      `[responders.0.2.username]: ${noText}`,
    ],
  ],
  [
    "visibleTo",
    { name: "sam", type: "user" },
    [
      "[visibleTo.0.0.type]: expected value to equal [team]",
      `[visibleTo.0.1.id]: ${noText}`,
      `[visibleTo.0.2.id]: ${noText}`,
      `[visibleTo.0.3.username]: ${noText}`,
    ],
  ],
];

export const refusedParams: Case[] = [
  ...upFront.flatMap(([type, why, params, said]) =>
    versions.map((where, at) =>
      verified(
        "C§2",
        `${type} refuses ${why} before the run (${JSON.stringify(where)})`,
        async (kibana) => {
          const { id, body } = await ran(kibana, type, params);
          expect(body).toMatchObject({ connector_id: id, ...refused(said[at] ?? "") });
        },
        { ...enterprise, ...where },
      ),
    ),
  ),
  ...upFrontByZod.flatMap(([type, why, params, ...said]) =>
    versions
      .slice(1)
      .map((where, at) =>
        verified(
          "C§3",
          `${type} refuses ${why} (${JSON.stringify(where)})`,
          async (kibana) => expect((await ran(kibana, type, params)).body).toMatchObject(refused(said[at] ?? "")),
          { ...enterprise, ...where },
        ),
      ),
  ),
  verified(
    "jira.ts",
    "before zod Kibana lists why each sub-action does not fit",
    async (kibana) => {
      const { body } = await ran(kibana, ".jira", push({}));
      const names = ["getFields", "getIncident", "handshake", "", "issueTypes", "fieldsByIssueType", "issues", "issue"];
      const lines = names.map((name, at) =>
        name
          ? `- [${at}.subAction]: expected value to equal [${name}]`
          : `- [${at}.subActionParams.incident.summary]: expected value of type [string] but got [undefined]`,
      );
      expect(body).toMatchObject(refused(`types that failed validation:\n${lines.join("\n")}`));
    },
    { ...enterprise, until: "9.3" },
  ),
  ...inTheRun.flatMap(([type, why, params, said]) =>
    versions.map((where, at) =>
      verified(
        "C§2",
        `${type} refuses ${why} within the run (${JSON.stringify(where)})`,
        async (kibana) => {
          const problem = at === 0 ? `Error: ${said[at]}` : said[at];
          expect((await ran(kibana, type, params)).body).toMatchObject(failed(`Request validation failed (${problem})`));
        },
        { ...enterprise, ...where },
      ),
    ),
  ),
  ...[".opsgenie", ".tines", ".resilient", ".d3security", ".bedrock", ".gen-ai", ".gemini"].map((name) =>
    verified(
      "C§2",
      `${name} does not know every sub-action, and blames the framework`,
      async (kibana) => {
        const type = name as TypeName;
        const { id, body } = await ran(kibana, type, { subAction: "nope", subActionParams: {} });
        const types = expectOk(await kibana.get("/api/actions/connector_types"));
        const label = types.find((one: { id: string }) => one.id === type).name;
        const message = `Sub action "nope" is not registered. Connector id: ${id}. Connector name: ${label}. Connector type: ${type}`;
        expect(body).toMatchObject({ ...failed(message), errorSource: "framework" });
      },
      enterprise,
    ),
  ),
  verified(
    "C§2",
    "what a sub-action refuses is in the execution log, what the schema refuses is not",
    async (kibana) => {
      const { id } = await ran(kibana, ".opsgenie", {});
      await kibana.execute(id, { subAction: "createAlert", subActionParams: {} });
      const asked = { date_start: new Date(Date.now() - 3_600_000).toISOString(), filter: `kibana.saved_objects:{ id: ${id} }` };
      const log = () =>
        kibana.post("/internal/actions/_global_connector_execution_logs", asked, {
          headers: { "x-elastic-internal-origin": "contract" },
          refused: true,
        });
      const rows = async () => expectOk(await log()).data.filter((one: { connector_id: string }) => one.connector_id === id);
      await expect.poll(rows, { timeout: 10_000 }).toHaveLength(1);
    },
    enterprise,
  ),
  ...wrongRequests.map(([type, why, params, message]) =>
    verified(
      "C§2",
      `${type} fails with ${why}`,
      async (kibana) => {
        expect((await ran(kibana, type, params)).body).toMatchObject({ ...failed(message), errorSource: "framework" });
      },
      enterprise,
    ),
  ),
  ...channels.map(([channel, status]) =>
    verified(
      "slack_api/service.ts",
      `.slack_api: ${JSON.stringify(channel)} ends with ${status}, where only some channels are allowed`,
      async (kibana) => {
        const config = { allowedChannels: [{ id: "C1", name: "#ops" }] };
        const { body } = await ran(kibana, ".slack_api", { subAction: "postMessage", subActionParams: { text: "t", ...channel } }, config);
        expect(body).toMatchObject({ status, ...(status === "error" && { message: "error posting slack message" }) });
      },
      enterprise,
    ),
  ),
  ...nested.map(([field, given, problems]) =>
    verified(
      "opsgenie.ts",
      `what fits no kind of ${field} is told for each kind`,
      async (kibana) => {
        const { body } = await ran(kibana, ".opsgenie", { subAction: "createAlert", subActionParams: { message: "m", [field]: [given] } });
        const list = problems.map((problem) => problem.replace(/^( ?)/, "\n$1- ")).join("");
        const message = `Request validation failed (Error: [${field}.0]: types that failed validation:${list})`;
        expect(body).toMatchObject(failed(message));
      },
      { ...enterprise, until: "9.3" },
    ),
  ),
  verified(
    "torq.ts",
    "a body that is no JSON is not sent",
    async (kibana) => {
      const { body } = await ran(kibana, ".torq", { body: "nope" });
      expect(body).toMatchObject({ status: "error", message: "error triggering Torq workflow, invalid body" });
    },
    enterprise,
  ),
  ...[
    ["create case", {}, { createIncidentJson: "{nope" }, "JSON Error: Create case JSON body must be valid JSON"],
    [
      "update case with id 12345",
      { externalId: "12345" },
      { updateIncidentJson: "{nope" },
      "JSON Error: Update case JSON body must be valid JSON",
    ],
    ["create case", {}, { createIncidentUrl: "ftp://127.0.0.1" }, "Invalid Create case URL: Error: Invalid protocol"],
  ].map(([doing, incident, config, problem]) =>
    verified(
      "cases_webhook.ts",
      `a push fails: ${String(problem)}`,
      async (kibana) => {
        const given = { incident: { title: "t", ...Object(incident) }, comments: [] };
        const { body } = await ran(kibana, ".cases-webhook", push(given), Object(config));
        const message = `[Action][Webhook - Case Management]: Unable to ${String(doing)}. Error: ${String(problem)}.  `;
        expect(body).toMatchObject({ ...failed(message), errorSource: "framework" });
      },
      enterprise,
    ),
  ),
];
