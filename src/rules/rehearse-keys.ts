import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import type { RuleAction, RuleType } from "../kibana/rules.ts";
import { isPlainObject } from "../plain-object.ts";
import { quoted } from "../plain-text.ts";
import { changingIn, encodedInWords, inBraces, nothingChanges, steadyKey } from "./changing-keys.ts";
import { updatesOne } from "./check-action.ts";
import { hasSeveralAlerts } from "./grouping.ts";
import {
  closes,
  foreignRecords,
  isOfEachAlert,
  isOneRecord,
  keyInOneForm,
  keyOf,
  opens,
  recordOf,
  recordPath,
  usualKey,
  withDefaultKey,
} from "./incidents.ts";
import type { Found, RehearsedAction, Rehearsing } from "./rehearsed.ts";
import type { Role } from "./sample-alert.ts";

/** Actions that Kibana never runs. */
export function isSilentGroup(group: string, summary: boolean, type: RuleType): Found[] {
  if (summary) {
    if (type.alertsAsData) return [];
    return [
      {
        path: "frequency.summary",
        problem: `never runs: rules of type ${type.id} cannot summarize their alerts`,
        fix: "Set summary to false.",
      },
    ];
  }
  const known = [...type.groups, ...(type.recoveryGroup === undefined ? [] : [type.recoveryGroup])];
  if (known.includes(group)) return [];
  return [
    {
      path: "group",
      problem: `never runs: ${quoted(group)} is no group of ${type.id}`,
      fix: `It has: ${known.map((one) => quoted(one)).join(", ")}.`,
    },
  ];
}

interface Keyed {
  /** As the rule has them. */
  given: Params;
  role: Role;
  /** Filled in with one alert, and with another of the same rule. */
  params: Params;
  other: Params;
}

/** What is wrong with the key of what an action opens or closes. */
export function keyProblems({ given, role, params, other }: Keyed, about: Rehearsing, entry: ConnectorType): Found[] {
  const { rule, type } = about;
  const { dedupField, recovery } = entry;
  const opening = opens(entry, given);
  if (recovery && role === "active" && closes(entry, given)) {
    return [
      {
        path: "params",
        problem: "closes an incident when an alert fires, and opens none",
        fix: "Use the opening params here, and these on recovery.",
      },
    ];
  }
  if (recovery && role === "recovered" && opening) {
    return [
      {
        path: "params",
        problem: "opens an incident when an alert recovers",
        fix: "Use the params that close it; attach_connector writes them.",
      },
    ];
  }
  if (recordOf(given) !== undefined || dedupField === undefined || !recovery || !(opening || closes(entry, given))) return [];
  if (opening && role === "summary")
    return [
      { path: "frequency.summary", problem: "opens one incident for many alerts, which nothing closes", fix: "Set summary to false." },
    ];
  const path = `params.${pathOfKey(given, entry)}`;
  const raw = keyOf(entry, given);
  const use = (key = entry.usualKey ?? usualKey) => `Use ${key}, here and on recovery.`;
  const fix = use();
  if (raw === undefined) {
    const closed = keyOf(entry, withDefaultKey(entry, given));
    const consequence = opening
      ? "each run opens another incident, and recovery can close none"
      : closed === undefined
        ? "nothing is closed"
        : `Kibana then takes the text ${closed} as it is, and closes what is open under it, of whatever rule`;
    return entry.groupsWithoutKey && opening ? [] : [{ path, problem: `is missing: ${consequence}`, fix }];
  }
  const [one, two] = [keyOf(entry, params), keyOf(entry, other)];
  if (one === undefined) return [{ path, problem: "is empty once filled in: every alert opens another incident that nothing closes", fix }];
  if (!opening || type.detection) return [];
  const changing = isClosed(about, entry) ? changingIn(raw, type) : nothingChanges;
  if (changing.always.length > 0) {
    const problem = `changes when the alert recovers (${inBraces(changing.always)}): recovery closes nothing`;
    return [{ path, problem, fix: use(betterKey(entry, raw, about)) }];
  }
  if (one !== two) return [];
  if (hasSeveralAlerts(rule) !== true) return [];
  return !raw.includes("{{")
    ? [{ path, problem: "is fixed: all alerts, of all rules with this key, share one incident", fix }]
    : [{ path, problem: "is the same for every alert of the rule: they share one incident, and the first to recover closes it", fix }];
}

/** What may be wrong: a fixed key is right where a rule has one alert, and is the only one with the key. */
export function keyNotes(
  { given, role }: Pick<Keyed, "given" | "role">,
  about: Rehearsing,
  entry: ConnectorType,
): { path: string; problem: string }[] {
  const { rule, type } = about;
  const raw = keyOf(entry, given);
  if (isOneRecord(given) && !closes(entry, given)) return [{ path: recordPath, problem: updatesOne }];
  if (!entry.recovery || role !== "active" || type.detection || raw === undefined || !opens(entry, given)) return [];
  const path = `params.${pathOfKey(given, entry)}`;
  const { always, perhaps } = isClosed(about, entry) ? changingIn(raw, type) : nothingChanges;
  const encoded = isClosed(about, entry) ? encodedInWords(entry, raw) : [];
  if (encoded.length > 0) return encoded.map((problem) => ({ path, problem }));
  if (always.length === 0 && perhaps.length > 0)
    return [{ path, problem: `may change when the alert recovers (${inBraces(perhaps)}), and recovery then closes nothing` }];
  if (raw.includes("{{") || hasSeveralAlerts(rule) === true) return [];
  return [{ path, problem: "is fixed: all alerts, of all rules with this key, share one incident" }];
}

/** Closing what was never opened. */
export function mismatchedKeys({ action, keys, role }: RehearsedAction, all: readonly RehearsedAction[], about: Rehearsing): Found[] {
  const { entry } = about;
  const given = paramsOf(action);
  const record = recordOf(given);
  if (
    entry &&
    record !== undefined &&
    role !== "active" &&
    foreignRecords(
      entry,
      all.map((one) => one.action),
    ).includes(record)
  ) {
    return [
      {
        path: recordPath,
        problem: "is closed, and nothing that the rule's action opens",
        fix: "Leave it out: the key tells what is closed.",
      },
    ];
  }
  if (!entry || keys.one === undefined || !closes(entry, given) || role === "active") return [];
  const opened = all.filter((one) => one.role === "active" && opens(entry, paramsOf(one.action)) && one.keys.one !== undefined);
  const formOf = (params: Params) => keyInOneForm(keyOf(entry, params) ?? "");
  // One that changes is said where it opens.
  if (opened.length === 0 || opened.some((one) => one.keys.one === keys.one || formOf(paramsOf(one.action)) === formOf(given))) return [];
  const [first] = opened.map((one) => keyOf(entry, paramsOf(one.action)));
  const better = betterKey(entry, first, about);
  return [
    {
      path: `params.${pathOfKey(given, entry)}`,
      problem: "closes nothing: it is not the key under which the rule's action opens",
      fix: better === first ? `Use ${quoted(better)} here too.` : `Use ${quoted(better)}, here and where it opens.`,
    },
  ];
}

/** The key to use: this one, unless it changes or is shared. */
export function betterKey({ usualKey: usual = usualKey }: ConnectorType, key: string | undefined, { rule, type }: Rehearsing): string {
  const isShared = key !== undefined && hasSeveralAlerts(rule) === true && !isOfEachAlert(key);
  return key === undefined || isShared ? usual : steadyKey(key, changingIn(key, type), usual);
}

/** Whether an action of the connector closes on recovery. */
function isClosed({ rule, type, connector }: Rehearsing, entry: ConnectorType): boolean {
  return rule.actions.some((one) => one.id === connector.id && one.group === type.recoveryGroup && closes(entry, paramsOf(one)));
}

function pathOfKey(params: Params, { dedupField = "", recovery }: ConnectorType): string {
  for (const place of [["subActionParams", "incident"], ["subActionParams"]]) {
    const within = (of: unknown) => place.reduce<unknown>((at, key) => (isPlainObject(at) ? at[key] : undefined), of);
    if (isPlainObject(within(params)) || isPlainObject(within(recovery?.params))) return [...place, dedupField].join(".");
  }
  return dedupField;
}

function paramsOf({ params }: RuleAction): Params {
  return isPlainObject(params) ? params : {};
}
