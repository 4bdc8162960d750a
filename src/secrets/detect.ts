import { type Hide, saysWhom } from "../catalog/recipients.ts";
import { asUrlsAreRead } from "../host-name.ts";
import { hasRepeatedKeys, objectIn } from "../json-depth.ts";
import { beginningRead } from "../plain-text.ts";
import { looksSecret } from "../shapes/looks-secret.ts";
import { isHeader, namesSecret } from "../shapes/names.ts";
import { hideBesideNames, hideCertainInText, hideInText, hideInUrl, hideTokensInText, isToken } from "../shapes/text.ts";
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
 * At fields and keys for recipients, and in all that the caller wrote, only tokens from end to end are hidden, and what a key
 * or an address of the web says is one. Any other text was in Kibana before: its secrets in words are hidden, too, and mail
 * addresses stay.
 * @param own the caller's texts
 */
export function hidingInReach(own: ReadonlySet<string> = nothing): Hide {
  const inWords = (text: string, what: string) =>
    saysWhom(what) || isCommand.test(what) || isName.test(text) ? text : hideBesideMail(text, hideInText);
  return {
    named: (value, field, isUrl) =>
      walk(value, "", "", [], (text, _found, path) => {
        if (isToken(text)) return redactionMark;
        // In an address that the caller did not write, every parameter that may be a secret is one, as where the config is read.
        if (isUrl) return own.has(text) ? hideInUrl(asUrlsAreRead(text)) : hideBesideMail(asUrlsAreRead(text), hideInText);
        // A field such as otherFields has keys of any meaning.
        return path === "" || field.endsWith(".*") || own.has(text) ? text : inWords(text, `${field}.${path}`);
      }),
    stored: (value, key) => walk(value, key, "", [], (text, _found, path) => inWords(text, `${key}.${path}`), own),
    free(text, what) {
      if (namesSecret(what.split(".").at(-1) ?? "") && text !== "") return redactionMark;
      if (/^\s*https?:/i.test(text)) return hideInText(text);
      // In others are logins and JSON.
      if (saysWhom(what) && !/:\/\/|[{[]/.test(text)) return isToken(text) ? redactionMark : hideTokensInText(text);
      return hideBesideMail(text, hideBesideNames);
    },
    isSecret: namesSecret,
  };
}

const nothing: ReadonlySet<string> = new Set();
const isCommand = /(?:^|[._-])(?:commands?|cmd)[.\d]*$/i;
/** `#ops`, `@ann` */
const isName = /^[#@][\w.-]{1,80}$/;
const mailAddress = /(?<![\w.!#$%*+~-])[\w.!#$%*+~-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi;
/** Before a host: `https://ann:`, `ann:`. */
const login = /:\/\/[^\s/]*$|(?<![^\s"'<>(,;])([^\s"'<>(,;:]{1,100}):$/;

/** What hides secrets would take `token:ann@example.com` for a login, and the address after `password:` for one. */
function hideBesideMail(text: string, hide: (text: string) => string): string {
  const whole = hide(text);
  if (whole === text) return text;
  const kept = new Set(whole.match(mailAddress));
  let [shown, at] = ["", 0];
  for (const { 0: address, index } of text.matchAll(mailAddress)) {
    const [before, name] = login.exec(text.slice(Math.max(at, index - 300), index)) ?? [];
    const isLogin = before !== undefined && !(name !== undefined && (namesSecret(name) || /^(?:to|b?cc)$/i.test(name)));
    if (kept.has(address) || isLogin) continue;
    shown += hide(text.slice(at, index)) + address;
    at = index + address.length;
  }
  return at === 0 ? whole : shown + hide(text.slice(at));
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

/**
 * As hideSecrets, with the texts that no name gives away read by `inText`.
 * @param key the field that has the value
 * @param own texts that stay as they are
 */
export function walk(value: unknown, key: string, path: string, found: FoundSecret[], inText = inAnyText, own = nothing): unknown {
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
          name.length < shortestToken ? name : inText(name, (why) => found.push({ path, why }), path),
          walk(item, isItsValue ? named : name, below(name), found, inText, own),
        ];
      }),
    );
  }
  if (typeof value === "number") return namesSecret(key) && looksSecret(String(value)) ? hide() : value;
  if (typeof value !== "string" || value === "" || own.has(value)) return value;
  const inWhole = () => inText(value, (why) => found.push({ path, why }), path);
  // Of templates alone the key says nothing; what is written in their braces may.
  if (isShown(value) && !/\{\{[^{}]*$/.test(value)) return inWhole();
  if (namesSecret(key)) return hide();
  const object = objectIn(value);
  if (object === undefined || hasRepeatedKeys(value, object)) return inWhole();
  // JSON in a text, as additionalFields has it: looked through like config itself.
  const hidden = JSON.stringify(walk(object, key, path, found, inText, own));
  return hidden === JSON.stringify(object) ? value : hidden;
}
