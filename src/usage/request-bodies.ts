import { isDeeperThan } from "../json-depth.ts";
import { gap, isExpression } from "./templates.ts";
import type { Place } from "./workflow-places.ts";

/** Keys of a request to Kibana below which `id` is a connector's. */
const namesById = /^(actions?|connectors?)$/i;
/** Keys that hold a connector in a request to Kibana alone. */
const ofConnector = /^(?:inference[-_]?ids?|connectors?|default[-_]?connectors?|(?:.*:)?default[-_]?ai[-_]?connector)$/i;
/** Keys of a saved object, of a reference to one, and of what an import makes of it, that hold its id. */
const ofSavedObject = /^(?:id|(?:destination|origin)_?id|from|to)$/i;
/** The id of a connector that is no saved object (alerting/server/rules_client/common/constants.ts). */
const ofAnotherKind = /^(?:preconfigured|system_action):(.+)$/;
/** Keys of such a request for what has connectors further down. */
const above =
  /^(?:body|actions|operations|edit|templates|case_?fields|cases|changes|api_?config|form_?data|file|objects|references|retries)$/i;
/** Levels of JSON in a body. */
const deepest = 100;

type Values = Record<string, unknown>;

/** Whether a key in what is sent to Kibana's API is for the id of a connector. */
export function isForConnector(key: string, value: Values, { below, sent }: Place): boolean {
  if (/^(?:id|action_?id)$/i.test(key) && namesById.test(below ?? "")) return true;
  if (sent.toApi && ofSavedObject.test(key) && isOfAction(value.type, sent.mayName)) return true;
  if (sent.toApi && /^action_?ref$/i.test(key)) return ofAnotherKind.test(String(value[key]));
  return sent.mayName && (ofConnector.test(key) || (key === "value" && isOfConnector(String(sent.setting ?? value.key))));
}

function isOfConnector(setting: string): boolean {
  return ofConnector.test(setting) || setting.includes(gap);
}

/** The type of a saved object: connectors are actions there. */
function isOfAction(type: unknown, mayName: boolean): boolean {
  return type === "action" || (mayName && typeof type === "string" && isExpression(type));
}

/** The id in a text under such a key. */
export function idIn(text: string): string {
  return ofAnotherKind.exec(text)?.[1] ?? text;
}

/** Whether a run that fills it in may fill in connectors: all of a rule's actions, or those that an edit of many rules sets. */
export function isAboveConnectors(key: string, { field, type }: Values, { below }: Place): boolean {
  return above.test(key) || (key === "content" && below === "file") || (key === "value" && /actions/.test(`${field} ${type}`));
}

/** A body may be given as text; undefined where it is no JSON. */
export function readJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return isDeeperThan(deepest, body) ? undefined : body;
  } catch {
    return undefined;
  }
}

/** What is imported has JSON on each line. */
export function linesOf(text: string): string[] {
  return /[\r\n]/.test(text) ? text.split(/[\r\n]+/) : [];
}

/** Whether only a run says what is in a text: JSON is read, and its parts are looked at. */
export function isFilledIn(text: string): boolean {
  if (!isExpression(text) || readJson(text) !== undefined) return false;
  const lines = linesOf(text);
  return lines.length === 0 || lines.some((line) => isExpression(line) && readJson(line) === undefined);
}
