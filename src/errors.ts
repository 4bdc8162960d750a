/** Every code that a tool can fail with. A closed list: agents and pipelines branch on it. */
export const errorCodes = [
  "not_configured",
  "invalid_arguments",
  "tool_unknown",
  "connector_not_found",
  "ambiguous_connector",
  "rule_not_found",
  "workflow_not_found",
  "space_not_found",
  "type_unknown",
  "type_unusable",
  "invalid_config",
  "secrets_needed",
  "secret_refused",
  "literal_secret_refused",
  "id_taken",
  "id_invalid",
  "preconfigured",
  "system_action",
  "protected",
  "in_use",
  "references_unknown",
  "confirmation_invalid",
  "read_only",
  "limit_reached",
  "unauthorized",
  "forbidden",
  "kibana_unreachable",
  "kibana_error",
  "journal_unavailable",
  "cancelled",
  "internal",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What a tool answers when it cannot do what it was asked: a code, the cause, and a sentence to act on. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: ErrorCode;
  readonly fix: string;
  readonly detail: Record<string, unknown> | undefined;

  /**
   * @param code    one of the closed list
   * @param message the cause, in one or two sentences
   * @param fix     what the reader does next
   * @param detail  facts as data: candidates, rules, problems with their paths
   */
  constructor(code: ErrorCode, message: string, fix: string, detail?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.fix = fix;
    this.detail = detail;
  }
}
