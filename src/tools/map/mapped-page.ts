import * as z from "zod";
import { ToolError } from "../../errors.ts";
import { type MappedRule, type Verdict, verdicts } from "../../map/route.ts";
import type { Position } from "../../map/run.ts";
import type { Loss } from "../../map/without.ts";

export type Counts<Name extends string> = Record<Name, number>;
/** Of rules by verdict, and by what they lose without a connector. */
export interface AllCounts {
  verdicts: Counts<Verdict>;
  losses: Counts<Loss>;
  /** Those that fit the verdict and state that were asked for. */
  total: number;
}

export interface PageRow {
  rule: MappedRule;
  position: Position;
}

/** The first rules of all spaces, which may be read at the same time, and how many there are in all. */
export function collectPage(limit: number, counts: AllCounts, counting: boolean) {
  const bySpace = new Map<string, PageRow[]>();
  let kept = 0;
  return {
    /** @returns whether more are wanted */
    take(row: PageRow, losses: Loss | undefined, fits: boolean): boolean {
      if (counting) {
        counts.verdicts[row.rule.verdict] += 1;
        if (losses) counts.losses[losses] += 1;
        if (fits) counts.total += 1;
      }
      if (!fits) return true;
      const rows = bySpace.get(row.rule.space) ?? [];
      bySpace.set(row.rule.space, rows);
      // One more than is shown says that there is another page.
      if (rows.length <= limit) {
        rows.push(row);
        kept += 1;
      }
      return counting || kept <= limit;
    },
    rows: (spaces: readonly string[]): PageRow[] => spaces.flatMap((space) => bySpace.get(space) ?? []),
  };
}

export const noCounts = (): AllCounts => ({
  verdicts: { nobody: 0, perhaps: 0, told: 0 },
  losses: { would_be_silent: 0, would_lose_route: 0 },
  total: 0,
});

const count = z.number().int().min(0);
const Cursor = z.tuple([z.string(), z.enum(["classic", "v2"]), z.string(), z.string(), z.array(count).length(verdicts.length + 3)]);

/** The place of the last row, with the counts of all: further pages count nothing again. */
export function writeCursor({ space, system, at, id }: Position, { verdicts: by, losses, total }: AllCounts): string {
  const counts = [...verdicts.map((one) => by[one]), losses.would_be_silent, losses.would_lose_route, total];
  return Buffer.from(JSON.stringify([space, system, at, id, counts])).toString("base64url");
}

/** @throws ToolError invalid_arguments */
export function readCursor(cursor: string): { position: Position; counts: AllCounts } {
  try {
    const [space, system, at, id, counts] = Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    const [nobody = 0, perhaps = 0, told = 0, would_be_silent = 0, would_lose_route = 0, total = 0] = counts;
    // It becomes part of a query.
    if (at !== "" && !/^[\d:.TZ+-]+$/.test(at)) throw new Error("no time");
    return {
      position: { space, system, at, id },
      counts: { verdicts: { nobody, perhaps, told }, losses: { would_be_silent, would_lose_route }, total },
    };
  } catch {
    throw new ToolError("invalid_arguments", "`cursor` is not one that this tool gave out.", "Leave it out to begin with the first page.");
  }
}
