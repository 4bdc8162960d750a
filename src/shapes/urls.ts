import { decoded, namesSecret } from "./names.ts";

/** The mark that replaces a secret. */
export const redactionMark = "[redacted]";

/** Gets what gave a secret away, and returns what is shown in its place. */
export type Mark = (why: string) => string;

/** What ends a text in quotes, and no text that merely holds one. */
const closing = String.raw`["'](?=[\s,:;}\])>.]|$)`;
/** The scheme, as parsers read it (those of the web need no slashes), and what is before the path. */
const authority = new RegExp(String.raw`(\b(?:https?|wss?|ftp):[/\\]*|(?<=[a-z\d+.-]):\/\/)((?:(?!${closing})[^\s/\\?#<>])*)`, "gi");
/** `user:pass/word@host`: no port begins so. */
const passwordWithSlash = /(:\/\/[^\s/\\@:?#[\]]{1,100}:)(?!\d{0,5}(?:[\s/\\?#"'<>),;]|$))(?=[^\s@"']{0,200}[/\\?#])[^\s@"']{1,300}@/g;
/** The scheme before a token is a part of it. */
const scheme = String.raw`(?:(?:[Bb]earer|[Bb]asic|[Aa]pi[Kk]ey|[Tt]oken)(?:\s{1,4}|\+|%20))?`;
const parameter = new RegExp(String.raw`(^|[?&;#])([^=?&;\s#]+)=(?!>)(${scheme}(?:(?!${closing}|;[\w.-]{1,60}=)[^&\s#])+)`, "g");
/** The same with a value of the characters that tokens have. */
const tokenParameter = new RegExp(String.raw`(^|[?&;#])([^=?&;\s#]+)=(${scheme}[\w.~+/=:%-]+)`, "g");
/** An address of the web up to its host, and what is behind it. */
const behindHost = /(\b(?:https?|wss?|ftp):[/\\]*[^\s?#/\\]+)([/\\?#]\S*)?/gi;
/** What could be a token as a whole, with the padding of base64. */
const part = /[^\s/\\"'<>(),;?#&=|!*$]+(?:=+(?![\w%-]))?/g;

/** Hides the userinfo of URLs; the host stays. A user's name does too, before a password. */
export function withoutUserinfo(text: string, mark: Mark): string {
  const hidden = text.replace(authority, (whole, scheme: string, rest: string) => {
    const at = rest.lastIndexOf("@");
    const [user = "", ...more] = rest.slice(0, Math.max(0, at)).split(":");
    const word = more.join(":");
    if (at < 0 || isShown(word === "" ? user : word)) return whole;
    const host = rest.slice(at);
    if (word === "") return user === "" || !/^[a-z]/i.test(scheme) ? whole : `${scheme}${mark("a token in the URL")}${host}`;
    return `${scheme}${looksRandom(user) ? redactionMark : user}:${mark("a password in the URL")}${host}`;
  });
  return hidden.replace(passwordWithSlash, (whole, before: string) =>
    whole.includes(redactionMark) ? whole : `${before}${mark("a password in the URL")}@`,
  );
}

/**
 * Hides the values of parameters that name a secret.
 * @param only "tokens": nothing that is no part of a token goes with it, as a command or somebody's address after it
 */
export function withoutParameters(text: string, mark: Mark, only?: "tokens"): string {
  return text.replace(only ? tokenParameter : parameter, (whole, before: string, name: string, value: string) =>
    isShown(value) || !namesSecret(name, only ? "field" : "parameter") ? whole : `${before}${name}=${mark(`the URL parameter "${name}"`)}`,
  );
}

/** Hidden already, or templates alone that are yet to be filled in, the last of which may be cut. */
export function isShown(value: string): boolean {
  const own = value.replaceAll(redactionMark, "").replace(/\{\{[^{}]*(?:\}\}|$)/g, "");
  return own.length < value.length && !/[\p{L}\d]/u.test(own);
}

/** Hides what looks random behind the host: in the path, its parameters, the query and the fragment. */
export function withoutUrlTokens(text: string, mark: Mark): string {
  return text.replace(behindHost, (_whole, start: string, rest = "") => {
    const path = /^[^?#]*/.exec(rest)?.[0].length ?? 0;
    return start + withoutTokens(rest, (at) => mark(at < path ? "a token in the URL's path" : "a token in the URL"));
  });
}

/**
 * Hides each word that looks random.
 * @param isId it is an id by its name, as what stands behind `…id=` within it: hexadecimal digits are none of a secret there
 */
export function withoutTokens(text: string, mark: (at: number) => string, isId = false): string {
  return text.replace(part, (one: string, at: number) => {
    if (!looksRandom(one)) return one;
    return hexadecimal.test(one) && (isId || idBefore.test(text.slice(Math.max(0, at - 9), at))) ? one : mark(at);
  });
}

/** The words of a text, of which each could be a token. */
export function wordsOf(text: string): string[] {
  return text.match(part) ?? [];
}

/** `?tenant=` and `/commits/`, too. */
const idBefore = /ids?=$|(?:^|[^a-z])(?:tenants?|orgs?|commits?|sha)[=/]$/i;
const hexadecimal = /^[0-9a-f]+$/i;

/** Long and mixed, as nobody names a thing; UUIDs and words are not. */
export function looksRandom(text: string): boolean {
  const plain = decoded(text).replaceAll("/", "_");
  if (plain.length < 20 || !/^[\w.~+=:-]+$/.test(plain)) return false;
  const parts = plain.split(/[.~:]/);
  const least = parts.length > 1 ? 16 : 20;
  return parts.some((one) => (isMixed(one, least) && !isOfWords(one)) || (one.length >= 32 && hexadecimal.test(one) && /\d/.test(one)));
}

function isMixed(part: string, least: number): boolean {
  return part.length >= least && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part);
}

/** `Payments-Platform-Team-2026`, `MyTeam-GPT4-EastUS2`, `PaymentsTeam2026Production` */
export function isOfWords(text: string): boolean {
  return text.split(/[^A-Za-z\d]+|(?<=[a-z]{3})(?:19|20)\d\d(?=[A-Z][a-z]{2})/).every((part) => {
    const [, letters = "", digits] = /^([A-Za-z]*)(\d{0,8})$/.exec(part) ?? [];
    const isWord =
      letters.length < 2 || letters.split(/(?<=[a-z])(?=[A-Z])/).every((one) => /^(?:[A-Z][a-z]+|[a-z]{2,}|[A-Z]{2,}[a-z]*)$/.test(one));
    return digits !== undefined && isWord && (letters === "" || digits.length <= 4);
  });
}
