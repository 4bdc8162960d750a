import { keys, sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".resilient",
  accepted: [
    ["config", { apiUrl: "https://resilient.example.com", orgId: "org-123" }],
    ["secrets", { apiKeyId: "id", apiKeySecret: "secret" }],
    sub("incidentTypes", {}),
    sub("severity", {}),
    sub("getFields", {}),
    sub("pushToService", {
      incident: { name: "Test", incidentTypes: ["1", 2], severityCode: "50", additionalFields: { customField: "value" } },
    }),
    sub("pushToService", { incident: { name: "Test", additionalFields: keys(50) }, comments: [{ comment: "c", commentId: "1" }] }),
  ],
  refused: [
    ["config", { orgId: "org-123" }, "config.apiUrl"],
    ["config", { apiUrl: "https://resilient.example.com" }, "config.orgId"],
    ["config", { apiUrl: "https://resilient.example.com", orgId: 201 }, "config.orgId"],
    ["secrets", { apiKeySecret: "s" }, "secrets.apiKeyId"],
    ["secrets", { apiKeyId: "i" }, "secrets.apiKeySecret"],
    [...sub("pushToService", { incident: {} }), "params.subActionParams.incident.name"],
    [...sub("pushToService", { incident: { name: "t", additionalFields: keys(51) } }), "params.subActionParams.incident.additionalFields"],
    [
      ...sub("pushToService", { incident: { name: "t", additionalFields: { name: "x" } } }),
      "params.subActionParams.incident.additionalFields",
    ],
    [...sub("pushToService", { incident: { name: "t", incidentTypes: ["x"] } }), "params.subActionParams.incident.incidentTypes.0"],
  ],
  stored: [
    {
      way: "API key",
      config: { apiUrl: "https://resilient.example.com", orgId: "201" },
      secrets: { apiKeyId: "stored", apiKeySecret: "stored" },
      patch: { orgId: "202" },
    },
  ],
};
