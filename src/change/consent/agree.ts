import type { Knows } from "../../web/page.ts";
import type { Outcome } from "../outcome.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import { refusedByKibana } from "../would-be-refused.ts";
import { askOnPage, pageOf } from "./approval-page.ts";
import type { Approval, GivenByPasskey } from "./approvals.ts";
import type { Answer, ByItself, Consent } from "./ask.ts";
import { confirmationInvalid } from "./continuation.ts";
import { forPerson } from "./for-person.ts";
import { onlyByPasskey } from "./passkey.ts";
import { question } from "./question.ts";
import { onlyInPerson, saidOnPage, stillUnknown } from "./refusals.ts";
import type { Round } from "./round.ts";
import { isTyped, toType } from "./to-type.ts";
import { declined, mistyped, notAnswered, planChanged, waiting, withToken } from "./unagreed.ts";
import { type Way, wayTo, wayToPage } from "./way.ts";

/** How the plan was agreed to, and the continuation that this spends; or the answer that says that it was not (yet). */
type Agreement =
  | { how: Consent; waited: boolean; continuation?: string | undefined; passkey?: GivenByPasskey | undefined }
  | { outcome: Outcome };

/** A call, and what has been answered to it. */
interface Asked {
  change: Call;
  round: Round | undefined;
  approval: Approval | undefined;
}

/** Gets agreement to this plan. */
export async function getConsent(
  { change, round, approval }: Asked,
  plan: Plan,
  verdict: Verdict,
  caller: Caller,
  services: ChangeServices,
): Promise<Agreement> {
  const { settings, continuations } = services;
  if (approval && approval.state !== "waiting" && caller.connection.formsFail === "unanswered") delete caller.connection.formsFail;
  if (approval) return fromPage({ change, round, approval }, plan, verdict, services);
  if (round && !round.isFor(services.digest(plan))) return { outcome: await planChanged(plan, verdict, services) };
  const { onlyAPersonKnows } = plan;
  if (change.confirm !== undefined) {
    // Checked now, so that the error says what is wrong with it; spent just before the first write.
    if (plan.inPerson) throw onlyInPerson(plan.inPerson);
    const type = toType(plan, services);
    const passkey = onlyByPasskey(plan, change, verdict, caller, services);
    if (settings.confirm !== "token" || passkey || type !== undefined || onlyAPersonKnows || plan.asks.length > 0)
      throw confirmationInvalid("foreign");
    continuations.check(change.confirm, change.tool, change.args, services.digest(plan));
    return { how: "token", waited: false, continuation: change.confirm };
  }
  const way = await wayTo(plan, change, verdict, round !== undefined, caller, services);
  if (way.by === "nothing") return { how: "not_needed", waited: false };
  if (way.by === "skipped") return { how: "skipped", waited: false };
  const open = await pageOf(change, plan, verdict, caller, services);
  if (open) return { outcome: open };
  if (way.by === "nobody") throw way.why;
  const [refused] = round ? [] : await refusedByKibana(plan, services.reader.until(caller.reads));
  if (refused) throw refused;
  if (way.by === "token") return { outcome: await withToken(change, plan, verdict, services) };
  const asked = { change, plan, verdict, caller, services };
  if (way.by === "page") return { outcome: await askOnPage({ ...asked, ...way, answered: undefined }) };
  const answer = await askInForm({ ...asked, round, ...way }, caller, services);
  // Spent by any answer: a no is not turned into a yes.
  if (round && answer.is !== "yes") continuations.redeem(round.continuation, change.tool, change.args, services.digest(plan));
  const onPage = async (answered?: ByItself) => {
    const next = await wayToPage(plan, change, caller, services, answered);
    if (next.by === "nobody") throw next.why;
    return askOnPage({ ...asked, ...next, answered });
  };
  switch (answer.is) {
    case "yes":
      return { how: "form", waited: round === undefined, continuation: round?.continuation };
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
  {
    change,
    round,
    plan,
    verdict,
    matters,
    reach,
    type,
  }: Omit<Asked, "approval"> & { plan: Plan; verdict: Verdict } & Extract<Way, { by: "form" }>,
  caller: Caller,
  services: ChangeServices,
): Promise<FormAnswer> {
  const { settings, clock, deployment, redactor } = services;
  const { text } = forPerson(plan, reach, deployment, redactor.withoutLiterals);
  const statement = plan.onlyAPersonKnows?.statement;
  const began = round?.askedAt ?? clock.now();
  const answer = await caller.ask.confirm(
    {
      message: text(() => question(plan, matters, verdict.because)),
      ...(type === undefined ? {} : { type }),
      ...(statement === undefined ? {} : { knows: text(() => statement) }),
    },
    {
      signal: caller.signal,
      timeoutMs: settings.confirmWait,
      continuation: () => services.continuations.issue(change, services.digest(plan), "form").id,
    },
  );
  const tookMs = clock.now() - began;
  const said = readAnswer(answer, { tookMs, readingMs: settings.confirmReading }, (typed) => type === undefined || isTyped(type, typed));
  if (said.is === "nobody") {
    const mayBeSeen = tookMs >= settings.confirmReading;
    // A question closed after a while may have been seen: such a client shows forms. Without a page none could take their place.
    if (answer.action === "empty" && (services.openPage || mayBeSeen)) {
      if (services.openPage) caller.connection.formsFail = "unanswered";
    } else if (answer.action !== "cancel" || !mayBeSeen) caller.connection.formsFail = "by itself";
  }
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

/** The call was repeated with the id of a page, or after the client was given the page's address. */
async function fromPage(
  { change: { confirm = "" }, round, approval }: Asked & { approval: Approval },
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
          ...(await waiting(plan, verdict, { id: confirm, ...approval, answered: round?.answered }, services)),
          ...(round ? {} : { message: "The person has not answered on the page yet. Nothing was written." }),
        },
      };
  }
}
