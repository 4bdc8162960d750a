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

/** The values of keys that say that they are addresses, within texts of JSON too; other texts are left alone. */
export function namedAddresses(value: unknown, field: string): FoundAddress[] {
  return collect(value, field, (text, key) => (isNamed(text, key) ? [text.slice(0, longestAddress)] : []));
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
