import type { ConnectorType } from "../catalog/connector-type.ts";
import type { Rule, RuleAction, RuleType } from "../kibana/rules.ts";
import { canonicalJson } from "../plain-object.ts";
import { quoted } from "../plain-text.ts";
import { hideInText } from "../shapes/text.ts";
import { type Changing, changeInWords, changingIn, encodedInWords, nothingChanges } from "./changing-keys.ts";
import { hasSeveralAlerts } from "./grouping.ts";
import { closes, foreignRecords, isOfEachAlert, isOfOneRule, keyInOneForm, keyOf, opens } from "./incidents.ts";
import { actionKey } from "./same-action.ts";
import type { Frequency, Wanted } from "./wanted.ts";

/** Whether alerts of a rule type ever count as recovered. Those of detection rules are closed by people. */
export function recovers(type: RuleType): boolean {
  return type.recoveryGroup !== undefined && !type.detection;
}

interface Chosen {
  frequency: Frequency;
  firing: readonly string[];
  recovered: readonly string[];
  /** The connector's actions in the rule, as they are. */
  had: readonly RuleAction[];
  /** The connector's actions in the rule, as they will be. */
  mine: readonly RuleAction[];
}

/** What else the person who decides should know. */
export function notesOn(rule: Rule, ruleType: RuleType, wanted: Wanted, chosen: Chosen): string[] {
  return [
    ...aboutFiring(rule, ruleType, wanted, chosen),
    ...aboutRecovery(ruleType, wanted, chosen),
    ...aboutWords(wanted, chosen),
    ...aboutKeys(rule, ruleType, wanted, chosen),
    ...aboutGroups(ruleType, wanted, chosen),
    ...aboutVolume(ruleType, wanted, chosen.frequency),
    ...(rule.enabled ? [] : ["The rule is disabled: nothing is sent until it is enabled."]),
    ...(rule.mute_all === true ? ["The rule is muted: nothing is sent until it is unmuted."] : []),
    ...(ruleType.detection ? ["Detection rules are meant to be edited in the Security app; their actions are saved here anyway."] : []),
  ];
}

function aboutFiring({ actions }: Rule, ruleType: RuleType, { connector }: Wanted, { mine }: Chosen): string[] {
  const { recoveryGroup, defaultGroup } = ruleType;
  if (recoveryGroup === undefined || defaultGroup === undefined) return [];
  const after = [...actions.filter(({ id }) => id !== connector.id), ...mine];
  if (after.some(({ group, frequency }) => group !== recoveryGroup || frequency?.summary)) return [];
  return [`Nobody hears when an alert fires: name ${quoted(defaultGroup)} in groups for that.`];
}

function aboutRecovery(ruleType: RuleType, { connector, type, recovery }: Wanted, { frequency, mine }: Chosen): string[] {
  if (frequency.summary) return [];
  const { recoveryGroup } = ruleType;
  const isTold = mine.some(({ group, frequency: often }) => group === recoveryGroup || often?.summary);
  const recipe = type?.recipe;
  const name = type?.name ?? connector.type;
  if (type?.recovery && recovery === "none" && !isTold) return ["Nothing closes what is opened: no recovery action was asked for."];
  if (recipe?.opens && !type?.recovery) return [`${name} cannot close what it opens. ${type?.recoveryHint ?? ""}`.trim()];
  if (!recovers(ruleType)) {
    return recipe?.opens ? [`Alerts of rules of type ${ruleType.id} never recover by themselves: people close what is opened.`] : [];
  }
  if (type?.recovery || isTold) return [];
  return [`Nothing is sent when an alert recovers: add ${quoted(recoveryGroup ?? "")} to groups for that.`];
}

/** Given params are those of each named group. Whoever reads the same words twice takes the end for another beginning. */
function aboutWords({ params, type }: Wanted, { firing, recovered, mine }: Chosen): string[] {
  if (!params || type?.recovery) return [];
  const wordsOn = (groups: readonly string[]) =>
    mine.filter(({ group }) => groups.includes(group ?? "")).map((action) => canonicalJson(action.params));
  const fired = new Set(wordsOn(firing));
  if (!wordsOn(recovered).some((one) => fired.has(one) && !one.includes("alert.actionGroup"))) return [];
  return ["The same is sent when an alert fires and when it recovers: {{alert.actionGroupName}} in it tells which."];
}

/** What is to be known of the keys that are new in an action, and of those that no action has any more. */
function aboutKeys(rule: Rule, ruleType: RuleType, { type, params: given, dedupKey }: Wanted, { had, mine }: Chosen): string[] {
  if (!type || (!type.recovery && type.sharedKey === undefined)) return [];
  const keysOf = (actions: readonly RuleAction[]) => {
    const keys = actions.map(({ params }) => keyOf(type, params ?? {})).filter((key) => key !== undefined);
    return new Map(keys.map((key) => [keyInOneForm(key), key]));
  };
  const before = new Set(had.map(actionKey));
  const fresh = mine.filter((action) => !before.has(actionKey(action)));
  const written = keysOf(fresh);
  const isClosed = recovers(ruleType) && mine.some(({ params }) => closes(type, params ?? {}));
  const opened = keysOf(had.filter(({ params }) => opens(type, params ?? {})));
  const stays = keysOf(mine);
  const left = isClosed ? [...opened].filter(([form]) => !stays.has(form)) : [];
  const asked = dedupKey ?? keyOf(type, given ?? {});
  const mayShare = hasSeveralAlerts(rule) !== false;
  return [
    ...[...written.values()].flatMap((key) =>
      aboutKey(key, isClosed ? changingIn(key, ruleType) : nothingChanges, mayShare || key === asked, type),
    ),
    ...foreignInWords(foreignRecords(type, mine), foreignRecords(type, fresh)),
    ...left.map(([, key]) => `What is open under ${quoted(key)} stays open: no action closes it now.`),
  ];
}

/** What shares a key shares an incident, and the first to recover closes it for all; what changes is never closed. */
function aboutKey(key: string, changing: Changing, mayShare: boolean, type: ConnectorType): string[] {
  const { sharedKey } = type;
  const change = [...changeInWords(key, changing), ...encodedInWords(type, key)];
  const shared = `The key ${quoted(key)} is the same for every alert of a rule: ${sharedKey ?? "they share one incident, and the first to recover closes it"}.`;
  if (changing.always.length > 0) return change;
  if (!isOfEachAlert(key)) return [...change, ...(mayShare ? [shared] : [])];
  if (isOfOneRule(key)) return change;
  return [...change, `The key ${quoted(key)} has no {{rule.id}}: alerts of the same name in other rules share the incident.`];
}

/** What closes a record that none of the actions updates. */
export function foreignInWords(foreign: readonly string[], fresh: readonly string[] = foreign): string[] {
  return foreign
    .filter((record) => fresh.includes(record))
    .map(
      (record) => `Recovery closes the record ${quoted(hideInText(record))}, which externalId names, and nothing that these actions open.`,
    );
}

/** Kibana's own form offers only the main group too; whoever wants more has to know that there is more. */
function aboutGroups(ruleType: RuleType, { groups, type }: Wanted, { frequency, firing, mine }: Chosen): string[] {
  if (frequency.summary || ruleType.groups.length < 2) return [];
  const left = ruleType.groups.filter((group) => !firing.includes(group) && !mine.some((action) => action.group === group));
  const closes = type?.recovery ? ", and recovery closes the newest only" : "";
  return [
    ...(groups === undefined && left.length > 0
      ? [
          `Rules of this type also fire in ${left.map((group) => quoted(group)).join(", ")}: name them in groups to use the connector there too.`,
        ]
      : []),
    ...(type?.opensAnew
      ? [
          `Alerts of these rules move between groups: each move into ${firing.map((group) => quoted(group)).join(" or ")} opens another incident${closes}.`,
        ]
      : []),
  ];
}

function aboutVolume({ detection }: RuleType, { workflow, type }: Wanted, { summary, notify_when: often }: Frequency): string[] {
  const { always, eachAlert } = type?.attachNotes ?? {};
  if (always !== undefined) return [always];
  if (eachAlert !== undefined && !summary) return [eachAlert];
  if (often !== "onActiveAlert" || workflow === "audit_log") return [];
  if (!detection) return ["onActiveAlert notifies on every run for as long as an alert lasts."];
  return [
    `onActiveAlert, since alerts of a detection rule do not last: ${summary ? "one message for each run that finds some" : "each is told once"}.`,
  ];
}
