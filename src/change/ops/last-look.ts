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

/** What was agreed to no longer holds. @param message says that nothing was written */
export function outdated(message: string): ToolError {
  return new ToolError("confirmation_invalid", message, "Repeat the call to decide on the new plan.", { reason: "target_changed" });
}
