import { ownValue } from "../plain-object.ts";
import { comparableAction, type RuleState } from "../rules/rule-state.ts";
import { redactionMark } from "../secrets/detect.ts";
import { keyedDigest } from "./digest.ts";
import type { Inverse } from "./ops/op-kind.ts";
import type { FieldDigests } from "./ops/records.ts";

type Action = RuleState["actions"][number];
type PutBack = Extract<Inverse, { op: "put_rule" }>;

/** Why what the journal has of something does not go back. */
export const secretMissing = "What would be restored contains a secret, and the journal keeps none: restore it by hand.";

/** Whether a mark stands where a secret was. */
export function isMarked(value: unknown): boolean {
  return (JSON.stringify(value) ?? "").includes(redactionMark);
}

/** Of each field that is marked in recorded actions, the digest of what `whole` has in it: an undo finds the same again by it. */
export function digestsOfMarked(recorded: readonly Action[], whole: readonly Action[], key: Buffer): FieldDigests[] {
  return recorded.map((action, at) => {
    const fields = whole[at] ? comparableAction(whole[at]) : {};
    const names = markedIn(action).filter((name) => Object.hasOwn(fields, name));
    return Object.fromEntries(names.map((name) => [name, digestOf(name, fields[name], key)]));
  });
}

/** Whether all that goes back of a rule's actions is in the journal, or in the rule as the change left it. */
export function canGoBack({ to, digests }: PutBack): boolean {
  const left = new Set<unknown>(digests.after.flatMap((fields) => Object.values(fields)));
  const isThere = (action: Action, at: number) => markedIn(action).every((name) => left.has(ownValue(digests.before[at], name)));
  return !isMarked([to.notify_when, to.throttle]) && to.actions.every(isThere);
}

/** A recorded state with the rule's own texts in place of marked ones, where they have the digest that was recorded. */
export function revealed(recorded: RuleState, digests: readonly FieldDigests[], stored: RuleState, key: Buffer | undefined): RuleState {
  const names = new Set(digests.flatMap((fields) => Object.keys(fields)));
  if (names.size === 0 || key === undefined) return recorded;
  const texts = new Map(
    stored.actions.flatMap((action) => {
      const fields = Object.entries(comparableAction(action)).filter(([name]) => names.has(name));
      return fields.map(([name, value]) => [digestOf(name, value, key), ownValue(action, name)] as const);
    }),
  );
  const actions = recorded.actions.map((action, at) => {
    const found = Object.entries(digests[at] ?? {}).filter(([, one]) => texts.has(one));
    return { ...action, ...Object.fromEntries(found.map(([name, one]) => [name, texts.get(one)])) };
  });
  return { ...recorded, actions };
}

/** Fields that Kibana derives do not count: nobody writes them. */
function markedIn(action: Action): string[] {
  return Object.entries(comparableAction(action)).flatMap((field) => (isMarked(field) ? field[0] : []));
}

function digestOf(name: string, value: unknown, key: Buffer): string {
  return keyedDigest([name, value], key);
}
