import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { surelyUnknown } from "../catalog/refused-params.ts";
import type { RuleAction, RuleType } from "../kibana/rules.ts";
import { valueAt } from "../plain-object.ts";
import { plainText } from "../plain-text.ts";
import { hideInText } from "../shapes/text.ts";
import { contextIn } from "./action-variables.ts";
import { judgedByRule, type RuleValues } from "./filled-by-rule.ts";
import { closingParams, keyOf, usualKey } from "./incidents.ts";
import { laidOver, withoutPath, withValueAt } from "./params.ts";

/** An action that fails in each run, since Kibana refuses its params. */
export interface RefusedAction {
  action: RuleAction;
  /** `params.subActionParams.message is none of its fields` */
  why: string;
  /** What attach_connector with `replace` has to be told; undefined where only somebody who knows what was meant can say it. */
  mend: Mend | undefined;
}

interface Mend {
  /** Undefined for summaries. */
  groups?: string[];
  /** Undefined: what the type does not have only has to go. */
  params?: Params;
}

/** A summary is about no single alert. */
const keyOfRule = "{{rule.id}}";

/** How many problems of one action are told. */
const shown = 3;

/**
 * The actions that Kibana surely refuses.
 * @param actions all of one connector in a rule
 * @param ruleType undefined where it is not known
 * @param mayKnowMore whether this Kibana may know more fields than the catalogue
 * @param rule whose they are
 */
export function refusedActions(
  actions: readonly RuleAction[],
  type: ConnectorType | undefined,
  ruleType: RuleType | undefined,
  mayKnowMore: boolean,
  rule: RuleValues,
): RefusedAction[] {
  if (!type) return [];
  return actions.flatMap((action) => {
    const { refused: found } = judgedByRule(type, action.params ?? {}, rule, mayKnowMore);
    if (!found?.surely) return [];
    const told = found.problems.slice(0, shown).map(({ path, problem }) => plainText(`${hideInText(path)} ${problem}`, 120));
    const more = found.problems.length - told.length;
    const why = `${told.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
    return [{ action, why, mend: ruleType && mendOf(action, actions, type, ruleType, mayKnowMore, rule) }];
  });
}

/** An action's params without the fields that its type surely refuses, and the paths of those. */
export function withoutRefused(
  type: ConnectorType | undefined,
  params: Params,
  mayKnowMore: boolean,
): { params: Params; dropped: string[][] } {
  const dropped = type ? surelyUnknown(type, params, mayKnowMore) : [];
  return { params: dropped.reduce(withoutPath, params), dropped };
}

/** What Kibana may refuse of actions of a rule, in words: where a template stands for one of few values, only an alert decides. */
export function undecidedIn(actions: readonly RuleAction[], type: ConnectorType | undefined, rule: RuleValues): string[] {
  if (!type) return [];
  const found = actions.flatMap(({ params }) => judgedByRule(type, params ?? {}, rule, false).undecided);
  return [...new Set(found.map(({ path, problem }) => `${hideInText(path)}: ${problem}`))];
}

function mendOf(
  action: RuleAction,
  all: readonly RuleAction[],
  type: ConnectorType,
  ruleType: RuleType,
  mayKnowMore: boolean,
  rule: RuleValues,
): Mend | undefined {
  const given = mendingParams(type, action.params ?? {}, recipeOf(action, type, ruleType), mayKnowMore, rule);
  if (!given) return undefined;
  const isSummary = (one: RuleAction) => one.frequency?.summary === true;
  const params = Object.keys(given).length > 0 ? { params: given } : {};
  // Without groups it is about what fires, and each of several gets the same words.
  const firing = all.filter(({ group }) => group !== ruleType.recoveryGroup);
  const rivals = isSummary(action) ? firing : all.filter((one) => !isSummary(one) && one.group === action.group);
  if (params.params && rivals.length > 1) return undefined;
  if (isSummary(action)) return firing.every(isSummary) ? params : undefined;
  return { groups: [action.group ?? ruleType.defaultGroup ?? ""], ...params };
}

/**
 * What to lay over params without what the type does not have, so that Kibana takes them: the recipe's value, or null for none.
 * Undefined where it takes them as they are, or nothing of this helps.
 */
export function mendingParams(
  type: ConnectorType,
  had: Params,
  recipe: Params | undefined,
  mayKnowMore: boolean,
  rule: RuleValues,
): Params | undefined {
  const refused = (params: Params) => judgedByRule(type, params, rule, mayKnowMore).refused;
  if (!refused(had)) return undefined;
  const { params: kept } = withoutRefused(type, had, mayKnowMore);
  const usual = recipe && recipe.subAction === kept.subAction ? recipe : {};
  const paths = (refused(kept)?.problems ?? []).map(({ path }) => path.split(".").slice(1));
  if (paths.some((path) => path.length === 0)) return undefined;
  const over = paths.reduce<Params>((all, path) => withValueAt(all, path, valueAt(usual, path) ?? null), {});
  return refused(laidOver(kept, over)) ? undefined : over;
}

/**
 * What attach_connector would write in the place of an action; undefined where it knows no usual one.
 * @param context variables of the rule type that it may use
 */
export function recipeOf(
  { group: own, params, frequency }: RuleAction,
  type: ConnectorType,
  ruleType: RuleType,
  context?: readonly string[],
): Params | undefined {
  const group = own ?? ruleType.defaultGroup;
  const role = frequency?.summary ? "summary" : group === ruleType.recoveryGroup ? "recovered" : "active";
  const key = keyOf(type, params ?? {}) ?? (role === "summary" ? keyOfRule : (type.usualKey ?? usualKey));
  if (role === "recovered" && type.recovery) return closingParams(type, key);
  const known = context ?? contextIn(ruleType, role === "recovered");
  return type.recipe?.params({ role, main: group === ruleType.defaultGroup, key, context: known });
}
