import { reachOf } from "../../audit/hosts.ts";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { destinations } from "../../catalog/destinations.ts";
import { hostAndWay } from "../../host-name.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { word } from "../../plain-text.ts";

export const readAlong = "Whoever is in between may read what is sent, secrets too.";

/** `The way to smtp.example.com: TLS only if the server offers it. …`, for each destination beyond this machine that is not protected for certain. */
export function openWays(destinations: Iterable<string>): string[] {
  return [...new Set(destinations)].flatMap((destination) => {
    const { host, way } = hostAndWay(destination);
    if (host === destination || reachOf(host.replace(/:\d+$/, "")) === "loopback") return [];
    return [`The way to ${word(host)}: ${way}. ${readAlong}`];
  });
}

/** The same of a stored connector, as far as Kibana shows where it sends. */
export function openWaysOf({ config }: Pick<Connector, "config">, entry: ConnectorType | undefined): string[] {
  return entry && config ? openWays(destinations(entry, config, () => undefined)) : [];
}
