import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import type { NextCall, OpResult } from "../../change/plan.ts";
import { maySee } from "../../change/principal.ts";
import { recordedIn } from "../../change/undo.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import { quoted } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { undoNow } from "./changes-now.ts";
import { formerActionCalls } from "./former-actions.ts";
import { isWithout, readNow } from "./read-now.ts";

/** Entries that are looked up, newest first. */
const mostLooked = 20;

/**
 * The rules and workflows that this server took off connectors before they were deleted: an undo of the delete leaves them off.
 */
export async function usersNotBack(results: readonly OpResult[], context: ToolContext): Promise<{ warnings: string[]; next: NextCall[] }> {
  const back = results.flatMap(({ op, outcome }) => (op.op === "create" && outcome === "done" && op.id !== undefined ? [op] : []));
  if (back.length === 0) return { warnings: [], next: [] };
  const { entries } = await context.journal.entries();
  const taken = entries
    .filter(
      (entry) => isDoneHere(entry, context) && back.some((op) => op.space === entry.begin.op.space && wasTakenOff(entry, op.id ?? "")),
    )
    .slice(0, mostLooked);
  const now = await readNow(taken, context);
  const offers = await Promise.all(taken.map(async (entry) => ({ entry, offer: await undoNow(entry, now, entries, context) })));
  const able = offers.flatMap(({ entry, offer }) => (offer && "undo" in offer ? [entry] : []));
  const byChange = [...grouped(able, ({ begin }) => begin.change)];
  const isAble = new Set(able.map(whose));
  const others = [...new Map(taken.map((entry) => [whose(entry), entry])).values()].filter((entry) => !isAble.has(whose(entry)));
  const pairs = back.flatMap((op) =>
    others.flatMap((entry) => (entry.begin.op.space === op.space && wasTakenOff(entry, op.id ?? "") ? [{ entry, op }] : [])),
  );
  const areOff = await Promise.all(pairs.map(({ entry, op }) => isWithout(entry, op, now)));
  const stays = pairs.filter((_pair, n) => areOff[n]);
  const without = [...grouped(stays, ({ op }) => op)].map(([op, all]) => ({ op, all: all.map(({ entry }) => entry) }));
  return {
    warnings: [
      ...byChange.map(
        ([change, all]) =>
          `Not put back: ${firstFew(all, 5, inWords)} lost ${all.length > 1 ? "their" : "its"} actions before the delete. undo_change with change "${change}" gives them back.`,
      ),
      ...without.map(
        ({ op, all }) =>
          `Not put back: ${firstFew(all, 5, inWords)} lost ${all.length > 1 ? "their" : "its"} actions of ${quoted(op.name, 60)} before the delete, and no undo gives them back: ${all.length > 1 ? "they were changed since, or are" : "it was changed since, or is"} protected.`,
      ),
    ],
    next: [
      ...byChange.map(([change, all]) => ({
        tool: "undo_change",
        args: { change },
        why: `Gives ${all.length > 1 ? "them" : "it"} the connector again: ${firstFew(all, 5, inWords)}.`,
      })),
      ...(await Promise.all(without.map(({ op, all }) => formerActionCalls(op, all)))).flat(),
    ],
  };
}

/** Of which rule or workflow. */
function whose(entry: JournalEntry): string {
  return JSON.stringify([entry.begin.op.space, entry.begin.op.op, idIn(entry)]);
}

function isDoneHere({ begin, end }: JournalEntry, { deployment, principal }: ToolContext): boolean {
  return end?.outcome === "done" && begin.deployment === deployment.name && maySee(principal, begin.op.space);
}

/** Whether a rule or workflow used the connector before a change, and not after it. */
function wasTakenOff(entry: JournalEntry, id: string): boolean {
  const record = recordedIn(entry);
  if (record?.op === "put_workflow") return record.moves.some(({ was, of = was }) => of === id);
  if (record?.op !== "put_rule") return false;
  const uses = ({ actions }: typeof record.before) => actions.some((action) => action.id === id);
  return uses(record.before) && !uses(record.after);
}

/** `rule "Disk almost full"` */
function inWords(entry: JournalEntry): string {
  const { op, name } = entry.begin.op;
  return `${op === "put_rule" ? "rule" : "workflow"} ${quoted(name || (idIn(entry) ?? ""), 60)}`;
}
