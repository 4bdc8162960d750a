import type { ToolError } from "../../errors.ts";
import type { ToType } from "../../web/page.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { Caller, ChangeServices } from "../services.ts";
import { fitsQuestion, whatMatters } from "./question.ts";
import { type Reach, reachOf } from "./reach.ts";
import { nobodyHere, notUnattended, onlyInPerson, tooMuch } from "./refusals.ts";
import { toType } from "./to-type.ts";

/** How agreement to a plan is got here, or why nobody could agree to it. */
export type Way =
  | { by: "nothing" }
  | { by: "skipped" }
  | { by: "token"; reach: Reach }
  | { by: "page"; reach: Reach }
  | { by: "form"; reach: Reach; matters: string[]; type: ToType | undefined }
  | { by: "nobody"; why: ToolError };

/**
 * The first way, for every client and era. `--confirm` chooses it; a way that fails leads only to one that is at least as
 * strong: from a form to the page, never to a token.
 * @param asked somebody was asked already: they may have said no, even if nobody would have to be asked now
 */
export async function wayTo(plan: Plan, { reasons }: Verdict, asked: boolean, caller: Caller, services: ChangeServices): Promise<Way> {
  const { settings, openPage, deployment } = services;
  const secrets = plan.asks.length > 0;
  if (!secrets && !asked && reasons.length === 0) return { by: "nothing" };
  if (!secrets && settings.skipConfirmation) {
    const why = notUnattended(plan);
    return why ? { by: "nobody", why: onlyInPerson(why) } : { by: "skipped" };
  }
  const byToken = settings.confirm === "token";
  if (!secrets && byToken && plan.inPerson) return { by: "nobody", why: onlyInPerson(plan.inPerson) };
  const reach = await reachOf(plan, services.redactor.withoutLiterals, services.undoBy);
  const onPage: Way = openPage ? { by: "page", reach } : { by: "nobody", why: noPage(plan, caller, services) };
  // The agent holds the token, and cannot know it.
  const onlyAPerson = plan.onlyAPersonKnows !== undefined;
  if (secrets || (onlyAPerson && byToken && openPage)) return onPage;
  const matters = whatMatters(plan, reach, deployment, openPage !== undefined);
  if (!fitsQuestion(matters, reach)) return openPage ? onPage : { by: "nobody", why: tooMuch(matters) };
  const type = toType(plan, services);
  if (byToken && type === undefined && !onlyAPerson) return { by: "token", reach };
  const formsFail = caller.connection.formsFail && !asked;
  return settings.confirm === "page" || formsFail || !canAnswerForms(caller, services) ? onPage : { by: "form", reach, matters, type };
}

/** Replicas know each other's questions only by the key that they share. */
function canAnswerForms({ ask }: Caller, { settings }: ChangeServices): boolean {
  return ask.showsForms() && !(ask.inRounds && settings.http?.stateless && settings.confirmKey === undefined);
}

/** Why there is no page for what has to be shown on one. */
export function noPage(plan: Plan, caller: Caller, services: ChangeServices): ToolError {
  return plan.inPerson ? onlyInPerson(plan.inPerson) : nobodyHere(plan, caller, services);
}
