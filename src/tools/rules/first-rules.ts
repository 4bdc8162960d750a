import * as z from "zod";
import { grouped } from "../../grouped.ts";
import { quoted } from "../../plain-text.ts";
import { widens } from "../fields.ts";
import type { Left } from "./replaced-report.ts";

/** The most rules that one plan changes. */
const mostRules = 1_000;
/** The argument of tools that change rules. */
export const limit = widens(
  z
    .number()
    .int()
    .min(1)
    .refine((most) => most <= mostRules, `is at most ${mostRules}: call again for the others`)
    .optional(),
  "all of them",
);
const reasonsShown = 5;
const namesShown = 3;

/** As many as one plan may change, and how many are left. */
export function firstOf<T>(all: readonly T[], limit = mostRules): { now: T[]; later: number } {
  const now = all.slice(0, limit);
  return { now, later: all.length - now.length };
}

/** Says after the writes that there are more to do. */
export function toGoOn(done: number, later: number): { message?: string } {
  if (later === 0) return {};
  return { message: `${done} rule${done === 1 ? "" : "s"} done; ${later} more come later: the same call again goes on with them.` };
}

/** Which rules stay as they are, by the reason why, and how many come later. */
export function leftInWords(left: readonly Left[], later: number): string[] {
  const reasons = [...grouped(left, ({ why }) => why)];
  const rest = reasons.slice(reasonsShown).reduce((sum, [, rows]) => sum + rows.length, 0);
  return [
    ...(later > 0 ? [`${later} more rule${later === 1 ? "" : "s"} of these come later, at the same call again.`] : []),
    ...reasons.slice(0, reasonsShown).map(([why, rows]) => {
      const names = rows.slice(0, namesShown).map(({ name }) => quoted(name, 40));
      const [rules, stay] = rows.length === 1 ? ["rule", "stays as it is"] : ["rules", "stay as they are"];
      return `${rows.length} ${rules} ${stay} (${names.join(", ")}${rows.length > namesShown ? ", …" : ""}): ${why}`;
    }),
    ...(rest > 0 ? [`${rest} more rules stay as they are, for other reasons.`] : []),
  ];
}
