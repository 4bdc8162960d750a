import { asUrlsAreRead } from "../host-name.ts";
import { hasRepeatedKeys, objectIn } from "../json-depth.ts";
import { beginningRead } from "../plain-text.ts";
import { looksSecret } from "../shapes/looks-secret.ts";
import { isHeader, namesSecret } from "../shapes/names.ts";
import { hideBesideNames, hideCertainInText, hideInText, hideInUrl, isToken } from "../shapes/text.ts";
import { isShown, redactionMark } from "../shapes/urls.ts";

export { hideInText, redactionMark };

/** A secret found in what Kibana keeps readable. */
export interface FoundSecret {
  /** Dotted: `headers.Authorization`. */
  path: string;
  /** What gave it away, for people. */
  why: string;
}

/**
 * Looks through a connector's config for secrets: header-like names, userinfo and token parameters in URLs, known token shapes.
 * @returns the config with marks in their place, and where they were. Mustache templates are not secrets.
 */
export function hideSecrets<T>(config: T): { config: T; found: FoundSecret[] };
export function hideSecrets(config: unknown): {
  config: unknown;
  found: FoundSecret[];
} {
  const found: FoundSecret[] = [];
  return { config: walk(config, "", "", found), found };
}

/** As hideSecrets, but URLs keep path segments that only look random: most are links to documents. */
export function hideCertainSecrets<T>(value: T): T;
export function hideCertainSecrets(value: unknown): unknown {
  return walk(value, "", "", [], hideCertainInText);
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

/** Hides secrets in what says whom or what a call reaches (catalog/recipients.ts). */
interface HideInReach {
  named(value: unknown, isUrl: boolean): unknown;
  stored(value: unknown, key: string): unknown;
  free(text: string, key: string): string;
  isSecret(key: string): boolean;
}

/**
 * As hideSecrets, for what says whom or what a call reaches. In a text that the caller wrote nobody and no command is out of
 * sight by looking like a secret: only tokens from end to end are hidden, and what a key or an address says is one. Any other
 * text was in Kibana before, and is shown as all that reads it there shows it; mail addresses stay.
 * @param own the caller's texts
 */
export function hidingInReach(own: ReadonlySet<string> = nothing): HideInReach {
  const inUrl = (text: string) => hideInUrl(asUrlsAreRead(text));
  return {
    named(value, isUrl) {
      const isText = typeof value === "string";
      return walk(value, "", "", [], (text) => {
        if (isToken(text)) return redactionMark;
        const shown = isUrl ? inUrl(text) : text;
        return own.has(text) ? shown : isText ? hideBesideMail(shown) : hideUnlessMail(shown);
      });
    },
    stored: (value, key) => walk(value, key, "", [], hideUnlessMail, own),
    free(text, key) {
      if (namesSecret(key) && text !== "") return redactionMark;
      return /^\s*https?:/i.test(text) ? hideInText(text) : hideBesideNames(text);
    },
    isSecret: namesSecret,
  };
}

const nothing: ReadonlySet<string> = new Set();
const mailAddress = /^[\w.!#$%*+~-]{1,64}@[\w.-]{1,255}$/;

function hideUnlessMail(text: string): string {
  return mailAddress.test(text) ? text : hideInText(text);
}

/** In a field for addresses: `key=ann@example.com` may be one, too. */
const mailInList = /^[^@/:\\]{1,64}@[^@/:\\]{1,255}$/;

/** A field for addresses may hold several in one text. */
function hideBesideMail(text: string): string {
  let [shown, others] = ["", ""];
  for (const part of text.split(/([\s<>,;"'()&?]+)/)) {
    if (mailInList.test(part)) [shown, others] = [shown + hideInText(others) + part, ""];
    else others += part;
  }
  return shown + hideInText(others);
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

/** @param own texts that stay as they are */
function walk(value: unknown, key: string, path: string, found: FoundSecret[], inText = hideInText, own = nothing): unknown {
  const below = (name: string | number) => (path ? `${path}.${name}` : String(name));
  const hide = () => {
    found.push({ path, why: `the name "${key}"` });
    return redactionMark;
  };
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const before: unknown = value[index - 1];
      const isValue = typeof before === "string" && isHeader(before) && namesSecret(before);
      return walk(item, isValue ? before : key, below(index), found, inText, own);
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
          name.length < shortestToken ? name : inText(name, (why) => found.push({ path, why })),
          walk(item, isItsValue ? named : name, below(name), found, inText, own),
        ];
      }),
    );
  }
  if (typeof value === "number") return namesSecret(key) && looksSecret(String(value)) ? hide() : value;
  if (typeof value !== "string" || value === "" || own.has(value)) return value;
  const inWhole = () => inText(value, (why) => found.push({ path, why }));
  // Of templates alone the key says nothing; what is written in their braces may.
  if (isShown(value) && !/\{\{[^{}]*$/.test(value)) return inWhole();
  if (namesSecret(key)) return hide();
  const object = objectIn(value);
  if (object === undefined || hasRepeatedKeys(value, object)) return inWhole();
  // JSON in a text, as additionalFields has it: looked through like config itself.
  const hidden = JSON.stringify(walk(object, key, path, found, inText, own));
  return hidden === JSON.stringify(object) ? value : hidden;
}
