import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".cases",
  accepted: [
    sub("run", { groupingBy: [] }),
    sub("run", {
      groupingBy: ["host.name"],
      timeWindow: "5m",
      reopenClosedCases: true,
      templateId: null,
      maximumCasesToOpen: 20,
      autoPushCase: null,
    }),
    sub("run", { groupingBy: [], timeWindow: "2w", alerts: [], owner: "cases", rule: {} }),
  ],
  refused: [
    [...sub("run", {}), "params.subActionParams.groupingBy"],
    [...sub("run", { groupingBy: ["a", "b"] }), "params.subActionParams.groupingBy"],
    [...sub("run", { groupingBy: [], timeWindow: "4m" }), "params.subActionParams.timeWindow"],
    [...sub("run", { groupingBy: [], timeWindow: "0d" }), "params.subActionParams.timeWindow"],
    [...sub("run", { groupingBy: [], timeWindow: "7y" }), "params.subActionParams.timeWindow"],
    [...sub("run", { groupingBy: [], maximumCasesToOpen: 0 }), "params.subActionParams.maximumCasesToOpen"],
  ],
};
