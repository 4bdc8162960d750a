import { isUtf8 } from "node:buffer";
import { objectIn } from "../json-depth.ts";
import { readUrl } from "../read-url.ts";
import { looksSecret } from "../shapes/looks-secret.ts";
import { decoded, namesSecret } from "../shapes/names.ts";
import { isOfWords, looksRandom, wordsOf } from "../shapes/urls.ts";
import { shortest } from "./needles.ts";
import { isOurWord } from "./structure.ts";
import { readingsOf } from "./typed-signs.ts";

/** Levels of values within values: a cookie in a header in a line of a file. */
const deepest = 5;
/** Parts of one value that are known; learning each takes a while. */
const mostParts = 500;
/** Parts of more characters are known as far as they are together not much longer than the value: `{a: {a: …` has many. */
const long = 4096;
/** Characters of a word that nobody uses by chance. */
const shortestAlone = 16;

/** What is before a token: `Bearer …`, `Token token=…`. Others end as a secret's name does. */
const scheme =
  /^(?:bearer|basic|digest|negotiate|ntlm|hawk|hmac|mac|dpop|splunk|ssws|dsn|pat|aws4-.*|.*(?:key|token|auth|secret|signature|session|jwt))$/i;
/** Names of what a program made up for one login or request. */
const ofOneLogin = /sess|(?:^|[^a-z])[a-z]{0,3}sid$|csrf|xsrf|nonce|opaque|response|bearer|assertion|(?:^|[^a-z])(?:otp|mac|pat|pin)$/i;
/** What has such a name is known to everybody, however it looks. */
const ofEverybody = /(?:ids?|tenant|org|project|account|sha|commit|version|date|expires?)$/i;
const inOneLine = /^([^\s:=<>"'/]{1,256})["']?\s*(?:=>|->|:=|[:=>])\s*["']?(.+)$/s;
const withScheme = /^([a-z][\w.+-]{0,60}):?\s+(?![:=]|->)(\S.*)$/is;
/** As settings and attributes are written: `password = "…" # ours`, `key: …, …`. */
const fields = /(?<![\w.$%-])([\w.$%-]{1,256})["']?\s*(?:=>|->|:=|[:=>])\s*(?:"([^"]+)(?:"|$)|'([^']+)(?:'|$)|([^\s,;&<"'|]+))/g;
/** Behind a value without quotes: the end of a field, a comment or the next field. */
const endOfField = /^\s*(?:$|[,;&<|)}\]#]|\/[/>]|[\w.$%-]{1,60}\s{0,8}[:=])/;
/** `user:password`; no port, and no address. What is behind the colon of another text is a field's value. */
const login = /^([^:<>"{}]{0,256}):(?!\/\/|\s|\d{1,5}(?:[\s/,;]|$))(.*)$/s;
/** The field beside `name: …`. */
const isValue = /^(?:values?|string)$/i;
/** Names of users to whom a login may belong, in one text. */
const ofUser = /(?:^|[-_.])(?:user|login|u)$/i;
/** What services want beside a token, in the place of a password or a user. */
const placeholder = /^(?:api_token|x-oauth-basic|x-token-auth|oauth2accesstoken)$/;
const isUrl = /^(?:https?:|[a-z][a-z\d+.-]{0,30}:\/\/)\S+$/i;
/** In a text: what is behind a semicolon may be the next field. */
const address = /(?<![a-z\d+.-])[a-z][a-z\d+.-]{0,30}:\/\/[^\s"'<>;]+/gi;
const isAddress = /^(?:[^@]+@)?(?:[a-z\d-]+\.)+[a-z]{2,24}(?::\d{1,5})?$|^(?:arn|urn):|^(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:T|$)/i;
/** As fields, parameters and cookies are called. */
const isField = /^[\w.$%-]+$/;
const pem = /-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g;
/** The value is in the next line. */
const continued = /[:=]\s*(?:[|>][+-]?|\\|"""|''')[ \t]*[\r\n]+/g;
/** Around a value in a list, an object or code. */
const before = /^[\s"'`{}()[\]]+/;

/**
 * What of a value is secret by itself, and may be repeated without the rest: the token behind its scheme, the password of a
 * login, each secret of a header, a cookie, a list, a form, JSON, a file of settings or an address. Hosts, names, ids and
 * words are not among them. In time linear in the value's length.
 */
export function partsOf(value: string): string[] {
  const parts = new Set<string>();
  let left = 2 * value.length;
  /** The name of a secret that was a field's value: the next field has the secret. */
  let whose = "";
  /** What is read, and the text of which it is a reading. */
  let [reading, written] = ["", ""];
  const add = (found: string) => {
    if (found.length < shortest || parts.size >= mostParts) return;
    const part = asWritten(found);
    if (part === value || parts.has(part) || isOurWord(part)) return;
    if (part.length > long) left -= part.length;
    if (part.length <= long || left >= 0) parts.add(part);
  };

  /** With the signs that belong to it. */
  function asWritten(part: string): string {
    const at = reading === "" || /^[\w.+/-]+$/.test(part) ? -1 : reading.indexOf(part);
    return at < 0 ? part : written.slice(at, at + part.length);
  }

  /** As it is, and with its signs beyond ASCII as they are meant. */
  function readAsMeant(given: string, isSecret: boolean, depth: number, isId = false): void {
    read(given, isSecret, depth, isId);
    const around = [reading, written] as const;
    for (const one of readingsOf(given)) {
      [reading, written] = [one, given];
      read(one, isSecret, depth, isId);
    }
    [reading, written] = around;
  }

  /**
   * @param isSecret what is before the text says that it is one
   * @param isId what is before it says that it may only look like one
   */
  function read(given: string, isSecret: boolean, depth: number, isId = false): void {
    const text = bare(given);
    if (isSecret) add(text.length < shortest ? given : text);
    else if (depth === 0 && isInQuotes(given)) add(text);
    if (depth === deepest || text.length < shortest) return;
    const object = objectIn(given);
    const lines = text
      .replace(pem, "\n")
      .replace(continued, "= ")
      .split(/[\r\n]+|(?:\\r)?\\n/);
    if (isUrl.test(text)) for (const part of partsOfUrl(text)) add(part);
    else if (object) leaves(object, "", false, depth + 1);
    else if (lines.length > 1) for (const line of lines) read(line, standsAlone(line), depth + 1);
    else {
      if (isSecret || depth === 0)
        for (const inside of [...decodedText(text), ...ofWebToken(text), ...ofPercents(text), ...beforeComment(text)])
          readAsMeant(inside, true, depth + 1);
      readLine(withoutUrls(lines[0] ?? ""), isSecret, depth, isId);
    }
  }

  function readLine(text: string, isSecret: boolean, depth: number, isId: boolean): void {
    const [, first = "", rest = ""] = withScheme.exec(text) ?? [];
    const [, name = "", named = ""] = inOneLine.exec(text) ?? [];
    const pieces = text.match(/(?:"[^"]{0,4096}"|[^,;&<|"]+|")+/g) ?? [];
    const words = text.split(/\s+/);
    const sides = isSecret || depth === 0 ? sidesOf(text) : [];
    readFields(text, depth);
    if (isScheme(first) || (!ofEverybody.test(first) && standsAlone(rest))) {
      read(rest, true, depth + 1);
      return;
    }
    if (sides.length > 0) {
      for (const [at, side] of sides.entries()) if (!placeholder.test(side)) read(side, at > 0 || standsAlone(side), depth + 1);
      return;
    }
    if (named !== "" && (pieces.length === 1 || isScheme(name))) {
      const inherits = isSecret && !isField.test(name);
      read(named, inherits || saysSecret(name, named), depth + 1, ofEverybody.test(name));
    }
    if (pieces.length > 1)
      for (const [at, piece] of pieces.entries())
        read(piece, standsAlone(piece) || (isSecret && at === 0 && !/^[\w.$%-]+=[^=]/.test(piece)), depth + 1);
    else if (named === "" && words.length > 1)
      for (const [at, word] of words.entries()) read(word, announces(words[at - 1] ?? "", bare(word)), depth + 1);
    else if (named === "" && !isId) for (const word of wordsOf(text)) if (isToken(word, shortestAlone)) add(word);
  }

  function readFields(text: string, depth: number): void {
    for (const field of text.matchAll(fields)) {
      const [all, called = "", inDouble, inSingle, bareValue] = field;
      const value = inDouble ?? inSingle ?? bareValue ?? "";
      const end = field.index + all.length;
      if (value === bareValue && !endOfField.test(text.slice(end, end + 80))) continue;
      const name = isValue.test(called) ? whose : called;
      whose = /^(?:name|key)$/i.test(called) && namesSecret(value) ? value : "";
      if (saysSecret(name, value) || (!ofEverybody.test(called) && standsAlone(value))) read(value, true, depth + 1);
    }
  }

  function withoutUrls(text: string): string {
    return text.replace(address, (url) => {
      for (const part of partsOfUrl(url)) add(part);
      return " ";
    });
  }

  function leaves(json: unknown, name: string, isNamed: boolean, depth: number): void {
    if (typeof json === "string" || typeof json === "number") {
      const text = String(json);
      readAsMeant(text, saysSecret(name, text) || (isNamed && looksSecret(text)), depth, ofEverybody.test(name));
    } else if (Array.isArray(json)) for (const item of json) leaves(item, name, isNamed, depth);
    else if (json !== null && typeof json === "object") {
      const { name: called, key: itsKey } = json as { name?: unknown; key?: unknown };
      const named = [called, itsKey].find((one) => typeof one === "string" && namesSecret(one));
      for (const [key, item] of Object.entries(json))
        leaves(item, isValue.test(key) && typeof named === "string" ? named : key, isNamed || namesSecret(name), depth);
    }
  }

  readAsMeant(value, false, 0);
  return [...parts];
}

/** Whether a whole value stands in quotes, which a shell or a program left there. */
export function isInQuotes(value: string): boolean {
  return /^\s*(["'`])[^"'`]+\1\s*$/.test(value);
}

/** Without quotes and brackets around it. */
function bare(text: string): string {
  const inside = text.replace(before, "");
  let end = inside.length;
  while (end > 0 && before.test(inside[end - 1] ?? "")) end -= 1;
  return inside.slice(0, end);
}

function isScheme(word: string): boolean {
  const name = /^[\w.+-]{3,60}(?=[:=]?$)/.exec(word)?.[0] ?? "";
  return scheme.test(name) || namesSecret(name);
}

function announces(before: string, word: string): boolean {
  return isScheme(before) || (ofUser.test(before) && login.test(word));
}

/** By a name that is hardly anything else, or that may be one where the value looks so. */
function saysSecret(name: string, value: string): boolean {
  if (namesSecret(name) || scheme.test(name) || (ofUser.test(name) && login.test(value))) return true;
  return (namesSecret(name, "parameter") || ofOneLogin.test(name)) && looksSecret(value);
}

/** A token that nothing is said about: in a line, a list, or behind a word. */
function standsAlone(text: string): boolean {
  const word = bare(text);
  return /^[^\s=:]+$/.test(word) && isToken(word, shortest);
}

function isToken(word: string, least: number): boolean {
  return word.length >= least && /[a-z]/i.test(word) && looksSecret(word) && !isOfWords(word) && !isAddress.test(decoded(word));
}

/** A user, or a token in the user's place, and the password. */
function sidesOf(text: string): string[] {
  const [, user, password = ""] = login.exec(text) ?? [];
  if (user === undefined) return [];
  const [, field] = /^([\w.$%-]+)\s*=/.exec(user) ?? [];
  // A distinguished name is a user as well: `cn=svc,ou=apps`.
  return field !== undefined && (namesSecret(field) || /[;&]/.test(text)) ? [] : [user, password];
}

/** What a text in base64 stands for: `user:password` of a basic header, `id:key` of an API key, JSON. */
function decodedText(text: string): string[] {
  if (!/^[\w+/-]{12,}={0,2}$/.test(text)) return [];
  const bytes = Buffer.from(text, "base64");
  const inside = bytes.toString();
  return isUtf8(bytes) && !/[^\P{Cc}\s]/u.test(inside) ? [inside] : [];
}

/** `Bearer%20…` */
function ofPercents(text: string): string[] {
  return /^[^\s=&;,:]+$/.test(text) && decodedWhole(text) !== text ? [decodedWhole(text)] : [];
}

/** Beyond ASCII, too. */
function decodedWhole(text: string): string {
  try {
    return decodeURIComponent(decoded(text));
  } catch {
    return decoded(text);
  }
}

/** `… # rotated in November` */
function beforeComment(text: string): string[] {
  return /^\S+(?=\s+(?:#|;|\/\/))/.exec(text) ?? [];
}

/** Of a web token, what was signed and the signature. */
function ofWebToken(text: string): string[] {
  return /^eyJ[\w-]+\.[\w-]*\.[\w.-]+$/.test(text) ? text.split(".").slice(1) : [];
}

/**
 * What makes an address a secret travels without its host, or with the host written otherwise: what is behind the host, and
 * each part of that which is random or named as a secret.
 */
function partsOfUrl(value: string): string[] {
  return value.split(/,(?=[a-z][a-z\d+.-]{0,30}:\/\/)/i).flatMap(partsOfOne);
}

function partsOfOne(value: string): string[] {
  const [, start = "", authority = "", end = ""] = /^([a-z][a-z\d+.-]{0,30}:\/\/)([^/?#]*)(.*)$/is.exec(value) ?? [];
  // What WHATWG takes for no address, or for another: several hosts, each with its port or login, and a password with a slash.
  const logins = authority.includes("@") ? (authority.includes(",") ? [authority, ...authority.split(",")] : []) : [authority + end];
  const passwords = logins.flatMap((one) => /^[^:@/?#]*:(?!\d{1,5}(?:[/?#,]|$))(.*)@/s.exec(one)?.[1] ?? []);
  const url = readUrl(value) ?? readUrl(`${start}host${end}`);
  if (!url) return passwords;
  const behind = /^[^:]*:[/\\]*[^/\\?#]*(.*)$/s.exec(value)?.[1] ?? "";
  const parameters = [...url.searchParams, ...new URLSearchParams(url.hash.replace(/^#/, "?"))];
  const named = parameters.flatMap(([name, one]) => (saysSecret(name, one) ? [one, ...readingsOf(one).map(bare)] : []));
  const words = [behind, ...readingsOf(decodedWhole(behind))]
    .flatMap(wordsOf)
    .flatMap((word) => [...new Set([word, ...word.split(/[:@]/)])])
    .filter((word) => word.length >= shortest && /\d/.test(word) && /[a-z]/i.test(word));
  const within = parameters.flatMap(([, one]) => (isUrl.test(one) ? partsOfUrl(one) : []));
  const tokens = words.filter((word) => !isAddress.test(decoded(word)));
  const alone = tokens.filter((word) => looksRandom(word) || word.length >= shortestAlone);
  const user = isToken(url.username, shortestAlone) ? [url.username] : [];
  // A path of words, or one behind a login, is everybody's.
  return [
    ...(tokens.length > 0 || named.length > 0 ? [behind.replace(/^\/+/, "")] : []),
    ...alone,
    ...named,
    ...within,
    ...user,
    url.password,
    ...passwords,
  ];
}
