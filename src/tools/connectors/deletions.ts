import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import type { NextCall } from "../../change/plan.ts";
import { maySee } from "../../change/principal.ts";
import { ToolError } from "../../errors.ts";
import { grouped } from "../../grouped.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { deletedAgain, ownerSince } from "../plans/same-connector.ts";
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
  const { entries } = await journal.entries();
  const ofSpaces = entries.filter(({ begin, end }) => {
    const { op, space } = begin.op;
    const isEither = (op === "create" || op === "delete") && end?.outcome !== "not_done";
    return isEither && begin.deployment === deployment.name && spaces.includes(space) && maySee(principal, space);
  });
  const places = grouped(ofSpaces, (entry) => JSON.stringify([entry.begin.op.space, idIn(entry)]));
  const deleted = [...places.values()].filter(([newest]) => newest?.begin.op.op === "delete").flat();
  const each = deleted.filter(({ begin }) => begin.op.op === "delete");
  const byId = each.filter((entry) => idIn(entry) === asked);
  const meant = byId.length > 0 ? byId : each.filter(({ begin }) => begin.op.name === asked);
  const found: Deletion[] = [];
  for (const entry of meant) {
    if (found.length === shown) break;
    if (deletedAgain(await ownerSince(entry, entries)) !== undefined) continue;
    const { space } = entry.begin.op;
    const id = idIn(entry) ?? "";
    const undo = (await undosOf(id, space, context)).find(({ args }) => args.change === entry.begin.change);
    found.push({ entry, id, space, undo });
  }
  return found;
}

/** None also where what Kibana takes cannot be read. */
async function undosOf(id: string, space: string, context: ToolContext): Promise<NextCall[]> {
  try {
    const [types, status] = await Promise.all([context.kibana.connectorTypes(space), context.kibana.status()]);
    return (await deletedHere([id], space, { types, status }, context)).get(id) ?? [];
  } catch (error) {
    if (error instanceof ToolError && error.code !== "cancelled") return [];
    throw error;
  }
}

/** ` This server deleted it (change 2026-11-30-0123456789, 2026-11-30T10:31Z).` */
export function deletionsInWords(deletions: readonly Deletion[], asked: string): string {
  return deletions
    .map(({ entry: { begin, end }, id, space }) => {
      const isOneOfSeveral = deletions.filter((one) => one.id === id && one.space === space).length > 1;
      const it =
        id === asked
          ? isOneOfSeveral
            ? `${quoted(begin.op.name, 60)} (${word(begin.op.type)})`
            : "it"
          : `${quoted(begin.op.name, 60)} (${plainText(id, 60)}), which had that name,`;
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
