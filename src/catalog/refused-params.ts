import type { ConnectorType, Params } from "./connector-type.ts";
import { checkPart } from "./validate.ts";

/** What Kibana refuses of a rule's action, or a workflow's step: it saves the rule, and each run fails. */
export interface RefusedParams {
  /** Dotted from `params`, the first that was found first. */
  problems: { path: string; problem: string }[];
  /** Fields that the type does not have, among those. */
  unknown: string[];
  /** Whether it surely refuses them: a newer Kibana may know more fields, and some versions drop what is beside a sub-action. */
  surely: boolean;
}

/** What Kibana refuses, if anything, and the fields with few values where a template stands: what only a run decides. */
export interface JudgedParams {
  refused: RefusedParams | undefined;
  undecided: { path: string; problem: string }[];
}

/**
 * @param mayKnowMore whether this Kibana may know more fields than the catalogue
 * @param runs who hands them over: of a rule's, some types drop what they do not fill in
 */
export function judgedParams(
  type: ConnectorType,
  params: Params,
  mayKnowMore: boolean,
  runs: "byRule" | "byStep" = "byRule",
): JudgedParams {
  const { errors, unknownKeys = [], undecided = [] } = checkPart(type, "params", params, { [runs]: true, onlyErrors: true });
  const unknown = unknownKeys.map((path) => ({ path, problem: "is none of its fields" }));
  if (errors.length + unknown.length === 0) return { refused: undefined, undecided };
  // Kibana's own description of a type is checked without what its code adds.
  const surely = !type.fromKibana && (errors.length > 0 || unknownKeys.some((path) => isSurelyUnknown(path, type, mayKnowMore)));
  return { refused: { problems: [...errors, ...unknown], unknown: unknownKeys, surely }, undecided };
}

/** What Kibana refuses of them; undefined where nothing is refused. */
export function refusedParams(type: ConnectorType, params: Params, mayKnowMore: boolean): RefusedParams | undefined {
  return judgedParams(type, params, mayKnowMore).refused;
}

/** The fields that the type surely does not have, as paths within the params. */
export function surelyUnknown(type: ConnectorType, params: Params, mayKnowMore: boolean): string[][] {
  const { unknown = [] } = refusedParams(type, params, mayKnowMore) ?? {};
  if (type.fromKibana) return [];
  return unknown.filter((path) => isSurelyUnknown(path, type, mayKnowMore)).map((path) => path.split(".").slice(1));
}

function isSurelyUnknown(path: string, { subActions }: ConnectorType, mayKnowMore: boolean): boolean {
  return !mayKnowMore && (!subActions || path.split(".").length > 2);
}
