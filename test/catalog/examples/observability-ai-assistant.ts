import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".observability-ai-assistant",
  accepted: [
    ["params", { connector: "c" }],
    ["params", { connector: "c", prompts: [{ statuses: ["active"], message: "what is it?" }] }],
    ["params", { connector: "c", message: "what is it?" }],
  ],
  refused: [
    ["params", {}, "params.connector"],
    ["params", { connector: "c", prompts: [{ statuses: [], message: "" }] }, "params.prompts.0.message"],
  ],
};
