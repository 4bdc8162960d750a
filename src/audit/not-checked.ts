import { ToolError } from "../errors.ts";
import type { NotChecked } from "./finding.ts";

/** Why a part could not be read, and what to do. @throws anything but a ToolError */
export function reason(error: unknown, what: string): Pick<NotChecked, "why" | "fix"> {
  if (!(error instanceof ToolError)) throw error;
  if (error.code === "cancelled") return { why: "The audit was cancelled before it got here." };
  return { why: `${what}: ${error.message}`, fix: error.fix };
}

export function cancelled(): ToolError {
  return new ToolError("cancelled", "The audit was cancelled.", "Start it again if it is still wanted.");
}
