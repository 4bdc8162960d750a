import { catalogIds } from "../../catalog/index.ts";

/** Steps that are not a connector's: kbn-workflows/spec/schema.ts. */
const ownSteps = [
  ...["if", "foreach", "while", "switch", "parallel", "merge", "loop.break", "loop.continue"],
  ...["wait", "waitForInput", "waitForApproval", "http", "console", "workflow.execute", "workflow.executeAsync"],
];
/** Families whose members other plugins register. */
const families = ["kibana", "elasticsearch", "ai", "cases", "data", "security", "workflow"];

const connectorNames = new Set(catalogIds.map((id) => id.slice(1)));

/** The connector type of a step such as `slack` or `slack_api.postMessage`, and its sub-action. */
export function connectorStep(type: string): { type: string; subAction?: string } | undefined {
  const [name = "", ...rest] = type.split(".");
  if (ownSteps.includes(type) || families.includes(name) || !connectorNames.has(name)) return undefined;
  return { type: `.${name}`, ...(rest.length > 0 && { subAction: rest.join(".") }) };
}

export function isStepType(type: string): boolean {
  return ownSteps.includes(type) || families.includes(type.split(".")[0] ?? "") || connectorStep(type) !== undefined;
}
