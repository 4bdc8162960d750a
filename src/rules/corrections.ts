import type { Params } from "../catalog/connector-type.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { hideInText } from "../shapes/text.ts";
import { contextIn } from "./action-variables.ts";
import { type Checked, checkAction } from "./check-action.ts";
import { closes, keyOf, opens, recordPath, usualKey, withKey } from "./incidents.ts";
import { laidOver, withValueAt } from "./params.ts";
import { mendingParams, withoutRefused } from "./refused-actions.ts";
import { betterKey } from "./rehearse-keys.ts";
import type { RehearsedAction, Rehearsing } from "./rehearsed.ts";

/** What corrects one action: arguments of attach_connector with `replace`, apart from connector and rule. */
export interface Correction {
  on: string;
  /** None: it is a summary, the only action that fires. */
  groups?: string[];
  /** None: what attach_connector writes is right. */
  params?: Params;
  /** For what opens in these groups and what closes that. */
  dedup_key?: string;
}

/**
 * What corrects the actions whose params have a problem that the type's recipe does not have. Only where the group has one
 * action of the connector: of several, each would get the same words.
 */
export function corrections(all: readonly RehearsedAction[], about: Rehearsing): Correction[] {
  const fields = all.flatMap((one): Correction[] => {
    const { role, group, problems } = one;
    if (problems.some(({ path }) => path === "group" || path.startsWith("frequency"))) return [];
    const rivals = all.filter((other) => (role === "summary" ? other.role !== "recovered" : other.role === role && other.group === group));
    if (rivals.length > 1) return [];
    const had = one.action.params ?? {};
    const own = correctedFields(one, about);
    const params = own ?? withoutWhatIsRefused(had, about);
    if (!params) return [];
    const kept = withoutRefused(about.entry, had, about.mayKnowMore ?? false);
    if (!isAccepted(one, laidOver(kept.params, params), own ?? had, about)) return [];
    const given = Object.keys(params).length > 0 ? { params } : {};
    return [role === "summary" ? { on: "summary", ...given } : { on: group, groups: [group], ...given }];
  });
  return [...keyCorrection(all, about), ...fields];
}

/** What makes Kibana take an action that it refuses. */
function withoutWhatIsRefused(had: Params, { entry, rule, mayKnowMore = false }: Rehearsing): Params | undefined {
  return entry && mendingParams(entry, had, undefined, mayKnowMore, rule);
}

/** One key for all that opens, where a key has a problem: what closes gets it too. Not where it holds what looks like a secret. */
function keyCorrection(all: readonly RehearsedAction[], about: Rehearsing): Correction[] {
  const { entry } = about;
  if (!entry?.recovery) return [];
  const isWrong = ({ problems }: RehearsedAction) =>
    problems.some(({ path }) => path === recordPath || path.split(".").at(-1) === entry.dedupField);
  const opening = all.filter(({ role, action }) => role === "active" && opens(entry, action.params ?? {}));
  const keyOfOne = ({ action }: RehearsedAction) => keyOf(entry, action.params ?? {});
  const [key, ...more] = new Set(opening.map((one) => (isWrong(one) ? betterKey(entry, keyOfOne(one), about) : keyOfOne(one))));
  if (key === undefined || more.length > 0 || !all.some(isWrong) || hideInText(key) !== key) return [];
  const withIt = (one: RehearsedAction) => withKey(entry, one.action.params ?? {}, key);
  if (!opening.filter(isWrong).every((one) => isAccepted(one, withIt(one), { key }, about))) return [];
  const groups = [...new Set(opening.map(({ group }) => group))];
  return [{ on: groups.join(", "), groups, dedup_key: key }];
}

/** Whether attach_connector takes the params: it checks all of them. @param given none: it writes its own */
function isAccepted({ role, group }: RehearsedAction, params: Params, given: object, { rule, type, entry, parse }: Rehearsing): boolean {
  const checked: Checked = { errors: [], warnings: [] };
  if (Object.keys(given).length > 0) checkAction(params, role === "summary", group, rule, type, entry, parse, checked);
  return checked.errors.length === 0;
}

/** The fields to correct, as the recipe has them; none where all params are those of another role. */
function correctedFields({ action, role, group, problems }: RehearsedAction, { entry, type }: Rehearsing): Params | undefined {
  const had = isPlainObject(action.params) ? action.params : {};
  if (!entry?.recipe) return undefined;
  if (entry.recovery && role === "active" && closes(entry, had)) return {};
  if (entry.recovery && role === "recovered") return opens(entry, had) ? {} : undefined;
  const context = contextIn(type, role === "recovered");
  const recipe = entry.recipe.params({ role, main: group === type.defaultGroup, key: usualKey, context });
  if (recipe.subAction !== had.subAction) return undefined;
  const fields = problems.map(({ path }) => path.split(".").slice(1)).filter((path) => path.length > 0 && path.at(-1) !== entry.dedupField);
  const better = fields.flatMap((path) => {
    const text = valueAt(recipe, path);
    return typeof text === "string" && text !== valueAt(had, path) ? [{ path, text }] : [];
  });
  return better.length > 0 ? better.reduce<Params>((params, { path, text }) => withValueAt(params, path, text), {}) : undefined;
}
