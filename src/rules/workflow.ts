import type { ConnectorType } from "../catalog/connector-type.ts";
import type { Workflow } from "../catalog/shared/recipe.ts";
import { ToolError } from "../errors.ts";

/**
 * What an action of this type is for: as asked for, or as usual for the type.
 * @throws ToolError invalid_arguments with the workflows that fit
 */
export function workflowFor(type: string, entry: ConnectorType | undefined, asked: Workflow | undefined): Workflow | undefined {
  const fitting = entry?.recipe?.workflows;
  if (asked === undefined) return fitting?.[0];
  if (fitting?.includes(asked)) return asked;
  throw new ToolError(
    "invalid_arguments",
    `The workflow ${asked} does not fit connectors of type ${type}.`,
    fitting ? `These do: ${fitting.join(", ")}.` : "Leave workflow out and give the params.",
    { workflows: fitting ?? [] },
  );
}
