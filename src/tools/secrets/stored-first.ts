import type { ConnectorType } from "../../catalog/connector-type.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Status } from "../../kibana/status.ts";
import { fieldsWithValue } from "../../sealed.ts";
import { givenFields, storedSecrets } from "./stored-secrets.ts";
import type { GivenSecrets } from "./with-given.ts";

/** What an update stores where nothing was, and which named secrets it leaves out. */
export interface StoredFirst {
  fields: string[];
  /** Names of secret headers that are there and that it does not give; undefined: Kibana does not tell them. */
  lost: string[] | undefined;
}

/** The one field whose names Kibana tells. */
export const headersField = "secretHeaders";

/**
 * Secrets of an update that its undo takes out again: headers, where Kibana tells that there are none, and what only the new way to sign
 * in needs.
 * @param byJournal what this server stored in it
 */
export async function storedFirst(
  {
    entry,
    before,
    config,
    given,
    byJournal,
  }: {
    entry: ConnectorType | undefined;
    before: Connector;
    config: Record<string, unknown>;
    given: GivenSecrets;
    byJournal: readonly string[];
  },
  { kibana, space, status }: { kibana: Reader; space: string; status: Status },
): Promise<StoredFirst> {
  const fields = [...givenFields(given.secrets, given.asked)];
  const [was, becomes] = [storedSecrets(entry, before.config ?? {}, status), storedSecrets(entry, config, status)];
  const mayHaveHeaders = fields.includes(headersField) && was.possible.includes(headersField);
  const names = mayHaveHeaders ? await kibana.secretHeaderNames(space, before.id) : undefined;
  const now = namesGiven(given);
  const isFirst = (field: string) => (field === headersField ? names?.length === 0 : becomes.needed.includes(field));
  return {
    fields: before.missingSecrets
      ? []
      : fields.filter((field) => !was.needed.includes(field) && !byJournal.includes(field) && isFirst(field)),
    lost: names?.filter((name) => !now.has(name.toLowerCase())),
  };
}

/** The names of headers differ in case only. */
function namesGiven({ secrets, asked }: GivenSecrets): Set<string> {
  const there = secrets[headersField];
  const given = fieldsWithValue(there !== null && typeof there === "object" && !Array.isArray(there) ? { ...there } : {});
  const typed = asked.flatMap((path) =>
    path.startsWith(`secrets.${headersField}.`) ? [path.slice(`secrets.${headersField}.`.length)] : [],
  );
  return new Set([...given, ...typed].map((name) => name.toLowerCase()));
}
