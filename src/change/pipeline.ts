import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { textsWithin } from "../catalog/json-leaves.ts";
import { ToolError } from "../errors.ts";
import { noChange, outcome, shown } from "./answer.ts";
import { brokenMeanwhile } from "./broken-meanwhile.ts";
import { getConsent } from "./consent/agree.ts";
import type { GivenByPasskey, Typed } from "./consent/approvals.ts";
import { confirmationInvalid } from "./consent/continuation.ts";
import { opDigest } from "./consent/passkey.ts";
import { reachOf } from "./consent/reach.ts";
import { roundOf } from "./consent/round.ts";
import { planChanged } from "./consent/unagreed.ts";
import { makeFresh } from "./fresh.ts";
import { sayingWhatIsLost } from "./not-restorable.ts";
import { targetsOf } from "./ops/index.ts";
import type { Outcome } from "./outcome.ts";
import { cancelledBefore, perform } from "./perform.ts";
import type { OpResult, Plan } from "./plan.ts";
import { isChange, judge, sayingHowFar, type Verdict } from "./policy.ts";
import { type Recording, recordingOf } from "./recorded.ts";
import { secretsByJournal } from "./secrets-by-journal.ts";
import type { Caller, Change, ChangeServices } from "./services.ts";
import { assertShows, assertTrail } from "./stateless.ts";
import { showTokens } from "./token-pages.ts";
import { wouldBeRefused } from "./would-be-refused.ts";

/** Plan, policy, consent, plan again, journal, write, read back, report: the only way to write. */
export async function runChange<P extends Plan>(asked: Change<P>, caller: Caller, services: ChangeServices): Promise<Outcome> {
  assertTrail(services.settings);
  // A confirmation holds for one principal and one Kibana.
  const args = { by: caller.principal.name, on: services.deployment, args: asked.args };
  const { clock, journal, continuations, approvals, alone } = services;
  const since = alone.now();
  const round = roundOf({ tool: asked.tool, args }, caller, services);
  const confirm = asked.confirm ?? round?.page;
  // What is agreed to is planned again: with the same word and time as when it was shown.
  const issued = round?.continuation ?? confirm;
  const fresh =
    (issued !== undefined && continuations.freshOf(issued)) || (approvals.freshOf(asked.tool, args, confirm) ?? makeFresh(clock));
  const planOf = async (typed: Typed | undefined) => {
    const made = await asked.plan(typed, fresh);
    // Replicas that share no journal answer in turn.
    const isShared = services.settings.http?.stateless !== true || services.settings.journalDir !== undefined;
    if ("noChange" in made || !isShared) return made;
    return { ...made, byJournal: await secretsByJournal(made, journal, services.deployment) };
  };
  const change = { ...asked, args, confirm, fresh, plan: planOf };
  const approval =
    change.confirm !== undefined && approvals.knows(change.confirm) ? approvals.look(change.confirm, change.tool, change.args) : undefined;
  const typed = approval?.state === "approved" ? approval.typed : undefined;
  const own = textsWithin(asked.args);
  const plan = async () => {
    const made = await change.plan(typed);
    return "noChange" in made ? made : { ...made, own };
  };
  const planned = await plan();
  if ("noChange" in planned) return noChange(planned, services);
  const whole = await sayingWhatIsLost(planned, services);
  const opinion = await judged(whole, caller, services);
  const first = sayingHowFar(whole, opinion, services.settings);
  if (services.settings.http?.stateless) assertShows(first, opinion);
  if (change.dryRun) return dryRun(first, change, opinion, caller, services);

  await journal.ready();
  const consent = await getConsent({ change, round, approval }, first, opinion, caller, services);
  if ("outcome" in consent) return consent.outcome;

  return alone.on(first.ops.flatMap(targetsOf), since, async (changed) => {
    if (consent.waited || changed) {
      const again = await plan();
      if ("noChange" in again) return noChange(again, services);
      const now = await judged(again, caller, services);
      const nowAsks = consent.how === "not_needed" && now.reasons.length > 0;
      if (nowAsks || services.digest(again) !== services.digest(first)) return planChanged(again, now, services, first);
    }
    if (caller.signal.aborted) throw cancelledBefore();
    const { continuation } = consent;
    const nonce = continuation && continuations.redeem(continuation, change.tool, change.args, services.digest(first));
    if (nonce !== undefined && (await journal.spent(nonce))) throw confirmationInvalid("used");
    if (consent.how === "page" || consent.how === "passkey") approvals.spend(change.confirm ?? "");
    const id = `${new Date(clock.now()).toISOString().slice(0, 10)}-${randomBytes(5).toString("hex")}`;
    // What was shown is written, exactly: the second plan is for comparison only.
    const { withoutLiterals } = services.redactor;
    const reach = await reachOf(first, withoutLiterals, services.undoBy);
    const recording = await recordingOf(first, reach, withoutLiterals, journal.keyForRecords);
    const { passkey } = consent;
    if (passkey && !isWhatWasSigned(recording, passkey)) return planChanged(first, opinion, services);
    const results = await withinLimit(first, caller, services, () =>
      perform({ id, tool: change.tool, consent: consent.how, approval: passkey?.approval, nonce, recording }, first, caller, services),
    );
    const unasked = consent.how === "not_needed" || consent.how === "skipped";
    if (unasked && isOutdated(results)) {
      // Nobody has confirmed anything that could be invalid: the same answer as a moment earlier.
      const again = await plan();
      return "noChange" in again ? noChange(again, services) : planChanged(again, await judged(again, caller, services), services, first);
    }
    const [report, broken, tokens] = await Promise.all([
      change.report(first, results),
      brokenMeanwhile(id, results, services.reader, services.undoBy),
      showTokens(results, caller, services),
    ]);
    const warnings = [...broken.warnings, ...(report.warnings ?? [])];
    const told = { ...report, result: { ...report.result, ...tokens }, warnings, next: [...broken.next, ...(report.next ?? [])] };
    return outcome({ id, consent: consent.how }, first, results, told, services);
  });
}

/** Whether nothing was written since the last look found something else than the plan. */
function isOutdated(results: readonly OpResult[]): boolean {
  const changed = ["target_changed", "connector_changed"];
  const [first] = results;
  return (
    results.every(({ outcome: is }) => is === "not_done") &&
    first?.error instanceof ToolError &&
    first.error.code === "confirmation_invalid" &&
    changed.includes(String(first.error.detail?.reason))
  );
}

/** What is recorded of the ops has to be what the passkey signed: a secret that was learned since would be hidden now. */
function isWhatWasSigned({ summary, ops }: Recording, { approval: { proof }, recording }: GivenByPasskey): boolean {
  return (
    proof !== undefined &&
    summary === recording.summary &&
    isDeepStrictEqual(
      proof.signed.ops,
      ops.map((op) => opDigest(op, proof.signed.typed)),
    )
  );
}

/** The plan, and why the call itself would be refused. */
async function dryRun(
  plan: Plan,
  call: Pick<Change, "tool">,
  verdict: Verdict,
  caller: Caller,
  services: ChangeServices,
): Promise<Outcome> {
  const [planned, refusals] = await Promise.all([
    shown("planned", plan, verdict, services),
    wouldBeRefused(plan, call, verdict, caller, services),
  ]);
  if (refusals.length === 0) return { ...planned, message: "Nothing was written. The same call without dry_run performs it." };
  return {
    ...planned,
    message: "Nothing was written. The same call without dry_run would be refused.",
    would_be_refused: refusals.map(({ code, message, fix }) => ({ code, message, fix })),
  };
}

async function judged(plan: Plan, { principal }: Caller, { settings, journal }: ChangeServices): Promise<Verdict> {
  return judge(plan, settings, principal, await journal.lastHour());
}

/** Judges once more, counting other calls' writes that are not in the journal yet, and reserves places for its own. */
async function withinLimit<T>(plan: Plan, caller: Caller, services: ChangeServices, work: () => Promise<T>): Promise<T> {
  const mine = plan.ops.filter(isChange).length;
  services.inFlight.writes += mine;
  try {
    const { changes, roomAt } = await services.journal.lastHour();
    judge(plan, services.settings, caller.principal, { changes: changes + services.inFlight.writes - mine, roomAt });
    return await work();
  } finally {
    services.inFlight.writes -= mine;
  }
}
