import type { Params } from "../catalog/connector-type.ts";
import { paramsCall } from "../catalog/params-call.ts";
import type { About } from "../catalog/shared/recipe.ts";
import { ToolError } from "../errors.ts";
import type { Rule, RuleAction, RuleType } from "../kibana/rules.ts";
import { quoted } from "../plain-text.ts";
import { groupsFor } from "./action-groups.ts";
import { contextIn } from "./action-variables.ts";
import { notesOn, recovers } from "./attach-notes.ts";
import { type Checked, checkAction } from "./check-action.ts";
import { frequencyFor, longer, onChange } from "./frequency.ts";
import { closes, closingParams, keyOf } from "./incidents.ts";
import { chooseKey } from "./key-choice.ts";
import { contains, laidOver } from "./params.ts";
import { isSystem, type RuleState, ruleState } from "./rule-state.ts";
import { actionKey, paired } from "./same-action.ts";
import { nothingTied, rekeyedInWords, tied } from "./tied.ts";
import type { Frequency, ParseTemplate, Wanted } from "./wanted.ts";

/** What becomes of one rule. */
export interface Attachment {
  after: RuleState;
  /** Nothing is missing: the rule stays as it is. */
  unchanged: boolean;
  added: RuleAction[];
  /** What else changes in the rule, in sentences. */
  otherChanges: string[];
  warnings: string[];
  /** What only helps whoever decides: the answer has the actions themselves. */
  beforehand: string[];
  /** Actions of the connector stay that are not as asked for: `replace` would replace them. */
  beside: boolean;
}

/**
 * A rule with a connector attached to it: an action for each group that fires, and one that closes on recovery what they
 * open, under the same key. What the rule has already stays as it is, unless recovery could not work with it.
 * @throws ToolError invalid_arguments for what does not fit the rule or the connector's type
 */
export function attach(rule: Rule, ruleType: RuleType, wanted: Wanted, parse: ParseTemplate): Attachment {
  const { connector, type } = wanted;
  const frequency = frequencyFor(wanted, rule, ruleType);
  const { firing, recovered } = groupsFor(ruleType, wanted, frequency);
  const onlyRecovery = firing.length === 0;
  // Beside groups that fire, the texts given are about firing.
  const meant = (role: About["role"]) => (role === "recovered" && !onlyRecovery ? undefined : wanted.params);
  const present = rule.actions.filter((action) => action.id === connector.id);
  const going = wanted.replace ? present : [];
  const mine = wanted.replace ? [] : present;
  const key = chooseKey(rule, ruleType, wanted);
  const closing = type?.recovery && wanted.recovery === "auto" && !frequency.summary && recovers(ruleType) ? type : undefined;
  const added: RuleAction[] = [];
  const checked: Checked = { errors: [], warnings: [] };
  const add = (group: string, params: Params, often: Frequency) => {
    checkAction(params, often.summary, group, rule, ruleType, type, parse, checked);
    added.push({ group, id: connector.id, params, frequency: { ...often }, connector_type_id: connector.type });
  };

  for (const group of [...firing, ...recovered]) {
    const role = frequency.summary ? "summary" : group === ruleType.recoveryGroup ? "recovered" : "active";
    const about: About = { role, main: group === ruleType.defaultGroup, key, context: contextIn(ruleType, role === "recovered") };
    if (role === "recovered" && type?.recovery) continue;
    if (isPresent(mine, group, frequency, type, role, meant(role))) continue;
    const params = wordsOf(going, group, frequency, wanted) ?? paramsFor(wanted, about, onlyRecovery);
    if (role === "active" && type && closes(type, params)) checked.errors.push("params: these close an incident and open none");
    add(group, params, role === "recovered" ? onChange : frequency);
  }
  const { recoveryGroup = "" } = ruleType;
  const { rekeyed, uncovered } = closing ? tied([...mine, ...added], mine, closing, recoveryGroup, key) : nothingTied;
  for (const one of uncovered) {
    const params = closing && closingParams(closing, one);
    if (params) add(recoveryGroup, params, onChange);
  }
  if (checked.errors.length > 0) throw refusal(checked, connector.type, wanted.params);

  const unchanged = wanted.replace ? sameActions(going, added) : added.length === 0 && rekeyed.size === 0;
  const legacy = unchanged ? undefined : frequencyOfOld(rule);
  const staying = wanted.replace ? rule.actions.filter((action) => action.id !== connector.id) : rule.actions;
  const kept = staying.map((action): RuleAction => {
    const keyed = rekeyed.get(action) ?? action;
    return legacy && !keyed.frequency && !isSystem(action.id) ? { ...keyed, frequency: { ...legacy } } : keyed;
  });
  const beside = [...otherFrequency(rule, firing, wanted, frequency), ...secondAction(mine, added)];
  return {
    after: unchanged ? ruleState(rule) : { actions: [...kept, ...added], notify_when: null, throttle: null },
    unchanged,
    added: unchanged ? [] : added,
    beside: beside.length > 0,
    beforehand: recovered.length > 0 ? otherOnRecovery(added, wanted, recoveryGroup) : [],
    otherChanges: [
      ...(going.length > 0 ? [goingInWords(going)] : []),
      ...(rekeyed.size > 0 && closing ? [rekeyedInWords(rekeyed, closing)] : []),
      ...(legacy ? [legacyInWords(legacy)] : []),
    ],
    warnings: unchanged
      ? beside
      : [
          ...beside,
          ...checked.warnings,
          ...mayFail(added, wanted),
          ...notesOn(rule, ruleType, wanted, { frequency, firing, recovered, key }),
        ],
  };
}

/** That the action on recovery, which was asked for, does not say what was given. */
function otherOnRecovery(added: readonly RuleAction[], { params, type }: Wanted, group: string): string[] {
  const says = added.filter((action) => action.group === group).every((action) => contains(action.params ?? {}, params ?? {}));
  if (says) return [];
  return [
    type?.recovery
      ? `On ${quoted(group)} it closes what was opened: of params only the key is used there.`
      : `On ${quoted(group)} its own text is sent, not that of params: name this group alone to give it another.`,
  ];
}

/** What the connector's config does not allow these actions; what holds whatever the params are is no matter of this rule. */
function mayFail(added: readonly RuleAction[], { connector, type }: Wanted): string[] {
  const { config } = connector;
  if (!type?.risks || !config) return [];
  const anyway = type.risks({}, config);
  const found = added.flatMap(({ params }) => type.risks?.(params ?? {}, config) ?? []).filter((one) => !anyway.includes(one));
  return [...new Set(found)].map((one) => `With ${quoted(connector.name ?? connector.id, 60)} may fail: ${one}.`);
}

/** The params of a replaced action, for its successor of the same kind, unless others were given. */
function wordsOf(
  going: readonly RuleAction[],
  group: string,
  { summary }: Frequency,
  { params, type, dedupKey }: Wanted,
): Params | undefined {
  if (params !== undefined || dedupKey !== undefined) return undefined;
  const same = going.find((action) => Boolean(action.frequency?.summary) === summary && (summary || action.group === group));
  if (!same?.params || (type?.dedupField !== undefined && keyOf(type, same.params) === undefined)) return undefined;
  return type && closes(type, same.params) ? undefined : same.params;
}

function sameActions(ones: readonly RuleAction[], others: readonly RuleAction[]): boolean {
  const { gone, fresh } = paired(ones, others, actionKey);
  return gone.length + fresh.length === 0;
}

function goingInWords(going: readonly RuleAction[]): string {
  const where = [...new Set(going.map(actionInWords))].join(", ");
  const filtered = going.some((action) => action.alerts_filter != null) ? " Their conditions (alerts_filter) are lost." : "";
  return `Its present action${going.length > 1 ? "s" : ""} in the rule ${going.length > 1 ? "are" : "is"} replaced: ${where}.${filtered}`;
}

/** `"query matched" (summary, onThrottleInterval 30m)` */
function actionInWords({ group, frequency }: RuleAction): string {
  const often = [
    frequency?.summary && "summary",
    frequency && `${frequency.notify_when}${frequency.throttle ? ` ${frequency.throttle}` : ""}`,
  ];
  const words = often.filter(Boolean).join(", ");
  return `${quoted(group ?? "every run")}${words ? ` (${words})` : ""}`;
}

/**
 * The recipe with the given params over it. On recovery beside groups that fire the recipe wins, and the given params fill what
 * it leaves open.
 */
function paramsFor({ connector, type, params }: Wanted, about: About, onlyRecovery: boolean): Params {
  const recipe = type?.recipe?.params(about);
  if (!recipe) {
    if (params) return params;
    throw new ToolError(
      "invalid_arguments",
      `There is no recipe for actions of ${connector.type}: give its params.`,
      `${paramsCall(connector.type)} lists them.`,
    );
  }
  if (!params) return recipe;
  // Another sub-action has its own fields.
  if (params.subAction !== undefined && params.subAction !== recipe.subAction) return params;
  return about.role === "recovered" && !onlyRecovery ? laidOver(params, recipe) : laidOver(recipe, params);
}

/** Whether the rule has such an action already: same group, same kind, and nothing that was asked for is different. */
function isPresent(
  mine: readonly RuleAction[],
  group: string,
  frequency: Frequency,
  type: Wanted["type"],
  role: About["role"],
  params: Params = {},
): boolean {
  return mine.some((action) => {
    if (Boolean(action.frequency?.summary) !== frequency.summary) return false;
    if (!frequency.summary && action.group !== group) return false;
    if (type && role === "active" && closes(type, action.params ?? {})) return false;
    return contains(action.params ?? {}, params);
  });
}

/** Existing actions keep their frequency, which may not be the one asked for. */
function otherFrequency(rule: Rule, firing: readonly string[], wanted: Wanted, { summary, notify_when, throttle }: Frequency): string[] {
  if (wanted.frequency === undefined || wanted.replace) return [];
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
 * The frequency of the rule itself, as before 8.6: it cannot exist beside actions with frequencies of their own
 * (reference/kibana-api.md §6.1), so each action gets it, as in Kibana's own form. Undefined where there is none.
 */
function frequencyOfOld({ actions, notify_when: notify, throttle, schedule }: Rule): Frequency | undefined {
  const bare = actions.some((action) => !action.frequency && !isSystem(action.id));
  if (!bare) return undefined;
  const often = notify ?? (throttle ? "onThrottleInterval" : "onActiveAlert");
  // A throttle below the interval, which only a rule itself may have, held nothing back: that is onActiveAlert.
  if (often === "onThrottleInterval" && throttle && longer(throttle, schedule.interval) === throttle)
    return { summary: false, notify_when: often, throttle };
  return { ...onChange, notify_when: often === "onActionGroupChange" ? often : "onActiveAlert" };
}

function legacyInWords({ notify_when, throttle }: Frequency): string {
  return `The rule uses the deprecated frequency of the rule itself (${notify_when}${throttle ? ` ${throttle}` : ""}): it moves into each of its actions, which then run as often as before.`;
}

/** A summary covers all groups, so it overlaps with every other action; the others overlap within their group. */
function secondAction(mine: readonly RuleAction[], added: readonly RuleAction[]): string[] {
  const isSummary = ({ frequency }: RuleAction) => frequency?.summary === true;
  const [summaries, groups] = [new Set(added.map(isSummary)), new Set(added.map(({ group }) => group))];
  const twice = mine.filter((action) => summaries.has(!isSummary(action)) || groups.has(action.group));
  return [...new Set(twice.map(actionInWords))].map(
    (which) => `Its action on ${which} stays: both are sent. Repeat the call with replace: true to put the new one in its place.`,
  );
}

function refusal({ errors, warnings }: Checked, type: string, params: Params | undefined): ToolError {
  const all = [...new Set([...errors, ...warnings])];
  return new ToolError(
    "invalid_arguments",
    `The action would not work: ${all.join("; ")}.`,
    `Give them in params, which override the recipe's; ${paramsCall(type, params)} lists them.`,
    { problems: all },
  );
}
