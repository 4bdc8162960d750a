import { sub } from "../shared/values.ts";
import { webhookWays } from "../shared/webhook-ways.ts";
import type { TypeExamples } from "../type-examples.ts";

const casesWebhookConfig = {
  createIncidentUrl: "https://api.example.com/incidents",
  createIncidentJson: '{"title": "{{title}}"}',
  createIncidentResponseKey: "id",
  getIncidentUrl: "https://api.example.com/incidents/{{{external.system.id}}}",
  getIncidentResponseExternalTitleKey: "title",
  viewIncidentUrl: "https://example.com/incidents/{{{external.system.id}}}",
  updateIncidentUrl: "https://api.example.com/incidents/{{{external.system.id}}}",
  updateIncidentJson: '{"title": "{{title}}"}',
  hasAuth: true,
};
const stored = {
  createIncidentUrl: "https://cm.example.com/api/issue",
  createIncidentJson: '{"title":{{{case.title}}}}',
  createIncidentResponseKey: "id",
  getIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
  getIncidentResponseExternalTitleKey: "key",
  viewIncidentUrl: "https://cm.example.com/browse/{{{external.system.title}}}",
  updateIncidentUrl: "https://cm.example.com/api/issue/{{{external.system.id}}}",
  updateIncidentJson: '{"title":{{{case.title}}}}',
};

export const examples: TypeExamples = {
  type: ".cases-webhook",
  accepted: [
    ["config", casesWebhookConfig],
    [
      "config",
      {
        ...casesWebhookConfig,
        getIncidentJson: null,
        createCommentUrl: null,
        createCommentJson: null,
        headers: null,
        createCommentMethod: null,
      },
    ],
    ["config", { ...casesWebhookConfig, createIncidentMethod: "put", updateIncidentMethod: "patch", hasAuth: false, authType: null }],
    ["secrets", {}],
    ["secrets", { user: "u", password: "p" }],
    sub("pushToService", { incident: { title: "Test Incident" } }),
    sub("pushToService", {
      incident: { title: "t", description: "d", id: "i", severity: "high", status: "open", externalId: "e", tags: ["a"] },
      comments: [{ comment: "c", commentId: "1" }],
    }),
  ],
  refused: [
    ["config", { createIncidentUrl: "https://api.example.com/incidents" }, "config.createIncidentJson"],
    ["config", { ...casesWebhookConfig, createIncidentMethod: "invalid" }, "config.createIncidentMethod"],
    ["config", { ...casesWebhookConfig, viewIncidentUrl: "nowhere" }, "config.viewIncidentUrl"],
    ["config", { ...casesWebhookConfig, authType: "webhook-oauth2-client-credentials" }, "config.authType"],
    ["secrets", { user: "u" }, "secrets"],
    [...sub("pushToService", { incident: {} }), "params.subActionParams.incident.title"],
    [...sub("pushToService", { incident: { title: "t" }, comments: [{ comment: "c" }] }), "params.subActionParams.comments.0.commentId"],
    [...sub("invalidAction", {}), "params.subAction"],
  ],
  together: {
    accepted: [
      [{ hasAuth: false }, {}],
      [{ hasAuth: true }, { user: "u", password: "p" }],
    ],
    refused: [[{ hasAuth: true }, {}, /secrets are required/]],
  },
  stored: [...webhookWays(stored, { createIncidentResponseKey: "key" }, { oauth: false })],
};
