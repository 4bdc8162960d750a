import { asUrlsAreRead } from "../host-name.ts";
import { objectIn } from "../json-depth.ts";

/** The mark that replaces a secret. */
export const redactionMark = "[redacted]";

/** A secret found in what Kibana keeps readable. */
export interface FoundSecret {
  /** Dotted: `headers.Authorization`. */
  path: string;
  /** What gave it away, for people. */
  why: string;
}

const secretKey =
  /^(proxy-)?authorization$|^(set-)?cookie$|passw(or)?d|passphrase|secret|^(x-)?(.*-)?(api|auth|access|routing|integration|private|service|subscription)[-_]?(key|token)$|token$|credential|^apikey$|^x-(auth|pass|signature|key)$|signature$/i;
/** Names with such words in them that are not of secrets. */
const innocentKey =
  /url$|uri$|^hasAuth$|^authType$|^clientId$|(key|token|secret)[-_]?(id|name|type|field|version|header)$|max_?tokens|ResponseKey$|^projectKey$|^issueKey$/i;
const secretParam =
  /^(access_?|auth_?|api_?|app_?|client_?|private_?)?(token|key|secret|password|passwd|pwd|sig|signature)$|^(code|auth|credential|jwt)$/i;
const shapes: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "a private key"],
  [/\bxox[abeoprs]-[A-Za-z0-9-]{8,}/g, "a Slack token"],
  [
    /(?<=hooks\.slack(?:-gov)?\.com\.{0,3}(?::\d{1,5})?\/{1,4}(?:services|workflows|triggers)\/{1,4})[A-Za-z0-9_/-]{8,}/gi,
    "a Slack webhook path",
  ],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}/g, "a GitHub token"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, "an AWS key id"],
  [/\bsk-(?=[\w-]{0,60}\d)[\w-]{20,}/g, "a key of a model's provider"],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, "a Google API key"],
  [/\b(Bearer|Basic|ApiKey|GenieKey)\s+[A-Za-z0-9+/=._~-]{8,}/g, "credentials"],
  [/\b(bearer|basic|apikey|geniekey)\s+(?=\S*\d)[A-Za-z0-9+/=._~-]{12,}/gi, "credentials"],
];

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

/**
 * As hideSecrets, for what says whom or what a call reaches: mail addresses and plain words stay whole, also such as begin
 * like a token, so that nobody is out of sight by their name.
 */
export function hideInRecipient(value: unknown): unknown {
  return walk(value, "", "", [], (text, found) => (isMailAddress(text) || isWords(text) ? text : hideInText(asUrlsAreRead(text), found)));
}

/** A text under a key of unknown meaning, without secrets. */
export function hideInField(text: string, key: string): string {
  return isSecretKey(key) && text !== "" ? redactionMark : hideInText(text);
}

/** Whether a key says that its value is a secret. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key) && !innocentKey.test(key);
}

function isMailAddress(text: string): boolean {
  return /^[^@/\\]*@[^@/\\:?#\s]+$/.test(text.trim());
}

/** "Basic operations 2": a team, and no credentials. */
function isWords(text: string): boolean {
  const words = text.trim().split(/\s+/);
  return words.length > 1 && words.every((word) => /^(\p{L}+|\d{1,4})$/u.test(word));
}

function walk(value: unknown, key: string, path: string, found: FoundSecret[], inText = hideInText): unknown {
  if (Array.isArray(value)) return value.map((item, index) => walk(item, key, path ? `${path}.${index}` : String(index), found, inText));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, walk(item, name, path ? `${path}.${name}` : name, found, inText)]),
    );
  }
  if (typeof value !== "string" || value === "" || value === redactionMark || /^\{\{.*\}\}$/.test(value)) return value;
  if (isSecretKey(key)) {
    found.push({ path, why: `the name "${key}"` });
    return redactionMark;
  }
  const object = objectIn(value);
  if (object === undefined) return inText(value, (why) => found.push({ path, why }));
  // JSON in a text, as additionalFields has it: looked through like config itself.
  const before = found.length;
  const hidden = walk(object, key, path, found, inText);
  return found.length > before ? JSON.stringify(hidden) : value;
}

/** `user:password@host` as a whole; `mailto:ann@example.com` is an address. */
const credentialsAtHost = /^(?!(?:mailto|sips?|xmpp|acct|smtp|im):)([^\s:/@\\]{1,256}:)([^\s:/@\\]{3,256})(@[^\s:/@\\]+(?::\d{1,5})?)$/i;

/** `"api_key": "…"` */
const namedInText = /(["']([\w-]{3,40})["']\s{0,4}:\s{0,4})(["'])([^"'\r\n]{1,4096})\3/g;

/** Secrets within one text: URL parts and token shapes. */
export function hideInText(text: string, found: (why: string) => void = () => {}): string {
  return withoutPathTokens(hideCertainInText(text, found), marking(found));
}

function hideCertainInText(text: string, found: (why: string) => void = () => {}): string {
  let hidden = text.replace(/(?<=[a-z0-9+.-]):\/\/([^\s/@:?#]*):([^\s/@?#]+)@/gi, (whole, user: string, word: string) => {
    // Behind "good:443\\" the path begins for every reader of URLs: what is before it is the host.
    if (word === redactionMark || /^\d{0,5}\\/.test(word)) return whole;
    found("a password in the URL");
    return `://${user}:${redactionMark}@`;
  });
  hidden = hidden.replace(credentialsAtHost, (whole, user: string, word: string, host: string) => {
    if (word === redactionMark) return whole;
    found("a password before a host");
    return user + redactionMark + host;
  });
  hidden = hidden.replace(/\b(https?:\/\/)([^\s/\\@:?#]{8,})@/gi, (whole, scheme: string, user: string) => {
    if (user === redactionMark) return whole;
    found("a token in the URL");
    return `${scheme}${redactionMark}@`;
  });
  hidden = hidden.replace(/(^|[?&;#])([^=?&;\s#]+)=([^&\s#]+)/g, (whole, before: string, name: string, value: string) => {
    if (!secretParam.test(name) || value === redactionMark || value.startsWith("{{")) return whole;
    found(`the URL parameter "${name}"`);
    return `${before}${name}=${redactionMark}`;
  });
  // JSON with templates in it is none that could be parsed.
  hidden = hidden.replace(namedInText, (whole, before: string, name: string, quote: string, value: string) => {
    if (!isSecretKey(name) || value.includes(redactionMark) || value.startsWith("{{")) return whole;
    found(`the name "${name}"`);
    return `${before}${quote}${redactionMark}${quote}`;
  });
  const mark = marking(found);
  for (const [shape, why] of shapes) hidden = hidden.replace(shape, () => mark(why));
  return withoutWebTokens(hidden, mark);
}

type Mark = (why: string) => string;

function marking(found: (why: string) => void): Mark {
  return (why) => {
    found(why);
    return redactionMark;
  };
}

/** Hides path segments that look random; UUIDs and words do not. */
function withoutPathTokens(text: string, mark: Mark): string {
  return text.replace(/(https?:\/\/[^\s?#/]*)(\/[^\s?#]*)/g, (_whole, start: string, path: string) => {
    const segments = path.split("/").map((segment, n) => (n > 0 && isToken(segment) ? mark("a token in the URL's path") : segment));
    return start + segments.join("/");
  });
}

function isToken(segment: string): boolean {
  if (segment.length < 20 || !/^[\w-]+$/.test(segment)) return false;
  if (/[a-z]/.test(segment) && /[A-Z]/.test(segment) && /\d/.test(segment)) return true;
  return segment.length >= 32 && /^[0-9a-f]+$/.test(segment) && /\d/.test(segment);
}

/** `eyJ….eyJ….…`. Each run of such characters is looked at once, however often a token could begin in it. */
function withoutWebTokens(text: string, mark: Mark): string {
  if (!text.includes("eyJ")) return text;
  return text.replace(/[\w.-]+/g, (run) => {
    const parts = run.split(".");
    const kept: string[] = [];
    for (let n = 0; n < parts.length; n++) {
      const [head = "", payload = ""] = [parts[n], parts[n + 1]];
      const at = head.startsWith("eyJ") ? 0 : head.indexOf("-eyJ") + 1;
      const begins = head.startsWith("eyJ", at) && (at > 0 || head.startsWith("eyJ"));
      if (begins && head.length - at >= 11 && payload.startsWith("eyJ") && payload.length >= 11 && n + 2 < parts.length) {
        kept.push(head.slice(0, at) + mark("a JSON web token"));
        n += 2;
      } else kept.push(head);
    }
    return kept.join(".");
  });
}
