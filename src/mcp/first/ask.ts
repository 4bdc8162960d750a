import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { ErrorCode, McpError, type RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Ask } from "../../change/consent/ask.ts";
import { ToolError } from "../../errors.ts";
import { formFor, readForm } from "../forms.ts";

/** Asks the person through elicitation, on the stream of the call itself, which waits. */
export function createAsk(server: Server, relatedRequestId: RequestId): Ask {
  return {
    inRounds: false,
    returned: undefined,
    showsForms: () => server.getClientCapabilities()?.elicitation?.form !== undefined,

    async confirm(question, { signal, timeoutMs }) {
      if (!server.getClientCapabilities()?.elicitation?.form) return { action: "unavailable" };
      try {
        const answer = await server.elicitInput(
          { mode: "form", message: question.message, requestedSchema: formFor(question) },
          { relatedRequestId, signal, timeout: timeoutMs },
        );
        return readForm(question, answer);
      } catch (error) {
        if (signal.aborted)
          throw new ToolError(
            "cancelled",
            "The call was cancelled while a person was asked. Nothing was written.",
            "Nothing to do; repeat the call if it is still wanted.",
          );
        if (error instanceof McpError && error.code === ErrorCode.RequestTimeout) return { action: "timeout" };
        if (error instanceof McpError && error.code === ErrorCode.MethodNotFound) return { action: "unavailable" };
        // A client that answers the question with an error has not agreed.
        return { action: "cancel" };
      }
    },

    async show({ message, url, id }, { signal, timeoutMs }) {
      if (!server.getClientCapabilities()?.elicitation?.url) return "unavailable";
      try {
        const answer = await server.elicitInput(
          { mode: "url", message, url, elicitationId: id },
          { relatedRequestId, signal, timeout: timeoutMs },
        );
        return answer.action === "accept" ? "shown" : answer.action === "decline" ? "declined" : "unavailable";
      } catch (_error) {
        if (signal.aborted)
          throw new ToolError(
            "cancelled",
            "The call was cancelled while a page was shown. Nothing was written.",
            "Nothing to do; repeat the call if it is still wanted.",
          );
        // The client declared the capability but failed: the answer gives the address instead.
        return "unavailable";
      }
    },
  };
}
