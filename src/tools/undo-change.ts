import * as z from "zod";
import type { JournalEntry } from "../change/journal.ts";
import { type NoChange, type Plan, usesConnectors } from "../change/plan.ts";
import { maySee } from "../change/principal.ts";
import { inverseOfEntry } from "../change/undo.ts";
import { ToolError } from "../errors.ts";
import { quoted } from "../plain-text.ts";
import { connectorView } from "./connectors/connector-row.ts";
import { mayWorkOtherwise, safeTest } from "./connectors/safe-test.ts";
import { changeAcross, type ToolContext } from "./define.ts";
import { compact, widens } from "./fields.ts";
import { planUndo } from "./plans/plan-undo.ts";
import { notDone, rowsShown, ruleNow } from "./rules/replaced-report.ts";
import { overlapWarnings, ownersNow } from "./rules/rule-changes.ts";
import { workflowRows } from "./workflows/workflow-rows.ts";

export const undoChange = changeAcross({
  name: "undo_change",
  title: "Undo change",
  description:
    "Undo a change of this server, as far as possible: restore a deleted connector under its id, restore name and config, delete a new connector, give rules and workflows back what they had. Secrets have to be given again. A person is asked.",
  risk: "destructive",
  access: "full",
  idempotent: true,
  input: z.strictObject({
    change: z.string().min(1).describe('From list_changes, or "last"'),
    id: widens(z.string().optional().describe("Which connector or rule, if the change had several"), "all that the change had"),
    secrets: z.looseObject({}).optional().describe("Field → reference, if secrets were lost"),
    assert_no_other_secrets: z.boolean().optional().describe("Only if nobody is asked"),
  }),
  async plan({ change: asked, id, secrets = {}, assert_no_other_secrets: noOthers }, context): Promise<Plan | NoChange> {
    const found = await entriesOf(asked, id, context);
    const change = found[0]?.begin.change ?? asked;
    const plan = await planUndo(found, { secrets, noOtherSecrets: noOthers ?? false }, context);
    return "noChange" in plan ? plan : { ...plan, summary: `Undo ${change}: ${plan.summary}` };
  },
  report: async (plan, results) => {
    const [op] = plan.ops;
    const [result] = results;
    const workflows = workflowRows(plan.ops, results, [], "put_back").slice(0, rowsShown);
    if (usesConnectors(op)) {
      const ofRules = results.filter((one) => one.op.op === "put_rule");
      const done = ofRules.filter((one) => one.outcome === "done");
      const { failed, waiting } = notDone(
        plan.ops.filter((one) => one.op === "put_rule"),
        ofRules,
      );
      return {
        result: compact({
          rules_put_back: op.op === "put_rule" ? done.length : undefined,
          rules: done.slice(0, rowsShown).map(ruleNow),
          api_key_owner: ownersNow(results),
          failed: failed.slice(0, rowsShown),
          not_begun: waiting.length || undefined,
          workflows,
        }),
        warnings: overlapWarnings(results),
      };
    }
    if (result?.outcome !== "done") return { result: compact({ workflows }) };
    if (op.op === "delete") return { result: { deleted: [op.id] } };
    const { stored } = result;
    return {
      result: compact({ connector: stored && connectorView(stored, op.space), workflows }),
      next: stored && mayWorkOtherwise(op) ? await safeTest(stored, op.space, "See whether it works again.") : [],
    };
  },
});

/** The journal's entries of a change; at least one. */
async function entriesOf(asked: string, id: string | undefined, { journal, deployment, principal }: ToolContext): Promise<JournalEntry[]> {
  const { entries } = await journal.entries();
  const visible = entries
    .filter(({ begin }) => begin.deployment === deployment.name)
    .filter(({ begin }) => maySee(principal, begin.op.space));
  if (asked === "last") return newest(visible, id, principal.name);
  const ofChange = visible.filter(({ begin }) => begin.change === asked);
  const matching = ofChange.filter(({ begin, end }) => id === undefined || (begin.op.id ?? end?.id) === id);
  if (matching.length === 0) {
    throw new ToolError(
      "invalid_arguments",
      ofChange.length > 0
        ? `The change ${quoted(asked)} has no connector or rule ${quoted(id ?? "")}.`
        : `The journal has no change ${quoted(asked)} for this Kibana.`,
      "Call list_changes to see what can be undone.",
    );
  }
  return matching;
}

/** The newest change of this caller that can be undone. Undos do not count, or a second "last" would redo the change. */
function newest(entries: readonly JournalEntry[], id: string | undefined, caller: string): JournalEntry[] {
  const last = entries.find((entry) => {
    const { begin, end } = entry;
    if (begin.principal !== caller || begin.tool === "undo_change") return false;
    const inverse = id === undefined || (begin.op.id ?? end?.id) === id ? inverseOfEntry(entry) : undefined;
    return inverse !== undefined && !("none" in inverse) && inverse.op !== "execute";
  });
  if (!last)
    throw new ToolError(
      "invalid_arguments",
      "There is no change of yours that can be undone.",
      "Call list_changes to see what was changed.",
    );
  return entries.filter(({ begin, end }) => begin.change === last.begin.change && (id === undefined || (begin.op.id ?? end?.id) === id));
}
