import { asUrlsAreRead } from "../host-name.ts";
import { isDeeperThan } from "../json-depth.ts";
import { namesSecret } from "../shapes/names.ts";
import { hideInText } from "../shapes/text.ts";
import { redactionMark } from "../shapes/urls.ts";

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

/**
 * As hideSecrets, for what says whom or what a call reaches: mail addresses and plain words stay whole, also such as begin
 * like a token, so that nobody is out of sight by their name.
 */
export function hideInRecipient(value: unknown): unknown {
  return walk(value, "", "", [], (text, found) => (isMailAddress(text) || isWords(text) ? text : hideInText(asUrlsAreRead(text), found)));
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
  if (namesSecret(key)) {
    found.push({ path, why: `the name "${key}"` });
    return redactionMark;
  }
  const object = /^\s*[{[]/.test(value) ? parseObject(value) : undefined;
  if (isDeeperThan(deepest, object)) {
    found.push({ path, why: "JSON nested too deep to look through" });
    return redactionMark;
  }
  if (object === undefined) return inText(value, (why) => found.push({ path, why }));
  // JSON in a text, as additionalFields has it: looked through like config itself.
  const before = found.length;
  const hidden = walk(object, key, path, found, inText);
  return found.length > before ? JSON.stringify(hidden) : value;
}

/** Levels of nesting of JSON in a text; this looks through it by recursion. */
const deepest = 100;

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !isDeeperThan(deepest, value) ? value : undefined;
  } catch {
    // Not JSON after all, but a template of it: it is looked through as text.
    return undefined;
  }
}
