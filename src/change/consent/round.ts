import { ToolError } from "../../errors.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import type { ByItself, Shown } from "./ask.ts";
import { answerInvalid, confirmationInvalid, isReason } from "./continuation.ts";

/** The same call once more, with the answer to the question that had ended it. */
export interface Round {
  continuation: string;
  /** Milliseconds since 1970. */
  askedAt: number;
  /** The id of the page whose address was shown; undefined if a form was. */
  page: string | undefined;
  /** Why the client's answer about the page's address is not a person's. */
  answered: ByItself | undefined;
  isFor(planDigest: string): boolean;
}

/**
 * Notes too what the client did with a page's address.
 * @returns undefined for a call that answers no question
 * @throws ToolError confirmation_invalid unless this server, or one with its key, asked that question for this very call
 */
export function roundOf({ tool, args }: Pick<Call, "tool" | "args">, { ask }: Caller, services: ChangeServices): Round | undefined {
  if (!ask.returned) return undefined;
  const { continuation } = ask.returned;
  try {
    const { awaits, issuedAt, isFor } = services.continuations.read(continuation, tool, args);
    // A token is for the agent to pass on: it is no answer of a person.
    if (awaits === "token") throw confirmationInvalid("foreign");
    const page = awaits === "form" ? undefined : awaits;
    const answered = page && noteShown(page, issuedAt, ask.returned.page, services);
    return { continuation, askedAt: issuedAt, page, answered, isFor };
  } catch (error) {
    const reason = error instanceof ToolError ? error.detail?.reason : undefined;
    throw isReason(reason) ? answerInvalid(reason) : error;
  }
}

function noteShown(page: string, askedAt: number, shown: Shown, { approvals, clock, settings }: ChangeServices): ByItself | undefined {
  if (shown === "unavailable") return undefined;
  if (clock.now() - askedAt < settings.confirmReading)
    return { why: `${shown === "shown" ? "accepted" : "declined"} it faster than a person reads` };
  if (shown === "declined") approvals.refuse(page);
  // The client shows the address, so no answer needs it.
  else approvals.hide(page);
  return undefined;
}
