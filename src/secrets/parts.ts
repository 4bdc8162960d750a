import { readUrl } from "../read-url.ts";
import { looksSecret } from "../shapes/looks-secret.ts";
import { namesSecret } from "../shapes/names.ts";
import { looksRandom, wordsOf } from "../shapes/urls.ts";
import { shortest } from "./needles.ts";

/** What of a secret's value is one by itself. */
export function partsOf(value: string): string[] {
  return [...decodedKey(value), ...partsOfUrl(value.trim())];
}

/** An API key is `id:key` in base64, the credentials of a basic header `user:password`: both, and the second part alone. */
function decodedKey(value: string): string[] {
  const [, encoded = ""] = /^(?:(?:ApiKey|Basic)\s+)?([A-Za-z0-9+/_-]{12,}={0,2})$/i.exec(value.trim()) ?? [];
  const decoded = Buffer.from(encoded, "base64").toString("latin1");
  const [, key] = /^[\x21-\x7e]+?:([\x21-\x7e]+)$/.exec(decoded) ?? [];
  return key === undefined ? [] : [decoded, key];
}

/**
 * What makes an address a secret travels without its host, or with the host written otherwise: what is behind the host, and
 * each part of that which is random or named as a secret.
 */
function partsOfUrl(value: string): string[] {
  const url = /^https?:/i.test(value) ? readUrl(value) : undefined;
  if (!url) return [];
  const behind = /^https?:[/\\]*[^/\\?#]*(.*)$/is.exec(value)?.[1] ?? "";
  const named = [...url.searchParams].flatMap(([name, one]) => (namesSecret(name, "parameter") && looksSecret(one) ? [one] : []));
  const tokens = wordsOf(behind).filter((word) => word.length >= shortest && /\d/.test(word) && /[a-z]/i.test(word));
  const alone = tokens.filter((word) => looksRandom(word) || word.length >= shortestAlone);
  // A path of words, or one behind a login, is everybody's.
  return [...(tokens.length > 0 || named.length > 0 ? [behind.replace(/^\/+/, "")] : []), ...alone, ...named, url.password];
}

/** Characters of a part of a path that nobody uses by chance. */
const shortestAlone = 16;
