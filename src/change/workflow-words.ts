import { quoted, word } from "../plain-text.ts";
import type { PutWorkflowOp } from "./op.ts";

/** `"Page on-call" (page-on-call): "step page"`, with each place that is changed. */
export function workflowWithPlaces({ id, name, moves }: PutWorkflowOp): string {
  return `${quoted(name)} (${word(id)}): ${moves.map(({ how }) => quoted(how)).join(", ")}`;
}
