import { ownValue } from "../plain-object.ts";
import { inOrder, type RuleState } from "../rules/rule-state.ts";
import { redactionMark } from "../secrets/detect.ts";
import type { Inverse } from "./ops/op-kind.ts";
import { type RecordOf, readState } from "./ops/records.ts";
import type { PutRuleOp } from "./plan.ts";

type Action = RuleState["actions"][number];
type PutBack = Extract<Inverse, { op: "put_rule" }>;

/** Why what the journal has of something does not go back. */
export const secretMissing = "What would be restored contains a secret, and the journal keeps none: restore it by hand.";

/** Whether a mark stands where a secret was. */
export function isMarked(value: unknown): boolean {
  return (JSON.stringify(value) ?? "").includes(redactionMark);
}

/**
 * Actions with a mark whose texts the rule still has after the change, as places before and after it: an undo takes the
 * texts from the rule. Told from the op itself, since two marks are alike.
 */
export function carriedActions(op: PutRuleOp, { before, after }: RecordOf<"put_rule">): [number, number][] {
  const places = new Map<string, number[]>();
  after.actions.forEach((action, at) => {
    const hidden = hiddenIn(action, op.after.actions[at]);
    if (hidden === undefined) return;
    const alike = places.get(hidden) ?? [];
    alike.push(at);
    places.set(hidden, alike);
  });
  return before.actions.flatMap((action, at): [number, number][] => {
    const found = places.get(hiddenIn(action, op.before.actions[at]) ?? "") ?? [];
    const place = found.length > 1 ? found.shift() : found[0];
    return place === undefined ? [] : [[at, place]];
  });
}

/** What an action has in the fields that are marked; undefined where none is, or a name of one. */
function hiddenIn(recorded: Action, whole: Action | undefined): string | undefined {
  const names = markedIn(recorded);
  if (!whole || names.length === 0 || names.some(isMarked)) return undefined;
  return JSON.stringify(names.map((name) => [name, ownValue(whole, name)]));
}

function markedIn(action: Action): string[] {
  return Object.keys(action).filter((name) => isMarked([name, action[name]]));
}

/** Whether all that goes back of a rule's actions is in the journal, or in the rule itself. */
export function canGoBack({ to, carried }: PutBack): boolean {
  const fromRule = new Set(carried.map(([before]) => before));
  return !isMarked([to.notify_when, to.throttle]) && to.actions.every((action, at) => fromRule.has(at) || !isMarked(action));
}

/** Whether a text holds a secret that the journal keeps nothing of. */
export type Hides = (text: string) => boolean;

/** An undo with what its marks stand for, as far as the rule has it. */
export function withoutMarks(inverse: PutBack, stored: RuleState, hides: Hides): PutBack {
  const expect = revealed(inverse.expect, stored, hides);
  const sources = new Map(inverse.carried.map(([before, after]) => [before, expect.actions[after]]));
  const actions = inverse.to.actions.map((action, at) => {
    const source = sources.get(at);
    return source ? { ...action, ...Object.fromEntries(markedIn(action).map((name) => [name, source[name]])) } : action;
  });
  return { ...inverse, expect, to: { ...inverse.to, actions } };
}

/** A recorded state with the texts that a rule has where they are the same but for the marks, and hold a secret there. */
export function revealed(recorded: RuleState, stored: RuleState, hides: Hides): RuleState {
  if (!isMarked(recorded)) return recorded;
  const order = inOrder(recorded.actions);
  const seen = readState(reveal({ ...recorded, actions: order }, { ...stored, actions: inOrder(stored.actions) }, hides));
  const places = new Map(order.map((action, at) => [action, at]));
  return seen ? { ...seen, actions: recorded.actions.map((action) => seen.actions[places.get(action) ?? -1] ?? action) } : recorded;
}

function reveal(recorded: unknown, stored: unknown, hides: Hides): unknown {
  if (typeof recorded === "string") return isUnder(recorded, stored) && hides(String(stored)) ? stored : recorded;
  if (Array.isArray(recorded)) return Array.isArray(stored) ? recorded.map((item, at) => reveal(item, stored[at], hides)) : recorded;
  if (recorded === null || typeof recorded !== "object" || stored === null || typeof stored !== "object") return recorded;
  const own: Record<string, unknown> = { ...stored };
  const plain = Object.entries(recorded).filter(([key]) => !isMarked(key));
  const under =
    plain.length === Object.keys(recorded).length
      ? []
      : Object.entries(own).filter(([name]) => !Object.hasOwn(recorded, name) && hides(name));
  return Object.fromEntries([...plain.map(([key, item]) => [key, reveal(item, ownValue(own, key), hides)]), ...under]);
}

/** Whether a value is what stands under the marks of a text. */
function isUnder(marked: string, value: unknown): boolean {
  if (marked === redactionMark) return typeof value === "string" || typeof value === "number";
  if (typeof value !== "string" || !marked.includes(redactionMark)) return false;
  const [first = "", ...parts] = marked.split(redactionMark);
  const last = parts.pop() ?? "";
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + last.length <= value.length && value.endsWith(last);
}
