import { ToolError } from "../../errors.ts";
import type { ToType } from "../../web/page.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import type { ByItself, OpenPage } from "./ask.ts";
import { keysFor, onlyByPasskey, type Signers } from "./passkey.ts";
import { fitsQuestion, whatMatters } from "./question.ts";
import { type Reach, reachOf } from "./reach.ts";
import { nobodyHere, notUnattended, onlyInPerson, tooMuch } from "./refusals.ts";
import { toType } from "./to-type.ts";

/** How agreement to a plan is got here, or why nobody could agree to it. */
export type Way =
  | { by: "nothing" }
  | { by: "skipped" }
  | { by: "token"; reach: Reach }
  | ByPage
  | { by: "form"; reach: Reach; matters: string[]; type: ToType | undefined }
  | Nobody;

export interface ByPage {
  by: "page";
  reach: Reach;
  openPage: OpenPage;
  /** Whose passkeys count; undefined where a click is enough. */
  signers: Signers | undefined;
}

interface Nobody {
  by: "nobody";
  why: ToolError;
}

/**
 * The first way, for every client and era. `--confirm` chooses it; a way that fails leads only to one that is at least as
 * strong: from a form to the page, never to a token. What only a passkey may approve goes to the page at once.
 * @param asked somebody was asked already: they may have said no, even if nobody would have to be asked now
 */
export async function wayTo(
  plan: Plan,
  call: Pick<Call, "tool">,
  verdict: Verdict,
  asked: boolean,
  caller: Caller,
  services: ChangeServices,
): Promise<Way> {
  const { settings, openPage, deployment } = services;
  const secrets = plan.asks.length > 0;
  if (!secrets && !asked && verdict.reasons.length === 0) return { by: "nothing" };
  if (!secrets && settings.skipConfirmation) {
    const why = notUnattended(plan);
    return why ? { by: "nobody", why: onlyInPerson(why) } : { by: "skipped" };
  }
  const byToken = settings.confirm === "token";
  const passkey = onlyByPasskey(plan, call, verdict, caller, services);
  if (!secrets && !passkey && byToken && plan.inPerson) return { by: "nobody", why: onlyInPerson(plan.inPerson) };
  const onPage = () => wayToPage(plan, call, caller, services);
  // The agent holds the token, and cannot know it; nor may it agree for whoever holds a passkey.
  const onlyAPerson = plan.onlyAPersonKnows !== undefined;
  if (secrets || passkey || (onlyAPerson && byToken && openPage)) return onPage();
  const reach = await reachOf(plan, services.redactor.withoutLiterals, services.undoBy);
  const matters = whatMatters(plan, reach, deployment, openPage !== undefined);
  if (!fitsQuestion(matters, reach)) return openPage ? onPage() : { by: "nobody", why: tooMuch(matters) };
  const type = toType(plan, services);
  if (byToken && type === undefined && !onlyAPerson) return { by: "token", reach };
  const formsFail = caller.connection.formsFail !== undefined && !asked;
  return settings.confirm === "page" || formsFail || !canAnswerForms(caller, services) ? onPage() : { by: "form", reach, matters, type };
}

/** The page, also after a form that nobody saw. */
export async function wayToPage(
  plan: Plan,
  call: Pick<Call, "tool">,
  caller: Caller,
  services: ChangeServices,
  answered?: ByItself,
): Promise<ByPage | Nobody> {
  const { openPage } = services;
  if (!openPage) return { by: "nobody", why: plan.inPerson ? onlyInPerson(plan.inPerson) : nobodyHere(plan, caller, services, answered) };
  try {
    const signers = await keysFor(plan, call, caller, services);
    const reach = await reachOf(plan, services.redactor.withoutLiterals, services.undoBy);
    return { by: "page", reach, openPage, signers };
  } catch (error) {
    if (error instanceof ToolError) return { by: "nobody", why: error };
    throw error;
  }
}

/** Replicas know each other's questions only by the key that they share. */
function canAnswerForms({ ask }: Caller, { settings }: ChangeServices): boolean {
  return ask.showsForms() && !(ask.inRounds && settings.http?.stateless && settings.confirmKey === undefined);
}
