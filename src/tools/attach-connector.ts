import * as z from "zod";
import { workflows } from "../catalog/shared/recipe.ts";
import { notifyWhen } from "../rules/wanted.ts";
import { changeTool } from "./define.ts";
import { atMost, changedSpace, compact, connector, idOrName, listedIn } from "./fields.ts";
import { type AttachPlan, planAttach } from "./plans/plan-attach.ts";
import { leftOut, unchanged } from "./rules/attach-words.ts";
import { limit, toGoOn } from "./rules/first-rules.ts";
import { fewRows, notDone, rowsShown } from "./rules/replaced-report.ts";
import { overlapWarnings, ownersNow } from "./rules/rule-changes.ts";
import { rulesLike } from "./rules/rule-filter.ts";

export const attachConnector = changeTool({
  name: "attach_connector",
  title: "Attach connector to rules",
  description:
    "Make rules notify through a connector: an action when an alert fires and, if the type can close, one on recovery with the same de-duplication key. Existing actions stay. A person is asked.",
  risk: "write",
  access: "change",
  idempotent: true,
  input: z.strictObject({
    connector,
    rules: z
      .union([atMost(50, z.array(idOrName).min(1)), rulesLike])
      .optional()
      .describe("Ids, exact names, tag:NAME"),
    filter: rulesLike.optional().describe("Instead of rules; any of tags"),
    limit,
    workflow: z.enum(workflows).optional().describe("Default: suits the type"),
    groups: atMost(50, z.array(z.string().min(1)).min(1))
      .optional()
      .describe("Default: the main one"),
    params: z.looseObject({}).optional().describe("Such as {to: [...]}"),
    recovery: z.enum(["auto", "none"]).default("auto"),
    dedup_key: z.string().min(1).optional(),
    frequency: z
      .strictObject({ summary: z.boolean().optional(), notify_when: z.enum(notifyWhen).optional(), throttle: z.string().optional() })
      .optional(),
    replace: z.boolean().optional().describe("Change its actions of these groups"),
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
    const { attached, already, left, later, connectorId, next } = plan;
    const { failed, unknown, waiting } = notDone(plan.ops, results);
    const [rules, notAttached] = [attached.filter((one) => done.has(one.id)), [...failed, ...waiting]];
    const counts = compact({
      ...{ attached: rules.length, failed: failed.length || undefined, unknown: unknown.length || undefined },
      ...{ not_begun: waiting.length || undefined },
      ...{ unchanged: already.length || undefined, left_out: left.length || undefined, later: later || undefined },
    });
    return {
      result: compact({
        connector: connectorId,
        counts: plan.ops.length + already.length > fewRows || left.length + later > 0 ? counts : undefined,
        not_attached: notAttached.slice(0, rowsShown),
        not_attached_more: Math.max(0, notAttached.length - rowsShown) || undefined,
        unknown: unknown.slice(0, rowsShown),
        rules: rules.slice(0, fewRows),
        rules_left_out: Math.max(0, rules.length - fewRows) || undefined,
        ...unchanged(already),
        ...leftOut(left),
        api_key_owner: ownersNow(results),
      }),
      ...toGoOn(rules.length, later),
      warnings: overlapWarnings(results),
      next,
    };
  },
});
