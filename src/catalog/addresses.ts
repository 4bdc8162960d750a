import { objectIn } from "../json-depth.ts";
import { withoutKnown } from "../plain-text.ts";
import { isNumber } from "./no-host.ts";

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
/** Last words of a key that name another host, between or behind, by whatever follows: `proxy`, `forwardTo`. */
const goingWords = new Set(
  `proxy proxies gateway gateways upstream upstreams relay relays broker brokers peer peers origin target webhook callback site forward
  destination instance`.split(/\s+/),
);
/** Longer than any scheme and any real address: what is longer counts as one that cannot be read. */
const [longestScheme, longestAddress] = [20, 4096];
/** Characters of one that is longer. */
const shownOfLong = 60;
/** More than any real text has. */
const mostUrls = 500;

/** Whatever looks like an address in a value of unknown meaning; in time linear in its length. */
export function everyAddress(value: unknown, field: string): FoundAddress[] {
  return collect(value, field, (text, key) => {
    const whole = asParsersRead(text);
    return [...urlsIn(text), ...(isNamed(whole, key) || isAddress(whole) ? [readable(whole)] : [])];
  });
}

/**
 * Values that are addresses as a whole, whatever their key, or whose key says that they are; within texts of JSON too.
 * Other texts are left alone.
 */
export function namedAddresses(value: unknown, field: string): FoundAddress[] {
  return collect(value, field, (text, key) => {
    const addresses = asAWhole(text);
    if (addresses.length > 0) return addresses.map((one) => readable(bare(one)));
    const whole = asParsersRead(text);
    if (isAddress(whole)) return [readable(whole)];
    const [first = ""] = whole.split(/\s/, 1);
    return [...(isAddress(first) && !isProse(key) ? [readable(first)] : []), ...(isNamed(whole, key) ? [readable(whole)] : [])];
  });
}

/** A text, or the parts of a list in one, where each is an address. */
function asAWhole(text: string): string[] {
  for (const separator of [/[,;\r\n]+/, /[\s,;]+/]) {
    const parts = text.split(separator).map((part) => part.trim());
    const some = parts.filter((part) => part !== "");
    if (some.length > 0 && some.every(isAddress)) return some;
  }
  return isAddress(text.trim()) ? [text.trim()] : [];
}

function isAddress(text: string): boolean {
  const inner = bare(text);
  if (/\s/.test(inner)) return false;
  return /^([a-z][a-z\d+.-]{0,30}:([a-z][a-z\d+.-]{0,30}:)?[\\/]{2}[^\\/]|https?:[^\s]|[\\/]{2}[^\\/.]{1,300}\.|www\.)/i.test(inner);
}

/** What people and markup put around an address. */
const around = new Set("\"'`<>()[]{}\u200b\u200c\u200d\u2060\ufeff");

function bare(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && around.has(text[from] ?? "")) from += 1;
  while (from < to && around.has(text[to - 1] ?? "")) to -= 1;
  return text.slice(from, to);
}

/** Parsers of URLs leave out tabs and line ends, wherever they are. */
function asParsersRead(text: string): string {
  return bare(text.trim().replace(/[\t\r\n]+/g, ""));
}

/** The address, or one that nobody takes for another where it is longer than any real one. */
function readable(address: string): string {
  if (address.length > longestAddress) return `${beginningOf(address)} … (${address.length} characters)`;
  // A page that shows another one, such as view-source:https://…
  return address.replace(/^(?!https?:)[a-z][a-z\d+.-]{0,30}:(?=https?:)/i, "");
}

/** Its host stays, and behind that no part of a secret that the cut goes through. */
function beginningOf(address: string): string {
  const [host = ""] = /^(?:[a-z][a-z\d+.-]{0,30}:)*[\\/]*[^\\/?#]*/i.exec(address) ?? [];
  const whole = host.length < shownOfLong ? host + withoutKnown(address.slice(host.length)) : withoutKnown(address);
  return whole.slice(0, shownOfLong);
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
      const parsed = objectIn(item);
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

/** Whether a key alone says that its value is an address: `url`, `apiHost`, `"URL "`. */
export function isAddressKey(key: string): boolean {
  const last = wordsIn(key).at(-1) ?? "";
  return addressWords.has(last) || /(url|uri|host|hostname|endpoint|server|domain)$/.test(last);
}

/** Whether a key may mean a host by a mere word or number, which nothing else tells. */
export function mayNameHost(key: string): boolean {
  return (
    isAddressKey(key) ||
    goingWords.has(
      wordsIn(key)
        .filter((word) => word !== "to" && word !== "via")
        .at(-1) ?? "",
    )
  );
}

function wordsIn(key: string): string[] {
  const words = key.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return words.split(/[^a-z\d]+/).filter((word) => word !== "");
}

function isNamed(text: string, key: string): boolean {
  if (text === "" || /^\s*data:/i.test(text)) return false;
  if (isAddressKey(key)) return true;
  const words = wordsIn(key);
  if (!words.some((word) => addressWords.has(word) || likelyWords.has(word))) return false;
  // "see https://…" in a link's text is none, "evil.example.com:443/x" in a target is one.
  const one = text.trim();
  if (/\s/.test(one)) return false;
  if (isNumber(one, key)) return false;
  const [host = ""] = one.split(/[/?#]/, 1);
  return /^([a-z][a-z\d+.-]{0,30}:|[\\/]{2})/i.test(one) || /[.:]/.test(host);
}

/** Each address in a text, up to a space, and up to a quotation mark too: a parser goes on behind one. */
function urlsIn(text: string): string[] {
  const urls: string[] = [];
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    if (urls.length >= mostUrls) return [...urls, `more than ${mostUrls} addresses in one text`];
    const scheme = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(Math.max(0, at - longestScheme), at))?.[0];
    const rest = /^\S*/.exec(text.slice(at + 3, at + 4 + longestAddress))?.[0] ?? "";
    if (scheme === undefined || rest === "") continue;
    const [quoted = ""] = rest.split(/["'<>`]/, 1);
    for (const one of new Set([quoted, rest])) if (one !== "") urls.push(readable(`${scheme}://${one}`));
  }
  return urls;
}
