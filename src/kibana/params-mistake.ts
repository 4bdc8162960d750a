/**
 * Kibana's words for params that a type, or one of its actions, cannot take. Types of the sub-action framework check them
 * inside the run and call such a failure retryable all the same (reference/kibana-api.md §3).
 */
const words =
  /Request validation failed|Sub action ".+?" is not registered|error validating action params|Invalid subActionsParams|error triggering Torq workflow, invalid body|error parsing body/i;

/** Whether a run failed for what was passed to it: repeated, it fails in the same way. */
export function isParamsMistake(said: string): boolean {
  return words.test(said);
}
