import * as z from "zod";
import { parseBody } from "../http/request-schema.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { connectorNamed, modelNamed } from "./connector-of-step.ts";
import { publicRoute } from "./gate.ts";
import { visibleWorkflows } from "./lookup.ts";
import { allSteps, type Diagnostic, readYaml } from "./read-yaml.ts";

const body = z.strictObject({ yaml: z.string().max(1_048_576) });

/** What the editor shows: more than a save looks at, which takes a connector or workflow that does not exist. */
function validate(call: Call, state: State): Reply {
  const { yaml } = parseBody(body, call);
  const { definition, problems } = readYaml(yaml);
  const diagnostics = definition
    ? allSteps({ steps: definition.steps, settings: definition.settings }).flatMap(({ step, path }) => missing(step, path, call, state))
    : problems;
  const valid = diagnostics.every(({ severity }) => severity !== "error");
  return { status: 200, body: { valid, diagnostics, ...(definition && { parsedWorkflow: definition }) } };
}

/** Templates are decided at run time. */
const isTemplate = (text: string) => text.includes("{{");

function missing(step: Dict, path: string, call: Call, state: State): Diagnostic[] {
  const connector = step["connector-id"];
  const target = step.type === "workflow.execute" || step.type === "workflow.executeAsync" ? Object(step.with)["workflow-id"] : undefined;
  const found: Diagnostic[] = [];
  const named = String(step.type).startsWith("ai.") ? modelNamed : connectorNamed;
  if (typeof connector === "string" && !isTemplate(connector) && !named(connector, call.space, state)) {
    const message = `Connector "${connector}" not found`;
    const ruleId = "connectorNotFound";
    found.push({ severity: "error", message, source: "connector-id-validation", ruleId, path: `${path}.connector-id` });
  }
  if (typeof target === "string" && !isTemplate(target) && !visibleWorkflows(call, state).some(({ id }) => id === target)) {
    const message = `Workflow "${target}" not found`;
    const ruleId = "targetWorkflowNotFound";
    found.push({ severity: "error", message, source: "workflow-id-validation", ruleId, path: `${path}.with.workflow-id` });
  }
  return found;
}

export const workflowValidateRoutes: readonly Route[] = [
  publicRoute("read", { method: "POST", path: "/api/workflows/validate", internalVersion: "1", handler: validate }),
];
