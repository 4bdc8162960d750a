import type { Config, ConnectorType, Target } from "./connector-type.ts";
import { withoutEnd } from "./shared/without-end.ts";

/**
 * Hosts that a connector's requests, and the secrets in them, go to: lower case, with the port where it is not the
 * scheme's own, with `http://` in front where nothing encrypts the way, sorted, each once; so two connectors go to the
 * same place when their lists are equal. Empty where nothing leaves, or where the host is within a secret that
 * `secretHost` does not tell. An address that cannot be read stays in the list as such: it is nobody's known host.
 */
export function destinations(type: ConnectorType, config: Config, secretHost: (field: string) => string | undefined): string[] {
  const given = addresses(type.target, config, secretHost).filter((address) => address != null && address !== "");
  return [
    ...new Set(given.map((address) => canonicalHost(address) ?? `unreadable address ${JSON.stringify(address).slice(0, 80)}`)),
  ].sort();
}

function addresses(target: Target, config: Config, secretHost: (field: string) => string | undefined): readonly unknown[] {
  switch (target.kind) {
    case "none":
      return [];
    case "fixed":
      return [target.host];
    case "secret":
      return [secretHost(target.field)];
    case "computed":
      return target.hosts(config);
    case "config": {
      const fromSecret = target.secret === undefined ? undefined : secretHost(target.secret);
      const given = [...target.fields.map((field) => config[field]), fromSecret].filter(Boolean);
      return given.length > 0 ? given : [target.fallback];
    }
  }
}

/** `Host.` and `HTTPS://user@HOST:443/path` are both `host`; undefined where there is no host to read. */
function canonicalHost(address: unknown): string | undefined {
  if (typeof address !== "string") return undefined;
  // As Kibana's own parser reads it: "https:host" has a host, though no slashes.
  const text = address.trim();
  const url = /^https?:/i.test(text) || text.includes("://") ? text : `https://${text}`;
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const host = withoutEnd(hostname.toLowerCase(), ".");
  if (host === "") return undefined;
  return `${protocol === "http:" ? "http://" : ""}${host}${port === "" ? "" : `:${port}`}`;
}
