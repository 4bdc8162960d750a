import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";

/** A connector after a write, from the list, which alone says how many uses it has. Undefined if it cannot be read. */
export async function storedNow(id: string | undefined, space: string, kibana: Reader): Promise<Connector | undefined> {
  if (id === undefined) return undefined;
  const listed = await kibana.connectors(space).catch(() => []);
  return listed.find((one) => one.id === id);
}
