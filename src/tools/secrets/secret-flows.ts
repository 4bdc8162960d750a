import type { ConnectorType } from "../../catalog/connector-type.ts";
import { destinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { checkPart, checkTogether } from "../../catalog/validate.ts";
import type { SecretFlow } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { mapSealed, Sealed, type SealedRecord } from "../../sealed.ts";
import { assertBound } from "../../secrets/binding.ts";
import type { Resolved } from "../../secrets/resolve.ts";

type Config = Record<string, unknown>;

/** The host within a secret that is a URL. */
export function hostIn(secrets: SealedRecord): (field: string) => string | undefined {
  return (field) => {
    const value = secrets[field];
    return value instanceof Sealed ? value.host : undefined;
  };
}

/**
 * Where each secret would go; a type without an entry may send it anywhere. What a person types for just this plan is
 * agreed by that, and so is what the operator bound to this type and host.
 * @throws ToolError secret_refused where a binding says otherwise
 */
export function secretFlows(
  type: string,
  entry: ConnectorType | undefined,
  config: Config,
  { secrets, bindings, asked }: Resolved,
  typed: ReadonlySet<string>,
): SecretFlow[] {
  const hosts = entry ? destinations(entry, config, hostIn(secrets)) : [];
  const flows: SecretFlow[] = [];
  mapSealed(secrets, (sealed, path) => {
    const field = `secrets.${path.join(".")}`;
    const bound = bindings.get(field);
    if (bound) assertBound(sealed.source, bound, type, hosts);
    flows.push({ field, source: sealed.source, hosts, ...(bound || typed.has(field) ? { agreed: true as const } : {}) });
  });
  // The person who types them sees where they go before typing.
  for (const field of asked) flows.push({ field, source: `${field.replace(/^secrets\./, "")}, typed on this page`, hosts, agreed: true });
  return flows;
}

/**
 * Hosts that somebody agreed to before: connectors of the space carry secrets there. Only types and configs count that
 * Kibana takes with secrets alone; others anybody can create freely, and an agent could agree with itself.
 */
export async function agreedHosts(existing: readonly Connector[]): Promise<string[]> {
  const hosts = await Promise.all(existing.map(secretHosts));
  return [...new Set(hosts.flat())].sort();
}

async function secretHosts({ type, config }: Connector): Promise<string[]> {
  const entry = await connectorType(type);
  return entry && config && demandsSecrets(entry, config) ? destinations(entry, config, () => undefined) : [];
}

/** Whether the type takes no empty secrets, whatever the config: looked up once, a space may have thousands of connectors. */
const always = new WeakMap<ConnectorType, boolean>();

/** Whether Kibana would have refused this config without secrets. */
function demandsSecrets(entry: ConnectorType, config: Config): boolean {
  const ofType = always.get(entry) ?? checkPart(entry, "secrets", {}).errors.length > 0;
  always.set(entry, ofType);
  return ofType || checkTogether(entry, config, {}).errors.length > 0;
}

/** A run goes to hosts that anybody may have put into the config, when no secret was needed to create the connector. */
export function requestFlow(entry: ConnectorType, config: Config): SecretFlow[] {
  if (entry.target.kind === "fixed" || demandsSecrets(entry, config)) return [];
  const hosts = destinations(entry, config, () => undefined);
  return hosts.length > 0 ? [{ field: "", source: "A request", hosts }] : [];
}
