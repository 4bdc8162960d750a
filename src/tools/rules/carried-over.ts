import type { ConnectorType, Params, Translated } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction, RuleType } from "../../kibana/rules.ts";
import { valueAt } from "../../plain-object.ts";
import { withGiven } from "../../rules/action-params.ts";
import { closes } from "../../rules/incidents.ts";
import { laidOver, withValueAt } from "../../rules/params.ts";
import { withoutRefused } from "../../rules/refused-actions.ts";

/** Params for actions that move. Those that name no sub-action, or that of the action, are laid over what is carried over. */
export interface NewParams {
  params: Params | undefined;
  /** For actions that run on recovery. */
  recovery: Params | undefined;
}

interface Carried extends Translated {
  /** Before anything was laid over them. */
  bare: Params;
}

/** The connector that actions move to, and its type as this Kibana has it. */
export interface Target {
  to: Connector;
  entry: ConnectorType | undefined;
  /** This Kibana may know more fields of the type than the catalogue. */
  mayKnowMore: boolean;
  /** All rules of the call: what one of them needs is said with what the others do. */
  rules?: readonly { rule: Rule; ruleType: RuleType | undefined }[];
}

/**
 * What an action's params become at another connector.
 * @returns undefined where the catalogue knows nothing that corresponds, or params are given that stand for themselves
 */
export async function carriedOver(
  { connector_type_id: type, params }: RuleAction,
  { to, entry, mayKnowMore }: Target,
  given: NewParams,
  onRecovery: boolean,
): Promise<Carried | undefined> {
  const had = params ?? {};
  if (type === to.type) return carriedAlong(had, { entry, mayKnowMore }, given, onRecovery);
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

/** To a connector of the same type. What that refuses anyway is not laid over. */
function carriedAlong(
  had: Params,
  { entry, mayKnowMore }: Pick<Target, "entry" | "mayKnowMore">,
  given: NewParams,
  onRecovery: boolean,
): Carried {
  const over = onRecovery ? (given.recovery ?? whereTo(given.params, entry)) : given.params;
  if (!over) return { bare: had, params: had, lost: [], unsure: [] };
  const { params: kept, dropped } = withoutRefused(entry, had, mayKnowMore);
  const lost = dropped.map((path) => ({ field: path.join("."), value: valueAt(had, path) }));
  return { bare: had, params: withGiven(kept, over, entry), lost, unsure: [] };
}

/** Of params for what fires, where it goes: that holds on recovery too, unlike the words. What closes has fields of its own. */
function whereTo(params: Params | undefined, entry: ConnectorType | undefined): Params | undefined {
  if (!params || !entry || entry.recovery) return undefined;
  const paths = (entry.recipients ?? []).filter((path) => path.startsWith("params.") && !path.endsWith("*"));
  const given = paths.map((path) => path.split(".").slice(1)).filter((path) => valueAt(params, path) !== undefined);
  return given.reduce<Params>((all, path) => withValueAt(all, path, valueAt(params, path)), {});
}

function isWhole(params: Params): boolean {
  return Object.hasOwn(params, "subAction");
}
