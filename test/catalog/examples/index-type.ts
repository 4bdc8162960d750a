import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".index",
  accepted: [
    ["config", { index: "testing-123", refresh: false }],
    ["config", { index: "testing-123", executionTimeField: "field-123" }],
    ["config", { index: "testing-123", executionTimeField: null }],
    ["secrets", {}],
    ["params", { documents: [{ rando: "thing" }] }],
    ["params", { documents: [{ a: 1 }], indexOverride: null }],
    ["params", { documents: [{ a: 1 }], indexOverride: "kibana-alert-history-anything" }],
  ],
  refused: [
    ["config", {}, "config.index"],
    ["config", { index: 666 }, "config.index"],
    ["config", { index: "testing-123", refresh: "foo" }, "config.refresh"],
    ["config", { index: "testing-123", executionTimeField: true }, "config.executionTimeField"],
    ["params", {}, "params.documents"],
    // Kibana takes it, and Elasticsearch refuses the bulk request.
    ["params", { documents: [] }, "params.documents"],
    ["params", { documents: ["should be an object"] }, "params.documents.0"],
    ["params", { documents: {} }, "params.documents"],
    ["params", { documents: [{ a: 1 }], indexOverride: "elsewhere" }, "params.indexOverride"],
    ["params", { documents: [{ a: 1 }], indexOverride: "" }, "params.indexOverride"],
  ],
  stored: [{ way: "none", config: { index: "audit", refresh: false, executionTimeField: "at" }, secrets: {}, patch: { index: "audit-2" } }],
};
