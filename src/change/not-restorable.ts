import { quoted, word } from "../plain-text.ts";
import { reachOf } from "./consent/reach.ts";
import { inverseOf } from "./ops/index.ts";
import type { Plan } from "./plan.ts";
import type { ChangeServices } from "./services.ts";
import { missingBefore } from "./still-missing.ts";

/**
 * A plan that says what no undo gives back: workflows whose text the journal may not keep, for which a token is not enough; and what
 * an undo gives back only once something is there again.
 */
export async function sayingWhatIsLost<P extends Plan>(plan: P, services: ChangeServices): Promise<P> {
  const missing = missingBefore(plan.ops);
  const said = missing.length === 0 ? plan : { ...plan, beforehand: [...missing, ...(plan.beforehand ?? [])] };
  return withoutTexts(said, services);
}

async function withoutTexts<P extends Plan>(plan: P, { redactor, undoBy }: ChangeServices): Promise<P> {
  if (!plan.ops.some(({ op }) => op === "put_workflow")) return plan;
  const { recording } = await reachOf(plan, redactor.withoutLiterals, undoBy);
  const lost = plan.ops.filter((op, n) => {
    const record = recording.ops[n];
    return op.op === "put_workflow" && record !== undefined && "none" in inverseOf(record);
  });
  if (lost.length === 0) return plan;
  const names = lost.map((op) => `${quoted(op.op === "put_workflow" ? op.name : "", 60)} (${word(op.id ?? "")})`);
  const which = lost.length === 1 ? `the workflow ${names[0]}` : `the workflows ${names.join(", ")}`;
  const sentence = `The text of ${which} holds what looks like a secret, so the journal does not keep it: this cannot be undone by this server.`;
  return { ...plan, inPerson: [...(plan.inPerson ?? []), sentence] };
}
