import { ToolError } from "../../errors.ts";
import { PasskeyRefused } from "../../passkeys/refused.ts";
import { beginning, oneLine } from "../../plain-text.ts";
import { seal } from "../../sealed.ts";
import type { Scrub } from "../../secrets/scrub.ts";
import type { Problems, Take } from "../../web/page.ts";
import type { Outcome } from "../outcome.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import { recordingOf } from "../recorded.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import type { Typed } from "./approvals.ts";
import type { ByItself } from "./ask.ts";
import { forPerson } from "./for-person.ts";
import { signingOf } from "./passkey.ts";
import { pageModel } from "./question.ts";
import { saidOnPage } from "./refusals.ts";
import { refusalDigest } from "./refused-plan.ts";
import { isTyped, toType } from "./to-type.ts";
import { approved, declined, waiting } from "./unagreed.ts";
import type { ByPage } from "./way.ts";

interface Asked extends Omit<ByPage, "by"> {
  change: Call;
  plan: Plan;
  verdict: Verdict;
  caller: Caller;
  services: ChangeServices;
  /** Where the client answered the question by itself. */
  answered: ByItself | undefined;
}

/** The page that the same call already has for this plan, waiting or answered, or any call of the caller for which it was refused. */
export async function pageOf(
  change: Call,
  plan: Plan,
  verdict: Verdict,
  { principal }: Caller,
  services: ChangeServices,
): Promise<Outcome | undefined> {
  const found = services.approvals.find(principal.name, change.tool, change.args, services.digest(plan), await refusalDigest(plan));
  switch (found?.state) {
    case undefined:
      return undefined;
    case "waiting":
      return waiting(plan, verdict, found, services);
    case "approved":
      return approved(plan, verdict, found, services);
    case "refused":
      saidOnPage(found.id, found.known, plan, services);
      return declined(plan, verdict, services);
  }
}

/** Opens the page and answers at once: the call is never held open for it. */
export async function askOnPage({ change, plan, verdict, reach, openPage, signers, caller, services, answered }: Asked): Promise<Outcome> {
  const { approvals, deployment, sandbox, settings, clock } = services;
  const planned = services.digest(plan);
  const { withoutLiterals } = services.redactor;
  const shown = forPerson(plan, reach, deployment, withoutLiterals);
  const recording = signers && (await recordingOf(plan, reach, withoutLiterals, services.journal.keyForRecords));
  const entry = approvals.open(caller.principal.name, change, planned, await refusalDigest(plan));
  const signing =
    signers &&
    recording &&
    signingOf(
      signers,
      { confirm: entry.id, expires: entry.expiresAt, plan: planned, recording, typed: plan.asks.length > 0 },
      { tool: change.tool, caller: caller.principal.name, deployment },
    );
  const type = toType(plan, services);
  const model = {
    ...shown.json(() => pageModel(plan, verdict, reach, { name: deployment, sandbox, expiresAt: entry.expiresAt, type })),
    // A passkey takes a person as it is.
    ...(signing ? {} : { reading: settings.confirmReading }),
  };
  const take: Take = async (answer) => {
    if (!answer.approved) {
      entry.answer({ approved: false, known: answer.known });
      return {};
    }
    if (type !== undefined && !isTyped(type, answer.typedName)) return { name: `That is not the ${type.what}.` };
    const taken = await takeTyped(change, plan, answer.values, services);
    if ("problems" in taken) return taken.problems;
    if (!signing || !recording) {
      entry.answer({ approved: true, ...taken });
      return {};
    }
    try {
      entry.answer({ approved: true, ...taken, passkey: { approval: await signing.check(answer.passkey), recording } });
      return {};
    } catch (error) {
      if (error instanceof PasskeyRefused) return { "": `The passkey does not count: ${error.message} Nothing was written.` };
      throw error;
    }
  };
  const url = await openPage({ ...model, ...signing?.page }, take, caller.principal.name);
  const wanted = plan.asks.length > 0 ? "please enter the secrets for" : "please approve";
  // The call may end here, and the client never come back: then the same call is told the address.
  if (caller.ask.inRounds) entry.shownAt(url);
  const began = clock.now();
  const seen = caller.connection.formsFail
    ? "unavailable"
    : await caller.ask.show(
        { message: shown.text(() => oneLine(`${deployment}: ${wanted}: ${beginning(plan.summary, 600)}`)), url, id: entry.id },
        {
          signal: caller.signal,
          timeoutMs: settings.confirmWait,
          continuation: () => services.continuations.issue(change, planned, entry.id).id,
        },
      );
  const byItself = seen !== "unavailable" && clock.now() - began < settings.confirmReading;
  if (seen === "declined" && !byItself) {
    entry.answer({ approved: false });
    return declined(plan, verdict, services);
  }
  // Whether the client really showed the address is not known if it answered by itself: then the answer has it too.
  const visible = seen === "shown" && !byItself ? undefined : url;
  const why = byItself ? { why: `${seen === "shown" ? "accepted" : "declined"} it faster than a person reads` } : undefined;
  entry.shownAt(visible);
  const { formsFail } = caller.connection;
  return waiting(plan, verdict, { id: entry.id, url: visible, expiresAt: entry.expiresAt, answered: answered ?? why, formsFail }, services);
}

/** Checks typed values as the plan does, before they are taken. */
async function takeTyped(
  change: Call,
  plan: Plan,
  values: Record<string, string>,
  services: ChangeServices,
): Promise<{ typed: Typed; planDigest: string } | { problems: Problems }> {
  const { redactor } = services;
  if (plan.asks.length === 0) return { typed: new Map(), planDigest: services.digest(plan) };
  const typed = new Map(Object.entries(values).map(([path, value]) => [path, seal(value, `${path}, typed by a person`)]));
  for (const value of typed.values()) redactor.learn(value);
  try {
    const [same, whole] = [await change.plan(undefined), await change.plan(typed)];
    if ("noChange" in same || "noChange" in whole || services.digest(same) !== services.digest(plan))
      return { problems: { "": "The target changed meanwhile. Refuse here and ask the agent to start again." } };
    return { typed, planDigest: services.digest(whole) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { problems: fieldProblems(error, plan, redactor.withoutLiterals) };
  }
}

function fieldProblems(error: ToolError, plan: Plan, redactor: Scrub): Record<string, string> {
  const listed = error.detail?.problems;
  const problems: Record<string, string> = {};
  for (const one of Array.isArray(listed) ? listed : []) {
    const { path, problem, suggestion } = one as { path: string; problem: string; suggestion?: string };
    const field = plan.asks.find((asked) => path === asked.path || path.startsWith(`${asked.path}.`));
    if (field) problems[field.path] = redactor.text(`It ${problem}${suggestion ? ` (${suggestion})` : ""}.`);
  }
  return Object.keys(problems).length > 0 ? problems : { "": redactor.text(error.message) };
}
