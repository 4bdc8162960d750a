import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".workflows",
  accepted: [sub("run", { workflowId: "w" }), sub("run", { workflowId: "w", inputs: { a: 1 }, summaryMode: false, spaceId: "default" })],
  refused: [[...sub("run", {}), "params.subActionParams.workflowId"]],
};
