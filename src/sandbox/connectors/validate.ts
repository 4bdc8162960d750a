import type { ConnectorType } from "../../catalog/connector-type.ts";
import { catalogType } from "../../catalog/index.ts";
import type { Dict, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { describeIssues } from "../wording/index.ts";
import { hostProblem } from "./allowed-hosts.ts";
import { schemaProblem } from "./schema-problem.ts";
import { newerDefaults, newerFields } from "./shape-by-version.ts";
import { checkSpecConnector, checkSpecParams } from "./spec-types.ts";
import { isSubActionType, subActionEnvelope } from "./sub-actions.ts";
import { typeRules } from "./type-rules/index.ts";
import type { Part } from "./type-rules/rule.ts";

/** A value with Kibana's defaults, or Kibana's message if it is refused. */
type Checked<T> = { ok: true; value: T } | { ok: false; problem: string };

/** Config, then secrets, then both together: the order decides which problem is seen (reference/kibana-api.md §1.3). */
export async function checkConnector(
  id: string,
  config: Dict,
  secrets: Dict,
  state: State,
): Promise<Checked<{ config: Dict; secrets: Dict }>> {
  const spec = state.specTypes.get(id);
  if (spec) return checkSpecConnector(spec, config, secrets, state);
  const type = await catalogType(id);
  if (!type) return { ok: true, value: { config, secrets } };
  const checkedConfig = checkPart(type, "config", config, state);
  if (!checkedConfig.ok) return checkedConfig;
  const checkedSecrets = checkPart(type, "secrets", secrets, state);
  if (!checkedSecrets.ok) return checkedSecrets;
  const { connector } = typeRules[id] ?? {};
  const problem = connector ? connector(config, secrets) : type.schemas().connector?.(config, secrets)[0];
  if (problem) return { ok: false, problem: `error validating action type connector: ${problem}` };
  return { ok: true, value: { config: checkedConfig.value, secrets: checkedSecrets.value } };
}

/** Of a sub-action type only the envelope: the rest is checked in the run. */
export async function checkParams(id: string, params: Dict, state: State): Promise<Checked<Dict>> {
  const spec = state.specTypes.get(id);
  if (spec) return checkSpecParams(spec, params, state);
  const type = await catalogType(id);
  if (!type) return { ok: true, value: params };
  if (!isSubActionType(id)) return checkPart(type, "params", params, state);
  const result = subActionEnvelope(state.wording).safeParse(params);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problem: `error validating action params: ${describeIssues(result.error, params, state.wording)}` };
}

/** The shape first, then what Kibana's own code adds, then what the catalogue's refinements still find. */
function checkPart(type: ConnectorType, part: Part, input: Dict, state: State): Checked<Dict> {
  const prefix =
    part === "params" ? "action params" : `${has(state.version, "zod 3 checks connectors") ? "connector" : "action"} type ${part}`;
  const refuse = (problem: string): Checked<Dict> => ({ ok: false, problem: `error validating ${prefix}: ${problem}` });
  const check = typeRules[type.id]?.check?.[part];
  const problem =
    schemaProblem(type, part, input, state) ??
    (check ? check(input, state.settings) : hostProblem(type.id, type.allowedHosts, part, input, state.settings));
  if (problem) return refuse(problem);
  const result = type.schemas()[part].safeParse(input);
  if (!result.success) return refuse(describeIssues(result.error, input, state.wording));
  const tooNew = newerFields(type.id, part, state.version);
  const value = Object.fromEntries(Object.entries(result.data).filter(([field]) => !tooNew.includes(field)));
  return { ok: true, value: { ...newerDefaults(type.id, part, state.version), ...value } };
}
