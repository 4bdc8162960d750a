import type { ConnectorType } from "../../catalog/connector-type.ts";
import { describeFields } from "../../catalog/describe.ts";
import { fileFields } from "../../catalog/file-fields.ts";
import { type Resolved, resolveSecrets } from "../../secrets/resolve.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { askableFields } from "./page-fields.ts";

/** The names of a type's secrets, with every way to authenticate. */
export function secretFields(entry: ConnectorType): string[] {
  return describeFields(entry, "secrets").map(({ name }) => name);
}

/** The `secrets` argument of a tool, for a connector of this type and config. @throws ToolError literal_secret_refused, secret_refused */
export function givenSecrets(
  entry: ConnectorType | undefined,
  config: Record<string, unknown>,
  given: Record<string, unknown>,
  source: SecretSource,
): Resolved {
  return resolveSecrets(given, source, askableFields(entry, config), fileFields(entry, "secrets", given), entry && secretFields(entry));
}
