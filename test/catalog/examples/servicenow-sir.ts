import { serviceNowAccepted, serviceNowRefused, serviceNowTogether, serviceNowWays } from "../shared/servicenow.ts";
import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

const incident = { short_description: "Test incident" };

export const examples: TypeExamples = {
  type: ".servicenow-sir",
  accepted: [
    ...serviceNowAccepted,
    ["config", { apiUrl: "https://instance.service-now.com", usesTableApi: true }],
    sub("pushToService", {
      incident: {
        ...incident,
        dest_ip: "1.1.1.1",
        source_ip: ["1.1.1.1", "2.2.2.2"],
        malware_hash: null,
        malware_url: [],
        priority: "1",
      },
    }),
  ],
  refused: [
    ...serviceNowRefused,
    [...sub("closeIncident", { incident: {} }), "params.subAction"],
    [...sub("pushToService", { incident: { ...incident, dest_ip: 1 } }), "params.subActionParams.incident.dest_ip"],
  ],
  together: serviceNowTogether,
  stored: serviceNowWays({ usesTableApi: false }, { basic: { usesTableApi: true }, oauth: { usesTableApi: true } }),
};
