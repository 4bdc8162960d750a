import * as z from "zod";
import { connectorType } from "../catalog/index.ts";
import { type Part, typeRules } from "./type-rules.ts";
import type { Dict, State } from "./types.ts";
import { atLeast } from "./version.ts";
import { describeIssues } from "./wording.ts";

/** A value with Kibana's defaults, or the sentence that refuses it. */
type Checked<T> = { ok: true; value: T } | { ok: false; problem: string };

/** Config, then secrets, then both together: the order decides which problem is seen (reference/kibana-api.md §1.3). */
export async function checkConnector(
  type: string,
  config: Dict,
  secrets: Dict,
  state: State,
): Promise<Checked<{ config: Dict; secrets: Dict }>> {
  const schemas = (await connectorType(type))?.schemas();
  if (!schemas) return { ok: true, value: { config, secrets } };
  const checkedConfig = checkPart(type, "config", schemas.config, config, state);
  if (!checkedConfig.ok) return checkedConfig;
  const checkedSecrets = checkPart(type, "secrets", schemas.secrets, secrets, state);
  if (!checkedSecrets.ok) return checkedSecrets;
  const problem = typeRules[type]?.connector?.(checkedConfig.value, checkedSecrets.value) ?? schemas.connector?.(config, secrets)[0];
  if (problem) return { ok: false, problem: `error validating action type connector: ${problem}` };
  return { ok: true, value: { config: checkedConfig.value, secrets: checkedSecrets.value } };
}

export async function checkParams(type: string, params: Dict, state: State): Promise<Checked<Dict>> {
  const schemas = (await connectorType(type))?.schemas();
  return schemas ? checkPart(type, "params", schemas.params, params, state) : { ok: true, value: params };
}

/** The shape first, then Kibana's own rules, then what the catalogue's refinements still find. */
function checkPart(type: string, part: Part, schema: z.ZodType<Dict>, input: Dict, state: State): Checked<Dict> {
  const prefix = part === "params" ? "action params" : `${atLeast(state.version, 9) ? "connector" : "action"} type ${part}`;
  const refuse = (problem: string): Checked<Dict> => ({ ok: false, problem: `error validating ${prefix}: ${problem}` });
  const result = schema.safeParse(input);
  const wrongShape = result.error?.issues.filter((issue) => issue.code !== "custom") ?? [];
  if (wrongShape.length > 0) return refuse(describeIssues(new z.ZodError(wrongShape), input, state.wording));
  const { refine, check } = typeRules[type] ?? {};
  const refined = refine?.[part]?.(input);
  if (refined) return refuse(state.wording === "prettified" ? `✖ ${refined}` : refined);
  const checked = check?.[part]?.(input);
  if (checked) return refuse(checked);
  return result.success ? { ok: true, value: result.data } : refuse(describeIssues(result.error, input, state.wording));
}
