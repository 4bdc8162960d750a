/** What says whether Kibana may take a connector by its type. */
interface OfType {
  name: string;
  type: string;
  deprecated?: boolean;
  missingSecrets?: boolean;
}

/** The feature of types whose users name no connector: response actions of Elastic Security take the first one. */
export const takesTheFirst = "endpointSecurity";

const { compare } = new Intl.Collator("en");

/** Kibana lists connectors so (actions/server/application/connector/methods/get_all/get_all.ts). */
export function byName(one: { name: string }, other: { name: string }): number {
  return compare(one.name, other.name);
}

/** The first by name; of several that are named alike only Kibana knows which it is. */
export function firstByName<N extends { name: string }>(all: readonly N[]): N[] {
  const [one, ...others] = all;
  if (!one) return [];
  const first = others.reduce((least, other) => (byName(other, least) < 0 ? other : least), one);
  return all.filter((other) => byName(other, first) === 0);
}

/**
 * Which connector of a type is taken by what names none: the first by name that has its secrets and is not deprecated
 * (security_solution, normalized_external_connector_client.ts). Where all are deprecated their type may be, which nobody minds there.
 */
export function firstOfType<C extends OfType>(all: readonly C[], type: string): C[] {
  const able = all.filter((one) => one.type === type && !one.missingSecrets);
  const current = able.filter(({ deprecated }) => !deprecated);
  return firstByName(current.length > 0 ? current : able);
}
