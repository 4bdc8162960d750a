import * as z from "zod";
import { catalogType } from "../../catalog/index.ts";
import type { Outcome } from "../third-parties/outcome.ts";
import type { Dict, State, Wording } from "../types.ts";
import { has } from "../version-changes.ts";
import { subActionProblem } from "./schema-problem.ts";

/** Types on Kibana's sub-action framework, which checks the params of a sub-action inside the run (reference/corrections.md §2). */
const subActionTypes = [
  ...[".opsgenie", ".jira-service-management", ".gen-ai", ".bedrock", ".gemini", ".inference", ".tines", ".d3security"],
  ...[".xsoar", ".thehive", ".resilient", ".crowdstrike", ".sentinelone", ".microsoft_defender_endpoint", ".mcp"],
];

export function isSubActionType(id: string): boolean {
  return subActionTypes.includes(id);
}

/** What is checked before the run; zod drops other keys, config-schema refused them. Source: sub_action_framework/validators.ts. */
export function subActionEnvelope(wording: Wording): z.ZodType<Dict> {
  const params = z.looseObject({});
  if (wording === "config-schema") return z.strictObject({ subAction: z.string(), subActionParams: params.default({}) });
  return z.object({ subAction: z.string(), subActionParams: params.nullish() });
}

/** The params with Kibana's defaults, or the failure of the run. Source: sub_action_framework/executor.ts. */
export async function checkSubAction(
  { id, type: typeId }: { id: string; type: string },
  params: Dict,
  state: State,
): Promise<{ params: Dict } | { failure: Outcome }> {
  const type = isSubActionType(typeId) ? await catalogType(typeId) : undefined;
  if (!type) return { params };
  const name = String(params.subAction);
  if (!Object.hasOwn(type.subActions ?? {}, name)) {
    const where = `Connector id: ${id}. Connector name: ${type.name}. Connector type: ${type.id}`;
    return { failure: thrown(`Sub action "${name}" is not registered. ${where}`, "framework") };
  }
  const problem = subActionProblem(type, params, state);
  if (problem) {
    const error = state.wording === "config-schema" ? `Error: ${problem}` : problem;
    return { failure: thrown(`Request validation failed (${error})`, blamed(state.version)) };
  }
  const result = type.schemas().params.safeParse(params);
  return { params: result.success ? result.data : params };
}

/** Whom Kibana blames for bad params. */
export function blamed(version: string): "user" | "framework" {
  return has(version, "bad params blamed on the user") ? "user" : "framework";
}

function thrown(serviceMessage: string, errorSource: "user" | "framework"): Outcome {
  return { status: "error", message: "an error occurred while running the action", serviceMessage, retry: true, errorSource };
}
