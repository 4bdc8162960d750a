import { STATUS_CODES } from "node:http";
import type { Dict, Reply } from "../types.ts";

/** A refusal on its way to Kibana's error envelope. */
export class Refusal extends Error {
  readonly status: number;
  readonly attributes: Dict | undefined;

  constructor(status: number, message: string, attributes?: Dict) {
    super(message);
    this.status = status;
    this.attributes = attributes;
  }
}

/** Kibana's error body: `error` is always the reason phrase (reference/kibana-api.md §0). */
export function envelope(status: number, message: string, attributes?: Dict): Reply {
  return { status, body: { statusCode: status, error: STATUS_CODES[status] ?? "Error", message, ...(attributes && { attributes }) } };
}

export const notFound = (): Reply => envelope(404, "Not Found");

/** The real cause of a 500 is only in Kibana's log. */
export const internalError = (): Reply => envelope(500, "An internal server error occurred. Check Kibana server logs for details.");
