import { isHostName } from "../host-name.ts";
import { isPlainObject } from "../plain-object.ts";
import { isAddressKey } from "./addresses.ts";
import type { Config, Problem } from "./connector-type.ts";
import { isHostHeader } from "./destinations.ts";
import { fieldsAt, hasFormat, type JsonSchema } from "./json-schema.ts";

/**
 * Hosts that would be read in another way than they are shown, or that nobody would see: Kibana would save them, and this
 * server refuses them. Never quotes a value.
 */
export function hostProblems(schema: JsonSchema, part: "config" | "secrets", given: Config): Problem[] {
  return part === "config" ? inConfig(schema, given) : inSecrets(given);
}

function inConfig(schema: JsonSchema, given: Config): Problem[] {
  const names = [...fieldsAt(schema, given)].flatMap(([field, fieldSchema]): Problem[] => {
    const value = given[field];
    if (!hasFormat(fieldSchema, "hostname") || typeof value !== "string" || value === "" || isHostName(value)) return [];
    const problem = "must be a host name or an IP address alone: Kibana would look up the whole text as a name";
    return [{ path: `config.${field}`, problem, suggestion: "without scheme, user, port and path, such as smtp.example.com" }];
  });
  const { apiKeyHeaderName: header } = given;
  if (typeof header !== "string" || !isHostHeader(header)) return names;
  const problem = "must not be Host, which chooses who answers the request";
  return [...names, { path: "config.apiKeyHeaderName", problem, suggestion: "the header in which the service expects its key" }];
}

/** Destinations are shown to people and compared with what the operator allows; a secret is not. */
function inSecrets({ secretHeaders, providerSecrets }: Config): Problem[] {
  const problem = "chooses where requests go, so it must not be a secret";
  return [
    ...keysIn(secretHeaders, isHostHeader).map((key) => ({ path: `secrets.secretHeaders.${key}`, problem, suggestion: "config.headers" })),
    ...keysIn(providerSecrets, isAddressKey).map((key) => ({
      path: `secrets.providerSecrets.${key}`,
      problem,
      suggestion: "config.providerConfig",
    })),
  ];
}

/** Keys at any depth, dotted. */
function keysIn(value: unknown, fits: (key: string) => boolean): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysIn(item, fits));
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(fits(key) ? [key] : []),
    ...keysIn(inner, fits).map((deeper) => `${key}.${deeper}`),
  ]);
}
