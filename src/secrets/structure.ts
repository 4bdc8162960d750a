import { catalogIds } from "../catalog/ids.ts";
import { errorCodes } from "../errors.ts";
import { withoutEnd } from "../host-name.ts";

/** Fields of an answer that agents branch on, call with or follow: never a text that somebody wrote. */
const structural =
  /(^|_)(ids?|tools?|status|change|spaces?|types?|ops?|outcome|code|kind|verb|connectors?|rules?|from|to|deployment|mode|check|severity|uri|url|cursor)$/;
/** Fields that hold what Kibana or a service says, as they say it. */
const foreign = /^(config|params|params_given|before|after|headers|data)$/;
/** As ids, hosts and names of things are written. */
const oneWord = /^[\w.:@/?=&%+-]+$/;
/** As keys of our answers and names of tools are written. */
const key = /^[A-Za-z]+(_[A-Za-z]+)*$/;
const words = /[\w.:@/?=&%+-]+/g;
const snakeWord = /^[a-z]+(?:_[a-z]+)+$/;

const ours = new Set(["connectors", "deployment", ...errorCodes.flatMap((code) => [code, ...code.split("_")])]);
const types: ReadonlySet<string> = new Set(catalogIds.map((id) => id.slice(1)));

/** Whether a text is a word that every answer of this server may hold: hiding it would hide nothing. */
export function isOurWord(text: string): boolean {
  return ours.has(text.trim().toLowerCase()) || isTypeName(text);
}

/** Whether a text is the id of a connector type, with or without its dot. */
export function isTypeName(text: string): boolean {
  return types.has(text.trim().toLowerCase().replace(/^\./, ""));
}

/** Whether a key is written as ours are. */
export function isKey(text: string): boolean {
  return key.test(text);
}

/** Where names of tools, statuses and codes are in a text, and ids: in time linear in its length. */
export function namesIn(text: string, ids: ReadonlySet<string>): [from: number, to: number][] {
  return [...text.matchAll(words)].flatMap(({ 0: found, index }): [number, number][] => {
    const word = withoutEnd(withoutEnd(found, ":"), ".");
    return snakeWord.test(word) || ids.has(word) ? [[index, index + word.length]] : [];
  });
}

/** The values in an answer that are ids, tools and statuses, each once. */
export function idsIn(answer: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (value: unknown, within: string): void => {
    if (typeof value === "string") {
      if (structural.test(within) && oneWord.test(value)) found.add(value);
    } else if (Array.isArray(value)) {
      for (const item of value) walk(item, within);
    } else if (value !== null && typeof value === "object") {
      for (const [name, item] of Object.entries(value)) if (!foreign.test(name)) walk(item, name);
    }
  };
  walk(answer, "");
  return found;
}
