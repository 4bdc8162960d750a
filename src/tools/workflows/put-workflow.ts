import type { Move, PutWorkflowOp } from "../../change/op.ts";
import type { Effect, Plan, SecretFlow } from "../../change/plan.ts";
import { workflowWithPlaces } from "../../change/workflow-words.ts";
import { firstFew } from "../../first-few.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import type { Workflow, WorkflowRoutes } from "../../kibana/workflows.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { isOtherNameOf } from "../../usage/named.ts";
import type { Reference } from "../../usage/workflow-references.ts";
import type { SpaceContext, ToolContext } from "../define.ts";
import { ownerAfter } from "../rules/key-owner.ts";
import { touchedConnector } from "../rules/rule-changes.ts";
import { unagreedHosts } from "../secrets/alert-hosts.ts";
import { actionFlows, eachOnce } from "../secrets/run-flows.ts";
import { againstText } from "./way-back.ts";

type Known = ReadonlyMap<string, Connector>;

/** A workflow with the text that it gets. */
export interface Rewritten {
  workflow: Workflow;
  before: string;
  after: string;
}

/** What a plan does to workflows. */
export interface WorkflowPart {
  ops: PutWorkflowOp[];
  effects: Effect[];
  warnings: string[];
  facts: unknown[];
  flows: SecretFlow[];
  asksBecause: string[];
}

export function routesOf(status: Pick<Status, "version" | "flavour">): WorkflowRoutes {
  return isAtLeast(status, "9.4") ? "public" : "first";
}

/** The writes of these workflows, and what a person has to know of them. */
export async function workflowPart(
  all: readonly Rewritten[],
  { routes, known, named = [] }: { routes: WorkflowRoutes; known: Known; named?: readonly string[] },
  context: ToolContext & Pick<SpaceContext, "space">,
): Promise<WorkflowPart> {
  if (all.length === 0) return { ops: [], effects: [], warnings: [], facts: [], flows: [], asksBecause: [] };
  const { differingReferences } = await import("../../usage/workflow-text.ts");
  const there = { id: context.space, connectors: [...known.values()] };
  const [owner, against] = await Promise.all([
    ownerAfter(context),
    // What is there is what an undo would find.
    Promise.all(all.map(({ before, after }) => againstText(after, before, there, context.kibana))),
  ]);
  const ops = all.map(({ workflow, before, after }, at): PutWorkflowOp => {
    const { needs = [], refused } = against[at] ?? {};
    const pairs = differingReferences(before, after) ?? [];
    const [then, now] = [pairs.map(({ was }) => asAction(was, known)), pairs.map(({ is }) => asAction(is, known))];
    const ids = [...new Set([...named, ...[...then, ...now].map(({ id }) => id)])];
    return {
      op: "put_workflow",
      space: context.space,
      id: workflow.id,
      name: workflow.name,
      type: "workflow",
      routes,
      enabled: workflow.enabled,
      touches: ids.map((id) => touchedConnector(id, known)),
      moves: pairs.map(({ was, is }): Move => ({ how: is.how, was: was.text, is: is.text, ...ofNamed(was, known) })),
      needs,
      ...(refused !== undefined && { refused }),
      before: { yaml: before, actions: then },
      after: { yaml: after, actions: now },
    };
  });
  const flows = await Promise.all(ops.map((op) => actionFlows(op.before.actions, op.after.actions, known)));
  return {
    ops,
    effects: ops.map((op, at) => effectOnWorkflow(op, all[at]?.workflow.savedBy, owner)),
    warnings: privileges(
      all.map(({ workflow }) => workflow),
      owner,
      context.settings,
    ),
    facts: all.map(({ workflow: { id, savedBy } }) => ({ workflow: id, savedBy })),
    flows: eachOnce(flows.flat()),
    asksBecause: await unagreedHosts(ops, known, context, "requests of workflows"),
  };
}

function ofNamed(reference: Reference, known: Known): Pick<Move, "of"> {
  const { id } = asAction(reference, known);
  return known.has(id) ? { of: id } : {};
}

/** What a place of a workflow runs, as an action of a rule would. */
function asAction({ text, byName, type, params }: Reference, known: Known): RuleAction {
  const found = known.get(text) ?? (byName ? [...known.values()].find((one) => isOtherNameOf(one, text)) : undefined);
  return { id: found?.id ?? text, connector_type_id: found?.type ?? type ?? null, params };
}

function effectOnWorkflow({ id, name, type, space, moves }: PutWorkflowOp, savedBy: string | undefined, owner: string): Effect {
  const places = (of: "was" | "is") => moves.map((move) => `${plainText(move.how, 80)}: ${plainText(move[of], 80)}`);
  return {
    ...{ verb: "update", kind: "workflow", id, name, type, space },
    before: { places: places("was"), scheduled_runs_as: savedBy ?? "unknown" },
    after: { places: places("is"), scheduled_runs_as: owner },
  };
}

/** Saving gives scheduled runs the privileges of whoever saves. */
function privileges(all: readonly Workflow[], owner: string, { kibana }: ToolContext["settings"]): string[] {
  const scheduled = all.filter(({ definition }) => [definition?.triggers].flat().some((one) => Object(one).type === "scheduled"));
  if (scheduled.length === 0) return [];
  const which = `scheduled runs of ${firstFew(scheduled, 5, ({ name }) => quoted(name, 60))}`;
  const was = [
    ...new Set(scheduled.flatMap(({ savedBy }) => (savedBy === undefined || savedBy === owner ? [] : [word(plainText(savedBy, 60))]))),
  ];
  const before = was.length > 0 ? `, no longer of ${was.slice(0, 5).join(", ")}` : "";
  const key = kibana?.auth.kind === "api_key" ? " (this server's own API key: they stop when it is revoked or expires)" : "";
  return [`From then on ${which} have the privileges of ${word(owner)}${key}${before}: Kibana gives them those of whoever saves.`];
}

/** `workflow "Page on-call" (page-on-call): "step page"`, or how many there are. */
export function workflowsInWords([only, ...more]: readonly PutWorkflowOp[]): string {
  return only && more.length === 0 ? `workflow ${workflowWithPlaces(only)}` : `${more.length + 1} workflows`;
}

/** A plan that writes workflows as well. @param first whether they are written before all else */
export function withWorkflows<P extends Plan>(plan: P, part: WorkflowPart, summary: string, first = false): P {
  const [one, ...more] = first ? [...part.ops, ...plan.ops] : [...plan.ops, ...part.ops];
  if (part.ops.length === 0 || !one) return { ...plan, warnings: [...plan.warnings, ...part.warnings] };
  return {
    ...plan,
    summary: `${plan.summary} ${summary}`,
    ops: [one, ...more],
    effects: first ? [...part.effects, ...plan.effects] : [...plan.effects, ...part.effects],
    warnings: [...new Set([...plan.warnings, ...part.warnings])],
    asksBecause: [...(plan.asksBecause ?? []), ...part.asksBecause],
    facts: [plan.facts, part.facts],
    flows: eachOnce([...plan.flows, ...part.flows]),
    consequence: plan.consequence === "free" ? "person" : plan.consequence,
  };
}

/** A plan that writes nothing but workflows; undefined where there are none. */
export function ofWorkflows({ ops: [first, ...rest], ...part }: WorkflowPart, summary: string): Plan | undefined {
  if (!first) return undefined;
  return {
    ...part,
    ...{ summary, ops: [first, ...rest], outsideWorld: "none", consequence: "person", asks: [], knownHosts: [] },
  };
}
