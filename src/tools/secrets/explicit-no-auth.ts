import type { ConnectorType } from "../../catalog/connector-type.ts";
import { describeFields } from "../../catalog/describe.ts";
import { checkPart, checkTogether } from "../../catalog/validate.ts";
import { credentialsFor } from "../../catalog/when.ts";

type Config = Record<string, unknown>;

/**
 * A config in which "no authentication" is said where no credentials come along: Kibana would take the connector, keep
 * its own default, hasAuth true, and every later update would be asked for a user and a password that never were.
 */
export function authenticationSaid(entry: ConnectorType | undefined, config: Config, secrets: Config): { config: Config; notes: string[] } {
  const none = entry && withoutAuthentication(entry);
  if (!entry || !none || config.hasAuth !== undefined || config.authType != null) return { config, notes: [] };
  const credentials = new Set(entry.credentials.flatMap(({ fields }) => fields));
  const given = Object.keys(secrets).some((field) => field === "$ask" || credentials.has(field));
  const needed = (credentialsFor(entry, config)[0]?.fields.length ?? 0) > 0;
  const taken = checkPart(entry, "secrets", {}).errors.length === 0 && checkTogether(entry, config, {}).errors.length === 0;
  if (given || !needed || !taken) return { config, notes: [] };
  const said = JSON.stringify(none);
  return {
    config: { ...config, ...none },
    notes: [
      `No credentials are given, so config gets ${said}: no authentication. For another way give config.hasAuth true and its secrets.`,
    ],
  };
}

/** The way out where credentials are asked for that the service does not want; empty where the type has none. */
export function noneInstead(entry: ConnectorType): string {
  const none = withoutAuthentication(entry);
  return none ? ` If the service wants no authentication, pass config: ${JSON.stringify(none)}.` : "";
}

/** The config that says "no authentication"; undefined where the type has no such way. */
function withoutAuthentication(entry: ConnectorType): Config | undefined {
  if (!entry.credentials.some(({ fields, when }) => fields.length === 0 && when?.hasAuth === false)) return undefined;
  // Some versions take basic where authType is left out, and then refuse it (reference/connector-types.md).
  const nullable = describeFields(entry, "config").some(({ name, type }) => name === "authType" && type.split("|").includes("null"));
  return { hasAuth: false, ...(nullable ? { authType: null } : {}) };
}
