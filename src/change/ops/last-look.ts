import { ToolError } from "../../errors.ts";
import { KibanaError } from "../../kibana/errors.ts";

/** The read just before a write. If only the read fails, no write was made. */
export async function lastLook<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw error instanceof KibanaError ? new ToolError(error.code, error.message, error.fix, error.detail) : error;
  }
}

/**
 * What was agreed to no longer holds.
 * @param message says that nothing was written
 * @param reason what changed: what is written, or a connector that it uses
 */
export function outdated(message: string, reason: "target_changed" | "connector_changed" = "target_changed"): ToolError {
  return new ToolError("confirmation_invalid", message, "Repeat the call to decide on the new plan.", { reason });
}
