import { ToolError } from "../../errors.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import { keysFor, onlyByPasskey } from "./passkey.ts";
import { fitsQuestion, whatMatters } from "./question.ts";
import { reachOf } from "./reach.ts";
import { nobodyHere, notUnattended, onlyInPerson, tooMuch } from "./refusals.ts";
import { toType } from "./to-type.ts";

/** Why nobody could agree to a plan here, as the call itself would report it; undefined where somebody can, or nobody has to. */
export async function whyNobodyCouldAgree(
  plan: Plan,
  call: Pick<Call, "tool">,
  { reasons }: Verdict,
  caller: Caller,
  services: ChangeServices,
): Promise<ToolError | undefined> {
  const { settings, openPage, deployment } = services;
  const { connection, ask } = caller;
  const asks = plan.asks.length > 0;
  if (!asks && reasons.length === 0) return undefined;
  if (asks || onlyByPasskey(plan, call, caller, services)) {
    const why = await keysFor(plan, call, caller, services).then(() => undefined, unlessOther);
    if (why) return why;
  }
  const unattended = !asks && settings.skipConfirmation;
  const why = unattended
    ? notUnattended(plan)
    : !asks && settings.confirm === "token" && settings.approveWith === undefined
      ? plan.inPerson
      : undefined;
  if (why) return onlyInPerson(why);
  if (unattended || openPage) return undefined;
  if (asks) return nobodyHere(plan, services, connection.formsFail);
  const reach = await reachOf(plan, services.redactor.withoutLiterals, services.undoBy);
  const matters = whatMatters(plan, reach, deployment, openPage !== undefined);
  if (!fitsQuestion(matters, reach)) return tooMuch(matters);
  if (settings.confirm === "token" && !plan.onlyAPersonKnows && toType(plan, services) === undefined) return undefined;
  const byForm = settings.confirm === "form" || (settings.confirm === "token" && !plan.onlyAPersonKnows);
  if (byForm && !connection.formsFail && ask.showsForms()) return undefined;
  return plan.inPerson ? onlyInPerson(plan.inPerson) : nobodyHere(plan, services, connection.formsFail);
}

function unlessOther(error: unknown): ToolError {
  if (error instanceof ToolError) return error;
  throw error;
}
