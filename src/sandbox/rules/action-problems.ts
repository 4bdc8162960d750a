import type { GivenAction, GivenRule } from "./actions.ts";
import type { RuleType } from "./types.ts";

/** Kibana's message about actions that do not fit their rule, all problems at once: alerting/server/rules_client/lib/validate_actions.ts. */
export function actionsProblem(
  rule: GivenRule,
  actions: readonly GivenAction[],
  unreadyConnectors: readonly string[],
  type: RuleType,
): string | undefined {
  const given = rule.actions.flatMap(({ uuid }) => (uuid === undefined ? [] : [uuid]));
  const groups = new Set<string>(type.action_groups.map(({ id }) => id));
  const problems = [
    new Set(given).size < given.length ? "Actions have duplicated UUIDs" : undefined,
    listed("Invalid connectors", unreadyConnectors),
    listed(
      "Invalid action groups",
      actions.map(groupOf).filter((group) => !groups.has(group)),
    ),
    frequencyProblem(actions, rule.notify_when !== undefined || Boolean(rule.throttle)),
    listed(
      `Action frequency cannot be shorter than the schedule interval of ${rule.schedule.interval}`,
      actions
        .filter((action) => isTooOften(action, rule.schedule.interval))
        .map((action) => `${groupOf(action)} (${action.frequency?.throttle})`),
    ),
    listed(
      `Action's alertsFilter  must have either "query" or "timeframe" `,
      actions.filter(({ alerts_filter: filter }) => filter && !filter.query && !filter.timeframe).map(({ uuid }) => String(uuid)),
    ),
  ].filter((problem) => problem !== undefined);
  if (problems.length === 0) return undefined;
  if (problems.length === 1) return `Failed to validate actions due to the following error: ${problems[0]}`;
  return `Failed to validate actions due to the following ${problems.length} errors:\n- ${problems.join("\n- ")}`;
}

/** Either each action has a frequency, or the rule sets one for all; a `notify_when` of null counts as setting it (reference/kibana-api.md §6.1). */
function frequencyProblem(actions: readonly GivenAction[], setByRule: boolean): string | undefined {
  const wrong = actions.filter(({ frequency }) => Boolean(frequency) === setByRule).map(groupOf);
  const both = "Cannot specify per-action frequency params when notify_when or throttle are defined at the rule level";
  return listed(setByRule ? both : "Actions missing frequency parameters", wrong);
}

function isTooOften({ frequency }: GivenAction, interval: string): boolean {
  if (frequency?.notify_when !== "onThrottleInterval" || frequency.throttle === null) return false;
  return milliseconds(frequency.throttle) < milliseconds(interval);
}

/** Of a duration such as "5m". */
export function milliseconds(duration: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[duration.slice(-1)] ?? 0;
  return Number(duration.slice(0, -1)) * unit;
}

function listed(title: string, names: readonly string[]): string | undefined {
  return names.length > 0 ? `${title}: ${names.join(", ")}` : undefined;
}

function groupOf({ group }: GivenAction): string {
  return group ?? "undefined";
}
