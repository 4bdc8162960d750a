import { isDeepStrictEqual } from "node:util";
import type { Connector } from "../kibana/connectors.ts";
import type { EndRecord, JournalEntry } from "./journal.ts";
import { isMarked, secretMissing } from "./marked-rules.ts";
import type { ArtifactsRead } from "./op.ts";
import { changedKeys } from "./ops/connector-state.ts";
import { inverseOf } from "./ops/index.ts";
import type { Inverse } from "./ops/op-kind.ts";
import { type Recorded, readRecord, readState } from "./ops/records.ts";
import type { OpResult } from "./plan.ts";
import { missingForOne } from "./still-missing.ts";
import { notHere, typeRefused, type UndoBy, type UndoTool, unlessOfTrail, withoutTool } from "./undo-here.ts";

export type { Inverse, Recorded };

/** How to undo a recorded op; undefined where it did not happen or a newer version recorded it. Where it `mayHaveHappened`, Kibana decides. */
export function inverseOfEntry(entry: JournalEntry): Inverse | undefined {
  const { begin, end } = entry;
  if (end?.outcome === "not_done" || (begin.op.op === "execute" && mayHaveHappened(entry))) return undefined;
  const record = recordedIn(entry);
  return record && withStored(inverseAfter(record, end?.unmeant), end?.stored);
}

/** A connector is expected as Kibana stored it. */
function withStored(inverse: Inverse, stored: EndRecord["stored"]): Inverse {
  const isOfConnector = stored && "op" in inverse && (inverse.op === "update" || inverse.op === "delete");
  return isOfConnector ? { ...inverse, stored } : inverse;
}

/** Whether an op happened is not recorded: its answer did not come, or the server ended before it. */
export function mayHaveHappened({ end }: JournalEntry): boolean {
  return end === undefined || end.outcome === "unknown";
}

/** Whether an update changed nothing that can be read back: only secrets. */
export function changesOnlySecrets(inverse: Inverse): boolean {
  return "op" in inverse && inverse.op === "update" && isDeepStrictEqual(inverse.expect, inverse.to);
}

/** What would take an op back, and with it what its save changed without being meant to. */
export function inverseAfter(record: Recorded, unmeant: EndRecord["unmeant"] = {}): Inverse {
  const inverse = inverseOf(record);
  if ("none" in inverse || inverse.op !== "put_rule") return inverse;
  // Kibana stored other actions than the digests are of.
  return "actions" in unmeant && isMarked([inverse.to.actions, unmeant.actions]) ? { none: secretMissing } : withUnmeant(inverse, unmeant);
}

/** What an entry records; undefined where a newer version wrote it. */
export function recordedIn({ begin, end }: JournalEntry): Recorded | undefined {
  return readRecord({ ...begin.op, id: begin.op.id ?? end?.id });
}

/** Unintended changes of a save are undone too: the rule is expected to be as the save left it. */
function withUnmeant(inverse: Extract<Inverse, { op: "put_rule" }>, unmeant: NonNullable<EndRecord["unmeant"]>): Inverse {
  const { expect, to } = inverse;
  const own = Object.entries(unmeant).filter(([field]) => Object.hasOwn(expect, field) && field !== "fields");
  const others = Object.entries(unmeant).filter((one) => !own.some(([field]) => field === one[0]));
  const state = readState({
    ...expect,
    ...Object.fromEntries(own.map(([field, { is }]) => [field, is])),
    fields: { ...expect.fields, ...Object.fromEntries(others.map(([field, { is }]) => [field, is])) },
  });
  const fields = { ...to.fields, ...Object.fromEntries(others.map(([field, { was }]) => [field, was])) };
  return state ? { ...inverse, expect: state, to: { ...to, fields } } : inverse;
}

/** A call that undoes a change, or why there is none. */
export type UndoOffer = { undo: UndoCall } | { no_undo: string };
export type UndoCall = { tool: UndoTool; args: Record<string, unknown>; note?: string };

/** Why an op that was just done could not be taken back; undefined where it can. */
export function whyNoUndo({ recorded, unmeant }: OpResult, by: UndoBy): string | undefined {
  if (!recorded) return undefined;
  const offer = undoCall("", inverseAfter(recorded, unmeant?.byOthers ? {} : unmeant?.fields), { by });
  return "no_undo" in offer ? offer.no_undo : undefined;
}

/** What an undo of several rules, or other parts, leaves as it is; undefined where it gives all of them back. */
export function leftNote(inverses: readonly Inverse[], parts = "rules"): string | undefined {
  const none = inverses.flatMap((inverse) =>
    "none" in inverse ? [inverse.none] : inverse.op === "create" ? (missingFor(inverse) ?? []) : [],
  );
  const why = [...new Set(none)].join(" ");
  if (none.length === 0) return undefined;
  if (none.length === inverses.length) return why;
  return `${none.length} of the ${inverses.length} ${parts} ${none.length === 1 ? "stays" : "stay"} as ${none.length === 1 ? "it is" : "they are"}: ${why}`;
}

/**
 * How an answer offers the undo of a change.
 * @param id names one of several parts
 * @param by who would call it: what this server refuses them is not offered
 * @param left what stays as it is
 */
export function undoCall(
  change: string,
  recorded: Inverse,
  { id, by, left }: { id?: string | undefined; by: UndoBy; left?: string | undefined },
): UndoOffer {
  const inverse = unlessOfTrail(recorded, by.settings);
  if ("none" in inverse) return { no_undo: inverse.none };
  const missing = missingFor(inverse);
  if (missing !== undefined) return { no_undo: missing };
  const notes = [noteOn(inverse), left];
  const note = notes.filter((one) => one !== undefined).join(" ");
  const call: UndoCall =
    inverse.op === "execute"
      ? { tool: "execute_connector", args: { id: inverse.id, space: inverse.space, params: inverse.params } }
      : { tool: "undo_change", args: { change, ...(id === undefined ? {} : { id }) } };
  const refused = withoutTool(call.tool, by);
  return refused === undefined ? { undo: { ...call, ...(note ? { note } : {}) } } : { no_undo: notHere(refused) };
}

/** What has to change in Kibana before it takes an undo; undefined where nothing has to. */
export function missingFor(inverse: Exclude<Inverse, { none: string }>): string | undefined {
  return inverse.op === "create" && inverse.unusable !== undefined ? typeRefused(inverse.type, inverse.unusable) : missingForOne(inverse);
}

/** What to know before an undo is called; undefined where there is nothing. */
export function noteOn(inverse: Exclude<Inverse, { none: string }>): string | undefined {
  if (inverse.op === "put_rule") return artifactsNote(inverse.artifacts);
  if (inverse.op === "delete") return inverse.inPerson;
  const notes = [
    ...("lost" in inverse && inverse.lost !== undefined ? [inverse.lost] : []),
    ...("secrets" in inverse && inverse.secrets ? ["Kibana returns no secrets: give them again in `secrets`."] : []),
    ...possiblyLost(inverse),
  ];
  return notes.length > 0 ? notes.join(" ") : undefined;
}

/** What is given again with an undo, if there was any. */
export function possiblyLost(inverse: Inverse): string[] {
  const { possible } = "possible" in inverse ? inverse : {};
  return possible ? [`If it had ${possible.join(" or ")}, give that again in \`secrets\`: Kibana does not return it.`] : [];
}

/** What an undo of rules does not restore; undefined where it restores everything. */
export function artifactsNote(artifacts: ArtifactsRead): string | undefined {
  return artifacts === "unreadable" ? "Dashboards and the investigation guide are not restored: they could not be read." : undefined;
}

/**
 * The fields in which a connector is no longer as a change left it.
 * @param filled its config then, with what may have been added to it since: Kibana's defaults
 */
export function changedSince(
  current: Pick<Connector, "name" | "config">,
  expect: { name: string; config: Record<string, unknown> },
  filled: Record<string, unknown>,
): string[] {
  return [
    ...(current.name === expect.name ? [] : ["name"]),
    ...changedKeys(current.config ?? {}, expect.config, filled).map((key) => `config.${key}`),
  ];
}
