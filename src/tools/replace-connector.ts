import * as z from "zod";
import { changeTool } from "./define.ts";
import { atMost, changedSpace, connector, idOrName, widens } from "./fields.ts";
import { planReplace } from "./plans/plan-replace.ts";
import { limit } from "./rules/first-rules.ts";
import { replaced } from "./rules/replaced-report.ts";
import { rulesLike } from "./rules/rule-filter.ts";

export const replaceConnector = changeTool({
  name: "replace_connector",
  title: "Replace connector in rules and workflows",
  description:
    "Move rules' actions and workflows' steps from one connector to another, or remove the actions; fixes rules whose connector is gone. All else stays. Run again to go on where it stopped. A person is asked.",
  risk: "destructive",
  access: "change",
  idempotent: true,
  input: z.strictObject({
    from: idOrName.describe("Id or exact name; may be gone"),
    to: connector.optional(),
    remove: z.boolean().optional().describe("Remove the actions instead"),
    rules: widens(
      z
        .union([atMost(500, z.array(idOrName).min(1)), rulesLike])
        .optional()
        .describe("Ids, exact names, tag:NAME, and no workflows. Default: all that use it"),
      "all rules and workflows that use it",
    ),
    filter: widens(rulesLike.optional().describe("Instead of rules; any of tags"), "all rules and workflows that use it"),
    limit,
    params: z.looseObject({}).optional().describe("If another type needs them; may be part, as a channel"),
    recovery_params: z.looseObject({}).optional(),
    drop_missing: z.boolean().optional().describe("Also drop actions of other connectors that are gone"),
    on_error: z.enum(["stop", "continue"]).optional().describe("Default: stop; with a filter continue"),
    space: changedSpace,
  }),
  argumentHints: { dry: "is not an argument: did you mean dry_run?", connector: "is not an argument: name the old connector in `from`" },
  plan: planReplace,
  report: replaced,
});
