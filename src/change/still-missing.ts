import { firstFew } from "../first-few.ts";
import { exact, quoted, word } from "../plain-text.ts";
import type { Op } from "./op.ts";
import type { Inverse } from "./ops/op-kind.ts";

/** A rule or workflow that would go back, with what is against it as things are. */
interface Hindered {
  kind: "rule" | "workflow";
  id: string;
  name: string;
  /** Connectors that are gone, as Kibana looks for them. */
  needs: readonly string[];
  /** Why else it would be refused, a sentence. */
  refused?: string | undefined;
}

/** Most of them that a sentence names. */
const namesShown = 10;

/** What has to be there before writes can be undone, as far as the plan knows; nothing where nothing is missing. */
export function missingBefore(ops: readonly Op[]): string[] {
  const parts = ops.map((op): Hindered | undefined => {
    if (op.op === "put_workflow") return { ...op, kind: "workflow" };
    return op.op === "put_rule" ? { ...op, kind: "rule", needs: op.gone.map(({ id }) => id) } : undefined;
  });
  return stillMissing(parts);
}

/** The same of recorded ops. @param inverses with the op that each undoes, in their order */
export function missingOf(inverses: readonly { inverse: Inverse | undefined; name: string }[]): string[] {
  return stillMissing(inverses.map(({ inverse, name }) => inverse && hindered(inverse, name)));
}

/** What is missing for one alone; undefined where nothing is. */
export function missingForOne(inverse: Inverse): string | undefined {
  const missing = missingOf([{ inverse, name: "" }]);
  return missing.length > 0 ? missing.join(" ") : undefined;
}

function hindered(inverse: Inverse, name: string): Hindered | undefined {
  if ("none" in inverse || (inverse.op !== "put_rule" && inverse.op !== "put_workflow")) return undefined;
  const { op, id, needs, refused } = inverse;
  return { kind: op === "put_rule" ? "rule" : "workflow", id, name, needs, refused };
}

/** @param parts all that belong together; undefined for what nothing of this can hinder */
function stillMissing(parts: readonly (Hindered | undefined)[]): string[] {
  const known = parts.filter((one) => one !== undefined);
  const needing = known.filter(({ needs }) => needs.length > 0);
  const others = known.filter(({ refused }) => refused !== undefined);
  const reasons = [...new Set(others.map(({ refused }) => refused))];
  return [
    ...(needing.length > 0 ? [`${needsNote(needing)}${concerning(needing, parts)}`] : []),
    ...reasons.map((why) => {
      const those = others.filter(({ refused }) => refused === why);
      return `An undo is possible only once this has changed: ${why}${concerning(those, parts)}`;
    }),
  ];
}

function needsNote(needing: readonly Hindered[]): string {
  const ids = [...new Set(needing.flatMap(({ needs }) => needs))];
  const why = needing.every(({ kind }) => kind === "rule")
    ? "Kibana saves no action of a connector that is gone"
    : "nothing goes back to a connector that is gone";
  return `An undo is possible only after ${firstFew(ids, namesShown, goneInWords)} exist${ids.length === 1 ? "s" : ""} again: ${why}.`;
}

/** Its id or name, so that white space around it is seen. */
export function goneInWords(id: string): string {
  return id.trim() === id ? quoted(id, 80) : exact(id);
}

/** Which they are, where others can be undone. */
function concerning(those: readonly Hindered[], parts: readonly unknown[]): string {
  if (those.length === parts.length) return "";
  return ` This concerns ${firstFew(those, namesShown, ({ kind, name, id }) => `${kind} ${quoted(name, 60)} (${word(id)})`)}.`;
}
