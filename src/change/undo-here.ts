import { quoted, word } from "../plain-text.ts";
import type { Access, Settings } from "../settings/index.ts";
import type { Inverse } from "./ops/op-kind.ts";
import { carriesTrail, givesActions, isProtected, isProtectedRule } from "./policy.ts";
import { isSwitchedOn, type Principal } from "./principal.ts";

/** Of whom an undo would be asked. */
export interface UndoBy {
  access: Access;
  settings: Pick<Settings, "tools" | "excludeTools" | "auditConnector">;
}

/** What undoes: another run reverses a run. */
export type UndoTool = "undo_change" | "execute_connector";

/** By what a connector and a rule are protected. */
type Protection = Pick<Settings, "protect" | "protectRules" | "auditConnector">;

export function undoBy({ access }: Principal, settings: UndoBy["settings"]): UndoBy {
  return { access, settings };
}

/** Why this server has no such tool for the caller, as the call would be refused; undefined where it has. */
export function withoutTool(tool: UndoTool, { access, settings }: UndoBy): string | undefined {
  if (access !== "full") return `${tool} takes access "full", and this is "${access}".`;
  return isSwitchedOn(tool, settings) ? undefined : `${tool} is switched off.`;
}

/** The inverse, unless rules or workflows would get back what they had of the connector that carries the audit trail by now. */
export function unlessOfTrail(inverse: Inverse, { auditConnector: trail }: Pick<Settings, "auditConnector">): Inverse {
  if (!trail || "none" in inverse) return inverse;
  const comes =
    inverse.op === "put_rule"
      ? givesActions(trail.id, inverse.expect.actions, inverse.to.actions)
      : inverse.op === "put_workflow" && inverse.back.includes(trail.id);
  return comes ? { none: carriesTrail(trail.id) } : inverse;
}

/** `Not by this server: undo_change is switched off.` */
export function notHere(refused: string): string {
  return `Not by this server: ${refused}`;
}

/** Why a connector cannot come back under its id. */
export function idRefused(id: string): string {
  return `This Kibana does not accept the id ${quoted(id)} for a new connector.`;
}

/** What has to change before one can come back, or go back to what it was. @param why as `unusable` words it */
export function typeRefused(type: string, why: string): string {
  return `Kibana takes no connectors of type ${word(type)} now: ${why}. An undo is possible once that has changed.`;
}

/** Why the operator lets no undo change a connector by these names; undefined where it may. */
export function connectorProtected(
  id: string,
  names: readonly (string | undefined)[],
  settings: Pick<Protection, "protect" | "auditConnector">,
): string | undefined {
  if (settings.auditConnector?.id === id) return carriesTrail(id);
  return [undefined, ...names].some((name) => isProtected({ id, name }, settings.protect))
    ? `The operator protects the connector ${quoted(id, 60)}: no tool changes it.`
    : undefined;
}

/** Why the operator lets no undo change a rule, by itself or by the connectors whose actions would come or go. */
export function ruleProtected(
  rule: Parameters<typeof isProtectedRule>[0],
  touches: readonly { id: string; name?: string | undefined }[],
  settings: Pick<Protection, "protect" | "protectRules">,
): string | undefined {
  if (isProtectedRule(rule, settings.protectRules)) return `The operator protects the rule ${quoted(rule.name, 60)}: no tool changes it.`;
  const found = touches.find((one) => isProtected(one, settings.protect));
  return found && `The operator protects the connector ${quoted(found.id, 60)}: no tool changes its actions.`;
}
