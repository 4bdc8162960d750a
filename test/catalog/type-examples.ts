import type { ConnectorType } from "../../src/catalog/connector-type.ts";
import { connectorType } from "../../src/catalog/index.ts";
import type { Part } from "../../src/catalog/validate.ts";

type Dict = Record<string, unknown>;

/** What Kibana's own rules say of one type, and how its connectors are stored, as literals: nothing here comes from the code under test. */
export interface TypeExamples {
  type: string;
  accepted: readonly (readonly [part: Part, value: unknown])[];
  /** With the path of the first error. */
  refused: readonly (readonly [part: Part, value: unknown, path: string])[];
  /** Config and secrets that each pass alone. */
  together?: {
    accepted: readonly (readonly [config: Dict, secrets: Dict])[];
    refused: readonly (readonly [config: Dict, secrets: Dict, problem: RegExp])[];
  };
  /** A connector for each way to authenticate, which together hold every secret field. Absent: a system type, which stores none. */
  stored?: readonly StoredExample[];
}

/** A realistic connector, with every secret that its way to authenticate can have. */
export interface StoredExample {
  way: string;
  config: Dict;
  /** Of the form that a real one has: PEM, base64 of PEM or of a container, a URL, JSON, or plain text. */
  secrets: Dict;
  /** One key that a person may want to change, and nothing else. */
  patch: Dict;
  /** The way's own credentials: without them Kibana would refuse the update, or forget them. Absent: all of `secrets`. */
  required?: readonly string[];
  /** Other secrets that may be stored, and that Kibana forgets silently. */
  possible?: readonly string[];
}

/** The entry of a type that must exist. */
export async function entry(id: string): Promise<ConnectorType> {
  const type = await connectorType(id);
  if (!type) throw new Error(`no entry for ${id}`);
  return type;
}
