import type { Config, ConnectorType, Target } from "./connector-type.ts";

/**
 * Hosts that a connector's requests, and the secrets in them, go to: lower case, with the port where it is not the
 * scheme's own, sorted, each once; so two connectors go to the same place when their lists are equal. Empty where
 * nothing leaves, or where no host is known: unreadable URLs and secret ones that `secretHost` does not tell are left out.
 */
export function destinations(type: ConnectorType, config: Config, secretHost: (field: string) => string | undefined): string[] {
  const hosts = addresses(type.target, config, secretHost).map(canonicalHost);
  return [...new Set(hosts.filter((host) => host !== undefined))].sort();
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
  const text = address.trim();
  const url = text.includes("://") ? text : `https://${text}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  if (host === "") return undefined;
  return port === "" ? host : `${host}:${port}`;
}
