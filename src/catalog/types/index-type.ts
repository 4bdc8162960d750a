import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { facts } from "../shared/recipe.ts";

/** Index names an override may have. Source: es_index/constants.ts. */
const alertHistoryPrefix = "kibana-alert-history-";

/** reference: .index; schema es_index/schemas/v1.ts, executor es_index/index.ts. */
export const indexType: ConnectorType = {
  id: ".index",
  name: "Index",
  aliases: ["es-index", "elasticsearch index", "index document"],
  category: "Logs & observability",
  license: "basic",
  features: ["alerting", "uptime", "siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      index: z.string().describe("Index, alias or data stream"),
      refresh: z.boolean().default(false).describe("Makes each document searchable at once, at a cost"),
      executionTimeField: z.string().nullable().default(null).describe("Field of every document that gets the time of the run"),
    }),
    secrets: z.strictObject({}).default({}),
    params: z.strictObject({
      documents: z.array(z.record(z.string(), z.unknown())).describe("Written with op_type create in one bulk call"),
      indexOverride: z
        .string()
        .nullable()
        .default(null)
        .refine((index) => index === null || index.startsWith(alertHistoryPrefix), {
          error: `must start with ${alertHistoryPrefix}`,
        })
        .describe("Only for the preconfigured alert-history connector"),
    }),
  }),
  allowedHosts: [],
  target: { kind: "none" },
  recipients: ["config.index", "params.indexOverride"],
  credentials: [],
  effect: "creates",
  onlyRecordsIn: "an index",
  unrunnable: ({ documents }) =>
    Array.isArray(documents) && documents.length === 0
      ? [{ field: "documents", problem: "must have at least 1 entry: Elasticsearch refuses an empty bulk request" }]
      : [],
  // Source: es_index/index.ts.
  rendering: ({ documents }, { all }) => ({ documents: all(documents), indexOverride: null }),
  tests: {
    loud: {
      params: { documents: [{ "@timestamp": "{now}", message: "connector test {unique}" }] },
      effect: "Writes one document, and makes the index where that is allowed",
      inGeneral: "Writes the documents, and makes the index where that is allowed",
      proves: ["the caller may write to the index", "the mapping takes this document"],
      doesNotProve: [],
      undo: { how: "Delete by query on the message" },
    },
  },
  noSafeTest: "It only writes, and Elasticsearch refuses an empty bulk request.",
  recoveryHint: "Write a recovery document on the recovered action group.",
  recipe: { workflows: ["audit_log"], params: (about) => ({ documents: [{ "@timestamp": "{{date}}", ...facts(about) }] }) },
  attachNotes: {
    always:
      "The index only grows: give it a lifecycle policy (ILM), or a data stream with a retention, beforehand. Rules write with their own API key, which needs that privilege.",
  },
  traps: [
    "It writes as whoever runs it: a rule writes with its own API key, a test with yours.",
    "Documents are created, never updated: data streams work, updates by id do not.",
    "executionTimeField overwrites that field in every document.",
    "One failing document makes the whole action fail even where others were written.",
    "From a rule, indexOverride is ignored except in the alert-history connector.",
    "An index that only grows needs a lifecycle policy.",
  ],
  exampleConfig: { index: "alerts-out", refresh: false, executionTimeField: null },
  exampleSecrets: [],
};
