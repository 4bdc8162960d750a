/**
 * How Kibana puts a text into an address: as it is into the path or the query; as it is in some versions into the path, where it may have
 * several segments (`segments`); or as one segment that it encodes.
 */
export type InAddress = "path" | "query" | "segments" | "encoded";

/** Tags of a template. */
export const inTags = /\{\{\{[^{}]*\}\}\}|\{\{[^{}]*\}\}/g;
