import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { type ElicitRequestFormParams, ErrorCode, McpError, type RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Answer, Ask, Question } from "../change/consent/ask.ts";
import { ToolError } from "../errors.ts";
import type { Knows } from "../web/page.ts";

/** Asks the person through form elicitation, on the stream of the call itself. With one field: some clients cannot show more. */
export function createAsk(server: Server, relatedRequestId: RequestId): Ask {
  return {
    showsForms: () => server.getClientCapabilities()?.elicitation?.form !== undefined,

    async confirm({ message, type, knows }, { signal, timeoutMs }) {
      if (!server.getClientCapabilities()?.elicitation?.form) return { action: "unavailable" };
      const requestedSchema = schemaOf({ type, knows });
      try {
        const answer = await server.elicitInput(
          { mode: "form", message, requestedSchema },
          { relatedRequestId, signal, timeout: timeoutMs },
        );
        if (answer.action !== "accept") return { action: answer.action };
        if (knows !== undefined) {
          const known = chosen(answer.content?.nothing_else);
          if (known !== "yes" || type === undefined) return known ? { action: "accept", known } : { action: "empty" };
        }
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

function ticked(confirm: unknown): Answer {
  if (typeof confirm !== "boolean") return { action: "empty" };
  return { action: confirm ? "accept" : "decline" };
}

function entered(name: unknown): Answer {
  return typeof name === "string" && name !== "" ? { action: "accept", typed: name } : { action: "empty" };
}

type Form = ElicitRequestFormParams["requestedSchema"];

/** How a person may answer a statement that only they can confirm, and how a form shows the answers. */
const answers: Record<Knows, string> = {
  yes: "Yes, nothing else: do it",
  no: "No, something else is stored: do nothing",
  "do not know": "I do not know: do nothing",
};

function chosen(given: unknown): Knows | undefined {
  return given === "yes" || given === "no" || given === "do not know" ? given : undefined;
}

function schemaOf({ type, knows }: Pick<Question, "type" | "knows">): Form {
  const base = type === undefined ? yesOrNo : typed(type);
  if (knows === undefined) return base;
  const nothingElse = {
    type: "string" as const,
    title: knows,
    enum: Object.keys(answers),
    enumNames: Object.values(answers),
  };
  // The answer is also the consent, unless a name has to be typed.
  return type === undefined
    ? { type: "object", properties: { nothing_else: nothingElse }, required: ["nothing_else"] }
    : {
        type: "object",
        properties: { nothing_else: nothingElse, ...base.properties },
        required: ["nothing_else", ...(base.required ?? [])],
      };
}

/** No default: if there is one, Claude Code sends it when a person accepts without ticking; without one it asks for the tick. */
const yesOrNo: Form = {
  type: "object",
  properties: { confirm: { type: "boolean", title: "Yes, do it" } },
  required: ["confirm"],
};

function typed({ what, text }: NonNullable<Question["type"]>): Form {
  return {
    type: "object",
    properties: { name: { type: "string", title: `Type the connector's ${what} to confirm: "${text}"` } },
    required: ["name"],
  };
}
