import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { type ElicitRequestFormParams, ErrorCode, McpError, type RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Answer, Ask } from "../change/consent/ask.ts";
import { ToolError } from "../errors.ts";
import type { ToType } from "../web/page.ts";

/** Asks the person through form elicitation, on the stream of the call itself. One field: some clients can show no more. */
export function createAsk(server: Server, relatedRequestId: RequestId): Ask {
  return {
    async confirm({ message, type }, { signal, timeoutMs }) {
      if (!server.getClientCapabilities()?.elicitation?.form) return { action: "unavailable" };
      const requestedSchema = type === undefined ? yesOrNo : typed(type);
      try {
        const answer = await server.elicitInput(
          { mode: "form", message, requestedSchema },
          { relatedRequestId, signal, timeout: timeoutMs },
        );
        if (answer.action !== "accept") return { action: answer.action };
        return type === undefined ? ticked(answer.content?.confirm) : entered(answer.content?.name);
      } catch (error) {
        if (signal.aborted)
          throw new ToolError(
            "cancelled",
            "The call was cancelled while a person was asked. Nothing was written.",
            "Nothing to do; repeat the call if it is still wanted.",
          );
        if (error instanceof McpError && error.code === ErrorCode.RequestTimeout) return { action: "timeout" };
        if (error instanceof McpError && error.code === ErrorCode.MethodNotFound) return { action: "unavailable" };
        // A client that answers its own question with an error has not agreed.
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
        // The client promised and failed: the answer carries the address after all.
        return "unavailable";
      }
    },
  };
}

function ticked(confirm: unknown): Answer {
  if (typeof confirm !== "boolean") return { action: "empty" };
  return { action: confirm ? "accept" : "decline" };
}

function entered(name: unknown): Answer {
  return typeof name === "string" && name !== "" ? { action: "accept", typed: name } : { action: "empty" };
}

type Form = ElicitRequestFormParams["requestedSchema"];

const yesOrNo: Form = {
  type: "object",
  properties: { confirm: { type: "boolean", title: "Yes, do it", default: false } },
  required: ["confirm"],
};

function typed({ what, text }: ToType): Form {
  return {
    type: "object",
    properties: { name: { type: "string", title: `Type the connector's ${what} to confirm: "${text}"` } },
    required: ["name"],
  };
}
