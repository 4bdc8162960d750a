import type { NextCall } from "../../change/plan.ts";
import { maySee } from "../../change/principal.ts";
import { inverseOfEntry } from "../../change/undo.ts";
import { connectorProtected, undoBy, withoutTool } from "../../change/undo-here.ts";
import { quoted, word } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { deletedAgain, ownerSince } from "../plans/same-connector.ts";
import { notMadeAgain, type Taking } from "./back-again.ts";

/** The calls that restore connectors which this server deleted, by id, newest first: several connectors may have had one. */
export async function deletedHere(
  ids: readonly string[],
  space: string,
  taking: Taking,
  { journal, deployment, principal, settings }: Pick<ToolContext, "journal" | "deployment" | "principal" | "settings">,
): Promise<Map<string, NextCall[]>> {
  const calls = new Map<string, NextCall[]>();
  const wanted = new Set(ids);
  if (ids.length === 0 || withoutTool("undo_change", undoBy(principal, settings)) !== undefined) return calls;
  if (!maySee(principal, space)) return calls;
  const { entries } = await journal.entries();
  for (const entry of entries) {
    const { begin } = entry;
    if (begin.deployment !== deployment.name || begin.op.space !== space || begin.op.op !== "delete") continue;
    const { id } = begin.op;
    if (id === undefined || !wanted.has(id)) continue;
    const inverse = inverseOfEntry(entry);
    if (!inverse || "none" in inverse || inverse.op !== "create" || connectorProtected(id, [inverse.name], settings)) continue;
    if (notMadeAgain(inverse, taking)) continue;
    if (deletedAgain(await ownerSince(entry, entries)) !== undefined) continue;
    const call: NextCall = {
      tool: "undo_change",
      args: { change: begin.change, id },
      why: `Restores ${quoted(begin.op.name, 60)} (${word(begin.op.type)}) under its id${inverse.secrets ? "; its secrets have to be given in `secrets`" : ""}.`,
    };
    calls.set(id, [...(calls.get(id) ?? []), call]);
  }
  return calls;
}
