/**
 * Kibana's words for params that a type, or one of its actions, does not accept. Types on the sub-action framework check
 * them during the run and still call such a failure retryable (reference/kibana-api.md §3).
 */
const words =
  /Request validation failed|Sub action ".+?" is not registered|error validating action params|Invalid subActionsParams|error triggering Torq workflow, invalid body|error parsing body/i;

/** Whether a run failed because of its params: repeated, it fails in the same way. */
export function isParamsMistake(said: string): boolean {
  return words.test(said);
}
