import type { ConnectorType } from "../catalog/connector-type.ts";
import { destinations } from "../catalog/destinations.ts";
import { namesSomebody, recipientsIn } from "../catalog/recipients.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText } from "../plain-text.ts";
import { hidingInReach } from "../secrets/detect.ts";
import type { Route } from "./route.ts";

const hide = hidingInReach();
/** Fields that say who gets it, or where it is put; others say what is done there. */
const says =
  /(?:^|\.)(?:to|cc|bcc|channels?|channelIds?|channelNames|responders|project_?key|organisation|org_?id|app_?id|index|indexOverride)$/i;
/** Recipients of a route that are named. */
const shown = 3;
/** Characters of one. */
const longest = 60;

/** Where a route ends, as far as that is no secret: recipients, then hosts. Undefined where only a secret says it. */
export function destinationOf(
  { params }: Pick<Route, "params">,
  connector: Pick<Connector, "config">,
  entry: ConnectorType | undefined,
): string | undefined {
  const config = connector.config ?? {};
  const given = params.length > 0 ? params.map((one) => ({ config, params: one })) : [{ config }];
  const found = given
    .flatMap((one) => recipientsIn(entry, one, hide))
    .filter((one) => (one.free ? namesSomebody(one) : says.test(one.what) || one.value.includes("@")));
  const named = [...new Set(found.filter(({ value }) => !/\{\{/.test(value)).map(({ value }) => plainText(value, longest)))];
  const hosts = entry ? destinations(entry, config, () => undefined) : [];
  const whom = [...named.slice(0, shown), ...(named.length > shown ? [`${named.length - shown} more`] : [])].join(", ");
  const within = entry?.target.kind === "none" && named.length === 0 ? [String(config.index ?? "Kibana's own log")] : [];
  const own = [...within, ...hosts];
  return [whom, own.map((host) => plainText(host, longest)).join(", ")].filter(Boolean).join(" at ") || undefined;
}
