import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { extraFields } from "../shared/extra-fields.ts";
import { urlText } from "../shared/fields.ts";
import { description, headline, push } from "../shared/recipe.ts";
import { limits, longest, singleLine } from "../shared/service-limits.ts";
import { anyParams, comments, noParams, nullableText, subActionParams } from "../shared/sub-actions.ts";

/** What an issue has of its own, so not among otherFields. */
const ownFields = ["summary", "description", "externalId", "issueType", "priority", "labels", "parent", "otherFields"];

/** reference: .jira; schema jira/schemas/v1.ts, executor jira/index.ts. */
export const jira: ConnectorType = {
  id: ".jira",
  name: "Jira",
  aliases: ["atlassian jira", "jira software"],
  category: "Incident management",
  license: "gold",
  features: ["alerting", "cases", "uptime", "siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      apiUrl: urlText("Site URL"),
      projectKey: z.string().describe("Such as OPS"),
    }),
    secrets: z.strictObject({
      email: z.string().describe("Of the account the token belongs to"),
      apiToken: z.string(),
    }),
    params: subActionParams({
      pushToService: z.object({
        incident: z.strictObject({
          summary: z.string(),
          description: nullableText(),
          externalId: nullableText("Updates this issue"),
          issueType: nullableText("An id; the project's first type when left out"),
          priority: nullableText("A name"),
          labels: z
            .array(z.string().regex(/^\S*$/, { error: "must not contain spaces" }))
            .nullable()
            .default(null),
          parent: nullableText("Key of the parent issue"),
          otherFields: extraFields(20, ownFields),
        }),
        comments: comments(),
      }),
      getFields: anyParams(),
      getIncident: z.strictObject({ externalId: z.string() }),
      issueTypes: noParams(),
      fieldsByIssueType: z.strictObject({ id: z.string() }),
      issues: z.strictObject({ title: z.string().describe("Searched in summaries of the project") }),
      issue: z.strictObject({ id: z.string() }),
      handshake: noParams(),
    }),
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  recipients: [
    "config.projectKey",
    "params.subActionParams.incident.externalId",
    "params.subActionParams.incident.parent",
    // May hold another project, and an assignee.
    "params.subActionParams.incident.otherFields",
    ...["issueType.**", "labels.**"].map((field) => `params.subActionParams.incident.${field}`),
  ],
  acting: ["params.subActionParams.incident.externalId", "params.subActionParams.incident.parent"],
  terraformChanges: { other: true },
  credentials: [{ name: "API token", fields: ["email", "apiToken"] }],
  subActions: {
    pushToService: { effect: "creates", note: "Updates when incident.externalId is given", inAddress: { "incident.externalId": "path" } },
    getFields: { effect: "none" },
    getIncident: { effect: "none", inAddress: { externalId: "path" } },
    issueTypes: { effect: "none" },
    fieldsByIssueType: { effect: "none", inAddress: { id: "path" } },
    issues: { effect: "none" },
    issue: { effect: "none", inAddress: { id: "path" } },
    handshake: { effect: "none", note: "Not implemented: always fails" },
  },
  headlines: ["subActionParams.incident.summary"],
  limits: limits(
    longest("subActionParams.incident.summary", 255, "Jira refuses more than 255"),
    singleLine("subActionParams.incident.summary", "Jira refuses it in a summary"),
  ),
  tests: {
    safe: {
      params: { subAction: "issueTypes", subActionParams: {} },
      effect: "Touches nothing: one read call",
      proves: ["URL, e-mail and token are right", "the project is visible"],
      doesNotProve: ["that the account may create issues"],
    },
    loud: {
      params: { subAction: "pushToService", subActionParams: { incident: { summary: "Connector test" }, comments: null } },
      effect: "Creates one issue in the project",
      proves: ["the account may create issues"],
      doesNotProve: ["that fields the project requires will be given"],
      undo: { how: "Close or delete the issue in Jira: the connector cannot" },
    },
  },
  recoveryHint: "Close by hand in Jira, or with an automation there.",
  recipe: { workflows: ["itsm"], opens: true, params: (about) => push({ summary: headline(about), description: description(about) }) },
  opensAnew: true,
  traps: [
    "The secrets are email and apiToken, not username and password.",
    "Nothing closes an issue: pushing again with externalId only edits fields.",
    "Labels may not contain spaces; priority is a name, issueType an id.",
    "Without issueType the project's first type is used.",
  ],
  exampleConfig: { apiUrl: "https://example.atlassian.net", projectKey: "OPS" },
  exampleSecrets: ["email", "apiToken"],
};
