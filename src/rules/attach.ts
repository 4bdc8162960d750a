import type { Params } from "../catalog/connector-type.ts";
import { paramsCall } from "../catalog/params-call.ts";
import type { About } from "../catalog/shared/recipe.ts";
import { ToolError } from "../errors.ts";
import type { Rule, RuleAction, RuleType } from "../kibana/rules.ts";
import { plainText, quoted, shownJson } from "../plain-text.ts";
import { hideInText } from "../shapes/text.ts";
import { groupsFor } from "./action-groups.ts";
import { closingWith, correctedParams, newParams, ownParams } from "./action-params.ts";
import { contextIn } from "./action-variables.ts";
import { notesOn, recovers } from "./attach-notes.ts";
import { otherFrequency, sentToo } from "./beside.ts";
import { type Checked, checkAction } from "./check-action.ts";
import { asksHowOften, asksKind, frequencyFor, onChange } from "./frequency.ts";
import { closes, onlyReads, withoutBlankKey } from "./incidents.ts";
import { chooseKey } from "./key-choice.ts";
import { frequencyOfOld, legacyInWords } from "./old-frequency.ts";
import { contains, laidOver } from "./params.ts";
import { type RefusedAction, refusedActions, withoutRefused } from "./refused-actions.ts";
import { actionInWords, type Replaced, replaced, replacedInWords } from "./replaced.ts";
import { isSystem, type RuleState, ruleState } from "./rule-state.ts";
import { nothingTied, rekeyedInWords, tied } from "./tied.ts";
import type { Frequency, ParseTemplate, Wanted } from "./wanted.ts";

/** What becomes of one rule. */
export interface Attachment {
  after: RuleState;
  /** Nothing is missing: the rule stays as it is. */
  unchanged: boolean;
  /** Actions that are new or, with `replace`, changed. */
  added: RuleAction[];
  /** What else changes in the rule, in sentences. */
  otherChanges: string[];
  warnings: string[];
  /** Actions of the connector stay that are not as asked for: `replace` would replace them. */
  beside: boolean;
  /** The connector's actions that stay as they are and that Kibana refuses. */
  refused: RefusedAction[];
  /** What was asked for is one message for all alerts. */
  summary: boolean;
}

/**
 * A rule with a connector attached to it: an action for each group that fires, and one that closes on recovery what they
 * open, under the same key. What the rule has already stays as it is, unless recovery could not work with it. With `replace`
 * the connector's actions in these groups get what was asked for, and its other actions stay.
 * @throws ToolError invalid_arguments for what does not fit the rule or the connector's type
 */
export function attach(rule: Rule, ruleType: RuleType, given: Wanted, parse: ParseTemplate): Attachment {
  const asked = withoutBlankKeys(given);
  const { connector, type, replace } = asked;
  const present = rule.actions.filter((action) => action.id === connector.id);
  const wanted = replace ? asPresent(asked, present, ruleType) : asked;
  const frequency = frequencyFor(wanted, rule, ruleType);
  const { firing, recovered } = groupsFor(ruleType, wanted, frequency);
  const key = chooseKey(rule, ruleType, wanted, firing);
  const closing = type?.recovery && wanted.recovery === "auto" && !frequency.summary && recovers(ruleType) ? type : undefined;
  const { recoveryGroup = "" } = ruleType;
  /** Params are for what closes where nothing else is asked for. */
  const forClosing = firing.length === 0 ? wanted.params : undefined;
  const added: RuleAction[] = [];
  /** Groups in which an action is as asked for. */
  const right: string[] = [];
  const becomes: Replaced = new Map();
  /** What the type refuses of the actions that change, in words. */
  const dropped: string[] = [];
  const checked: Checked = { errors: [], warnings: [] };
  const check = (params: Params, summary: boolean, group: string) =>
    checkAction(params, summary, group, rule, ruleType, type, parse, checked);
  const add = (group: string, params: Params, often: Frequency) => {
    check(params, often.summary, group);
    added.push({ group, id: connector.id, params, frequency: { ...often }, connector_type_id: connector.type });
  };

  const closingToo = closing && wanted.groups === undefined ? [recoveryGroup] : [];
  for (const group of new Set([...firing, ...recovered, ...closingToo])) {
    const role = frequency.summary ? "summary" : group === ruleType.recoveryGroup ? "recovered" : "active";
    const about: About = { role, main: group === ruleType.defaultGroup, key, context: contextIn(ruleType, role === "recovered") };
    const alike = present.filter(
      (action) => Boolean(action.frequency?.summary) === frequency.summary && (frequency.summary || action.group === group),
    );
    const closer = role === "recovered" && type?.recovery ? type : undefined;
    if (replace && alike.length > 0) {
      const correct = (old: RuleAction): RuleAction => {
        const { params: had, dropped: refused } = withoutRefused(type, old.params ?? {}, wanted.mayKnowMore ?? false);
        if (refused.length > 0) dropped.push(droppedInWords(old, refused, connector.type));
        const params = !closer
          ? correctedParams(had, wanted, about)
          : closes(closer, had)
            ? laidOver(had, forClosing ?? {})
            : (closingWith(closer, key, forClosing) ?? had);
        const often = role !== "recovered" && asksHowOften(wanted) ? { frequency: { ...frequency } } : {};
        return { ...old, params, ...often };
      };
      for (const [old, now] of replaced(alike, correct, type)) {
        becomes.set(old, now);
        if (now && now !== old) check(now.params ?? {}, frequency.summary, group);
      }
      continue;
    }
    if (closer) continue;
    const opened = alike.filter(
      ({ params }) => !(type && (onlyReads(type, params ?? {}) || (role === "active" && closes(type, params ?? {})))),
    );
    const own = role === "recovered" && wanted.groups === undefined;
    if (opened.some(({ params }) => contains(params ?? {}, own ? {} : (wanted.params ?? {})))) {
      right.push(group);
      continue;
    }
    add(group, own ? ownParams(wanted, about) : newParams(wanted, about), role === "recovered" ? onChange : frequency);
  }
  if (replace && asksKind(asked))
    for (const action of present) if (Boolean(action.frequency?.summary) !== frequency.summary) becomes.set(action, undefined);

  const mine = present.flatMap((action) => (becomes.has(action) ? (becomes.get(action) ?? []) : action));
  const answering = forClosing ? mine.filter(({ group, params }) => group !== recoveryGroup || contains(params ?? {}, forClosing)) : mine;
  const { rekeyed, uncovered } = closing ? tied([...answering, ...added], answering, closing, recoveryGroup, key) : nothingTied;
  for (const one of uncovered) {
    const params = closing && closingWith(closing, one, forClosing);
    if (params) add(recoveryGroup, params, onChange);
  }
  if (checked.errors.length > 0) throw refusal(checked, connector.type, wanted.params);

  const changed = [...becomes].flatMap(([old, now]) => (now && now !== old ? now : []));
  const gone = [...becomes.values()].some((now) => now === undefined);
  const unchanged = added.length + changed.length + rekeyed.size === 0 && !gone;
  const legacy = unchanged ? undefined : frequencyOfOld(rule);
  const staying = rule.actions.flatMap((action): RuleAction[] => {
    const now = becomes.has(action) ? becomes.get(action) : action;
    return now ? [rekeyed.get(now) ?? now] : [];
  });
  const goesByRule = ({ id, frequency: own }: RuleAction) => !own && !isSystem(id);
  const kept = staying.map((action) => (legacy && goesByRule(action) ? { ...action, frequency: { ...legacy } } : action));
  const beside = [...(replace ? [] : otherFrequency(rule, firing, wanted, frequency)), ...sentToo(mine, added, right, asked)];
  const stays = kept.filter((action) => action.id === connector.id && !changed.includes(action));
  const refused = refusedActions(stays, type, ruleType, wanted.mayKnowMore ?? false, rule);
  const failing = refused.map((one) => refusedInWords(one, connector.type));
  const after = unchanged ? ruleState(rule) : { actions: [...kept, ...added], notify_when: null, throttle: null };
  const written = [...changed, ...added];
  return {
    after,
    unchanged,
    added: written,
    beside: beside.length > 0,
    refused,
    summary: frequency.summary,
    otherChanges: [
      ...replacedInWords(becomes),
      ...dropped,
      ...(rekeyed.size > 0 && closing ? [rekeyedInWords(rekeyed, closing)] : []),
      ...(legacy ? [legacyInWords(legacy, staying.some(goesByRule))] : []),
    ],
    warnings: unchanged
      ? [...failing, ...beside]
      : [
          ...failing,
          ...beside,
          ...checked.warnings,
          ...mayFail(written, wanted),
          ...notesOn(rule, ruleType, wanted, {
            frequency,
            firing,
            recovered,
            had: present,
            mine: after.actions.filter(({ id }) => id === connector.id),
          }),
        ],
  };
}

/** `Its action on "recovered" fails in each run: .opsgenie refuses its params (…).`, with what mends it. */
function refusedInWords({ action, why, mend }: RefusedAction, type: string): string {
  const given = mend?.params ? ` and params ${shownJson(mend.params)}` : "";
  const how = mend
    ? `replace: true${mend.groups ? ` and groups ${JSON.stringify(mend.groups)}` : ""}${given}`
    : "replace: true and params that fit";
  return `Its action on ${actionInWords(action)} fails in each run: ${type} refuses its params (${why}). Repeat the call with ${how} to mend it.`;
}

function droppedInWords(action: RuleAction, fields: readonly string[][], type: string): string {
  const named = fields.map((path) => plainText(hideInText(path.join(".")), 120)).join(", ");
  return `Dropped from its action on ${actionInWords(action)}, since ${type} refuses it: ${named}.`;
}

/** A key that is empty counts as none: what opens under it would be closed under another. */
function withoutBlankKeys(wanted: Wanted): Wanted {
  const { type, params, dedupKey } = wanted;
  return { ...wanted, params: params && withoutBlankKey(type, params), dedupKey: dedupKey?.trim() ? dedupKey : undefined };
}

/** Whoever replaces without a word on how often wants other words: single messages stay single, and a summary a summary. */
function asPresent(wanted: Wanted, present: readonly RuleAction[], { recoveryGroup, alertsAsData }: RuleType): Wanted {
  const { groups, frequency, type } = wanted;
  if (asksKind(wanted)) return wanted;
  if (groups) return { ...wanted, frequency: { ...frequency, summary: false } };
  const firing = present.filter(({ group }) => group !== recoveryGroup);
  const [summary, ...more] = new Set(firing.map((action) => Boolean(action.frequency?.summary)));
  if (summary === undefined || more.length > 0 || frequency) return wanted;
  return summary && (type?.recipe?.opens || !alertsAsData) ? wanted : { ...wanted, frequency: { summary } };
}

/** What the connector's config does not allow these actions; what holds whatever the params are is no matter of this rule. */
function mayFail(added: readonly RuleAction[], { connector, type }: Wanted): string[] {
  const { config } = connector;
  if (!type?.risks || !config) return [];
  const anyway = type.risks({}, config);
  const found = added.flatMap(({ params }) => type.risks?.(params ?? {}, config) ?? []).filter((one) => !anyway.includes(one));
  return [...new Set(found)].map((one) => `With ${quoted(connector.name ?? connector.id, 60)} may fail: ${one}.`);
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
