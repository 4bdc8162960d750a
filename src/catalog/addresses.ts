import { isDeeperThan } from "../json-depth.ts";

/** An address within params, and where it is. */
export interface FoundAddress {
  /** Dotted, of the text that holds it: `params.subActionParams.body`. */
  field: string;
  address: string;
}

/** Words of a key that say that its value is an address, whatever the value looks like. */
const addressWords = new Set(
  "url urls uri uris href host hosts hostname hostnames endpoint endpoints server servers domain address".split(" "),
);
/** Words of a key that say so of a value which looks like one. */
const likelyWords = new Set("api base origin proxy target webhook link gateway upstream site addr ip fqdn redirect callback".split(" "));
/** Longer than any scheme and any address that is worth reading. */
const [longestScheme, longestAddress] = [20, 300];

/** Whatever looks like an address in a value of unknown meaning; in time linear in its length. */
export function everyAddress(value: unknown, field: string): FoundAddress[] {
  return collect(value, field, (text, key) => {
    const within = urlsIn(text);
    if (within.length > 0) return within;
    return isNamed(text, key) || /^\s*(https?:|[\\/]{2})/i.test(text) ? [text.slice(0, longestAddress)] : [];
  });
}

/**
 * Values that are addresses as a whole, whatever their key, or whose key says that they are; within texts of JSON too.
 * Other texts are left alone.
 */
export function namedAddresses(value: unknown, field: string): FoundAddress[] {
  return collect(value, field, (text, key) => {
    const addresses = asAWhole(text, isAddress);
    if (addresses.length > 0) return addresses.map((one) => withoutAngles(one).slice(0, longestAddress));
    const begins = isAddress(text.trim().split(/\s/, 1)[0] ?? "") && text.length <= longestAddress && !isProse(key);
    return begins || isNamed(text, key) ? [text.slice(0, longestAddress)] : [];
  });
}

/** Values that are mail addresses as a whole, or lists of them, whatever their key. */
export function mailAddresses(value: unknown, field: string): FoundAddress[] {
  return collect(value, field, (text) => asAWhole(text, isMailAddress));
}

/** A text, or the parts of a list in one, where each is what is looked for. */
function asAWhole(text: string, fits: (part: string) => boolean): string[] {
  for (const separator of [/[,;\r\n]+/, /[\s,;]+/]) {
    const parts = text.split(separator).map((part) => part.trim());
    const some = parts.filter((part) => part !== "");
    if (some.length > 0 && some.every(fits)) return some;
  }
  return fits(text.trim()) ? [text.trim()] : [];
}

function isAddress(text: string): boolean {
  const bare = withoutAngles(text);
  if (/\s/.test(bare)) return false;
  return /^([a-z][a-z\d+.-]{0,30}:[\\/]{2}[^\\/]|https?:[^\s]|[\\/]{2}[^\\/]+\.|www\.)/i.test(bare);
}

function withoutAngles(text: string): string {
  return text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text;
}

/** `ann@example.com`, `Ann <ann@example.com>`, `mailto:ann@example.com`. */
function isMailAddress(text: string): boolean {
  const inner = /^[^<>]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
  // Whether the host has a dot is looked up ahead, once: within the rest it would be tried at each one.
  return !isAddress(inner) && /^("[^"]*"|[^\s@"<>]+)@((?=[^\s@"<>]*[^\s@"<>.]\.[^\s@"<>.])[^\s@"<>]+|\[[^\s\]]+\])$/.test(inner);
}

/** Keys of what is written for readers. */
function isProse(key: string): boolean {
  return /(content|text|message|prompt|input|description|body|summary|title)s?$/i.test(key);
}

function collect(value: unknown, field: string, read: (text: string, key: string) => readonly string[]): FoundAddress[] {
  const found = new Map<string, FoundAddress>();
  const take = (text: string, key: string, path: string) => {
    for (const address of read(text, key)) found.set(address, found.get(address) ?? { field: path, address });
  };
  /** `path` ends at the JSON text that contains the object. */
  const walk = (item: unknown, key: string, path: string, inText: boolean): void => {
    if (typeof item === "string") {
      const parsed = asObject(item);
      if (parsed === undefined) take(item, key, path);
      else walk(parsed, key, path, true);
    } else if (item !== null && typeof item === "object") {
      for (const [name, inner] of Object.entries(item)) {
        take(name, "", path);
        walk(inner, Array.isArray(item) ? key : name, inText ? path : `${path}.${name}`, inText);
      }
    }
  };
  walk(value, field.split(".").at(-1) ?? "", field, false);
  return [...found.values()];
}

function isNamed(text: string, key: string): boolean {
  if (text === "" || /^\s*data:/i.test(text)) return false;
  const words = key
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  const last = words.at(-1) ?? "";
  if (addressWords.has(last) || /(url|uri|host|hostname|endpoint|server|domain)$/.test(last)) return true;
  // "see https://…" in a link's text is none, "evil.example.com:443/x" in a target is one.
  const looks = /^\s*([a-z][a-z\d+.-]*:|[\\/]{2}|[^\s/]*[.:][^\s/]*([/?#]|$))\S*\s*$/i.test(text);
  return looks && words.some((word) => addressWords.has(word) || likelyWords.has(word));
}

/** JSON from a text; what is nested deeper than any real value stays text. */
function asObject(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !isDeeperThan(deepest, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const deepest = 100;

function urlsIn(text: string): string[] {
  const urls: string[] = [];
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    const scheme = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(Math.max(0, at - longestScheme), at))?.[0];
    const rest = /^[^\s"'<>`]*/.exec(text.slice(at + 3, at + 3 + longestAddress))?.[0];
    if (scheme !== undefined && rest) urls.push(`${scheme}://${rest}`);
  }
  return urls;
}
