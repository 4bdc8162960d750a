import { ToolError } from "../errors.ts";
import { requestsInACall } from "../kibana/deadline.ts";
import { KibanaError } from "../kibana/errors.ts";
import { plainText } from "../plain-text.ts";
import { canBeSaved, type Unmeant } from "../rules/unmeant.ts";
import { hideCertainSecrets, hideInText, hideSecrets } from "../secrets/detect.ts";
import { traceparent } from "../trace.ts";
import { isTaken } from "./broken-meanwhile.ts";
import type { Consent } from "./consent/ask.ts";
import { confirmationInvalid } from "./consent/continuation.ts";
import { JournalRemoved } from "./journal-folder.ts";
import type { Approval } from "./journal-records.ts";
import type { Op } from "./op.ts";
import type { Begun } from "./ops/audit-trail.ts";
import { recordOf } from "./ops/index.ts";
import type { Recorded } from "./ops/records.ts";
import { otherConnectors } from "./ops/touched-connectors.ts";
import type { OpResult, Plan } from "./plan.ts";
import { hourIsFull, isChange } from "./policy.ts";
import { limitOf } from "./rate-limit.ts";
import type { Recording } from "./recorded.ts";
import type { Caller, ChangeServices } from "./services.ts";
import { asError, newId, storedBy, writeAndLook } from "./write-and-look.ts";

/** What was agreed to, and how. */
interface Agreed {
  id: string;
  tool: string;
  consent: Consent;
  /** Whose passkey approved it. */
  approval: Approval | undefined;
  nonce: string | undefined;
  recording: Recording;
}

/**
 * Performs the ops of a plan in their order, each recorded before and after. Only rules are written several at a time, each with its
 * own last look. One that is not done stops the rest: nothing more begins, and what has begun is finished.
 */
export async function perform(
  { id, tool, consent, approval, nonce, recording }: Agreed,
  plan: Plan,
  caller: Caller,
  services: ChangeServices,
): Promise<OpResult[]> {
  const { journal, deployment, log, redactor, trail, clock, settings, writing } = services;
  // An undo is made from the journal, so words that the agent called secrets stay in it.
  const { withoutLiterals } = redactor;
  /** By the op's place in the plan: what has begun is its beginning. */
  const results: OpResult[] = [];
  const trace = traceparent();
  const until = clock.now() + settings.timeout * requestsInACall;
  const connectors = otherConnectors(plan.ops, services.reader);
  const open = new Set<Promise<void>>();
  let begunOps = 0;
  let finished = 0;
  let stopped = false;
  let hourIsOver = false;

  /** Writes an op that was begun. @param written is called where only the read-back is left */
  async function write(n: number, op: Op, record: Recorded, begun: Begun, written: () => Promise<void>) {
    const untold = [await trail?.begin(begun)];
    const result: OpResult = {
      ...(await writeAndLook(op, until, { ...services, connectors }, written, { signal: caller.signal, isOver })),
      recorded: record,
    };
    if (result.outcome !== "not_done") redactor.keep();
    const stored = storedBy(result, record, withoutLiterals);
    const end = {
      change: id,
      n,
      outcome: result.outcome,
      ...(newId(result) ? { id: newId(result) } : {}),
      ...(stored && { stored }),
      // Their version; ours is in the record.
      ...(result.seen ? { seen: withoutLiterals.json(hideSecrets(result.seen).config) } : {}),
      // An undo puts these back too.
      ...(result.unmeant && !result.unmeant.byOthers ? { unmeant: withoutLiterals.json(savable(result.unmeant.fields)) } : {}),
      ...noted(result, (text) => withoutLiterals.text(hideInText(text))),
    };
    await journal.end(end).catch((error: unknown) => {
      const what = result.outcome === "done" ? "The change happened, but its outcome" : "The outcome of this op";
      const then =
        error instanceof JournalRemoved
          ? "Unless it is put back, nothing here knows of this change any more."
          : "This server keeps it in mind and records it once it can.";
      result.warning = `${what} could not be recorded: ${asError(error).message} ${then}`;
      if (error instanceof JournalRemoved) result.ended = "journal";
    });
    untold.push(await trail?.end(begun, end));
    const warnings = [result.warning, ...new Set(untold)].filter((warning) => warning !== undefined);
    if (warnings.length > 0) result.warning = warnings.join(" ");
    log.info("change", {
      change: id,
      caller: caller.principal.name,
      client: caller.client,
      tool,
      op: op.op,
      target: op.id,
      name: plainText(record.name),
      space: op.space,
      consent,
      ...(approval && { approved_by: approval.by, passkey: approval.key }),
      outcome: result.outcome,
      ...(trace && { trace }),
    });
    results[n] = result;
    finished += 1;
    caller.progress?.(finished, plan.ops.length, `${finished} of ${plan.ops.length} written.`);
    // What the plan depends on has changed: the person decides again on what is left.
    if (isTaken(result) || result.ended === "journal") stopped = true;
    if (result.outcome !== "done" && !(plan.onError === "continue" && isOfThisOp(result))) stopped = true;
    // A call has to end, however slow Kibana is; what was started is finished.
    if (clock.now() >= until && begunOps < plan.ops.length) {
      result.ended ??= "time";
      stopped = true;
    }
  }

  // A cancelled call stops between two writes: the answer says what was not started, and repeating the call continues.
  const isOver = () => stopped || (begunOps > 0 && caller.signal.aborted);

  for (const [n, op] of plan.ops.entries()) {
    if (op.op !== "put_rule") await Promise.all(open);
    const written = await writing.take(caller.signal);
    if (!written && n === 0) throw cancelledBefore();
    if (!written || isOver()) {
      written?.();
      break;
    }
    const record = recording.ops[n] ?? withoutLiterals.json(recordOf(op));
    const begun = {
      change: id,
      n,
      deployment,
      tool,
      principal: caller.principal.name,
      ...(caller.client ? { client: caller.client } : {}),
      consent,
      // One signature is for all ops of a change.
      ...(approval && { approval: n === 0 ? approval : { by: approval.by, key: approval.key } }),
      ...(nonce === undefined ? {} : { nonce }),
      ...(trace && { trace }),
      ...(plan.undoes !== undefined && { undoes: plan.undoes }),
      summary: recording.summary,
      op: record,
    };
    try {
      await journal.begin(begun);
    } catch (error) {
      written();
      if (n === 0) throw error;
      results[n] = { op, outcome: "not_done", error: asError(error), ...endOf(error) };
      break;
    }
    const refused = await admission(op, begun, services);
    if (refused ?? isOver()) {
      written();
      const error = refused?.message ?? "The change was stopped before this was written.";
      await journal.end({ change: id, n, outcome: "not_done", error, withdrawn: true }).catch(() => undefined);
      hourIsOver = plan.resumable === true && begunOps > 0 && refused instanceof ToolError && refused.code === "limit_reached";
      if (refused && !hourIsOver) results[n] = { op, outcome: "not_done", error: refused, ...endOf(refused) };
      break;
    }
    begunOps += 1;
    const accepted = async () => {
      written();
      // The next rule's last look shares this list, and goes before the read-back: more requests at once would only wait for each other.
      if (op.op === "put_rule" && begunOps < plan.ops.length && !isOver()) await connectors(op.space).catch(() => undefined);
    };
    const all = write(n, op, record, begun, accepted).finally(() => {
      written();
      open.delete(all);
    });
    // It is thrown where it is awaited.
    all.catch(() => {
      stopped = true;
    });
    open.add(all);
    if (op.op !== "put_rule") await all;
  }
  await Promise.all(open);
  const last = results.at(-1);
  if (hourIsOver && last) last.ended = "hour";
  return results;
}

export function cancelledBefore(): ToolError {
  return new ToolError(
    "cancelled",
    "The call was cancelled before anything was written.",
    "Nothing to do; repeat the call if it is still wanted.",
  );
}

function endOf(error: unknown): Pick<OpResult, "ended"> {
  return error instanceof JournalRemoved ? { ended: "journal" } : {};
}

/** Why an op that is recorded may not be written: another process was first. */
async function admission(op: Op, begun: { change: string; n: number }, { journal, settings }: ChangeServices): Promise<Error | undefined> {
  if (!isChange(op)) return undefined;
  const answer = await journal.admit(begun, settings.maxChangesPerHour).catch(asError);
  if (answer instanceof Error) return answer;
  if (answer === "used") return confirmationInvalid("used");
  return answer === "full" ? hourIsFull(settings.maxChangesPerHour) : undefined;
}

/** The fields that a save of the rule can restore; actions without tokens, as in the record. */
function savable(fields: Unmeant): Unmeant {
  const restorable = Object.entries(fields).filter(([field]) => canBeSaved(field));
  return Object.fromEntries(restorable.map(([field, one]) => [field, field === "actions" ? hideCertainSecrets(one) : one]));
}

/** Why it failed, or what is doubtful about it although it happened. */
function noted({ error, warning }: OpResult, scrub: (text: string) => string): { error?: string } {
  const what = error?.message ?? warning;
  return what === undefined ? {} : { error: scrub(what) };
}

/** Whether a failure concerns this op alone and says nothing about the later ones. */
function isOfThisOp({ outcome, error }: OpResult): boolean {
  const isAnswered = outcome === "not_done" || (error instanceof KibanaError && error.applied === "no");
  return (
    isAnswered &&
    error instanceof ToolError &&
    limitOf(error) === undefined &&
    error.detail?.reason !== "connector_changed" &&
    !["kibana_unreachable", "unauthorized"].includes(error.code)
  );
}
