import type { ProgressToken, ServerNotification } from "@modelcontextprotocol/sdk/types.js";
import type { Caller } from "../change/services.ts";

interface Extra {
  _meta?: { progressToken?: ProgressToken | undefined } | undefined;
  sendNotification(notification: ServerNotification): Promise<void>;
}

/** How a call reports progress: only if the client gave a token (reference/mcp.md §3). */
export function progressOf({ _meta, sendNotification }: Extra): Pick<Caller, "progress"> {
  const token = _meta?.progressToken;
  if (token === undefined) return {};
  return {
    progress(progress, total, message) {
      sendNotification({ method: "notifications/progress", params: { progressToken: token, progress, total, message } }).catch(() => {
        // The client went away: the signal of the call says so, and progress no longer matters.
      });
    },
  };
}
