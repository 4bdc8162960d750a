import type { ConnectorType } from "../catalog/connector-type.ts";
import type { Rule } from "../kibana/rules.ts";
import { keyInOneForm } from "../rules/dedup-key.ts";
import type { RuleContext } from "./facts.ts";

export type Action = Rule["actions"][number];

/** Security's own rules: their alerts never recover, and their actions run on new alerts alone. */
export function isDetection({ rule_type_id: type }: Rule): boolean {
  return type.startsWith("siem.") || type === "attack-discovery";
}

/** The group that runs when an alert is over; undefined where the type has none, "recovered" where the type is not known. */
export function recoveryGroupOf(rule: Rule, { ruleTypes }: RuleContext): string | undefined {
  const type = ruleTypes.get(rule.rule_type_id);
  return type ? type.recoveryGroup : "recovered";
}

/** Whether an action ends what an opening one of its type began, by the catalogue's own example of it. */
export function closes({ params }: Action, { recovery, dedupField }: ConnectorType): boolean {
  return recovery !== undefined && holdsAll(params, recovery.params, dedupField);
}

function holdsAll(value: unknown, wanted: unknown, except: string | undefined): boolean {
  if (wanted === null || typeof wanted !== "object") return value === wanted;
  return Object.entries(wanted).every(([key, item]) => {
    if (key === except) return true;
    const own = value !== null && typeof value === "object" ? Reflect.get(value, key) : undefined;
    // An incident that holds nothing but the key says nothing more.
    if (item !== null && typeof item === "object" && Object.keys(item).every((one) => one === except)) return true;
    return holdsAll(own, item, except);
  });
}

/** Whether an action opens an incident, alert or event that lasts. */
export function opens(action: Action, entry: ConnectorType): boolean {
  if (closes(action, entry)) return false;
  const params = action.params ?? {};
  if (!entry.subActions) return entry.effect === "creates" && (params.eventAction === undefined || params.eventAction === "trigger");
  const { subAction } = params;
  return typeof subAction === "string" && entry.subActions[subAction]?.effect === "creates";
}

/** ServiceNow groups events of ITOM by their other fields when they have no key; its other types open an incident each time. */
const keyByDefault = [".servicenow-itom"];

/** What ties an action to its incident: the key in a form that can be compared; undefined where there is none. */
export function dedupKeyOf({ params }: Action, entry: ConnectorType): string | undefined {
  if (entry.dedupField === undefined) return undefined;
  const given = fieldIn(params, entry.dedupField);
  if (given === undefined && keyByDefault.includes(entry.id)) return keyInOneForm("{{rule.id}}:{{alert.id}}");
  return typeof given === "string" && given.trim() !== "" ? keyInOneForm(given) : undefined;
}

function fieldIn(value: unknown, name: string): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, name)) return Reflect.get(value, name);
  for (const item of Object.values(value)) {
    const found = fieldIn(item, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Minutes between two looks of a rule; undefined where its schedule is not understood. */
export function minutesBetween({ schedule }: Rule): number | undefined {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(schedule.interval ?? "") ?? [];
  const minutes: Record<string, number> = { s: 1 / 60, m: 1, h: 60, d: 1440 };
  return count === undefined ? undefined : Number(count) * (minutes[unit] ?? 1);
}

/** Actions by the connector that they use, those of connectors that are gone left out. */
export function byConnector(rule: Rule, { connectors }: RuleContext): Map<string, Action[]> {
  const actions = new Map<string, Action[]>();
  for (const action of rule.actions) {
    if (!connectors.has(action.id)) continue;
    actions.set(action.id, [...(actions.get(action.id) ?? []), action]);
  }
  return actions;
}
