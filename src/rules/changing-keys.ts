import { addressParts } from "../catalog/address-parts.ts";
import type { ConnectorType } from "../catalog/connector-type.ts";
import type { RuleType } from "../kibana/rules.ts";
import { quoted } from "../plain-text.ts";
import { contextIn, lambdas, oldNames } from "./action-variables.ts";
import { closingParams, isOfEachAlert, isOfOneRule, usualKey } from "./incidents.ts";

/** The variables in a key whose value when an alert recovers is not the one with which it fired. */
export interface Changing {
  /** Certainly: what was opened cannot be closed. */
  always: string[];
  /** What Kibana's documents do not say to be the same. */
  perhaps: string[];
}

export const nothingChanges: Changing = { always: [], perhaps: [] };

/** Kibana's own variables that tell of the moment or of the alert's state. Source: alerting/server/task_runner/transform_action_params.ts. */
const ofTheRun =
  /^(?:date|alert\.(?:actionGroup|actionGroupName|consecutiveMatches)|@timestamp|event\.action|kibana\.alert\.(?:status|action_group|reason|consecutive_matches|(?:duration|time_range|evaluation)\b.*))$/;
/** What rule types say of the alert's state, by the names that they share. */
const ofTheState = /^context\.(?:date|timestamp|value|reason|message|title|conditions|alertState)$/;
const known = /^kibana\.(?:space_ids|alert\.(?:uuid|start|instance\.id|rule\.))/;
const unsure = /^(?:alert\.flapping|context|state|kibana|event)(?:\.|$)/;
const roots = /^(?:rule|alert|context|state|params|kibana|event|date|@timestamp|kibanaBaseUrl|spaceId|tags)(?:\.|$)/;

/** What in a key changes between an alert and its recovery. @param type undefined where it is not known */
export function changingIn(key: string, type: RuleType | undefined): Changing {
  const names = [...new Set(tagsIn(key).flatMap(({ name, isName }) => (isName ? name : [])))];
  const always = names.filter((name) => isAnother(name, type));
  return { always, perhaps: names.filter((name) => !always.includes(name) && unsure.test(name) && !known.test(name)) };
}

/** The key without what changes, if it still is one for each alert of one rule; the usual one otherwise. */
export function steadyKey(key: string, { always, perhaps }: Changing, usual = usualKey): string {
  if (always.length + perhaps.length === 0) return key;
  const [first, ...more] = tagsIn(key);
  if (!first || [first, ...more].some(({ isPlain }) => !isPlain)) return usual;
  const changes = [...always, ...perhaps];
  const rest = [first, ...more].reduce((text, { tag, name }) => (changes.includes(name) ? without(text, tag) : text), key);
  return isOfEachAlert(rest) && isOfOneRule(rest) ? rest : usual;
}

/** What a change means, as a sentence. */
export function changeInWords(key: string, changing: Changing, usual = usualKey): string[] {
  const { always, perhaps } = changing;
  if (always.length + perhaps.length === 0) return [];
  const does = always.length > 0 ? "changes" : "may change";
  const then = always.length > 0 ? ": recovery closes nothing" : ", and recovery then closes nothing";
  const names = inBraces(always.length > 0 ? always : perhaps);
  return [
    `The key ${quoted(key)} ${does} when the alert recovers (${names})${then}. ${quoted(steadyKey(key, changing, usual))} stays the same.`,
  ];
}

/** What a key that its template encodes means where the service decodes it: in the address of what closes, and not where it opens. */
export function encodedInWords(type: ConnectorType, key: string): string[] {
  if (!/\{\{#\s*EncodeURIComponent\b/.test(key)) return [];
  const closing = closingParams(type, key);
  const isDecoded = closing && addressParts(type, closing).some(({ text, as }) => text === key && as !== "encoded");
  return isDecoded
    ? [
        "Where {{#EncodeURIComponent}} changes the key, recovery closes nothing: it is decoded there, and not where it opens. {{alert.uuid}} needs none.",
      ]
    : [];
}

/** `{{date}}, {{context.value}}` */
export function inBraces(names: readonly string[]): string {
  return names.map((name) => `{{${name}}}`).join(", ");
}

/** A text without a part, and without what separated that from the rest. */
function without(text: string, part: string): string {
  const at = text.indexOf(part);
  const before = text.slice(0, at).replace(/[-:_/|.,\s]+$/, "");
  const after = text.slice(at + part.length);
  return before === "" ? after.replace(/^[-:_/|.,\s]+/, "") : before + after;
}

function isAnother(name: string, type: RuleType | undefined): boolean {
  if (ofTheRun.test(name) || ofTheState.test(name)) return true;
  if (!type || !name.startsWith("context.")) return false;
  const there = (recovered: boolean) => contextIn(type, recovered).some((one) => `${name}.`.startsWith(`context.${one}.`));
  return type.recoversWithoutContext || there(true) !== there(false);
}

interface Tag {
  tag: string;
  name: string;
  /** Its value is in the text, or decides what is. */
  isName: boolean;
  /** Stands alone, in no section. */
  isPlain: boolean;
}

function tagsIn(key: string): Tag[] {
  const within: string[] = [];
  return [...key.matchAll(/\{\{\{\s*([^{}]*?)\s*\}\}\}|\{\{\s*([#^/&!]?)\s*([^{}]*?)\s*\}\}/g)].flatMap(
    ([tag, raw, sign, text = ""]): Tag[] => {
      const given = raw ?? text;
      if (sign === "!") return [];
      if (sign === "/") {
        within.pop();
        return [];
      }
      const outer = within.findLast((name) => !lambdas.includes(name));
      const inner = given === "." || roots.test(given) || outer === undefined ? given : `${outer}.${given}`;
      const name = inner === "." ? (outer ?? inner) : ((Object.hasOwn(oldNames, inner) ? oldNames[inner] : inner) ?? inner);
      const isSection = sign === "#" || sign === "^";
      const isPlain = !isSection && within.length === 0;
      if (isSection) within.push(name);
      return [{ tag, name, isPlain, isName: !(isSection && (lambdas.includes(name) || !name.includes("."))) }];
    },
  );
}
