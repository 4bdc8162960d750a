import type { Params, Translated } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { closes } from "../../rules/incidents.ts";
import { laidOver } from "../../rules/params.ts";

/** Params for actions that move to a connector of another type. Those that name no sub-action are laid over what is carried over. */
export interface NewParams {
  params: Params | undefined;
  /** For actions that run on recovery. */
  recovery: Params | undefined;
}

interface Carried extends Translated {
  /** Before anything was laid over them. */
  bare: Params;
}

/**
 * What an action's params become at a connector of another type.
 * @returns undefined where the catalogue knows nothing that corresponds, or params are given that stand for themselves
 */
export async function carriedOver(
  { connector_type_id: type, params }: RuleAction,
  to: Connector,
  given: NewParams,
  onRecovery: boolean,
): Promise<Carried | undefined> {
  const had = params ?? {};
  const was = await connectorType(type ?? "");
  const translate = was?.translations?.[to.type];
  const chosen = onRecovery ? given.recovery : given.params;
  if (!translate || (chosen && isWhole(chosen))) return undefined;
  // What opens takes fields that a close does not.
  const shared = given.params && !isWhole(given.params) && !closes(was, had) ? given.params : undefined;
  const over = (onRecovery ? given.recovery : undefined) ?? shared;
  const carried = translate(had, to.config ?? {}, over ?? {});
  if (!carried) return undefined;
  return { ...carried, bare: carried.params, params: over ? laidOver(carried.params, over) : carried.params };
}

function isWhole(params: Params): boolean {
  return Object.hasOwn(params, "subAction");
}
