import type { ConnectorType } from "../../catalog/connector-type.ts";
import { describeFields } from "../../catalog/describe.ts";
import { checkPart, checkTogether } from "../../catalog/validate.ts";
import { credentialsFor } from "../../catalog/when.ts";
import type { Subject } from "./proposed-secrets.ts";

type Config = Record<string, unknown>;

/**
 * A config that says "no authentication" if no credentials are given. Otherwise Kibana would accept the connector with
 * its default, hasAuth true, and every later update would ask for a user and a password that never existed.
 */
export function authenticationSaid(entry: ConnectorType | undefined, config: Config, secrets: Config): { config: Config; notes: string[] } {
  const none = entry && withoutAuthentication(entry);
  if (!entry || !none || config.hasAuth !== undefined || config.authType != null) return { config, notes: [] };
  const credentials = new Set(entry.credentials.filter(({ beside }) => !beside).flatMap(({ fields }) => fields));
  const given = Object.entries(secrets).some(([field, value]) => value !== null && (field === "$ask" || credentials.has(field)));
  const needed = (credentialsFor(entry, config)[0]?.fields.length ?? 0) > 0;
  const taken = checkPart(entry, "secrets", {}).errors.length === 0 && checkTogether(entry, config, {}).errors.length === 0;
  if (given || !needed || !taken) return { config, notes: [] };
  const said = JSON.stringify(none);
  const beside = Object.keys(secrets)
    .filter((field) => secrets[field] !== null)
    .join(" and ");
  return {
    config: { ...config, ...none },
    notes: [
      `${beside ? `Of secrets only ${beside} is` : "No credentials are"} given, so config gets ${said}: no ${beside ? "other " : ""}authentication. For another method give config.hasAuth true and its secrets.`,
    ],
  };
}

/**
 * What to do if the service wants no credentials; empty where that would not help: the type always has some, its config says so
 * already, or others are asked for.
 * @param asked the fields that are asked for
 */
export function noneInstead(entry: ConnectorType, { config = {}, configBefore }: Subject, asked: readonly string[]): string {
  const none = withoutAuthentication(entry);
  const becomes = { ...config, ...none };
  if (!none || [config, configBefore].some((one) => one && credentialsIn(entry, one).isNone)) return "";
  const [now, then] = [credentialsIn(entry, config), credentialsIn(entry, becomes)];
  const stays = asked.filter((field) => then.fields.includes(field) || (then.optional.includes(field) && !now.fields.includes(field)));
  if (!then.isNone || stays.length === asked.length || checkPart(entry, "config", becomes).errors.length > 0) return "";
  const but = stays.length > 0 ? ` and of these secrets only ${stays.join(" and ")}` : "";
  return ` If the service wants no authentication, pass config: ${JSON.stringify(none)}${but}.`;
}

/** What a config needs or may have, and whether it signs in with nothing. */
function credentialsIn(entry: ConnectorType, config: Readonly<Config>) {
  const ways = credentialsFor(entry, config);
  return {
    fields: ways.flatMap(({ fields }) => fields),
    optional: ways.flatMap(({ optional = [] }) => optional),
    isNone: ways.every(({ when }) => when?.hasAuth === false),
  };
}

/** The config that says "no authentication"; undefined if the type cannot say so. */
function withoutAuthentication(entry: ConnectorType): Config | undefined {
  if (!entry.credentials.some(({ fields, when }) => fields.length === 0 && when?.hasAuth === false)) return undefined;
  // Some versions assume basic if authType is left out, and then refuse it (reference/connector-types.md).
  const nullable = describeFields(entry, "config").some(({ name, type }) => name === "authType" && type.split("|").includes("null"));
  return { hasAuth: false, ...(nullable ? { authType: null } : {}) };
}
