import { connectorType } from "../../catalog/index.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Workflow, WorkflowRoutes } from "../../kibana/workflows.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { endpointOf } from "../../usage/inference-endpoints.ts";
import { isOtherNameOf, namesEndpoint } from "../../usage/named.ts";
import type { Use } from "../../usage/use.ts";
import { isIn, type Reference } from "../../usage/workflow-references.ts";
import { whyFixed } from "../../usage/workflows.ts";
import type { SpaceContext } from "../define.ts";
import { type Rewritten, routesOf, type WorkflowPart, workflowPart } from "./put-workflow.ts";

/** A workflow that goes on naming a connector, or places of it that do, and why. */
export interface LeftWorkflow {
  id: string;
  name: string;
  how: string[];
  why: string;
}

export interface Wanted {
  /** What names the connector, of all kinds. */
  uses: readonly Use[];
  /** The connector; its type where it is not gone. */
  from: { id: string; name?: string; type?: string; config?: Connector["config"] };
  /** Whether references by its id are meant too. */
  byId: boolean;
  to: Connector;
}

/** Workflows that name a connector get the id of another one, or its own in place of its name. */
export async function repointWorkflows(
  { uses, from, byId, to }: Wanted,
  connectors: readonly Connector[],
  context: SpaceContext,
): Promise<WorkflowPart & { left: LeftWorkflow[] }> {
  const { kibana } = context;
  const found = [
    ...grouped(
      uses.filter(({ kind }) => kind === "workflow"),
      ({ id }) => id,
    ).values(),
  ];
  // The list begins with what was saved last.
  const able = found
    .filter((ofOne) => ofOne.some((use) => use.can_be_moved))
    .sort(([one], [other]) => ((one?.id ?? "") < (other?.id ?? "") ? -1 : 1));
  const known = new Map(connectors.map((one) => [one.id, one]));
  const isNameOfAnother = !known.has(from.id) && connectors.some((one) => isOtherNameOf(one, from.id));
  // Only workflows need it.
  const routes = able.length === 0 ? "public" : routesOf(await kibana.status());
  const wanted: Replacement = {
    id: to.id,
    isMeant: ({ text, byName, space }) =>
      isIn({ space }, context.space) &&
      ((byId && text === from.id && !(byName && isNameOfAnother)) ||
        (byName && !known.has(text) && (text === from.name?.trim() || (byId && text === endpointOf(from.config))))),
    whyNot: whyNotTo(to, from, connectors.filter(({ name }) => name === from.name).length > 1),
  };
  const looked = await Promise.all(able.map((ofOne) => rewritten(asLeft(ofOne), routes, wanted, context)));
  const all = looked.flatMap(({ workflow }) => workflow ?? []);
  const part = await workflowPart(all, { routes, known, named: [from.id, to.id] }, context);
  const fixed = found.filter((ofOne) => !able.includes(ofOne)).map(asLeft);
  const warnings = [...part.warnings, ...(await newRisks(all, to))];
  return { ...part, warnings, left: [...fixed, ...looked.flatMap(({ left }) => left)] };
}

/** What may fail at the new connector because of its config, for each workflow. */
async function newRisks(all: readonly Moved[], { type, name, config }: Connector): Promise<string[]> {
  const risks = (await connectorType(type))?.risks;
  if (!risks || !config) return [];
  const anyway = risks({}, config);
  return all.flatMap(({ workflow, references }) => {
    const found = new Set(references.flatMap(({ params }) => risks(params, config)).filter((one) => !anyway.includes(one)));
    const about = `workflow ${quoted(workflow.name, 60)} (${word(workflow.id)})`;
    return [...found].map((one) => `With ${quoted(name, 60)} may fail: ${one}. This concerns ${about}.`);
  });
}

/** A workflow with its new text, and the places that it changes. */
interface Moved extends Rewritten {
  references: readonly Reference[];
}

interface Replacement {
  id: string;
  isMeant(reference: Reference): boolean;
  /** Why a reference that is meant stays. */
  whyNot(reference: Reference): string | undefined;
}

/** @param hasTwin whether another connector has the same name */
function whyNotTo(to: Connector, from: Wanted["from"], hasTwin: boolean): Replacement["whyNot"] {
  return ({ text, type = from.type }) => {
    if (![from.id, from.name?.trim()].includes(text)) return namesEndpoint;
    if (hasTwin && text !== from.id) return "Another connector has the same name, so which of them it reaches is not certain.";
    if (type === to.type) return undefined;
    return type === undefined
      ? "Which type of connector it needs cannot be told, since the old one is gone."
      : `It needs a connector of type ${word(type)}, and ${quoted(to.name, 60)} is ${word(to.type)}.`;
  };
}

/** A workflow with its new text, and its places that stay. */
async function rewritten(
  { id, how: named }: LeftWorkflow,
  routes: WorkflowRoutes,
  wanted: Replacement,
  { kibana, space }: SpaceContext,
): Promise<{ workflow?: Moved; left: LeftWorkflow[] }> {
  const workflow = await kibana.workflow(space, id, routes);
  if (!workflow) return { left: [] };
  const stays = (how: readonly string[], why: string): LeftWorkflow => ({ id, name: workflow.name, how: [...new Set(how)], why });
  const fixed = whyFixed(workflow);
  if (fixed !== undefined) return { left: [stays(named, fixed)] };
  const before = workflow.yaml ?? "";
  // Loaded here because the parser is large.
  const { longestText, readWorkflow, repointedText } = await import("../../usage/workflow-text.ts");
  if (before.length > longestText)
    return { left: [stays(named, `Its text is too long to be changed here (${before.length} characters).`)] };
  const { yaml: after, moved, stuck } = repointedText(before, wanted.isMeant, wanted.id, wanted.whyNot);
  const left = [...grouped(stuck, ({ why }) => why)].map(([why, all]) =>
    stays(
      all.map(({ how }) => how),
      why,
    ),
  );
  if (moved.length + left.length === 0) return { left: [stays(named, "Its text does not name it there, or changed a moment ago.")] };
  if (moved.length === 0) return { left };
  const why = whySwitched(readWorkflow(before)?.enabled, workflow) ?? (await whyRefused(after, space, kibana));
  if (why === undefined) return { workflow: { workflow, before, after, references: moved }, left };
  const places = moved.map(({ how }) => how);
  return { left: [...left, stays(places, why)] };
}

/** A save takes `enabled` from the text, where it is there. */
function whySwitched(own: unknown, { enabled }: Workflow): string | undefined {
  if (typeof own !== "boolean" || own === enabled) return undefined;
  return `Its text says enabled: ${own}, and it is switched ${enabled ? "on" : "off"}: a save would switch it ${own ? "on" : "off"}.`;
}

async function whyRefused(yaml: string, space: string, kibana: Reader): Promise<string | undefined> {
  const [error] = await kibana.workflowErrors(space, yaml);
  return error === undefined ? undefined : `Kibana's check refuses it with the other connector: ${plainText(error, 200)}`;
}

function asLeft(uses: readonly Use[]): LeftWorkflow {
  const [first] = uses;
  return { id: first?.id ?? "", name: first?.name ?? "", how: [...new Set(uses.map(({ how }) => how))], why: first?.why_not ?? "" };
}

/** One sentence for each workflow that stays. */
export function leftWarnings(left: readonly LeftWorkflow[]): string[] {
  const most = 10;
  const each = left.slice(0, most).map(({ id, name, how, why }) => {
    const places = how.slice(0, 3).map((one) => quoted(one, 60));
    return `Not moved, to be changed in Kibana under Workflows: ${quoted(name, 60)} (${word(id)}), ${places.join(", ")}. ${why}`;
  });
  return left.length > most ? [...each, `Not moved: ${left.length - most} more workflows.`] : each;
}
