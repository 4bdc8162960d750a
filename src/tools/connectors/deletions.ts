import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import type { NextCall } from "../../change/plan.ts";
import { maySee } from "../../change/principal.ts";
import { ToolError } from "../../errors.ts";
import { plainText, quoted } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { deletedHere } from "./deleted-here.ts";

/** The most of the same name to tell of. */
const shown = 3;

/** A connector that this server deleted, and that did not come back through it. */
interface Deletion {
  entry: JournalEntry;
  id: string;
  space: string;
  /** Undefined where Kibana or this server would refuse it. */
  undo: NextCall | undefined;
}

/** What this server deleted of that id, or else of that name, in these spaces; the newest first. */
export async function deletionsOf(asked: string, spaces: readonly string[], context: ToolContext): Promise<Deletion[]> {
  const { journal, deployment, principal } = context;
  const newest = new Map<string, JournalEntry>();
  for (const entry of (await journal.entries()).entries) {
    const { begin, end } = entry;
    const { op, space } = begin.op;
    if (begin.deployment !== deployment.name || !spaces.includes(space) || !maySee(principal, space)) continue;
    const place = JSON.stringify([space, idIn(entry)]);
    if ((op === "create" || op === "delete") && end?.outcome !== "not_done" && !newest.has(place)) newest.set(place, entry);
  }
  const deleted = [...newest.values()].filter(({ begin }) => begin.op.op === "delete");
  const byId = deleted.filter((entry) => idIn(entry) === asked);
  const meant = byId.length > 0 ? byId : deleted.filter(({ begin }) => begin.op.name === asked);
  return Promise.all(
    meant.slice(0, shown).map(async (entry) => {
      const { space } = entry.begin.op;
      const id = idIn(entry) ?? "";
      return { entry, id, space, undo: await undoOf(id, space, context) };
    }),
  );
}

/** Undefined also where what Kibana takes cannot be read. */
async function undoOf(id: string, space: string, context: ToolContext): Promise<NextCall | undefined> {
  try {
    const [types, status] = await Promise.all([context.kibana.connectorTypes(space), context.kibana.status()]);
    return (await deletedHere([id], space, { types, status }, context)).get(id);
  } catch (error) {
    if (error instanceof ToolError && error.code !== "cancelled") return undefined;
    throw error;
  }
}

/** ` This server deleted it (change 2026-11-30-0123456789, 2026-11-30T10:31Z).` */
export function deletionsInWords(deletions: readonly Deletion[], asked: string): string {
  return deletions
    .map(({ entry: { begin, end }, id, space }) => {
      const it = id === asked ? "it" : `${quoted(begin.op.name, 60)} (${plainText(id, 60)}), which had that name,`;
      const when = `${begin.at.slice(0, 16)}Z`;
      const unsure = end?.outcome === "done" ? "" : ", though no answer came";
      return ` This server deleted ${it} in space "${space}" (change ${begin.change}, ${when}${unsure}).`;
    })
    .join("");
}

/** What to do about them. */
export function deletionsFix(deletions: readonly Deletion[]): string {
  const calls = deletions.flatMap(({ undo }) => (undo ? [JSON.stringify(undo.args)] : []));
  return calls.length > 0
    ? `Nothing is left to do if it was to go. Only if the user wants it back: undo_change with ${calls.join(" or ")}.`
    : "Nothing is left to do if it was to go; list_changes says why this server cannot restore it.";
}

/** The same as data. */
export function deletionRows(deletions: readonly Deletion[]) {
  return deletions.map(({ entry, id, space, undo }) =>
    compact({ id, space, change: entry.begin.change, at: entry.begin.at, undo: undo?.args }),
  );
}
