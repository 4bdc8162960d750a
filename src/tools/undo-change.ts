import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { CheckedSpace } from "../change/checked-space.ts";
import type { JournalEntry } from "../change/journal.ts";
import { type NoChange, type Plan, usesConnectors } from "../change/plan.ts";
import { maySee } from "../change/principal.ts";
import { type Inverse, inverseOfEntry } from "../change/undo.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import { quoted } from "../plain-text.ts";
import { mapSealed, referencesIn } from "../sealed.ts";
import type { SecretSource } from "../secrets/resolve.ts";
import { connectorView } from "./connectors/connector-row.ts";
import { liveType } from "./connectors/live-type.ts";
import { assertSaved } from "./connectors/preconfigured.ts";
import { mayWorkOtherwise, safeTest } from "./connectors/safe-test.ts";
import { storedNow } from "./connectors/stored-now.ts";
import { changeAcross, type ToolContext } from "./define.ts";
import { compact, widens } from "./fields.ts";
import { differsFrom } from "./plans/changed-since.ts";
import { assertCarried, planCreate } from "./plans/plan-create.ts";
import { planDelete } from "./plans/plan-delete.ts";
import { planUpdate } from "./plans/plan-update.ts";
import { planUndoRules, type RulesBack, ruleInverses } from "./plans/undo-rules.ts";
import { planUndoWorkflows, type WorkflowsBack, workflowInverses } from "./plans/undo-workflows.ts";
import { notDone, rowsShown, ruleNow } from "./rules/replaced-report.ts";
import { overlapWarnings, ownersNow } from "./rules/rule-changes.ts";
import { ofWorkflows, withWorkflows, workflowsInWords } from "./workflows/put-workflow.ts";
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
  report: async (plan, results, { kibana }) => {
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
    const stored = await storedNow(op.id, op.space, kibana);
    return {
      result: compact({ connector: stored && connectorView(stored, op.space), workflows }),
      next: stored && mayWorkOtherwise(op) ? await safeTest(stored, op.space, "See whether it works again.") : [],
    };
  },
});

type Given = { secrets: Record<string, unknown>; noOtherSecrets: boolean };

/** Undoes the parts of a change: rules and workflows all together, after the one connector that it may have. */
async function planUndo(found: readonly JournalEntry[], given: Given, context: ToolContext): Promise<Plan | NoChange> {
  const rules = ruleInverses(found);
  const workflows = workflowInverses(found);
  const isOfUsers = ({ begin }: JournalEntry) => begin.op.op === "put_rule" || begin.op.op === "put_workflow";
  const hasUsers = rules !== undefined || workflows.inverses.length + workflows.left.length > 0;
  const others = found.filter((entry) => !isOfUsers(entry) && (!hasUsers || inverseOfEntry(entry) !== undefined));
  const base = rules
    ? await undoRules(rules, workflows, context)
    : hasUsers && others.length === 0
      ? undefined
      : await undoOne(others, found, given, context);
  const [first] = workflows.inverses;
  if (!first) {
    if (!base) throw cannot(workflows.left.join(" "));
    return "noChange" in base ? base : { ...base, warnings: [...workflows.left, ...base.warnings] };
  }
  // Workflows would name a connector by a name that does not come back.
  if (base && "noChange" in base && !rules) return base;
  const space = await context.spaces.check(first.space, { fresh: true });
  const [op] = base && "ops" in base ? base.ops : [];
  const part = await planUndoWorkflows(workflows, op?.op === "update" ? op.after.name : undefined, { ...context, space });
  const told = { ...part, warnings: [...part.left, ...part.warnings] };
  const words = `Put back the text of ${workflowsInWords(part.ops)}.`;
  if (base && "ops" in base) return withWorkflows(base, told, words);
  return (
    ofWorkflows({ ...told, warnings: [...(base?.message === undefined ? [] : [base.message]), ...told.warnings] }, words) ?? {
      noChange: true,
      ...(part.changed.length > 0 || base?.status === "plan_changed" ? { status: "plan_changed" } : {}),
      message:
        part.left.length > 0
          ? `Nothing was written. ${[...(base?.message === undefined ? [] : [base.message]), ...part.left].join(" ")}`
          : (base?.message ?? "The workflows are as they were before that change."),
      space,
      result: compact({ ...base?.result, workflows_changed_since: part.changed }),
      warnings: [],
      next: [],
    }
  );
}

/** Undefined where only workflows can be put back. */
async function undoRules(rules: RulesBack, { inverses }: WorkflowsBack, context: ToolContext): Promise<Plan | NoChange | undefined> {
  const [first] = rules.inverses;
  if (!first && inverses.length > 0) return undefined;
  if (!first) throw cannot([...new Set(rules.left.map(({ why }) => why))].join(" "));
  return planUndoRules(rules, await context.spaces.check(first.space, { fresh: true }), context);
}

async function undoOne(
  others: readonly JournalEntry[],
  found: readonly JournalEntry[],
  given: Given,
  context: ToolContext,
): Promise<Plan | NoChange> {
  const entry = onlyOne(others.length > 0 ? others : found);
  const inverse = inverseOfEntry(entry);
  if (!inverse) throw cannot(whyNone(entry));
  if ("none" in inverse) throw cannot(inverse.none);
  if (inverse.op === "execute") throw cannot("Another run reverses it: list_changes has the execute_connector call that does so.");
  if (inverse.op === "put_rule" || inverse.op === "put_workflow") throw cannot("It was a change of a rule or workflow.");
  const space = await context.spaces.check(inverse.space, { fresh: true });
  const plan = await planInverse(inverse, entry.begin.op.type, space, given, context);
  if ("noChange" in plan) return plan;
  // The consequence that the op always has, but at least a person's yes: an undo replaces or removes what exists.
  return { ...plan, consequence: plan.consequence === "free" ? "person" : plan.consequence };
}

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

function onlyOne(matching: readonly JournalEntry[]): JournalEntry {
  const [only, ...more] = matching;
  if (!only || more.length > 0) {
    throw new ToolError("invalid_arguments", "The change had several connectors.", "Undo them one by one: give an `id`.", {
      ids: matching.map(({ begin, end }) => begin.op.id ?? end?.id),
    });
  }
  return only;
}

type Doable = Exclude<Inverse, { none: string } | { op: "put_rule" | "put_workflow" | "execute" }>;

async function planInverse(
  inverse: Doable,
  type: string,
  space: CheckedSpace,
  given: Given,
  context: ToolContext,
): Promise<Plan | NoChange> {
  const { kibana } = context;
  const [status, existing, types] = await Promise.all([kibana.status(), kibana.connectors(space), kibana.connectorTypes(space)]);
  const listed = existing.find((one) => one.id === inverse.id);
  // The number of references changes by itself: a plan must not depend on it.
  const current = listed && { ...listed, references: undefined };
  if (current && current.type !== type)
    return changedBySomebody(space, current, `The id "${inverse.id}" now belongs to a connector of type ${current.type}.`, ["type"]);
  switch (inverse.op) {
    case "create": {
      if (current) return changedBySomebody(space, current, `A connector with the id "${inverse.id}" exists again.`, []);
      const plan = await planCreate(
        {
          space,
          id: inverse.id,
          name: inverse.name,
          live: (await liveType(inverse.type, types)).type,
          config: inverse.config,
          secrets: given.secrets,
        },
        { status, existing },
        context,
      );
      const possible = await assertCarried(plan, "Its secrets were deleted with it", status, context.secrets);
      // Nothing more is lost by this: whoever knows of other secrets gives them here or with update_connector.
      if (possible.length === 0 || (given.noOtherSecrets && context.settings.skipConfirmation)) return plan;
      return { ...plan, warnings: [...plan.warnings, `If it had ${possible.join(", ")}, it comes back without them.`] };
    }
    case "update": {
      if (!current) return gone(space, inverse.id);
      assertSaved(current, "changed", { status, url: context.deployment.url });
      const differs = await differsFrom(current, inverse);
      if (differs.length > 0) return changedBySomebody(space, current, "It was changed since.", differs);
      const wanted = { space, before: current, after: inverse.to, verb: "Put back", ...given };
      const plan = await planUpdate(wanted, status, context);
      assertOthers(plan, inverse, context.secrets);
      const [op] = plan.ops;
      const sent = [...(op.op === "update" ? Object.keys(op.secrets) : []), ...plan.asks.map(({ label }) => label)];
      if (sent.length === 0) return plan;
      const note = `Kibana has forgotten the secrets from before the change: what you give for ${sent.join(", ")} is stored as it is, so it must be the OLD value.`;
      return { ...plan, warnings: [note, ...plan.warnings] };
    }
    case "delete": {
      if (!current) return gone(space, inverse.id);
      const differs = await differsFrom(current, inverse);
      if (differs.length > 0) return changedBySomebody(space, current, "It was changed since it was created.", differs);
      return planDelete({ ids: [current.id], space }, { existing, types, status }, context);
    }
  }
}

/** If only secrets were changed, giving those that the change stored would undo nothing. @throws ToolError secret_refused */
function assertOthers({ ops: [op], asks }: Plan, { expect, to, used }: Extract<Doable, { op: "update" }>, { noPage }: SecretSource): void {
  if (op.op !== "update" || asks.length > 0 || Object.keys(used).length === 0 || !isDeepStrictEqual(expect, to)) return;
  let values = 0;
  mapSealed(op.secrets, () => values++);
  // A secret that a person typed has no name to compare.
  if (values > Object.keys(used).length || !isDeepStrictEqual(referencesIn(op.secrets), used)) return;
  throw new ToolError(
    "secret_refused",
    `${Object.values(used).join(", ")} ${Object.keys(used).length > 1 ? "are" : "is"} what this change itself stored: giving it again undoes nothing.`,
    `Give the OLD value, which Kibana has forgotten: a reference to another variable or file that holds it${noPage ? "" : ', or {"$ask": true} if a person knows it'}. If nobody has it, the change cannot be undone.`,
    { used },
  );
}

function changedBySomebody(space: string, current: Connector, message: string, differs: string[]): NoChange {
  return {
    noChange: true,
    status: "plan_changed",
    message: `${message} Nothing was written: an undo would revert what somebody else did.`,
    space,
    result: compact({ id: current.id, differs, now: connectorView(current, space) }),
    warnings: [],
    next: [],
  };
}

function gone(space: string, id: string): NoChange {
  return {
    noChange: true,
    message: `There is no connector "${id}" any more: nothing to undo.`,
    space,
    result: { id },
    warnings: [],
    next: [],
  };
}

function whyNone({ end }: JournalEntry): string {
  if (!end) return "Its end is not recorded: look at the connector first.";
  return end.outcome === "unknown"
    ? "Whether it happened is unknown: look at the connector first, with get_connector."
    : "It did not happen, so there is nothing to undo.";
}

function cannot(why: string): ToolError {
  return new ToolError("invalid_arguments", `This change cannot be undone. ${why}`, "Call list_changes to see what can be undone.");
}
