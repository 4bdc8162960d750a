import type { ConnectorType } from "../catalog/connector-type.ts";
import { withoutEnd } from "../host-name.ts";
import type { Connector } from "../kibana/connectors.ts";
import { readUrl } from "../read-url.ts";

/** How a connector signs in, and how carefully, does not change whom it reaches. */
const notTarget =
  /^(hasAuth|authType|certType|verificationMode|ca|accessTokenUrl|clientId|tenantId|scope|additionalFields|isOAuth|userIdentifierValue|jwtKeyId|usesTableApi|usesBasic|secure|oauthTokenUrl|executionTimeField|refresh)$/;
const signsIn = /authorization|token|key|secret|cookie|signature/i;

/**
 * What two connectors of a type have in common when they reach the same place: host, path, project, channel, sender.
 * @returns undefined where a secret decides it, nothing outside is reached, or the config is hidden
 */
export function targetOf({ type, config }: Pick<Connector, "type" | "config">, entry: ConnectorType | undefined): string | undefined {
  if (!entry || !config || isBySecret(entry, config)) return undefined;
  const { target } = entry;
  if (target.kind === "none" && !entry.recipients?.some((one) => one.startsWith("config."))) return undefined;
  const parts = Object.entries(config).filter(([key, value]) => !notTarget.test(key) && !isNothing(value));
  if (parts.length === 0) return undefined;
  return JSON.stringify([type, sorted(parts)]);
}

/** Whether a secret decides whom such a connector reaches: two of them can be neither told apart nor taken for one. */
export function isBySecret({ secretTarget, target }: ConnectorType, config: Record<string, unknown>): boolean {
  if (secretTarget || target.kind === "secret" || target.kind === "fixed") return true;
  return target.kind === "config" && target.secrets !== undefined && target.fields.every((field) => !config[field]);
}

function sorted(entries: [string, unknown][]): unknown {
  const parts = entries.map(([key, value]): [string, unknown] => [key, canonical(key, value)]).filter(([, value]) => !isNothing(value));
  return parts.sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The value as it is compared: the order of keys, what is nothing, and how a URL is written do not count. */
export function canonical(key: string, value: unknown): unknown {
  if (typeof value === "string") return readUrl(value) && /^https?:/i.test(value) ? address(value) : value.trim();
  if (Array.isArray(value)) return value.map((item) => canonical(key, item));
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([name, item]) => !isNothing(item) && !(key === "headers" && signsIn.test(name)));
  return sorted(key === "headers" ? kept.map(([name, item]) => [name.toLowerCase(), item]) : kept);
}

/** Case of host and scheme and a slash at the end are ignored; path and query count. */
function address(text: string): string {
  const { origin, pathname, search } = new URL(text);
  return `${origin}${withoutEnd(pathname, "/")}${search}`;
}

/** What says no more than a key that is left out. */
export function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}
