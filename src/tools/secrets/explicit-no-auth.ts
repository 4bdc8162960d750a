import type { ConnectorType } from "../../catalog/connector-type.ts";
import { describeFields } from "../../catalog/describe.ts";
import { checkPart, checkTogether } from "../../catalog/validate.ts";
import { credentialsFor } from "../../catalog/when.ts";

type Config = Record<string, unknown>;

/**
 * A config that says "no authentication" if no credentials are given. Otherwise Kibana would accept the connector with
 * its default, hasAuth true, and every later update would ask for a user and a password that never existed.
 */
export function authenticationSaid(entry: ConnectorType | undefined, config: Config, secrets: Config): { config: Config; notes: string[] } {
  const none = entry && withoutAuthentication(entry);
  if (!entry || !none || config.hasAuth !== undefined || config.authType != null) return { config, notes: [] };
  const credentials = new Set(entry.credentials.filter(({ beside }) => !beside).flatMap(({ fields }) => fields));
  const given = Object.keys(secrets).some((field) => field === "$ask" || credentials.has(field));
  const needed = (credentialsFor(entry, config)[0]?.fields.length ?? 0) > 0;
  const taken = checkPart(entry, "secrets", {}).errors.length === 0 && checkTogether(entry, config, {}).errors.length === 0;
  if (given || !needed || !taken) return { config, notes: [] };
  const said = JSON.stringify(none);
  const beside = Object.keys(secrets).join(" and ");
  return {
    config: { ...config, ...none },
    notes: [
      `${beside ? `Of secrets only ${beside} is` : "No credentials are"} given, so config gets ${said}: no ${beside ? "other " : ""}authentication. For another method give config.hasAuth true and its secrets.`,
    ],
  };
}

/** What to do if the service wants no credentials; empty if the type always has some. */
export function noneInstead(entry: ConnectorType): string {
  const none = withoutAuthentication(entry);
  return none ? ` If the service wants no authentication, pass config: ${JSON.stringify(none)}.` : "";
}

/** The config that says "no authentication"; undefined if the type cannot say so. */
function withoutAuthentication(entry: ConnectorType): Config | undefined {
  if (!entry.credentials.some(({ fields, when }) => fields.length === 0 && when?.hasAuth === false)) return undefined;
  // Some versions assume basic if authType is left out, and then refuse it (reference/connector-types.md).
  const nullable = describeFields(entry, "config").some(({ name, type }) => name === "authType" && type.split("|").includes("null"));
  return { hasAuth: false, ...(nullable ? { authType: null } : {}) };
}
