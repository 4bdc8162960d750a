import rows from "./spec-types.json" with { type: "json" };

/**
 * A connector type that Kibana registers from a specification file. What a deployment says of its own types counts: this is for
 * deployments that do not have the type, or do not describe it.
 */
export interface SpecType {
  id: string;
  name: string;
  /** Ways to authenticate, the header of an API key in brackets. Absent: not read. */
  authentication?: readonly string[];
}

/**
 * Their params are `{subAction, subActionParams}`, and their secrets hold `authType` with the fields of that way. None but
 * .elastic_slack can be the action of a rule. The list grows every week: what a deployment offers counts.
 * Source: reference data, spec_types; kbn-connector-specs.
 */
export const specTypes: readonly SpecType[] = rows;
