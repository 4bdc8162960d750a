import { asUrlsAreRead } from "../host-name.ts";
import { hasRepeatedKeys, objectIn } from "../json-depth.ts";
import { beginningRead } from "../plain-text.ts";
import { looksSecret } from "../shapes/looks-secret.ts";
import { isHeader, namesSecret } from "../shapes/names.ts";
import { hideBesideNames, hideCertainInText, hideInText, hideInUrl, isToken } from "../shapes/text.ts";
import { isShown, redactionMark } from "../shapes/urls.ts";

export { hideInText, namesSecret, redactionMark };

/** A secret found in what Kibana keeps readable. */
export interface FoundSecret {
  /** Dotted: `headers.Authorization`. */
  path: string;
  /** What gave it away, for people. */
  why: string;
}

/**
 * Looks for secrets: header-like names, tokens in URLs, known token shapes.
 * @returns the value with marks in their place, and where they were. Mustache templates are not secrets.
 */
export function hideSecrets<T>(config: T): { config: T; found: FoundSecret[] };
export function hideSecrets(config: unknown): {
  config: unknown;
  found: FoundSecret[];
} {
  const found: FoundSecret[] = [];
  return { config: walk(config, "", "", found), found };
}

/** As hideSecrets, but URLs keep parts that only look random: most are links to documents. */
export function hideCertainSecrets<T>(value: T): T;
export function hideCertainSecrets(value: unknown): unknown {
  return walk(value, "", "", [], (text, found) => hideCertainInText(text, found));
}

/** Characters of an answer's data that are read: more than are shown of it. */
const mostData = 200_000;

/**
 * As hideSecrets, for data of which an answer shows a few thousand characters: it may have megabytes.
 * @param most characters that stay of a long text
 */
export function hideInData(data: unknown, most: number): unknown {
  let left = mostData;
  return walk(data, "", "", [], (text, found) => {
    const read = left > 0 ? beginningRead(text, most, (part) => hideInText(part, found)) : `… (${text.length} more characters)`;
    left -= text.length;
    return read;
  });
}

/**
 * As hideSecrets, for what says whom or what a call reaches: nobody and no command is out of sight by looking like a secret.
 * Of a text that is no address of the web only one that is a token from end to end is hidden.
 */
export function hideInRecipient(value: unknown, isUrl: boolean): unknown {
  return walk(value, "", "", [], (text) => (isToken(text) ? redactionMark : isUrl ? hideInUrl(asUrlsAreRead(text)) : text));
}

/** A text under a key of unknown meaning, without secrets. */
export function hideInField(text: string, key: string): string {
  if (namesSecret(key) && text !== "") return redactionMark;
  return /^\s*https?:/i.test(text) ? hideInText(text) : hideBesideNames(text);
}

/** Whose value it is: `{"password": {"query": …}}` of a query, `{"name": "X-Api-Key", "value": …}` of a list. */
function namedValue(
  key: string,
  { name, key: itsKey, field, header }: { name?: unknown; key?: unknown; field?: unknown; header?: unknown },
): string | undefined {
  return [key, name, itsKey, field, header].find((one) => typeof one === "string" && namesSecret(one)) as string | undefined;
}

/** Most keys are shorter than anything that is known by its shape. */
const shortestToken = 12;
/** What within `{"credentials": {…}}` or `{"password": {…}}` is none of it: an address and whose it is, always. */
const reached = /^(?:user(?:_?name)?|url|host|boost|operator|enabled)$/i;
/** And these, where they are words. */
const aboutIt = /^(?:name|id|type|field|key|description)$/i;

/** Hides what is secret within one text, which stands at a path. */
type InText = (text: string, found: (why: string) => void, path: string) => string;
const inAnyText: InText = (text, found) => hideInText(text, found);

/** As hideSecrets, with the texts that no name gives away read by `inText`. @param key the field that has the value */
export function walk(value: unknown, key: string, path: string, found: FoundSecret[], inText = inAnyText): unknown {
  const below = (name: string | number) => (path ? `${path}.${name}` : String(name));
  const hide = () => {
    found.push({ path, why: `the name "${key}"` });
    return redactionMark;
  };
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const before: unknown = value[index - 1];
      const isValue = typeof before === "string" && isHeader(before) && namesSecret(before);
      return walk(item, isValue ? before : key, below(index), found, inText);
    });
  }
  if (value !== null && typeof value === "object") {
    const named = namedValue(key, value);
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        const isWord = aboutIt.test(name) && !(typeof item === "string" && looksSecret(item));
        const within = namesSecret(key) && !reached.test(name) && !isWord;
        const isItsValue = named !== undefined && (/^(val|values?|query)$/.test(name) || within);
        return [
          name.length < shortestToken ? name : inText(name, (why) => found.push({ path, why }), path),
          walk(item, isItsValue ? named : name, below(name), found, inText),
        ];
      }),
    );
  }
  if (typeof value === "number") return namesSecret(key) && looksSecret(String(value)) ? hide() : value;
  if (typeof value !== "string" || value === "" || (isShown(value) && !/\{\{[^{}]*$/.test(value))) return value;
  if (namesSecret(key)) return hide();
  const object = objectIn(value);
  const inWhole = () => inText(value, (why) => found.push({ path, why }), path);
  if (object === undefined || hasRepeatedKeys(value, object)) return inWhole();
  // JSON in a text, as additionalFields has it: looked through like config itself.
  const hidden = JSON.stringify(walk(object, key, path, found, inText));
  return hidden === JSON.stringify(object) ? value : hidden;
}
