/**
 * Kibana's words for params that a type, or one of its actions, does not accept. Types on the sub-action framework check
 * them during the run and still call such a failure retryable (reference/kibana-api.md §3).
 */
const words =
  /Request validation failed|error validating action params|Invalid subActionsParams|error triggering Torq workflow, invalid body|error parsing body/i;

/** The same for a sub-action: the framework's words, and those of the types that do without it (Jira, ServiceNow, Slack API, connector specs). */
const actionWords = /Sub action ".+?" is not registered|Unsupported subAction type|subAction (?:\S+ )?not implemented/i;

/** Whether a run failed because of its params: repeated, it fails in the same way. */
export function isParamsMistake(said: string): boolean {
  return words.test(said) || namesNoAction(said);
}

/** Whether a repeated run fails in the same way, although Kibana may call it retryable: because of its params or credentials. */
export function failsAgain(said: string): boolean {
  return isParamsMistake(said) || /\b401\b|unauthori[sz]ed/i.test(said);
}

/** Whether the params named a sub-action that the type does not have. */
export function namesNoAction(said: string): boolean {
  return actionWords.test(said);
}
