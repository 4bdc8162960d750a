import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".swimlane",
  accepted: [
    ["config", { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "all", mappings: {} }],
    [
      "config",
      {
        apiUrl: "https://swimlane.example.com",
        appId: "a",
        connectorType: "cases",
        mappings: { caseIdConfig: { id: "1", key: "k", name: "n", fieldType: "text" }, severityConfig: null },
      },
    ],
    ["secrets", { apiToken: "t" }],
    sub("pushToService", { incident: {} }),
    sub("pushToService", { incident: { ruleName: "r", alertId: "a", externalId: null }, comments: [] }),
  ],
  refused: [
    ["config", { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "all" }, "config.mappings"],
    ["config", { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "some", mappings: {} }, "config.connectorType"],
    [
      "config",
      { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "all", mappings: { caseIdConfig: { id: "1" } } },
      "config.mappings.caseIdConfig.key",
    ],
    ["secrets", {}, "secrets.apiToken"],
    [...sub("pushToService", {}), "params.subActionParams.incident"],
  ],
  stored: [
    {
      way: "API token",
      config: {
        apiUrl: "https://swimlane.example.com",
        appId: "APP",
        connectorType: "all",
        mappings: { alertIdConfig: { id: "a1", key: "alert-id", name: "Alert ID", fieldType: "text" } },
      },
      secrets: { apiToken: "stored" },
      patch: { appId: "APP2" },
    },
  ],
};
