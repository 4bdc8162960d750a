import type { ConnectorType } from "../../catalog/connector-type.ts";
import { credentialsFor } from "../../catalog/when.ts";

type Config = Record<string, unknown>;

/**
 * Config and secrets, as given in the arguments, with the name of the way to authenticate in both, for a type that keeps it among
 * its secrets: Kibana refuses secrets without it, and some versions every later update of a config without it (kibana#260879).
 * Where nothing tells which way is meant they stay as they are, and the check says which there are.
 */
export function withWayNamed(entry: ConnectorType | undefined, config: Config, secrets: Config): { config: Config; secrets: Config } {
  const field = entry?.wayField;
  if (!entry || field === undefined) return { config, secrets };
  const way = meantWay(entry, config, secrets, field);
  const name = typeof secrets[field] === "string" ? secrets[field] : way?.name;
  if (name === undefined) return { config, secrets };
  const given = secrets.$ask === true && way ? Object.fromEntries(way.fields.map((one) => [one, secrets])) : secrets;
  return { config: { ...config, [field]: name }, secrets: { ...given, [field]: name } };
}

/** The way that the secrets name, or else that the config names, or else the one that has all the fields that are given. */
function meantWay(entry: ConnectorType, config: Config, secrets: Config, field: string) {
  if (typeof secrets[field] === "string") return entry.credentials.find(({ name }) => name === secrets[field]);
  const open = credentialsFor(entry, config);
  const given = Object.keys(secrets).filter((one) => one !== field && one !== "$ask");
  const fits = open.filter(({ fields, optional = [] }) => given.every((one) => fields.includes(one) || optional.includes(one)));
  const [only, ...others] = fits.length > 0 ? fits : open;
  if (others.length === 0) return only;
  return secrets.$ask === true ? open[0] : undefined;
}
