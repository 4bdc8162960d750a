import type { ConnectorType } from "../../src/catalog/connector-type.ts";
import { connectorType } from "../../src/catalog/index.ts";
import type { Part } from "../../src/catalog/validate.ts";

/** What Kibana's own rules say of one type, as literals: nothing here comes from the code under test. */
export interface TypeExamples {
  accepted: readonly (readonly [part: Part, value: unknown])[];
  /** With the path of the first error. */
  refused: readonly (readonly [part: Part, value: unknown, path: string])[];
  /** Config and secrets that each pass alone. */
  together?: {
    accepted: readonly (readonly [config: Record<string, unknown>, secrets: Record<string, unknown>])[];
    refused: readonly (readonly [config: Record<string, unknown>, secrets: Record<string, unknown>, problem: RegExp])[];
  };
}

/** The entry of a type that must exist. */
export async function entry(id: string): Promise<ConnectorType> {
  const type = await connectorType(id);
  if (!type) throw new Error(`no entry for ${id}`);
  return type;
}
