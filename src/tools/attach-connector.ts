import * as z from "zod";
import { workflows } from "../catalog/shared/recipe.ts";
import { notifyWhen } from "../rules/wanted.ts";
import { changeTool } from "./define.ts";
import { atMost, changedSpace, compact, connector, idOrName, listedIn } from "./fields.ts";
import { type AttachPlan, planAttach } from "./plans/plan-attach.ts";
import { notDone } from "./rules/replaced-report.ts";
import { overlapWarnings, ownersNow } from "./rules/rule-changes.ts";

export const attachConnector = changeTool({
  name: "attach_connector",
  title: "Attach connector to rules",
  description:
    "Make rules notify through a connector: an action when an alert fires and, if the type can close, one on recovery with the same de-duplication key. Existing actions stay; already attached is no_change. A person is asked.",
  risk: "write",
  access: "change",
  idempotent: true,
  input: z.strictObject({
    connector,
    rules: z.array(idOrName).min(1).max(50).describe("Ids, exact names or tag:NAME"),
    workflow: z.enum(workflows).optional().describe("Default: the one that suits the type"),
    groups: atMost(50, z.array(z.string().min(1)).min(1))
      .optional()
      .describe("Action groups; default: the main one"),
    params: z.looseObject({}).optional().describe("Override the workflow's, such as {to: [...]}"),
    recovery: z.enum(["auto", "none"]).default("auto"),
    dedup_key: z.string().min(1).optional(),
    frequency: z
      .strictObject({ summary: z.boolean().optional(), notify_when: z.enum(notifyWhen).optional(), throttle: z.string().optional() })
      .optional(),
    replace: z.boolean().optional().describe("Replace the connector's present actions in the rule"),
    space: changedSpace,
  }),
  argumentHints: {
    id: "is not an argument: name the connector in `connector`",
    rule: listedIn("rules"),
    channel: 'is not an argument: params {"subActionParams": {"channelNames": ["#alerts"]}}',
    to: 'is not an argument: params {"to": ["a@example.com"]}',
  },
  plan: planAttach,
  async report(plan: AttachPlan, results) {
    const done = new Set(results.filter((result) => result.outcome === "done").map((result) => result.op.id));
    const { attached, already, connectorId, next } = plan;
    const { failed, waiting } = notDone(plan.ops, results);
    return {
      result: compact({
        connector: connectorId,
        rules: attached.filter((one) => done.has(one.id)),
        already,
        api_key_owner: ownersNow(results),
        not_attached: [...failed, ...waiting],
      }),
      warnings: overlapWarnings(results),
      next,
    };
  },
});
