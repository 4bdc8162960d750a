import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import { goneInWords } from "../../change/still-missing.ts";
import { type Inverse, inverseOfEntry, mayHaveHappened } from "../../change/undo.ts";
import type { Workflow } from "../../kibana/workflows.ts";
import { quoted, word } from "../../plain-text.ts";
import { whyFixed } from "../../usage/workflows.ts";
import type { SpaceContext } from "../define.ts";
import { openWaysBack } from "../secrets/alert-hosts.ts";
import { type Rewritten, type WorkflowPart, workflowPart } from "../workflows/put-workflow.ts";
import { againstText } from "../workflows/way-back.ts";
import { workflowAsBefore } from "./changed-since.ts";
import { type Later, sinceInWords, workflowSince } from "./later-changes.ts";

export type WorkflowBack = Extract<Inverse, { op: "put_workflow" }>;

/** What of a change's workflows is put back. */
export interface WorkflowsBack {
  inverses: WorkflowBack[];
  /** Why others are not. */
  left: string[];
  /** What this server did later to each, by its id. */
  later: ReadonlyMap<string, readonly Later[]>;
  /** Ids of those that the change may not have reached. */
  uncertain: ReadonlySet<string | undefined>;
}

/** Workflows of a change. */
export function workflowInverses(entries: readonly JournalEntry[], laterThan: (entry: JournalEntry) => Later[]): WorkflowsBack {
  const ofWorkflows = entries.filter(({ begin }) => begin.op.op === "put_workflow");
  const all = ofWorkflows.map((entry) => ({ name: entry.begin.op.name, inverse: inverseOfEntry(entry) }));
  return {
    later: new Map(ofWorkflows.map((entry) => [idIn(entry) ?? "", laterThan(entry)])),
    uncertain: new Set(ofWorkflows.filter(mayHaveHappened).map(({ begin }) => begin.op.id)),
    inverses: all.flatMap(({ inverse }) => (inverse && "op" in inverse && inverse.op === "put_workflow" ? [inverse] : [])),
    left: all.flatMap(({ name, inverse }) => (inverse && "none" in inverse ? [stays(name, inverse.none)] : [])),
  };
}

/**
 * Gives each workflow back the text it had; those that somebody changed since are left as they are.
 * @param named the name that a connector gets back in the same plan, before them
 */
export async function planUndoWorkflows(
  { inverses, left: unable, later, uncertain }: WorkflowsBack,
  named: { id: string; name: string } | undefined,
  context: SpaceContext,
): Promise<WorkflowPart & { left: string[]; changed: string[]; gone: string[] }> {
  const { kibana, space } = context;
  const connectors = (await kibana.connectors(space)).map((one) => (one.id === named?.id ? { ...one, name: named.name } : one));
  const left = [...unable];
  const changed: string[] = [];
  const gone: string[] = [];

  async function whyRefused({ to, were, refused: then }: WorkflowBack, now: string): Promise<string | undefined> {
    const there = { id: space, connectors, were, named: named && { ...named, refused: then } };
    const { needs, refused } = await againstText(now, to, there, kibana);
    gone.push(...needs);
    const [first] = needs;
    return first === undefined ? refused : `Before, it named ${goneInWords(first)}, and no connector has that id or name now.`;
  }

  const looked = await Promise.all(
    inverses.map(async (inverse) => ({ inverse, now: await kibana.workflow(space, inverse.id, inverse.routes) })),
  );
  const todo: Rewritten[] = [];
  for (const { inverse, now } of looked) {
    if (now?.yaml === undefined) left.push(`The workflow ${word(inverse.id)} is gone.`);
    else {
      const why = whyNotBack(inverse, now, later.get(inverse.id) ?? []) ?? (await whyRefused(inverse, now.yaml));
      const isUncertain = uncertain.has(inverse.id);
      const isOther = now.yaml !== inverse.expect && why !== workflowAsBefore;
      if (why === undefined) todo.push({ workflow: now, before: now.yaml, after: inverse.to });
      else if (isUncertain && (isOther || why === workflowAsBefore)) left.push(stays(now.name, isOther ? neitherNor : asBeforeIt));
      else if (why !== workflowAsBefore) left.push(stays(now.name, why));
      if (isOther && !isUncertain) changed.push(inverse.id);
    }
  }
  const known = new Map(connectors.map((one) => [one.id, one]));
  const part = await workflowPart(todo, { routes: inverses[0]?.routes ?? "public", known }, context);
  const warnings = [...(await openWaysBack(part.ops, known)), ...part.warnings];
  return { ...part, warnings, left, changed, gone };
}

/** The same of what that change may not have reached. */
export const asBeforeIt = "Whether that change reached it is not known: it is as before.";
export const neitherNor = "Whether that change reached it is not known, and it is neither as before nor as that change would have left it.";

/** Why a workflow does not get its text back; undefined where it can. */
export function whyNotBack(inverse: WorkflowBack, now: Workflow, later: readonly Later[]): string | undefined {
  if (now.yaml === inverse.to) return workflowAsBefore;
  if (now.yaml !== inverse.expect)
    return sinceInWords(workflowSince(inverse, later, now.yaml), "Somebody changed it since: an undo would revert what they did.");
  return whyFixed(now);
}

function stays(name: string, why: string): string {
  return `Workflow ${quoted(name, 60)} stays as it is: ${why}`;
}
