import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Status } from "../../kibana/status.ts";
import { shiftedDefaults } from "../../usage/by-default.ts";
import { countedUsers } from "../../usage/counted.ts";
import { inUse, whyNotFree } from "../../usage/free.ts";
import { leadingTo } from "../../usage/leading-to.ts";
import { type Known as KnownOfSpace, othersUsing, presentIn, type Usage, visibleRules } from "../../usage/look.ts";
import { laterLooks } from "../../usage/queued-runs.ts";
import { countedAmong } from "../../usage/references.ts";
import { type Where, whereOf } from "../../usage/use.ts";
import type { ToolContext } from "../define.ts";
import { waysOut } from "../rules/replacement-calls.ts";
import { pickConnector } from "./find-connector.ts";
import { isFormerId, onlyAName } from "./former-id.ts";
import { assertSaved } from "./preconfigured.ts";

/** A connector that may not be deleted, with the id or name that was asked for. */
export interface Refused {
  id: string;
  error: ToolError;
}

/** A connector that nothing uses as far as was seen. */
export interface Free {
  connector: Connector;
  where: Where;
  usage: Usage;
}

/** What a plan has read already. */
export interface Known extends KnownOfSpace {
  status: Status;
}

/**
 * Which connectors may be deleted and which may not. Those with references that nothing seen explains are looked at twice.
 * @returns `shifted`: what becomes of those that name no AI connector
 */
export async function whoMayGo(
  asked: readonly string[],
  space: string,
  known: Known,
  context: ToolContext,
): Promise<{ free: Free[]; refused: Refused[]; shifted: string[] }> {
  const { kibana, signal } = context;
  const refused: Refused[] = [];
  const free = new Map<string, Free>();
  const namedOnly = asked.filter((id) => known.existing.every((one) => one.id !== id));
  const former = new Set((await Promise.all(namedOnly.map(async (id) => ((await isFormerId(id, space, context)) ? [id] : [])))).flat());
  const picked = asked.flatMap((id) => {
    const found = orError(() => pick(id, space, known, { url: context.deployment.url, isFormer: former.has(id) }));
    if (found instanceof ToolError) refused.push({ id, error: found });
    return found instanceof ToolError ? [] : [{ id, connector: found, where: whereOf(found, known.types, known.status) }];
  });
  const [{ of: othersOf, seen }, looked] = await Promise.all([
    othersUsing(
      kibana,
      space,
      picked.map(({ connector }) => connector),
      known,
    ),
    Promise.all(picked.map(({ connector }) => visibleRules(kibana, space, connector).catch(asRefusal))),
  ]);
  const ids = new Set(known.existing.map(({ id }) => id));
  const doubtful: (Free & { id: string })[] = [];
  for (const [at, { id, connector, where }] of picked.entries()) {
    const rules = looked[at];
    if (rules instanceof ToolError) {
      refused.push({ id, error: rules });
      continue;
    }
    // Whatever order they go in, each is looked at as if the others had gone.
    const left = presentIn(known.existing.filter((one) => one.id === connector.id || picked.every((also) => also.connector.id !== one.id)));
    const usage = { rules, ...othersOf(connector, undefined, { ...left, ids }) };
    if (usage.uses.length > 0 || (rules ?? []).length > 0)
      refused.push({ id, error: await used(connector, { usage, where, space, known }, context) });
    else if (connector.references === 0) free.set(connector.id, { connector, where, usage });
    else doubtful.push({ id, connector, where, usage });
  }
  if (doubtful.length > 0) {
    let again: Connector[] = [];
    const of = (id: string) => again.find((one) => one.id === id);
    for await (again of laterLooks(kibana, space, signal)) {
      if (doubtful.every(({ connector }) => of(connector.id)?.references === 0)) break;
    }
    for (const { id, connector, where, usage } of doubtful) {
      const now = of(connector.id) ?? connector;
      const { uses, unread } = await countedUsers(kibana, space, now, 0, where);
      const error = whyNotFree(now, { ...usage, uses }, space, unread);
      if (error) refused.push({ id, error });
      else free.set(now.id, { connector: now, where, usage });
    }
  }
  const after = known.existing.filter(({ id }) => !free.has(id));
  const shifted = shiftedDefaults(seen.looked, known.status, { before: known.existing, after });
  return { free: [...free.values()], shifted, refused: asked.flatMap((id) => refused.find((one) => one.id === id) ?? []) };
}

/** The connector that is meant. @throws ToolError preconfigured, connector_not_found, ambiguous_connector, system_action */
function pick(id: string, space: string, { existing, status }: Known, { url, isFormer }: { url: string; isFormer: boolean }): Connector {
  const found = pickConnector(existing, space, id);
  if (isFormer && found.id !== id) throw onlyAName(id, found, space);
  assertSaved(found, "deleted", { status, url });
  return found;
}

/** in_use, with where its rules could go and what leads to the workflows that use it. */
async function used(
  connector: Connector,
  { usage, where, space, known }: { usage: Usage; where: Where; space: string; known: Known },
  context: ToolContext,
): Promise<ToolError> {
  const workflows = new Map(usage.uses.filter(({ kind }) => kind === "workflow").map(({ id, name }) => [id, name]));
  const [ways, leading, counted] = await Promise.all([
    usage.rules?.length || usage.uses.some((use) => use.can_be_moved)
      ? waysOut(connector, space, known.existing, context, usage.rules)
      : { next: [], sameType: [] },
    workflows.size > 0 ? leadingTo(context.kibana, space, where.status, workflows) : [],
    countedUsers(context.kibana, space, connector, (usage.rules ?? []).length + countedAmong(usage.uses), where),
  ]);
  const uses = [...usage.uses, ...leading, ...counted.uses];
  return inUse(connector, { rules: usage.rules, uses }, space, { next: ways.next, same_type: ways.sameType });
}

function orError<T>(work: () => T): T | ToolError {
  try {
    return work();
  } catch (error) {
    return asRefusal(error);
  }
}

/** @throws what is no refusal of one connector */
function asRefusal(error: unknown): ToolError {
  if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
  return error;
}
