import { serviceNowAccepted, serviceNowRefused, serviceNowTogether, serviceNowWays } from "../shared/servicenow.ts";
import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".servicenow-itom",
  accepted: [
    ...serviceNowAccepted,
    sub("addEvent", {}),
    sub("addEvent", {
      source: "s",
      event_class: "c",
      resource: "r",
      node: "n",
      metric_name: "m",
      type: "t",
      severity: "1",
      description: "d",
      additional_info: "{}",
      message_key: "k",
      time_of_event: null,
    }),
  ],
  refused: [...serviceNowRefused, [...sub("addEvent", { severity: 1 }), "params.subActionParams.severity"]],
  together: serviceNowTogether,
  stored: serviceNowWays({}, { basic: { apiUrl: "https://b.service-now.com" }, oauth: { jwtKeyId: "k2" } }),
};
