import { canonicalHost, isHostWithPort, withoutEnd } from "../host-name.ts";
import { hideInText } from "../shapes/text.ts";
import { everyAddress, mayNameHost } from "./addresses.ts";
import type { Config, ConnectorType, Target } from "./connector-type.ts";
import { jsonLeaves } from "./json-leaves.ts";
import { inputSchema, unknownParts } from "./json-schema.ts";
import { type LeftOut, leftOut } from "./left-out.ts";
import { isNoHost } from "./no-host.ts";

/** An address as a config or params hold it, and whether TLS to it is checked. */
interface Address {
  address: unknown;
  verified: boolean;
}

/** What a person reads in place of a host. */
export const unknownHost = "a host not known beforehand";

/**
 * Hosts that a connector's requests, and the secrets in them, go to, each in its one form (host-name.ts), sorted, each
 * once; so two connectors go to the same place when their lists are equal. Empty where nothing leaves, or where the host
 * is within a secret that `secretHost` does not tell. An address that cannot be read stays in the list as such: it
 * never matches an agreed host. So does an address under a key that no known version of the type has: a newer Kibana may call it.
 */
export function destinations(type: ConnectorType, config: Config, secretHost: (field: string) => string | undefined): string[] {
  return hostsWith(type, config, leftOut(type, "config", config), secretHost);
}

/**
 * The same without what Kibana fills in for a field that the config leaves out. A config that was stored, or agreed to, names its hosts
 * itself: nobody agreed to others.
 */
export function statedDestinations(type: ConnectorType, config: Config): string[] {
  return hostsWith(type, config, [], () => undefined);
}

function hostsWith(
  type: ConnectorType,
  given: Config,
  filledIn: ReturnType<typeof leftOut>,
  secretHost: (field: string) => string | undefined,
): string[] {
  const unknown = hostsUnderUnknownKeys(type, "config", given).flatMap(({ hosts }) => hosts);
  if (filledIn.includes(undefined)) unknown.push(unknownHost);
  if (type.target.kind === "none") return [...new Set(unknown)].sort();
  const added = filledIn.filter((one) => one !== undefined);
  const config = {
    ...Object.fromEntries(added.filter(({ path }) => path.length === 1).map(({ path, value }) => [keyOf(path), value])),
    ...withoutGaps(given),
  };
  const own = addresses(type.target, config, secretHost).filter(({ address }) => address != null && address !== "");
  if (own.length === 0 && unknown.length > 0) unknown.push(unknownHost);
  // Kibana's description may not say of each field that it is an address.
  if (type.fromKibana && own.length > 0) {
    const all: Pick<LeftOut, "path" | "value">[] = [{ path: ["config"], value: given }, ...added];
    const found = all.flatMap(({ path, value }) => [
      ...everyAddress(value, keyOf(path)).map(({ address }) => address),
      ...bareHosts(value, keyOf(path)),
    ]);
    own.push(...found.map((address) => ({ address, verified: true })));
  }
  // A Host header of its own chooses who answers at the address.
  const chosen = headerHosts(config).map((address) => ({ address, verified: own[0]?.verified ?? true }));
  return [...new Set([...[...own, ...chosen].map(named), ...unknown])].sort();
}

/**
 * Hosts of the addresses that Kibana fills in among secrets where they leave a field out: they come from its description and are no secret.
 * @param asked fields that are yet to be typed, `secrets.tokenUrl`
 */
export function hostsLeftOutOfSecrets(type: ConnectorType, secrets: unknown, asked: readonly string[] = []): string[] {
  const found = leftOut(type, "secrets", secrets).flatMap((one) => {
    if (one === undefined) return [unknownHost];
    const { path, value, isAddress } = one;
    if (asked.includes(`secrets.${path.join(".")}`)) return [];
    return [...(isAddress ? everyAddress(value, keyOf(path)).map(({ address }) => address) : []), ...hostsByKey(value, keyOf(path))];
  });
  return [...new Set(found.map((address) => named({ address, verified: true })))];
}

function keyOf(path: readonly string[]): string {
  return path.at(-1) ?? "";
}

function withoutGaps(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/**
 * Hosts that addresses name, or that look like one that may exist, under the keys of a part that the type's schema lacks, by
 * key (dotted), except where it is open for more. Secrets too: the host of a URL in one is no secret, and what else is found may be told by its key alone.
 */
export function hostsUnderUnknownKeys(
  type: ConnectorType,
  part: "config" | "secrets",
  value: unknown,
): { path: string; hosts: string[] }[] {
  return unknownParts(inputSchema(type.schemas()[part]), value)
    .filter(({ isOpen }) => !isOpen)
    .map(({ path, value }) => ({ path, hosts: hostsIn(value, path, part) }))
    .filter(({ hosts }) => hosts.length > 0);
}

/** Hosts that a value names, by an address, by what looks like a host that may exist, or in a config by a word under a key that means one. */
export function hostsIn(value: unknown, path: string, part: "config" | "secrets"): string[] {
  const hosts = everyAddress(value, path).map(({ address }) => named({ address, verified: true }));
  const bare = bareHosts(value, path.split(".").at(-1)).filter((host) => host.includes("{{") || mayExist.test(host));
  const words = part === "config" ? hostsByKey(value, path) : [];
  const others = [...bare, ...words].map((address) => named({ address, verified: true }));
  // The host of http://… goes by that name alone.
  return [...hosts, ...others.filter((host) => !hosts.some((one) => one.endsWith(`://${host}`)))];
}

/** Words and numbers under keys that mean a host. A secret that is none of an address is not looked into. */
function hostsByKey(value: unknown, path: string): string[] {
  return jsonLeaves(JSON.stringify(value) ?? "", path.split("."), () => true)
    .filter((leaf) => mayNameHost(leaf.path.at(-1) ?? "") && /^[^\s{}[\]]{1,300}$/.test(leaf.text))
    .map(({ text }) => text)
    .filter((text) => !/^(true|false|null)$/.test(text));
}

/**
 * What looks like a host in texts and keys at any depth, whatever key it has: alone, in a list, with a path, a port, a user
 * or a scheme, and in the spellings that parsers of URLs and IDNA take for it.
 */
function bareHosts(value: unknown, key = ""): string[] {
  if (typeof value === "string") {
    const items = asIdnaReads(value)
      .split(/[\s,;|"'`<>()=]+/)
      .filter((item) => item !== "");
    const place = { key, words: value.includes("=") ? 0 : items.length };
    return items.filter((item) => !isNoHost(withoutEnd(item, "."), place)).flatMap(hostOf);
  }
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    Array.isArray(value) ? bareHosts(inner, key) : [...bareHosts(name, key), ...bareHosts(inner, name)],
  );
}

/** The host of one item, with its port: without scheme, user and path; the whole item where a template would be part of it. */
function hostOf(item: string): string[] {
  if (item.includes("{{")) return hostOf(item.replace(/\{\{[^{}]*\}\}/g, "x").replace(/[{}]+/g, "x")).length > 0 ? [item] : [];
  const named = item.replace(/^(?:[a-z][a-z\d+.-]{0,30}:(?!$|\d{1,5}(?:[\\/?#]|$)))?[\\/]*/i, "");
  const [authority = ""] = /^[\da-f]*:[\da-f:.]*:[\da-f.]*$/i.test(item) ? [item] : named.split(/[\\/?#]/, 1);
  const host = authority.slice(authority.lastIndexOf("@") + 1).replace(/^(?:\*?\.)+|:$/g, "");
  const bare = /^\[([^:\]]+)\](:\d+)?$/.exec(host);
  const name = bare ? `${bare[1]}${bare[2] ?? ""}` : host;
  return looksLikeHost.test(name) ? [name] : [];
}

const looksLikeHost =
  /^(localhost|(?=[^:]*\p{L})[\p{L}\p{N}_-]+(?=:\d)|[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+\.?|\[[\da-f:.]+\]|[\da-f]*:[\da-f:.]*:[\da-f.]*)(:\d+)?$/iu;

/** Ends like a name of the web or of a network, or is an IP address: versions and names of models are none. */
const mayExist = /^([^.:]+|.*[.](\p{L}{2,}|xn--[\w-]+)\.?|(\d{1,3}\.){3}\d{1,3}|.*:.*:.*)(:\d+)?$/iu;

/** Without what is invisible in a name, with the dots of other scripts as dots, and with escapes undone. */
function asIdnaReads(text: string): string {
  return text
    .replace(/%[\da-f]{2}/gi, (coded) => {
      const code = Number.parseInt(coded.slice(1), 16);
      return code < 128 ? String.fromCharCode(code) : coded;
    })
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(/[\u3002\uff0e\uff61]/g, ".");
}

/** The hosts of all addresses in a config, whatever its type. */
export function everyHost(config: Config | undefined): string[] {
  return [...new Set(everyAddress(config, "config").map(({ address }) => named({ address, verified: true })))];
}

/** The name of one address. A token in one that cannot be read is no part of it, as in any other. */
export function named({ address, verified }: Address): string {
  const text = typeof address === "string" ? address : JSON.stringify(address);
  if (text === unknownHost) return unknownHost;
  return canonicalHost(address, verified) ?? `unreadable address ${hideInText(text)}`;
}

/** Whether a destination is the name of a host; one that is not known, or cannot be read, is the same as no other. */
export function isReadable(destination: string): boolean {
  return !/\s/.test(destination);
}

/** The host of one field of a config. */
export function hostOfField({ target }: ConnectorType, config: Config, field: string): string | undefined {
  const address = config[field];
  if (address == null || address === "") return undefined;
  return named({ address, verified: isVerified(target, config, field) });
}

function addresses(
  target: Exclude<Target, { kind: "none" }>,
  config: Config,
  secretHost: (field: string) => string | undefined,
): Address[] {
  switch (target.kind) {
    case "fixed":
      return [{ address: target.host, verified: true }];
    case "secret":
      return [{ address: secretHost(target.field), verified: true }];
    case "computed":
      return target.hosts(config).map((address) => ({ address, verified: true }));
    case "config": {
      const fromSecrets = (target.secrets ?? []).map((field) => ({ address: secretHost(field), verified: true }));
      const given = [
        ...target.fields.map((field) => ({ address: config[field], verified: isVerified(target, config, field) })),
        ...fromSecrets,
      ].filter(({ address }) => Boolean(address));
      return given.length > 0 ? given : [{ address: target.fallback, verified: true }];
    }
  }
}

/**
 * Only a full check proves that it is the host: `certificate` ignores the name, and an authority in the config was chosen
 * by whoever wrote the config.
 */
function isVerified(target: Target, config: Config, field: string): boolean {
  const mode = target.kind === "config" ? target.verifiedBy?.[field] : undefined;
  return mode === undefined || (!config.ca && (config[mode] == null || config[mode] === "full"));
}

/** Hosts that the headers in a config name, also where a field of its own says the name of one. */
function headerHosts({ headers, apiKeyHeaderName: name, apiKeyHeaderValue: value }: Config): unknown[] {
  return [...hostHeaders(headers), ...(typeof name === "string" ? hostHeaders({ [name]: value ?? "{{apiKey}}" }) : [])];
}

/** Values of `Host` among headers; one that is no host is an object, which nobody takes for an address. */
export function hostHeaders(headers: unknown): unknown[] {
  if (headers === null || typeof headers !== "object") return [];
  return Object.entries(headers)
    .filter(([name, value]) => isHostHeader(name) && value !== "")
    .map(([name, value]) => (typeof value === "string" && isHostWithPort(value.trim()) ? value : { [name]: value }));
}

/** Whether a header chooses who answers the request. */
export function isHostHeader(name: string): boolean {
  return name.trim().toLowerCase() === "host";
}
