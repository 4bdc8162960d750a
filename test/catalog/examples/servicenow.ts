import { serviceNowAccepted, serviceNowRefused, serviceNowTogether, serviceNowWays } from "../shared/servicenow.ts";
import { keys, sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

const incident = { short_description: "Test incident" };

export const examples: TypeExamples = {
  type: ".servicenow",
  accepted: [
    ...serviceNowAccepted,
    ["config", { apiUrl: "https://instance.service-now.com", usesTableApi: false }],
    sub("getFields", {}),
    sub("getIncident", { externalId: "INC001" }),
    sub("handshake", {}),
    sub("pushToService", { incident }),
    sub("pushToService", {
      incident: {
        ...incident,
        description: "d",
        externalId: "INC001",
        category: "Software",
        severity: "1",
        urgency: "1",
        impact: "1",
        correlation_id: "alert-123",
        correlation_display: "Alert",
        additional_fields: { custom: "field" },
      },
      comments: [{ comment: "c", commentId: "1" }],
    }),
    sub("pushToService", { incident: { ...incident, correlation_id: null, additional_fields: '{"u_a":1}' } }),
    sub("closeIncident", { incident: { externalId: "INC001" } }),
    sub("closeIncident", { incident: { correlation_id: null } }),
  ],
  refused: [
    ...serviceNowRefused,
    [...sub("pushToService", { incident: {} }), "params.subActionParams.incident.short_description"],
    [
      ...sub("pushToService", { incident: { ...incident, additional_fields: { short_description: "x" } } }),
      "params.subActionParams.incident.additional_fields",
    ],
    [
      ...sub("pushToService", { incident: { ...incident, additional_fields: keys(21) } }),
      "params.subActionParams.incident.additional_fields",
    ],
    [...sub("pushToService", { incident, comments: [{ comment: "c" }] }), "params.subActionParams.comments.0.commentId"],
    [...sub("closeIncident", {}), "params.subActionParams.incident"],
  ],
  together: serviceNowTogether,
  stored: serviceNowWays({ usesTableApi: false }, { basic: { usesTableApi: true }, oauth: { usesTableApi: true } }),
};
