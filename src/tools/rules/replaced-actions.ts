import type { ConnectorType, Lost, Params, Translated } from "../../catalog/connector-type.ts";
import { paramsCall } from "../../catalog/params-call.ts";
import { checkPart } from "../../catalog/validate.ts";
import { ToolError } from "../../errors.ts";
import type { Rule, RuleAction, RuleType } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";
import { foreignInWords, recovers } from "../../rules/attach-notes.ts";
import { changeInWords, changingIn, encodedInWords } from "../../rules/changing-keys.ts";
import { type Checked, checkAction } from "../../rules/check-action.ts";
import { foreignRecords, keyOf, usualKey, withoutBlankKey } from "../../rules/incidents.ts";
import { recipeOf, refusedActions, undecidedIn } from "../../rules/refused-actions.ts";
import { actionKey } from "../../rules/same-action.ts";
import { templateParser } from "../../rules/template-parser.ts";
import { tied } from "../../rules/tied.ts";
import { carriedOver, type NewParams, type Target } from "./carried-over.ts";

export interface MovedActions extends Omit<Translated, "params"> {
  actions: RuleAction[];
  notes: string[];
  /** How many of them the other connector has in the same group already; undefined: none. */
  twice?: "all" | "some" | undefined;
}

/**
 * The actions of a rule after those of `from` have moved to `to`, or have been removed if `to` is undefined. Everything but
 * connector and params stays: uuid, group, frequency, filters.
 * @param asked whose empty keys count as none
 * @param ruleType undefined if Kibana does not give it
 * @throws ToolError invalid_arguments if another type needs params that nobody gave
 */
export async function movedActions(
  rule: Rule,
  from: { id: string },
  target: Target | undefined,
  asked: NewParams,
  ruleType: RuleType | undefined,
): Promise<MovedActions> {
  if (!target) return { actions: rule.actions.filter((action) => action.id !== from.id), notes: [], lost: [], unsure: [] };
  const { to, entry, mayKnowMore } = target;
  const keyed = (params: Params | undefined) => params && withoutBlankKey(entry, params);
  const given = { params: keyed(asked.params), recovery: keyed(asked.recovery) };
  const there = rule.actions.filter((action) => action.id === to.id);
  const [same, groups] = [new Set(there.map(actionKey)), new Set(there.map(({ group }) => group))];
  const actions: RuleAction[] = [];
  const notes: string[] = [];
  const lost: Lost[] = [];
  const unsure: string[] = [];
  const arrived: RuleAction[] = [];
  let twice = 0;
  for (const action of rule.actions) {
    if (action.id !== from.id) {
      actions.push(action);
      continue;
    }
    const translated = await paramsFor(action, rule, target, given, ruleType, notes);
    const moved = { ...action, id: to.id, connector_type_id: to.type, params: translated.params };
    lost.push(...translated.lost);
    unsure.push(...translated.unsure);
    if (same.has(actionKey(moved))) notes.push(`${quoted(rule.name, 60)} had the same action with both connectors: one remains.`);
    else {
      if (groups.has(action.group)) {
        twice++;
        notes.push(
          `${quoted(rule.name, 60)} notifies ${quoted(to.name, 60)} twice on ${quoted(action.group ?? "every run")}: it already had an action there.`,
        );
      }
      actions.push(moved);
      arrived.push(moved);
    }
  }
  const [first] = refusedActions(arrived, entry, ruleType, mayKnowMore, rule);
  if (first)
    notes.push(
      `Kibana refuses what is moved in ${quoted(rule.name, 60)}, as it did before (${first.why}): attach_connector tells how to mend it.`,
    );
  const perhaps = undecidedIn(arrived, entry, rule).filter((one) => !notes.includes(one));
  if (perhaps.length > 0) notes.push(`Kibana may refuse what is moved in ${quoted(rule.name, 60)}: ${perhaps.join("; ")}.`);
  if (given.params !== undefined || given.recovery !== undefined) notes.push(...looseEnds(actions, target, ruleType));
  return { actions, notes, lost, unsure, twice: twice === 0 ? undefined : twice === arrived.length ? "all" : "some" };
}

/** New params may open incidents that no action closes any more, or under a key that is another one by then. */
function looseEnds(actions: readonly RuleAction[], { to, entry: type }: Target, ruleType: RuleType | undefined): string[] {
  const ours = actions.filter((action) => action.id === to.id);
  if (opensAlone(type) && ours.some((action) => isOnRecovery(action, ruleType)))
    return [
      `${type?.name} cannot close what it opens: each recovery opens another one in ${quoted(to.name, 60)}. ${type?.recoveryHint ?? ""}`.trim(),
    ];
  if (!type?.recovery || ruleType?.recoveryGroup === undefined || !recovers(ruleType)) return [];
  const foreign = foreignInWords(foreignRecords(type, ours));
  const { rekeyed, uncovered } = tied(ours, ours, type, ruleType.recoveryGroup, usualKey);
  if (rekeyed.size + uncovered.length === 0) {
    const keys = new Set(ours.flatMap(({ params }) => keyOf(type, params ?? {}) ?? []));
    return [
      ...foreign,
      ...[...keys].flatMap((key) => [...changeInWords(key, changingIn(key, ruleType), type.usualKey), ...encodedInWords(type, key)]),
    ];
  }
  return [
    ...foreign,
    `Recovery would not close everything that ${quoted(to.name, 60)} opens: no action closes with the same ${type.dedupField ?? "key"}. attach_connector adds what is missing.`,
  ];
}

async function paramsFor(
  action: RuleAction,
  rule: Rule,
  target: Target,
  given: NewParams,
  ruleType: RuleType | undefined,
  notes: string[],
): Promise<Translated> {
  const { to, entry } = target;
  const onRecovery = isOnRecovery(action, ruleType);
  const isTranslated = action.connector_type_id !== to.type;
  const carried = await carriedOver(action, target, given, onRecovery);
  const params = carried?.params ?? (onRecovery ? given.recovery : given.params);
  if (params === undefined) throw needsParams(action, rule, target, given, ruleType);
  // What was wrong with an action before is no reason against moving it.
  const isAsBefore = carried?.bare === params;
  const had = carried && !isAsBefore ? await problemsOf(carried.bare, action, rule, ruleType, entry) : noProblems;
  const found = isAsBefore ? noProblems : await problemsOf(params, action, rule, ruleType, entry);
  const missing =
    carried && isTranslated ? (entry?.unrunnable?.(params) ?? []).map(({ field, problem }) => `params.${field}: ${problem}`) : [];
  const errors = [...new Set([...found.errors.filter((one) => !had.errors.includes(one)), ...missing])];
  if (errors.length > 0) {
    throw new ToolError(
      "invalid_arguments",
      carried && isTranslated
        ? `What is carried over to ${quoted(to.name, 60)} would not work in rule ${quoted(rule.name, 60)}: ${errors.join("; ")}.`
        : `The ${onRecovery ? "recovery_params" : "params"} would not work in rule ${quoted(rule.name, 60)}: ${errors.join("; ")}.`,
      carried && isTranslated
        ? 'Give what is missing, and only that, in `params`, such as {"subActionParams": {…}}: without `subAction` it is laid over what each action has.'
        : `Correct these; ${paramsCall(to.type, params)} lists them.`,
      { problems: errors },
    );
  }
  notes.push(...found.warnings.filter((one) => !had.warnings.includes(one)));
  return { params, lost: carried?.lost ?? [], unsure: carried?.unsure ?? [] };
}

const noProblems: Checked = { errors: [], warnings: [] };

async function problemsOf(
  params: Params,
  action: RuleAction,
  rule: Rule,
  ruleType: RuleType | undefined,
  entry: ConnectorType | undefined,
): Promise<Checked> {
  const checked: Checked = { errors: [], warnings: [] };
  if (!ruleType) return checked;
  // Loaded here because only new params need the template parser.
  const parse = await templateParser();
  checkAction(params, action.frequency?.summary ?? false, action.group ?? "", rule, ruleType, entry, parse, checked);
  return checked;
}

interface Needing {
  action: RuleAction;
  ruleType: RuleType | undefined;
}

/** What nobody but the caller knows, as whom a mail goes to. */
function missingIn(usual: Params, entry: ConnectorType): string[] {
  const { errors } = checkPart(entry, "params", usual, { byRule: true, onlyErrors: true });
  return [...new Set([...(entry.unrunnable?.(usual) ?? []), ...errors].map(({ problem }) => problem))];
}

/** What both kinds of actions of a call need, as far as it is not given; the same words for all rules of a call. */
function needsParams(
  action: RuleAction,
  rule: Rule,
  { to, entry, rules = [] }: Target,
  given: NewParams,
  ruleType: RuleType | undefined,
): ToolError {
  const here = { action, ruleType };
  const each = [{ rule, ruleType }, ...rules].flatMap((one) => one.rule.actions.map((of) => ({ action: of, ruleType: one.ruleType })));
  const fieldOf = (one: Needing) => (isOnRecovery(one.action, one.ruleType) ? "recovery_params" : "params");
  const isGiven = (one: Needing) => (isOnRecovery(one.action, one.ruleType) ? given.recovery : given.params) !== undefined;
  const other = each.find((one) => one.action.id === action.id && fieldOf(one) !== fieldOf(here) && !isGiven(one));
  const opensAnew = (one: Needing) => isOnRecovery(one.action, one.ruleType) && opensAlone(entry);
  const usualOf = (one: Needing) => (entry && one.ruleType && !opensAnew(one) ? recipeOf(one.action, entry, one.ruleType, []) : undefined);
  const inWords = (one: Needing): string => {
    const field = `\`${fieldOf(one)}\``;
    if (opensAnew(one))
      return `${field}, with which each recovery opens another: ${entry?.name} cannot close what it opens, so better take the action on ${quoted(one.action.group ?? "")} out of the rule in Kibana first`;
    const usual = usualOf(one);
    if (!usual || !entry) return field;
    const open = missingIn(usual, entry);
    const missing = open.length > 0 ? ` with what is missing in it: ${open.join("; ")}` : "";
    return `${field}, usually ${JSON.stringify(usual)}${missing}`;
  };
  return new ToolError(
    "invalid_arguments",
    `The actions of rule ${quoted(rule.name, 60)} are of type ${action.connector_type_id ?? "unknown"}, ${quoted(to.name, 60)} is ${to.type}: its action on "${action.group ?? "every run"}" needs new params.`,
    `Give ${[here, ...(other ? [other] : [])].map(inWords).join("; and ")} (${paramsCall(to.type, usualOf(here))} lists them).`,
    { rule: rule.id, field: fieldOf(here) },
  );
}

function isOnRecovery({ group }: RuleAction, ruleType: RuleType | undefined): boolean {
  return group != null && group === ruleType?.recoveryGroup;
}

/** Whether an action on recovery could only open something once more. */
function opensAlone(type: ConnectorType | undefined): boolean {
  return type?.recipe?.opens === true && type.recovery === undefined;
}
