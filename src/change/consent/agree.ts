import type { Knows } from "../../web/page.ts";
import type { Outcome } from "../outcome.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import { askOnPage, pageOf } from "./approval-page.ts";
import type { Approval, GivenByPasskey } from "./approvals.ts";
import type { Answer, ByItself, Consent } from "./ask.ts";
import { confirmationInvalid } from "./continuation.ts";
import { onlyByPasskey } from "./passkey.ts";
import { fitsQuestion, question, whatMatters } from "./question.ts";
import { type Reach, reachOf } from "./reach.ts";
import { notUnattended, onlyInPerson, saidOnPage, stillUnknown, tooMuch } from "./refusals.ts";
import { isTyped, toType } from "./to-type.ts";
import { declined, mistyped, notAnswered, waiting, withToken } from "./unagreed.ts";
import { wordsToKeep } from "./words-to-keep.ts";

/** How the plan was agreed to, or the answer that says that it was not (yet). */
type Agreement = { how: Consent; waited: boolean; passkey?: GivenByPasskey | undefined } | { outcome: Outcome };

/**
 * Gets agreement to this plan. `--confirm` chooses the first way; a way that fails leads only to one that is at least as
 * strong: from a form to the page, never to a token.
 */
export async function getConsent(
  change: Call,
  plan: Plan,
  verdict: Verdict,
  approval: Approval | undefined,
  caller: Caller,
  services: ChangeServices,
): Promise<Agreement> {
  const { settings, continuations, deployment } = services;
  if (approval) return fromPage(approval, change, plan, verdict, services);
  const type = toType(plan, services);
  const { onlyAPersonKnows } = plan;
  const passkey = onlyByPasskey(plan, change, caller, services);
  if (change.confirm !== undefined) {
    // Checked now, so that the error says what is wrong with it; spent just before the first write.
    if (plan.inPerson) throw onlyInPerson(plan.inPerson);
    if (settings.confirm !== "token" || passkey || type !== undefined || onlyAPersonKnows || plan.asks.length > 0)
      throw confirmationInvalid("foreign");
    continuations.check(change.confirm, change.tool, change.args, services.digest(plan));
    return { how: "token", waited: false };
  }
  const asks = plan.asks.length > 0;
  if (!asks && verdict.reasons.length === 0) return { how: "not_needed", waited: false };
  if (!asks && settings.skipConfirmation) {
    const why = notUnattended(plan);
    if (why) throw onlyInPerson(why);
    return { how: "skipped", waited: false };
  }
  const open = await pageOf(change, plan, verdict, services);
  if (open) return { outcome: open };
  if (!asks && !passkey && settings.confirm === "token" && plan.inPerson) throw onlyInPerson(plan.inPerson);
  const reach = await reachOf(plan, services.redactor.withoutLiterals, services.undoBy);
  const onPage = (answered?: ByItself) => askOnPage({ change, plan, verdict, reach, caller, services, answered });
  // The agent holds the token, and cannot know it; nor may it agree for whoever holds a passkey.
  if (asks || passkey || (onlyAPersonKnows && settings.confirm === "token")) return { outcome: await onPage() };
  const matters = whatMatters(plan, reach, deployment, services.openPage !== undefined);
  if (!fitsQuestion(matters, reach)) {
    if (!services.openPage) throw tooMuch(matters);
    return { outcome: await onPage() };
  }
  if (settings.confirm === "token" && type === undefined) return { outcome: await withToken(change, plan, verdict, services) };
  if (settings.confirm === "page" || caller.connection.formsFail) return { outcome: await onPage() };
  const answer = await askInForm({ plan, matters, reach, type }, caller, services);
  switch (answer.is) {
    case "yes":
      return { how: "form", waited: true };
    case "no":
      if (onlyAPersonKnows && answer.known) throw stillUnknown(onlyAPersonKnows, answer.known);
      return { outcome: await declined(plan, verdict, services) };
    case "mistyped":
      return { outcome: await mistyped(plan, verdict, services) };
    case "timeout":
      return { outcome: await notAnswered(plan, verdict, services) };
    case "unavailable":
      return { outcome: await onPage() };
    case "nobody":
      return { outcome: await onPage(answer) };
  }
}

type FormAnswer =
  | { is: "yes" | "mistyped" | "timeout" | "unavailable" }
  | { is: "no"; known?: Exclude<Knows, "yes"> | undefined }
  | ({ is: "nobody" } & ByItself);

/** Asks through the client, and tells a person's answer from the client's own. */
async function askInForm(
  { plan, matters, reach, type }: { plan: Plan; matters: string[]; reach: Reach; type: ReturnType<typeof toType> },
  caller: Caller,
  { settings, clock, deployment, redactor }: ChangeServices,
): Promise<FormAnswer> {
  const began = clock.now();
  const answer = await caller.ask.confirm(
    {
      message: redactor.withoutLiterals.text(question(plan, matters), wordsToKeep(plan, reach, deployment, redactor.withoutLiterals)),
      ...(type === undefined ? {} : { type }),
      ...(plan.onlyAPersonKnows ? { knows: plan.onlyAPersonKnows.statement } : {}),
    },
    { signal: caller.signal, timeoutMs: settings.confirmWait },
  );
  const tookMs = clock.now() - began;
  const said = readAnswer(answer, { tookMs, readingMs: settings.confirmReading }, (typed) => type === undefined || isTyped(type, typed));
  // A question closed after a while may have been seen: such a client shows forms.
  if (said.is === "nobody" && (answer.action !== "cancel" || tookMs < settings.confirmReading)) caller.connection.formsFail = true;
  return said;
}

/**
 * What an answer says about the person behind the client. Clients close or decline questions by themselves, accept them
 * without content (corrections.md §7), or with it where their user lets tools run unattended: then nobody has answered.
 * @param isRight whether the typed text is the one that was asked for
 */
export function readAnswer(
  { action, typed = "", known }: Answer,
  { tookMs, readingMs }: { tookMs: number; readingMs: number },
  isRight: (typed: string) => boolean,
): FormAnswer {
  const tooSoon = tookMs < readingMs;
  switch (action) {
    case "accept":
      if (tooSoon) return { is: "nobody", why: "accepted it faster than a person reads", help: whereClientsApprove };
      if (known === "no" || known === "do not know") return { is: "no", known };
      return isRight(typed) ? { is: "yes" } : { is: "mistyped" };
    case "decline":
      return tooSoon ? { is: "nobody", why: "declined it faster than a person reads" } : { is: "no" };
    case "cancel":
      return { is: "nobody", why: "closed it without an answer" };
    case "empty":
      return { is: "nobody", why: "accepted it without the answer that was asked for" };
    default:
      return { is: action };
  }
}

const whereClientsApprove =
  "If a client approves by itself, its operator can start the server with --confirm page or, for unattended runs, with --dangerously-skip-confirmation.";

/** The call was repeated with the id of a page. */
async function fromPage(
  approval: Approval,
  { confirm = "" }: Call,
  plan: Plan,
  verdict: Verdict,
  services: ChangeServices,
): Promise<Agreement> {
  switch (approval.state) {
    case "approved":
      if (approval.planDigest !== services.digest(plan)) throw confirmationInvalid("target_changed");
      return approval.passkey ? { how: "passkey", waited: false, passkey: approval.passkey } : { how: "page", waited: false };
    case "refused":
      saidOnPage(confirm, approval.known, plan, services);
      return { outcome: await declined(plan, verdict, services) };
    case "waiting":
      return {
        outcome: {
          ...(await waiting(plan, verdict, { id: confirm, ...approval }, services)),
          message: "The person has not answered on the page yet. Nothing was written.",
        },
      };
  }
}
