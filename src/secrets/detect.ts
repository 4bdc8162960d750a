import { asUrlsAreRead } from "../host-name.ts";
import { objectIn } from "../json-depth.ts";
import { namesSecret } from "../shapes/names.ts";
import { hideBesideNames, hideCertainInText, hideInText, hideInUrl, isToken } from "../shapes/text.ts";
import { redactionMark } from "../shapes/urls.ts";

export { hideInText, namesSecret, redactionMark };

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

/** As hideSecrets, but URLs keep path segments that only look random: most are links to documents. */
export function hideCertainSecrets<T>(value: T): T;
export function hideCertainSecrets(value: unknown): unknown {
  return walk(value, "", "", [], hideCertainInText);
}

/**
 * As hideSecrets, for what says whom or what a call reaches: nobody and no command is out of sight by looking like a secret.
 * Of a text that is no address of the web only one that is a token from end to end is hidden.
 */
export function hideInRecipient(value: unknown, isUrl: boolean): unknown {
  return walk(value, "", "", [], (text) => (isToken(text) ? redactionMark : isUrl ? hideInUrl(asUrlsAreRead(text)) : text));
}

/** A text under a key of unknown meaning, without secrets. */
export function hideInField(text: string, key: string): string {
  if (namesSecret(key) && text !== "") return redactionMark;
  return /^\s*https?:/i.test(text) ? hideInText(text) : hideBesideNames(text);
}

/** Whose value it is: `{"password": {"query": …}}` of a query, `{"name": "X-Api-Key", "value": …}` of a list. */
function namedValue(key: string, { name, key: itsKey, field }: { name?: unknown; key?: unknown; field?: unknown }): string | undefined {
  return [key, name, itsKey, field].find((one) => typeof one === "string" && namesSecret(one)) as string | undefined;
}

/** In a list a header's name stands before its value: `["X-Api-Key", "…"]`. */
const isHeader = /^x-|authori[sz]ation$|cookie$|-(?:key|token|secret)$/i;
/** What within `{"credentials": {…}}` or `{"password": {…}}` is none of it. */
const aboutIt = /^(?:user(?:_?name)?|name|id|type|field|key|url|host|boost|operator|enabled|description)$/i;

function walk(value: unknown, key: string, path: string, found: FoundSecret[], inText = hideInText): unknown {
  const below = (name: string | number) => (path ? `${path}.${name}` : String(name));
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const before: unknown = value[index - 1];
      const isValue = typeof item === "string" && typeof before === "string" && isHeader.test(before) && namesSecret(before);
      return walk(item, isValue ? before : key, below(index), found, inText);
    });
  }
  if (value !== null && typeof value === "object") {
    const named = namedValue(key, value);
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        const isItsValue = named !== undefined && (/^(value|query)$/.test(name) || (namesSecret(key) && !aboutIt.test(name)));
        return [name, walk(item, isItsValue ? named : name, below(name), found, inText)];
      }),
    );
  }
  if (typeof value !== "string" || value === "" || value === redactionMark || /^\{\{.*\}\}$/.test(value)) return value;
  if (namesSecret(key)) {
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
