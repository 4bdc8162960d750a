import * as z from "zod";
import type { OpResult, Plan } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import { changeTool } from "./define.ts";
import { changedSpace, compact, idOrName, listedIn } from "./fields.ts";
import { planDelete } from "./plans/plan-delete.ts";

export const safeDeleteConnector = changeTool({
  name: "safe_delete_connector",
  title: "Safely delete connectors",
  description:
    "Delete connectors that nothing uses. Refuses, naming rules, workflows and other users, when one is in use: there is no way to force it. A person is asked.",
  risk: "destructive",
  access: "full",
  idempotent: false,
  input: z.strictObject({ ids: z.array(idOrName).min(1).max(20).describe("Ids or exact names"), space: changedSpace }),
  argumentHints: {
    id: listedIn("ids"),
    connector: listedIn("ids"),
    connectors: "is `ids` here",
    force: "is not an argument: nothing can be forced",
  },
  async plan({ ids }, context): Promise<Plan> {
    const { kibana, space } = context;
    const [existing, types, status] = await Promise.all([kibana.connectors(space), kibana.connectorTypes(space), kibana.status()]);
    return planDelete({ ids, space }, { existing, types, status }, context);
  },
  async report(plan, results) {
    const gone = results.filter((result) => result.outcome === "done").map((result) => result.op.id);
    const left = plan.ops.map((op) => op.id).filter((id) => !gone.includes(id));
    return { result: compact({ deleted: gone, not_deleted: left, in_use: results.flatMap(inUse) }) };
  },
});

/** The rules that started to use one after the plan was made. */
function inUse({ op, error }: OpResult): Record<string, unknown>[] {
  return error instanceof ToolError && error.code === "in_use" ? [{ id: op.id, rules: error.detail?.rules }] : [];
}
