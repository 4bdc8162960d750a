import type { Caller } from "../change/services.ts";

type ProgressToken = string | number;

/** A notification of progress, the same in both eras. */
export interface ProgressNotification {
  method: "notifications/progress";
  params: { progressToken: ProgressToken; progress: number; total: number; message: string };
}

/** How a call reports progress: only if the client gave a token (reference/mcp.md §3). */
export function progressOf(
  token: ProgressToken | undefined,
  notify: (notification: ProgressNotification) => Promise<void>,
): Caller["progress"] | undefined {
  if (token === undefined) return undefined;
  return (progress, total, message) => {
    notify({ method: "notifications/progress", params: { progressToken: token, progress, total, message } }).catch(() => {
      // The client went away: the signal of the call says so, and progress no longer matters.
    });
  };
}
