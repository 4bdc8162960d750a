import type { ConnectorType, Params } from "../../catalog/connector-type.ts";
import { destinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { assertFewRecipients } from "../../catalog/recipients.ts";
import { hostsInParams } from "../../catalog/request-destinations.ts";
import { credentialsFor } from "../../catalog/when.ts";
import type { SecretFlow } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { canonicalJson } from "../../plain-object.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import { ownRequest, requestFlow } from "./secret-flows.ts";

type Runnable = Pick<Connector, "id" | "name" | "type" | "config">;

/** Where one run goes, from its config and params together. */
export interface RunFlows {
  flows: SecretFlow[];
  /** A sentence on hosts that are not the connector's own; empty if there are none. */
  words: string;
}

/**
 * The destinations of a run with these params, for its plan.
 * @throws ToolError limit_reached; secret_refused if secrets stored in the connector would go to a host that is not its own
 */
export function runFlows(found: Runnable, entry: ConnectorType | undefined, params: Params): RunFlows {
  assertFewRecipients(entry, params);
  const elsewhere = elsewhereBy(found, entry, params);
  const own = ownFlow(found, entry, elsewhere.length > 0);
  return {
    flows: [...own, ...elsewhere],
    words: elsewhere.length === 0 ? "" : ` ${elsewhere.map(({ source, hosts }) => `${source} → ${shownHosts(hosts)}`).join("; ")}.`,
  };
}

/** If the params name a further host for the service to call, the request itself still goes to the connector's own host, which is agreed already and shown too. */
function ownFlow({ config }: Runnable, entry: ConnectorType | undefined, besides: boolean): SecretFlow[] {
  const flow = entry ? requestFlow(entry, config ?? {}) : [];
  if (flow.length > 0 || !besides || (entry && entry.freeParams === undefined)) return flow;
  const hosts = entry && config ? destinations(entry, config, () => undefined) : [];
  return [{ field: "", source: ownRequest, hosts, agreed: true }];
}

/**
 * The destinations that a rule's actions choose by their params and did not have before.
 * @throws ToolError secret_refused
 */
export async function actionFlows(
  before: readonly RuleAction[],
  after: readonly RuleAction[],
  connectors: ReadonlyMap<string, Connector>,
): Promise<SecretFlow[]> {
  const request = ({ id, params }: RuleAction) => canonicalJson([id, params ?? {}]);
  const had = new Set(before.map(request));
  const fresh = after.filter((action) => !had.has(request(action)));
  const flows = await Promise.all(
    fresh.map(async (action) => {
      const found = connectors.get(action.id);
      return found ? elsewhereBy(found, await connectorType(found.type, found.config), action.params ?? {}) : [];
    }),
  );
  return flows.flat();
}

/** Each flow once: several rules often get the same. */
export function eachOnce(flows: readonly SecretFlow[]): SecretFlow[] {
  return [...new Map(flows.map((flow) => [JSON.stringify(flow), flow])).values()];
}

function elsewhereBy(found: Runnable, entry: ConnectorType | undefined, params: Params): SecretFlow[] {
  const named = hostsInParams(entry, found.config, params);
  const refused = named.find(({ withSecrets }) => withSecrets && mayHold(found, entry));
  if (refused) {
    const hosts = entry ? destinations(entry, found.config ?? {}, () => undefined) : [];
    const own = hosts.length > 0 ? ` Its own is ${shownHosts(hosts)}.` : "";
    throw new ToolError(
      "secret_refused",
      `${refused.field} leads to ${plainText(refused.host, 120)}, and what is stored in ${quoted(found.name, 60)} (${found.id}), including its secrets, would be sent there.${own}`,
      "Leave it out, or stay on the connector's own host, scheme and port. For another host create a separate connector with create_connector.",
      { path: refused.field, host: refused.host },
    );
  }
  return [...grouped(named, ({ field }) => field)].map(([field, ofField]) => ({
    field: "",
    source: entry ? `The request, as ${field} says,` : `An address in ${field}`,
    hosts: ofField.map(({ host }) => host),
  }));
}

/** Kibana does not say whether secrets are stored, and config may hold some too. */
function mayHold({ config }: Runnable, entry: ConnectorType | undefined): boolean {
  if (config === undefined || entry === undefined) return true;
  const ways = credentialsFor(entry, config);
  return ways.some(({ fields, optional = [] }) => fields.length + optional.length > 0) || hideInConfig(config).found.length > 0;
}

export function shownHosts(hosts: readonly string[]): string {
  return hosts.map((host) => plainText(host, 120)).join(", ");
}
