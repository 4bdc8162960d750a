import * as z from "zod";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import type { Dict, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { describeIssues } from "../wording/index.ts";
import { settingsProblem } from "./allowed-hosts.ts";
import { newerFields, olderProblems } from "./older-shapes.ts";
import { type Part, typeRules } from "./type-rules.ts";

/** A value with Kibana's defaults, or Kibana's message if it is refused. */
type Checked<T> = { ok: true; value: T } | { ok: false; problem: string };

/** Config, then secrets, then both together: the order decides which problem is seen (reference/kibana-api.md §1.3). */
export async function checkConnector(
  id: string,
  config: Dict,
  secrets: Dict,
  state: State,
): Promise<Checked<{ config: Dict; secrets: Dict }>> {
  const type = await connectorType(id);
  if (!type) return { ok: true, value: { config, secrets } };
  const checkedConfig = checkPart(type, "config", config, state);
  if (!checkedConfig.ok) return checkedConfig;
  const checkedSecrets = checkPart(type, "secrets", secrets, state);
  if (!checkedSecrets.ok) return checkedSecrets;
  const problem = typeRules[id]?.connector?.(checkedConfig.value, checkedSecrets.value) ?? type.schemas().connector?.(config, secrets)[0];
  if (problem) return { ok: false, problem: `error validating action type connector: ${problem}` };
  return { ok: true, value: { config: checkedConfig.value, secrets: checkedSecrets.value } };
}

export async function checkParams(id: string, params: Dict, state: State): Promise<Checked<Dict>> {
  const type = await connectorType(id);
  return type ? checkPart(type, "params", params, state) : { ok: true, value: params };
}

/** The shape first, then Kibana's own rules, then what the catalogue's refinements still find. */
function checkPart(type: ConnectorType, part: Part, input: Dict, state: State): Checked<Dict> {
  const prefix = part === "params" ? "action params" : `${has(state.version, "zod 3 checks connectors") ? "connector" : "action"} type ${part}`;
  const refuse = (problem: string): Checked<Dict> => ({ ok: false, problem: `error validating ${prefix}: ${problem}` });
  const result = type.schemas()[part].safeParse(input);
  const wrongShape = [
    ...olderProblems(type.id, part, input, state.version),
    ...(result.error?.issues.filter((issue) => issue.code !== "custom") ?? []),
  ];
  if (wrongShape.length > 0) return refuse(describeIssues(new z.ZodError(wrongShape), input, state.wording));
  const { refine, check } = typeRules[type.id] ?? {};
  const refined = refine?.[part]?.(input);
  if (refined) return refuse(state.wording === "prettified" ? `✖ ${refined}` : refined);
  const checked = check?.[part]?.(input);
  if (checked) return refuse(checked);
  if (!result.success) return refuse(describeIssues(result.error, input, state.wording));
  const tooNew = newerFields(type.id, part, state.version);
  const value = Object.fromEntries(Object.entries(result.data).filter(([field]) => !tooNew.includes(field)));
  const settings = settingsProblem(type.id, type.allowedHosts, part, value, state);
  return settings ? refuse(settings) : { ok: true, value };
}
