import { inputResponse, type ServerContext } from "@modelcontextprotocol/server";
import type { Ask, Returned } from "../../change/consent/ask.ts";
import { formFor, readForm } from "../forms.ts";
import { InputRequired } from "../input-required.ts";
import type { Client } from "./client.ts";

/** Asks the person by ending the call: the client asks, and calls again with the answer and the continuation that it was given. */
export function createAsk(client: Client, { requestState, inputResponses }: ServerContext["mcpReq"]): Ask {
  const continuation = requestState();
  const returned: Returned | undefined =
    typeof continuation === "string" ? { continuation, page: shown[elicited(inputResponses, "page").action] } : undefined;
  return {
    inRounds: true,
    returned,
    showsForms: () => client.forms,

    async confirm(question, { continuation }) {
      // Asking a client that did not declare this would end in a bare error of the protocol.
      if (!client.forms) return { action: "unavailable" };
      if (returned) return readForm(question, elicited(inputResponses, "form"));
      throw new InputRequired({ form: formFor(question), message: question.message }, continuation());
    },

    async show({ message, url }, { continuation }) {
      if (!client.urls) return "unavailable";
      throw new InputRequired({ url, message }, continuation());
    },
  };
}

const shown = { accept: "shown", decline: "declined", cancel: "unavailable" } as const;

/** A client that brings no answer has closed the question. */
function elicited(responses: ServerContext["mcpReq"]["inputResponses"], key: string) {
  const response = inputResponse(responses, key);
  return response.kind === "elicit" ? response : { action: "cancel" as const };
}
