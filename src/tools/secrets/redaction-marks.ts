import { ToolError } from "../../errors.ts";
import { redactionMark } from "../../secrets/detect.ts";
import { holdsMark } from "../../secrets/holds-mark.ts";

/**
 * Refuses values copied from an answer: when written, the mark would replace the real value.
 * @throws ToolError secret_refused
 */
export function assertNoMarks(
  what: "config" | "params" | "name" | "fill" | "dedup_key",
  value: unknown,
  fix = "Give the real value, or leave it out.",
): void {
  if (!holdsMark(JSON.stringify(value ?? null))) return;
  throw new ToolError(
    "secret_refused",
    `The ${what} hold${what === "params" ? "" : "s"} "${redactionMark}": that is a mark from an answer, not a value.`,
    fix,
  );
}
