import type { ConnectorType } from "../../catalog/connector-type.ts";
import { endInWords, endOf } from "../../catalog/end-of-life.ts";
import { unusable } from "../../kibana/connector-types.ts";
import type { SealedRecord } from "../../sealed.ts";
import type { ToolContext } from "../define.ts";
import { destinationsWith } from "../secrets/secret-flows.ts";

/** Says that what is made or changed here ends, in general or at the address that is given; that it will be replaced one day only of a new one. */
export async function endWarning(
  entry: ConnectorType | undefined,
  { config, secrets, space, isNew }: { config: Record<string, unknown>; secrets: SealedRecord; space: string; isNew: boolean },
  { kibana }: ToolContext,
): Promise<string[]> {
  const end = entry?.endOfLife && endOf(entry, config, destinationsWith(entry, config, secrets));
  if (!end) return [];
  const { date, successor } = end;
  if (date === undefined && !isNew) return [];
  if (date === undefined && successor !== undefined) {
    // What is only to be replaced, where there is nothing to replace it with, is no news.
    const type = (await kibana.connectorTypes(space)).find(({ id }) => id === successor);
    if (!type || unusable(type) !== undefined) return [];
  }
  return [`${endInWords(end, Date.now())}.`];
}
