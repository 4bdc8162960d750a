import type { ConnectorType } from "../../catalog/connector-type.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Status } from "../../kibana/status.ts";
import { hasName, headersField } from "../../secrets/secret-headers.ts";
import { givenFields, storedSecrets } from "./stored-secrets.ts";
import type { StoredThere } from "./stored-there.ts";
import { type GivenSecrets, headersGiven } from "./with-given.ts";

/**
 * Secrets of an update that its undo takes out again: headers, where Kibana tells that there are none, and what only the new way to sign
 * in needs.
 */
export function storedFirst(
  {
    entry,
    before,
    config,
    given,
    there,
  }: {
    entry: ConnectorType | undefined;
    before: Connector;
    config: Record<string, unknown>;
    given: GivenSecrets;
    there: StoredThere;
  },
  status: Status,
): string[] {
  if (before.missingSecrets) return [];
  const fields = [...givenFields(given.secrets, given.asked)];
  const [was, becomes] = [storedSecrets(entry, before.config ?? {}, status), storedSecrets(entry, config, status)];
  const isFirst = (field: string) => (field === headersField ? there.listed?.length === 0 : becomes.needed.includes(field));
  return fields.filter((field) => !was.needed.includes(field) && !there.now.includes(field) && isFirst(field));
}

/** The names of secret headers that are there and not given, where others are, nor taken out by an undo; undefined: Kibana does not tell them. */
export function headersLost(given: GivenSecrets, { listed, out }: StoredThere): string[] | undefined {
  return listed?.filter((name) => !hasName([...headersGiven(given), ...out], name));
}
