import { ToolError } from "../errors.ts";
import { matchesHost } from "../host-name.ts";
import type { RuleAction } from "../kibana/rules.ts";
import { plainText, quoted } from "../plain-text.ts";
import { actionKey, paired } from "../rules/same-action.ts";
import type { Settings } from "../settings/index.ts";
import { matchesGlob } from "./glob.ts";
import type { LastHour } from "./journal.ts";
import { type Op, type PutRuleOp, usesConnectors } from "./op.ts";
import type { Plan, SecretFlow } from "./plan.ts";
import { maySee, type Principal } from "./principal.ts";

export interface Verdict {
  /** Why a person must agree; empty: free. */
  reasons: string[];
  /** Those of them that neither what it does nor whom it reaches shows. */
  because: string[];
  /** Secrets whose way the person agrees to. */
  newFlows: SecretFlow[];
  /** How many writes this hour has room for, where that is not all of them. */
  roomFor?: number;
}

/**
 * The one place that says what may be done: refuses, or says who must agree.
 * @param lastHour writes recorded in the last hour, of all processes on this machine
 * @throws ToolError read_only, forbidden, protected, limit_reached
 */
export function judge(plan: Plan, settings: Settings, principal: Principal, { changes, roomAt }: LastHour): Verdict {
  for (const op of plan.ops) {
    checkAccess(op, principal);
    if (!maySee(principal, op.space)) {
      throw new ToolError(
        "forbidden",
        `The space "${op.space}" is not one that this server may use.`,
        `It may use: ${principal.spaces?.join(", ")} (setting CONNECTORS_SPACES).`,
      );
    }
    if (settings.auditConnector && reachesTrail(op, settings.auditConnector)) {
      throw new ToolError(
        "protected",
        carriesTrail(settings.auditConnector.id),
        "Leave it as it is; the operator can name another one with CONNECTORS_AUDIT_CONNECTOR.",
        couldGo(plan, settings),
      );
    }
    const glob = isChange(op) ? protecting(names(op), settings.protect) : undefined;
    if (glob) {
      throw new ToolError(
        "protected",
        `The operator protects connectors that match "${glob}": no tool changes them.`,
        "Leave it as it is, or ask the operator to take it out of CONNECTORS_PROTECT.",
        couldGo(plan, settings),
      );
    }
    const ruleGlob = op.op === "put_rule" ? settings.protectRules.find((pattern) => isRule(op, pattern)) : undefined;
    if (ruleGlob && op.op === "put_rule") {
      throw new ToolError(
        "protected",
        `The operator protects rules that match "${ruleGlob}", as ${quoted(op.name)} does: no tool changes them.`,
        "Leave that rule out, or ask the operator to take it out of CONNECTORS_PROTECT_RULES.",
        { rule: op.id, ...couldGo(plan, settings) },
      );
    }
  }
  const writes = plan.ops.filter(isChange).length;
  const room = Math.max(0, settings.maxChangesPerHour - changes);
  if (writes > room && !(plan.resumable && room > 0)) {
    throw new ToolError(
      "limit_reached",
      `This server makes at most ${settings.maxChangesPerHour} changes an hour; ${changes} have been made${writes > 1 ? `, and this call makes ${writes}` : ""}.`,
      `${writes > 1 ? `Do fewer in one call (${room} are left now), wait` : "Wait"}${roomAt === undefined ? "" : ` until ${roomAt}, when there is room again`}, or ask the operator to raise CONNECTORS_MAX_CHANGES_PER_HOUR.`,
    );
  }
  const isNew = (host: string) => !isAgreed(host, settings.targetHosts, plan.knownHosts);
  const newFlows = plan.flows.filter(({ agreed, hosts }) => !agreed && (hosts.length === 0 || hosts.some(isNew)));
  const because = [...newFlows.map((flow) => whereItGoes(flow, flow.hosts.filter(isNew))), ...(plan.asksBecause ?? [])];
  const reasons = [...because];
  if (plan.onlyAPersonKnows) reasons.push(`only a person can know this: ${plan.onlyAPersonKnows.statement}`);
  if (plan.inPerson) reasons.push("part of it cannot be given back, which no token or unattended run may decide");
  if (plan.consequence !== "free")
    reasons.unshift(
      plan.outsideWorld === "none" ? "it changes or removes something" : `it reaches the outside world (${plan.outsideWorld})`,
    );
  // One variable may stand for several fields.
  return { reasons: [...new Set(reasons)], because: [...new Set(because)], newFlows, ...(writes > room ? { roomFor: room } : {}) };
}

/** @param open its hosts that are not known to be agreed to */
function whereItGoes({ field, source, hosts, unseen = [] }: SecretFlow, open: readonly string[]): string {
  const goes = `${source} goes to ${hosts.join(", ") || "a host that is not known beforehand"}`;
  if (open.length > 0 && open.every((host) => unseen.includes(host)))
    return `${goes}, as the secret says: Kibana shows of no connector whether it goes there already`;
  const yet = `${field === "" ? "" : "for it "}yet in this space, as far as is known`;
  return `${goes}, ${open.length < hosts.length ? `and nobody has agreed to ${open.join(", ")} ${yet}` : `which nobody has agreed to ${yet}`}`;
}

/** The plan, which says how far it gets in this hour where that is not to its end. */
export function sayingHowFar<P extends Plan>(plan: P, { roomFor }: Verdict, { maxChangesPerHour }: Settings): P {
  if (roomFor === undefined) return plan;
  const note = `This server makes at most ${maxChangesPerHour} changes an hour: the first ${roomFor} of these ${plan.ops.length} are made now. The same call again, once the hour has room, goes on with the others.`;
  return { ...plan, beforehand: [note, ...(plan.beforehand ?? [])] };
}

/** From when on an undo may be made, where this hour has no room for one; undefined where it has. */
export function undoLater({ changes, roomAt }: LastHour, { maxChangesPerHour }: Pick<Settings, "maxChangesPerHour">): string | undefined {
  if (changes < maxChangesPerHour) return undefined;
  return `This server makes at most ${maxChangesPerHour} changes an hour, and they are used up: an undo can be made from ${roomAt} on.`;
}

/** The parts of a plan that nothing protects. */
function couldGo({ ops }: Plan, { protect, protectRules, auditConnector }: Settings): { could_go?: string[] } {
  const free = ops.filter(
    (op) =>
      !protecting(names(op), protect) &&
      (op.op !== "put_rule" || !isProtectedRule(op, protectRules)) &&
      !(auditConnector && reachesTrail(op, auditConnector)),
  );
  const ids = free.flatMap(({ id }) => id ?? []);
  return ids.length > 0 ? { could_go: ids.slice(0, 50) } : {};
}

/** Whether an op changes the connector of the audit trail, or has it run: what others write through it could pass for records. */
function reachesTrail(op: Op, { id: trail }: { id: string }): boolean {
  if (!usesConnectors(op)) return op.id === trail && isChange(op);
  return op.touches.some(({ id }) => id === trail) && givesActions(trail, op.before.actions, op.after.actions);
}

/** Whether a rule or workflow gets actions of a connector, or other ones; to lose some is nothing. */
export function givesActions(connector: string, before: readonly RuleAction[], after: readonly RuleAction[]): boolean {
  return paired(before, after, actionKey).fresh.some(({ id }) => id === connector);
}

export function carriesTrail(id: string): string {
  return `The connector ${quoted(id, 60)} carries the audit trail of this server: no tool changes, deletes or runs it, or gives it to rules or workflows.`;
}

/** Other processes that share the journal used up the changes that were left. */
export function hourIsFull(most: number): ToolError {
  return new ToolError(
    "limit_reached",
    `This server and those that share its journal make at most ${most} changes an hour, and others came first.`,
    "Wait, or ask the operator to raise CONNECTORS_MAX_CHANGES_PER_HOUR.",
  );
}

/** Whether an op counts as a change: everything but a safe test. */
export function isChange(op: Op): boolean {
  return op.op !== "execute" || !op.safe;
}

function checkAccess(op: Op, { access }: Principal) {
  const dangerous = op.op === "delete" || (op.op === "execute" && isChange(op));
  if (access === "read" || (access === "change" && dangerous)) {
    throw new ToolError(
      "read_only",
      `This server runs with access "${access}", which does not allow it to ${op.op === "put_rule" ? "change rules" : op.op === "put_workflow" ? "change workflows" : `${op.op} connectors`}.`,
      "Ask the operator, who sets CONNECTORS_ACCESS.",
    );
  }
}

/** It became protected after the plan was made. @param what `the rule "A" (a)` */
export function nowProtected(what: string): ToolError {
  return new ToolError(
    "protected",
    `The operator protects ${what}, which was named or tagged so a moment ago. Nothing was written.`,
    "Leave it out, or ask the operator to take it out of CONNECTORS_PROTECT or CONNECTORS_PROTECT_RULES.",
  );
}

/** Whether the operator protects a rule. */
export function isProtectedRule(rule: Pick<PutRuleOp, "id" | "name"> & { tags: readonly string[] }, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => isRule(rule, pattern));
}

/** `tag:payments` matches a tag, anything else a rule's name or id. */
function isRule({ id, name, tags }: { id: string; name: string; tags: readonly string[] }, pattern: string): boolean {
  if (pattern.startsWith("tag:")) return tags.some((tag) => matchesGlob(pattern.slice("tag:".length), tag));
  return [id, name, plainText(name, 1000)].some((one) => matchesGlob(pattern, one));
}

/** The pattern that protects one of these names; undefined where none does. */
function protecting(names: readonly string[], patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => names.some((name) => matchesGlob(pattern, name)));
}

/** Whether the operator protects a connector: nothing that would change it is proposed. */
export function isProtected({ id, name = "" }: { id: string; name?: string | undefined }, patterns: readonly string[]): boolean {
  return protecting([id, name, plainText(name, 1000)], patterns) !== undefined;
}

function names(op: Op): string[] {
  if (usesConnectors(op)) return op.touches.flatMap(({ id, name = "" }) => [id, name, plainText(name, 1000)]).filter((one) => one !== "");
  const own = op.op === "delete" || op.op === "update" ? [op.before.name] : [op.name];
  const all = op.op === "update" ? [...own, op.after.name] : own;
  return [op.id, ...all, ...all.map((name) => plainText(name, 1000))].filter((one) => one !== undefined);
}

/** Whether the operator or a connector that sends secrets there makes a host one that is agreed to. */
export function isAgreed(host: string, targetHosts: readonly string[], knownHosts: readonly string[]): boolean {
  return knownHosts.includes(host) || targetHosts.some((pattern) => matchesHost(pattern, host));
}
