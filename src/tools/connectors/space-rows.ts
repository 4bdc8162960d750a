import { type Op, usesConnectors } from "../../change/op.ts";
import type { OpResult, Plan } from "../../change/plan.ts";
import type { Report } from "../../change/services.ts";
import { spacesShown } from "../../change/spaces-shown.ts";
import { newId } from "../../change/write-and-look.ts";
import { ToolError } from "../../errors.ts";
import { grouped } from "../../grouped.ts";
import { plainText } from "../../plain-text.ts";
import { compact } from "../fields.ts";
import { type OneByOne, ofNoSpace, togetherRefused } from "./several-spaces.ts";

/** The most that an answer lists. */
const rowsShown = 40;

/** What became of a connector in one space; those that need attention come first. */
const states = [
  ...["unknown", "failed", "not_started", "left_out", "differs", "changed_since", "not_there"],
  ...["created", "updated", "deleted", "source", "unchanged"],
] as const;

export interface SpaceRow {
  space: string;
  state: (typeof states)[number];
  id?: string | undefined;
  /** The keys that differ. */
  differs?: string[] | undefined;
  why?: string | undefined;
}

/** A plan in several spaces. */
export interface SpacesPlan extends Plan {
  /** Spaces, or connectors, in which it writes nothing. */
  beside: SpaceRow[];
}

/**
 * Reads or plans in each of several spaces. A refusal that concerns one space alone becomes its row, and the others go on.
 * @throws ToolError if all are refused
 */
export async function inEach<One extends { space: string; id?: string | undefined }, T>(
  all: readonly One[],
  work: (one: One) => Promise<T>,
  beside: SpaceRow[],
  oneByOne?: OneByOne,
): Promise<(One & { value: T })[]> {
  const ended = await Promise.all(
    all.map(async (one) => {
      try {
        return { ...one, value: await work(one) };
      } catch (error) {
        if (!(error instanceof ToolError) || ofNoSpace.includes(error.code)) throw error;
        return { ...one, error };
      }
    }),
  );
  const done = ended.flatMap((one) => ("error" in one ? [] : [one]));
  const refused = ended.flatMap((one) => ("error" in one ? [one] : []));
  if (done.length === 0 && refused.length > 0) {
    const places = refused.map(({ error, space, id }) => ({ error, space, ...(oneByOne && { id }) }));
    throw togetherRefused(places, oneByOne);
  }
  beside.push(...refused.map(({ space, id, error }) => ({ space, id, state: "left_out" as const, why: `${error.message} ${error.fix}` })));
  return done;
}

/** What happened to each connector, with how often. */
export function reportOfEach(plan: SpacesPlan, results: readonly OpResult[]): Pick<Report, "result" | "tellsEach" | "message"> {
  const written = plan.ops.flatMap((op) => {
    const result = results.find((one) => one.op === op);
    return usesConnectors(op) ? [] : [rowOf(op, result)];
  });
  const left = plan.beside.filter(({ state }) => state === "left_out");
  const places = [...new Set(left.map(({ space }) => space))];
  return {
    tellsEach: true,
    ...(left.length > 0 ? { message: `Left as it was in ${spacesShown(places)}: \`rows\` says why.` } : {}),
    result: rowsInAnswer([...written, ...plan.beside]),
  };
}

/** Rows and how many there are of each state; the first of very many. */
export function rowsInAnswer(rows: readonly SpaceRow[]): Record<string, unknown> {
  const byState = grouped(rows, ({ state }) => state);
  const sorted = states.flatMap((state) => byState.get(state) ?? []);
  const shown = sorted.slice(0, rowsShown);
  return compact({
    counts: Object.fromEntries(states.flatMap((state) => (byState.has(state) ? [[state, byState.get(state)?.length]] : []))),
    rows: shown.map((row) => compact({ ...row, why: row.why && plainText(row.why, 300) })),
    rows_left_out: sorted.length - shown.length || undefined,
  });
}

function rowOf(op: Exclude<Op, { op: "put_rule" | "put_workflow" }>, result: OpResult | undefined): SpaceRow {
  const at = { space: op.space, id: op.id ?? (result && newId(result)) };
  if (!result) return { ...at, state: "not_started" };
  if (result.outcome === "done") return { ...at, state: doneAs[op.op], ...(result.seen && { why: otherNow }) };
  return { ...at, state: result.outcome === "unknown" ? "unknown" : "failed", why: result.error?.message };
}

/** Of what Kibana showed otherwise right after the write. */
export const otherNow = "It is not as it was saved: see warnings.";

const doneAs = { create: "created", update: "updated", rotate: "updated", delete: "deleted", execute: "updated" } as const;

/** What a person has to know of spaces in which nothing is written. */
export function besideInWords(rows: readonly SpaceRow[]): string[] {
  return [...grouped(rows, (row) => words[row.state]?.(row))].flatMap(([said, of]) =>
    said === undefined ? [] : [`${said} ${of.map(({ space, id }) => (id === undefined ? space : `${space} (${id})`)).join(", ")}`],
  );
}

const words: Partial<Record<SpaceRow["state"], (row: SpaceRow) => string>> = {
  unchanged: ({ why }) => (why === undefined ? "Nothing to do, it is so already:" : `Exists, stays as it is (${why}):`),
  differs: ({ differs = [], why }) =>
    why === undefined ? `Exists with other ${differs.join(", ")}, stays as it is:` : `Exists, stays as it is (${why}):`,
  not_there: ({ why }) => (why === undefined ? "Not there:" : `Not there (${why}):`),
  left_out: ({ why = "" }) => `Left out (${why}):`,
  changed_since: ({ why = "", differs = [] }) => `Stays as it is (${[why, differs.join(", ")].filter((one) => one !== "").join(" ")}):`,
};
