import { namesSecret } from "./names.ts";

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
const path = /(\bhttps?:[/\\]*[^\s?#/\\]+)([/\\][^\s?#]*)?/gi;

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

/** Hides the segments of a path that look random. */
export function withoutPathTokens(text: string, mark: Mark): string {
  return text.replace(
    path,
    (_whole, start: string, rest = "") =>
      start + rest.replace(/[^/\\"'<>(),;]+/g, (segment: string) => (looksRandom(segment) ? mark("a token in the URL's path") : segment)),
  );
}

/** Long and mixed, as nobody names a thing; UUIDs and words are not. */
function looksRandom(segment: string): boolean {
  const plain = segment.replace(/%(2b|2f|3d|7e)/gi, "_");
  if (plain.length < 20 || !/^[\w.~+=:-]+$/.test(plain)) return false;
  const parts = plain.split(/[.~:]/);
  const least = parts.length > 1 ? 16 : 20;
  return parts.some((part) => isMixed(part, least) || (part.length >= 32 && /^[0-9a-f]+$/i.test(part) && /\d/.test(part)));
}

function isMixed(part: string, least: number): boolean {
  return part.length >= least && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part);
}
