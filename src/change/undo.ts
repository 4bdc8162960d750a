import { isDeepStrictEqual } from "node:util";
import type { Connector } from "../kibana/connectors.ts";
import { quoted } from "../plain-text.ts";
import type { EndRecord, JournalEntry } from "./journal.ts";
import { differingKeys } from "./ops/connector-state.ts";
import { inverseOf } from "./ops/index.ts";
import type { Inverse } from "./ops/op-kind.ts";
import { readRecord, readState } from "./ops/records.ts";

export type { Inverse };

/** What would take a recorded op back; undefined where it did not happen or a newer version made it. */
export function inverseOfEntry({ begin, end }: JournalEntry): Inverse | undefined {
  const record = end?.outcome === "done" ? readRecord({ ...begin.op, id: begin.op.id ?? end.id }) : undefined;
  const inverse = record && inverseOf(record);
  return inverse && "op" in inverse && inverse.op === "put_rule" ? withUnmeant(inverse, end?.unmeant ?? {}) : inverse;
}

/** What a save changed without being meant to goes back too: the rule is expected as it was after it. */
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

/** How an answer offers the undo of a change. */
export function undoCall(
  change: string,
  inverse: Inverse,
  alone: { id?: string | undefined } = {},
): { undo: Record<string, unknown> } | { no_undo: string } {
  if ("none" in inverse) return { no_undo: inverse.none };
  if (inverse.op === "execute") {
    const { id, space, params } = inverse;
    return { undo: { tool: "execute_connector", args: { id, space, params } } };
  }
  const args = { change, ...(alone.id === undefined ? {} : { id: alone.id }) };
  const note = undoNote(inverse);
  return { undo: { tool: "undo_change", args, ...(note === undefined ? {} : { note }) } };
}

function undoNote(inverse: Exclude<Inverse, { none: string }>): string | undefined {
  if (inverse.op !== "put_rule")
    return "secrets" in inverse && inverse.secrets ? "Kibana hands out no secrets: give them again in `secrets`." : undefined;
  const lost =
    inverse.artifacts === "unreadable" ? "Dashboards and the investigation guide do not come back: they could not be read." : undefined;
  return [needsNote(inverse.needs), lost].filter((note) => note !== undefined).join(" ") || undefined;
}

/** What has to be there before rules can have their actions back; undefined where nothing is missing. */
export function needsNote(connectors: readonly string[]): string | undefined {
  const ids = [...new Set(connectors)];
  if (ids.length === 0) return undefined;
  const named = ids.slice(0, 10).map((id) => quoted(id, 80));
  const more = ids.length > named.length ? ` and ${ids.length - named.length} more` : "";
  return `An undo is possible only after ${named.join(", ")}${more} exist${ids.length === 1 ? "s" : ""} again: Kibana saves no action of a connector that is gone.`;
}

/**
 * The keys in which a connector is no longer as a change left it.
 * @param filled what Kibana may have added to it by itself: its defaults
 */
export function changedSince(
  current: Connector,
  expect: { name: string; config: Record<string, unknown> },
  filled: Record<string, unknown>,
): string[] {
  const config = current.config ?? {};
  const added = Object.keys(config).filter(
    (key) => !(key in expect.config) && config[key] != null && !isDeepStrictEqual(config[key], filled[key]),
  );
  return [
    ...(current.name === expect.name ? [] : ["name"]),
    ...[...differingKeys(config, expect.config), ...added].map((key) => `config.${key}`),
  ];
}
