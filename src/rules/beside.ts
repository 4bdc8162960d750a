import type { Rule, RuleAction } from "../kibana/rules.ts";
import { asksKind } from "./frequency.ts";
import { frequencyOfOld } from "./old-frequency.ts";
import { contains } from "./params.ts";
import { actionInWords } from "./replaced.ts";
import type { Frequency, Wanted } from "./wanted.ts";

/** Existing actions keep their frequency, which may not be the one asked for. */
export function otherFrequency(
  rule: Rule,
  firing: readonly string[],
  wanted: Wanted,
  { summary, notify_when, throttle }: Frequency,
): string[] {
  if (wanted.frequency === undefined) return [];
  const ofOld = frequencyOfOld(rule);
  const other = rule.actions
    .filter(({ id, group }) => id === wanted.connector.id && (summary || firing.includes(group ?? "")))
    .map(({ frequency }) => frequency ?? ofOld)
    .find((one) => one?.summary === summary && (one.notify_when !== notify_when || (one.throttle ?? null) !== throttle));
  if (!other) return [];
  const stays = `${other.notify_when}${other.throttle ? ` ${other.throttle}` : ""}`;
  return [
    `Its action in the rule keeps its frequency (${stays}), not the one asked for: repeat the call with replace: true to change that.`,
  ];
}

/**
 * Actions that send the same alerts as those that are added, or as one that is as asked for already. A summary covers all
 * groups, so it overlaps with every other action; the others overlap within their group.
 * @param right groups in which an action is as asked for
 */
export function sentToo(mine: readonly RuleAction[], added: readonly RuleAction[], right: readonly string[], wanted: Wanted): string[] {
  const [kinds, groups] = [new Set(added.map(isSummary)), new Set(added.map(({ group }) => group))];
  const isOther = (action: RuleAction) => right.includes(action.group ?? "") && !contains(action.params ?? {}, wanted.params ?? {});
  const lines = mine
    .filter((action) => kinds.has(!isSummary(action)) || groups.has(action.group) || isOther(action))
    .map((action) => {
      const kind = kinds.has(!isSummary(action)) && !asksKind(wanted) ? ` and frequency {"summary": ${!isSummary(action)}}` : "";
      return `Its action on ${actionInWords(action)} stays: both are sent. Repeat the call with replace: true${kind} to put the new one in its place.`;
    });
  return [...new Set(lines)];
}

function isSummary({ frequency }: RuleAction): boolean {
  return frequency?.summary === true;
}
