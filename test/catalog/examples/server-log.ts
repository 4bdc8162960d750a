import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".server-log",
  accepted: [
    ["config", undefined],
    ["secrets", undefined],
    ["params", { message: "a message", level: "info" }],
    ["params", { message: "a message" }],
    ["params", { message: "", level: "trace" }],
  ],
  refused: [
    ["params", {}, "params.message"],
    ["params", { message: 1 }, "params.message"],
    ["params", { message: "x", level: 2 }, "params.level"],
    ["params", { message: "x", level: "foo" }, "params.level"],
  ],
  stored: [{ way: "none", config: {}, secrets: {}, patch: {} }],
};
