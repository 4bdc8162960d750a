import { keys, sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".jira",
  accepted: [
    ["config", { apiUrl: "https://example.atlassian.net", projectKey: "OPS" }],
    ["secrets", { email: "bob@example.com", apiToken: "t" }],
    sub("issueTypes", {}),
    sub("getFields", {}),
    sub("fieldsByIssueType", { id: "10006" }),
    sub("issues", { title: "text" }),
    sub("issue", { id: "RJ-1" }),
    sub("getIncident", { externalId: "1" }),
    sub("pushToService", { incident: { summary: "title" } }),
    sub("pushToService", {
      incident: {
        summary: "title",
        description: "desc",
        labels: [],
        issueType: "10006",
        priority: "High",
        parent: "RJ-107",
        otherFields: null,
      },
    }),
    sub("pushToService", {
      incident: { summary: "title", otherFields: { foo: "bar", foo1: true, foo2: 2 } },
      comments: [{ comment: "c", commentId: "1" }],
    }),
    sub("pushToService", { incident: { summary: "title", otherFields: '{"foo":1}' } }),
    sub("pushToService", { incident: { summary: "title" }, comments: null, dropped: true }),
  ],
  refused: [
    ["config", { apiUrl: "https://example.atlassian.net" }, "config.projectKey"],
    ["config", { projectKey: "OPS" }, "config.apiUrl"],
    ["secrets", { email: "bob@example.com" }, "secrets.apiToken"],
    [...sub("pushToService", {}), "params.subActionParams.incident"],
    [...sub("pushToService", { incident: {} }), "params.subActionParams.incident.summary"],
    [...sub("pushToService", { incident: { summary: "t", labels: ["two words"] } }), "params.subActionParams.incident.labels.0"],
    [...sub("pushToService", { incident: { summary: "t", otherFields: keys(21) } }), "params.subActionParams.incident.otherFields"],
    [
      ...sub("pushToService", { incident: { summary: "t", otherFields: { priority: "x" } } }),
      "params.subActionParams.incident.otherFields",
    ],
    [...sub("pushToService", { incident: { summary: "t", otherFields: "no json" } }), "params.subActionParams.incident.otherFields"],
    [...sub("pushToService", { incident: { summary: "t" }, comments: [{ comment: "c" }] }), "params.subActionParams.comments.0.commentId"],
    [...sub("fieldsByIssueType", {}), "params.subActionParams.id"],
  ],
  stored: [
    {
      way: "API token",
      config: { apiUrl: "https://example.atlassian.net", projectKey: "OPS" },
      secrets: { email: "a", apiToken: "stored" },
      patch: { projectKey: "DEV" },
    },
  ],
};
