import { grouped } from "../grouped.ts";
import type { Rule } from "../kibana/rules.ts";
import { hideInText } from "../secrets/detect.ts";
import type { RuleContext } from "./facts.ts";

export type Action = Rule["actions"][number];

/** The group that runs when an alert is over; undefined where the type has none, "recovered" where the type is not known. */
export function recoveryGroupOf(rule: Rule, { ruleTypes }: RuleContext): string | undefined {
  const type = ruleTypes.get(rule.rule_type_id);
  return type ? type.recoveryGroup : "recovered";
}

/** Minutes between two runs of a rule; undefined where its schedule is not understood. */
export function minutesBetween({ schedule }: Rule): number | undefined {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(schedule.interval ?? "") ?? [];
  const minutes: Record<string, number> = { s: 1 / 60, m: 1, h: 60, d: 1440 };
  return count === undefined ? undefined : Number(count) * (minutes[unit] ?? 1);
}

/** Actions by the connector that they use, without those whose connector is gone. */
export function byConnector(rule: Rule, { connectors }: RuleContext): Map<string, Action[]> {
  return grouped(
    rule.actions.filter(({ id }) => connectors.has(id)),
    ({ id }) => id,
  );
}

/** How attach_connector gives what opens, and what closes it, another key; undefined unless that is one for all, without what looks like a secret. */
export function rekeying(
  opening: readonly Action[],
  [key, ...more]: readonly string[],
): { args: Record<string, unknown>; why: string } | undefined {
  if (key === undefined || more.length > 0 || hideInText(key) !== key) return undefined;
  const groups = [...new Set(opening.flatMap(({ group }) => group ?? []))];
  return { args: { groups, dedup_key: key, replace: true }, why: `Gives what opens, and what closes it, the key ${key}.` };
}
