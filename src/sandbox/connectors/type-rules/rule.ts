import type { KibanaSettings } from "../../kibana-yml.ts";
import type { Dict } from "../../types.ts";

export type Part = "config" | "secrets" | "params";

/** A refinement of Kibana's schema that does not hold: worded like any other problem of the schema. */
export interface Misfit {
  path: readonly (string | number)[];
  message: string;
}

/** Gives Kibana's message, or undefined. */
export type Check = (value: Dict, settings: KibanaSettings) => string | undefined;

/** What Kibana checks of a type beyond the shape. */
export interface TypeRules {
  refine?: Partial<Record<Part, (value: Dict) => Misfit[]>>;
  /**
   * Kibana's own code after the schema: its message is used as it is. A part with one compares addresses with
   * `allowedHosts` here; of the others that is done by the catalogue's list.
   */
  check?: Partial<Record<Part, Check>>;
  /** The sub-actions in the order of Kibana's schema, where that is not the catalogue's. */
  subActions?: readonly string[];
  /** Kibana's schema of the params is a plain union: it does not list the sub-actions that it knows. */
  plainUnion?: true;
  /** Over both parts as they were sent, before defaults. */
  connector?: (config: Dict, secrets: Dict) => string | undefined;
}

/** The first problem of several rules. */
export function firstOf(...problems: readonly (string | false | undefined)[]): string | undefined {
  return problems.find((problem): problem is string => typeof problem === "string");
}
