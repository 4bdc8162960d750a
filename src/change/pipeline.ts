import { randomBytes } from "node:crypto";
import { ToolError } from "../errors.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Writer } from "../kibana/writer.ts";
import type { Log } from "../log.ts";
import { seal } from "../sealed.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings.ts";
import type { Approval, Approvals, Typed } from "./approvals.ts";
import type { Clock } from "./clock.ts";
import { type Answer, type Ask, type Consent, type OpenPage, pageModel, question } from "./consent.ts";
import { type Continuations, confirmationInvalid } from "./continuation.ts";
import { planDigest } from "./digest.ts";
import type { Journal } from "./journal.ts";
import type { Alone } from "./locks.ts";
import { happened, inverseOf, recordOf, targetOf, writeOp } from "./ops/index.ts";
import type { Happened } from "./ops/op-kind.ts";
import type { Recorded } from "./ops/records.ts";
import type { Outcome } from "./outcome.ts";
import type { NextCall, NoChange, Op, OpResult, Plan } from "./plan.ts";
import { isChange, judge, type Verdict } from "./policy.ts";
import type { Principal } from "./principal.ts";
import { undoCall } from "./undo.ts";

/** What the pipeline needs of the server. Tools see none of it but `runChange`. */
export interface ChangeServices {
  settings: Settings;
  deployment: string;
  sandbox: boolean;
  reader: Reader;
  writer: Writer;
  journal: Journal;
  continuations: Continuations;
  approvals: Approvals;
  /** Undefined where no person sits at this machine. */
  openPage: OpenPage | undefined;
  alone: Alone;
  clock: Clock;
  log: Log;
  redactor: Redactor;
  /** Writes that calls of this process are about to make. */
  underWay: { writes: number };
}

/** One call of a changing tool. */
export interface Change<P extends Plan = Plan> {
  tool: string;
  /** The call's arguments without `confirm` and `dry_run`: a confirmation is bound to them. */
  args: unknown;
  dryRun: boolean;
  confirm: string | undefined;
  /** `typed`: what a person typed for `{"$ask": true}`. */
  plan(typed: Typed | undefined): Promise<P | NoChange>;
  /** What is true now, and what to do next. */
  report(plan: P, results: OpResult[]): Promise<Report>;
}

type Call = Pick<Change, "tool" | "args" | "confirm" | "plan">;

export interface Report {
  result?: Record<string, unknown>;
  warnings?: string[];
  next?: NextCall[];
  message?: string;
}

export interface Caller {
  principal: Principal;
  client: string | undefined;
  ask: Ask;
  signal: AbortSignal;
}

const hour = 3_600_000;
/** Milliseconds between looks after a write whose answer did not come. */
const looks = [0, 300, 700, 1500];

/** Plan, policy, consent, plan again, journal, write, read back, report: the only way to a write. */
export async function runChange<P extends Plan>(change: Change<P>, caller: Caller, services: ChangeServices): Promise<Outcome> {
  const { clock, journal, continuations, approvals, alone } = services;
  const since = alone.now();
  const approval =
    change.confirm !== undefined && approvals.knows(change.confirm) ? approvals.look(change.confirm, change.tool, change.args) : undefined;
  const typed = approval?.state === "approved" ? approval.typed : undefined;
  const first = await change.plan(typed);
  if ("noChange" in first) return noChange(first, services);
  const opinion = await judged(first, caller, services);
  if (change.dryRun)
    return {
      ...shown("planned", first, opinion, services),
      message: "Nothing was written. The same call without dry_run performs it.",
    };

  await journal.ready();
  const consent = await getConsent(change, first, opinion, approval, caller, services);
  if ("outcome" in consent) return consent.outcome;

  return alone.on(targets(first.ops), since, async (changed) => {
    if (consent.waited || changed) {
      const again = await change.plan(typed);
      if ("noChange" in again) return noChange(again, services);
      const now = await judged(again, caller, services);
      const nowAsks = consent.how === "not_needed" && now.reasons.length > 0;
      if (nowAsks || planDigest(again) !== planDigest(first)) {
        return {
          ...shown("plan_changed", again, now, services),
          message: "The target changed meanwhile. Nothing was written. Repeat the call to decide on the new plan.",
        };
      }
    }
    if (caller.signal.aborted)
      throw new ToolError(
        "cancelled",
        "The call was cancelled before anything was written.",
        "Nothing to do; repeat the call if it is still wanted.",
      );
    if (consent.how === "token") continuations.redeem(change.confirm ?? "", change.tool, change.args, planDigest(first));
    if (consent.how === "page") approvals.spend(change.confirm ?? "");
    const id = `${new Date(clock.now()).toISOString().slice(0, 10)}-${randomBytes(5).toString("hex")}`;
    // What was shown is what is written, to the letter: not the plan that was made again to compare.
    const results = await withinLimit(first, caller, services, () => perform(id, first, change.tool, consent.how, caller, services));
    return outcome(id, first, results, await change.report(first, results), services);
  });
}

function targets(ops: Op[]): string[] {
  return ops.map(targetOf).filter((target) => target !== undefined);
}

async function judged(plan: Plan, { principal }: Caller, { settings, deployment, journal, clock }: ChangeServices): Promise<Verdict> {
  return judge(plan, settings, principal, await journal.countSince(clock.now() - hour, deployment));
}

/** Judges once more with the writes of other calls counted that are not in the journal yet, and holds the place of these. */
async function withinLimit<T>(plan: Plan, caller: Caller, services: ChangeServices, work: () => Promise<T>): Promise<T> {
  const mine = plan.ops.filter(isChange).length;
  services.underWay.writes += mine;
  try {
    const recorded = await services.journal.countSince(services.clock.now() - hour, services.deployment);
    judge(plan, services.settings, caller.principal, recorded + services.underWay.writes - mine);
    return await work();
  } finally {
    services.underWay.writes -= mine;
  }
}

type Agreement = { how: Consent; waited: boolean } | { outcome: Outcome };

async function getConsent(
  change: Call,
  plan: Plan,
  verdict: Verdict,
  approval: Approval | undefined,
  caller: Caller,
  services: ChangeServices,
): Promise<Agreement> {
  const { settings, continuations, deployment, redactor } = services;
  if (approval) return fromPage(approval, change, plan, verdict, services);
  const typeName = typeof plan.consequence === "object" ? plan.consequence.typeName : undefined;
  if (change.confirm !== undefined) {
    // Checked now, so that a wrong one is told apart; spent just before the first write.
    if (settings.confirm !== "token" || typeName !== undefined || plan.asks.length > 0) throw confirmationInvalid("foreign");
    continuations.check(change.confirm, change.tool, change.args, planDigest(plan));
    return { how: "token", waited: false };
  }
  if (plan.asks.length > 0) return { outcome: await askOnPage(change, plan, verdict, caller, services) };
  if (verdict.reasons.length === 0) return { how: "not_needed", waited: false };
  if (settings.skipConfirmation) return { how: "skipped", waited: false };
  const answer = await caller.ask.confirm(
    { message: redactor.text(question(plan, verdict, deployment)), ...(typeName === undefined ? {} : { typeName }) },
    { signal: caller.signal, timeoutMs: settings.confirmWait },
  );
  if (answer.action === "accept" && (typeName === undefined || answer.typed?.trim() === typeName.trim()))
    return { how: "form", waited: true };
  if (answer.action !== "unavailable") return { outcome: unanswered(answer.action, plan, verdict, services) };
  if (settings.confirm === "token" && typeName === undefined) return { outcome: withToken(change, plan, verdict, services) };
  return { outcome: await askOnPage(change, plan, verdict, caller, services) };
}

/** The call was repeated with the id of a page. */
function fromPage(approval: Approval, { confirm = "" }: Call, plan: Plan, verdict: Verdict, services: ChangeServices): Agreement {
  switch (approval.state) {
    case "approved":
      if (approval.planDigest !== planDigest(plan)) throw confirmationInvalid("target_changed");
      return { how: "page", waited: false };
    case "refused":
      return { outcome: unanswered("decline", plan, verdict, services) };
    case "waiting":
      return {
        outcome: {
          ...waiting(plan, verdict, { id: confirm, ...approval }, services),
          message: "The person has not answered on the page yet. Nothing was written.",
        },
      };
  }
}

/** Opens the page and answers at once: the call is never held open for it. */
async function askOnPage(change: Call, plan: Plan, verdict: Verdict, caller: Caller, services: ChangeServices): Promise<Outcome> {
  const { approvals, openPage, deployment, sandbox, settings } = services;
  if (!openPage) {
    throw plan.asks.length > 0
      ? new ToolError(
          "secret_refused",
          "A person cannot type secrets here: this server runs where nobody sits at its machine.",
          `Use a reference such as {"$env": "${settings.secretPrefix}…"}.`,
        )
      : new ToolError(
          "confirmation_invalid",
          "A person has to agree, this client cannot ask one, and no page can be shown.",
          "Use a client that supports MCP elicitation, or have the operator start the server with --confirm token.",
          { reason: "unavailable" },
        );
  }
  const entry = approvals.open(change.tool, change.args);
  const url = await openPage(
    services.redactor.json(pageModel(plan, verdict, { name: deployment, sandbox }, entry.expiresAt)),
    async (answer) => {
      if (!answer.approved) {
        entry.answer({ approved: false });
        return {};
      }
      if (typeof plan.consequence === "object" && answer.typedName !== plan.consequence.typeName.trim())
        return { name: "That is not the name." };
      return takeTyped(change, plan, answer.values, entry.answer, services);
    },
  );
  const message = `${deployment}: ${plan.asks.length > 0 ? "secrets are wanted for" : "please approve"}: ${plan.summary}`;
  const seen = await caller.ask.show(
    { message: services.redactor.text(message), url, id: entry.id },
    { signal: caller.signal, timeoutMs: settings.confirmWait },
  );
  if (seen === "declined") {
    entry.answer({ approved: false });
    return unanswered("decline", plan, verdict, services);
  }
  const visible = seen === "shown" ? undefined : url;
  entry.shownAt(visible);
  return waiting(plan, verdict, { id: entry.id, url: visible, expiresAt: entry.expiresAt }, services);
}

/** Checks typed values as the plan does, before they are taken. @returns problems by field */
async function takeTyped(
  change: Call,
  plan: Plan,
  values: Record<string, string>,
  answer: (given: { approved: true; typed: Typed; planDigest: string }) => void,
  { redactor }: ChangeServices,
): Promise<Record<string, string>> {
  if (plan.asks.length === 0) {
    answer({ approved: true, typed: new Map(), planDigest: planDigest(plan) });
    return {};
  }
  const typed = new Map(Object.entries(values).map(([path, value]) => [path, seal(value, `${path}, typed by a person`)]));
  for (const value of typed.values()) redactor.learn(value);
  try {
    const [same, whole] = [await change.plan(undefined), await change.plan(typed)];
    if ("noChange" in same || "noChange" in whole || planDigest(same) !== planDigest(plan))
      return { "": "The target changed meanwhile. Refuse here and ask the agent to start again." };
    answer({ approved: true, typed, planDigest: planDigest(whole) });
    return {};
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return fieldProblems(error, plan, redactor);
  }
}

function fieldProblems(error: ToolError, plan: Plan, redactor: Redactor): Record<string, string> {
  const listed = error.detail?.problems;
  const problems: Record<string, string> = {};
  for (const one of Array.isArray(listed) ? listed : []) {
    const { path, problem, suggestion } = one as { path: string; problem: string; suggestion?: string };
    const field = plan.asks.find((asked) => path === asked.path || path.startsWith(`${asked.path}.`));
    if (field) problems[field.path] = redactor.text(`It ${problem}${suggestion ? ` (${suggestion})` : ""}.`);
  }
  return Object.keys(problems).length > 0 ? problems : { "": redactor.text(error.message) };
}

function waiting(
  plan: Plan,
  verdict: Verdict,
  { id, url, expiresAt }: { id: string; url: string | undefined; expiresAt: number },
  services: ChangeServices,
): Outcome {
  const secrets = plan.asks.length > 0;
  const where = url === undefined ? "on the page that their client shows" : "on the page at `url`";
  return {
    ...shown(secrets ? "secrets_wanted" : "confirmation_needed", plan, verdict, services),
    message: `Nothing was written. The person ${secrets ? "types the secrets and approves" : "approves"} ${where}${url === undefined ? "" : ", in a browser on this machine: give them the address"}.`,
    confirm: {
      id,
      how: "When they say that they are done, repeat the same arguments with this id as `confirm`. Do not open the page yourself.",
      ...(url === undefined ? {} : { url }),
      expires_at: new Date(expiresAt).toISOString(),
    },
  };
}

function withToken(change: Call, plan: Plan, verdict: Verdict, services: ChangeServices): Outcome {
  const { id, expiresAt } = services.continuations.issue(change.tool, change.args, planDigest(plan));
  return {
    ...shown("confirmation_needed", plan, verdict, services),
    message: "Nothing was written. Show the plan to the person; only when they agree, repeat the same call with `confirm`.",
    confirm: { id, how: "Repeat the same arguments with this id as `confirm`.", expires_at: new Date(expiresAt).toISOString() },
  };
}

function unanswered(action: Exclude<Answer["action"], "unavailable">, plan: Plan, verdict: Verdict, services: ChangeServices): Outcome {
  const { settings } = services;
  switch (action) {
    case "accept":
      return {
        ...shown("declined", plan, verdict, services),
        message: "The name that was typed is not the connector's name. Nothing was written.",
      };
    case "decline":
      return {
        ...shown("declined", plan, verdict, services),
        message: "The person declined. Nothing was written. Do not ask again unless they bring it up.",
      };
    case "cancel":
      return {
        ...shown("declined", plan, verdict, services),
        message: "The person closed the question without an answer. Nothing was written.",
      };
    case "timeout":
      return {
        ...shown("confirmation_needed", plan, verdict, services),
        message: `No answer within ${settings.confirmWait / 1000} seconds. Nothing was written.`,
        confirm: { how: "Repeat the same call to ask the person again." },
      };
  }
}

async function perform(
  id: string,
  plan: Plan,
  tool: string,
  consent: Consent,
  caller: Caller,
  services: ChangeServices,
): Promise<OpResult[]> {
  const { journal, deployment, log, redactor } = services;
  const results: OpResult[] = [];
  for (const [n, op] of plan.ops.entries()) {
    const record = recordOf(op);
    try {
      await journal.begin({
        change: id,
        n,
        deployment,
        tool,
        principal: caller.principal.name,
        ...(caller.client ? { client: caller.client } : {}),
        consent,
        summary: plan.summary,
        op: record,
      });
    } catch (error) {
      if (n === 0) throw error;
      results.push({ op, outcome: "not_done", error: asError(error) });
      break;
    }
    const result = await write(op, services);
    const ended = journal.end({
      change: id,
      n,
      outcome: result.outcome,
      ...(newId(result) ? { id: newId(result) } : {}),
      ...(result.error ? { error: redactor.text(result.error.message) } : {}),
    });
    await ended.catch((error: unknown) => {
      result.warning = `The change happened, but its end could not be recorded: ${asError(error).message}`;
    });
    log.info("change", {
      change: id,
      caller: caller.principal.name,
      client: caller.client,
      tool,
      op: op.op,
      target: op.id,
      name: record.name,
      space: op.space,
      consent,
      outcome: result.outcome,
    });
    results.push(result);
    if (result.outcome !== "done") break;
  }
  return results;
}

/** Writes once, never again, and finds out what is true after a doubtful answer. Not aborted half way. */
async function write(op: Op, { writer, reader, clock }: ChangeServices): Promise<OpResult> {
  const record = recordOf(op);
  let data: unknown;
  try {
    data = await writeOp(op, writer, clock);
  } catch (error) {
    const failure = asError(error);
    if (!(error instanceof KibanaError) || error.applied === "no") return { op, outcome: "not_done", error: failure };
    // Kibana does not tell whether a third party was reached.
    if (op.op === "execute") return { op, outcome: "unknown", error: failure };
    let seen: Happened | "unreadable" = "unknown";
    for (const wait of looks) {
      await clock.sleep(wait);
      seen = await happened(record, reader).catch(() => "unreadable" as const);
      if (seen === "done") return { op, outcome: "done", warning: `${error.message} It happened all the same.` };
      if (seen === "unreadable") break;
    }
    // A complete answer with a failure in it means that Kibana is through with the request; otherwise it may still come.
    const through = error.status !== undefined && error.status !== 504;
    return { op, outcome: through && seen === "not_done" ? "not_done" : "unknown", error: failure };
  }
  if (op.op === "execute") return { op, outcome: "done", data };
  const after = await happened(record, reader).catch(() => "unreadable" as const);
  // Kibana says yes and shows no: nobody can call that done.
  if (after === "not_done")
    return { op, outcome: "unknown", data, error: new Error("Kibana accepted the change, but reading back does not show it.") };
  return {
    op,
    outcome: "done",
    data,
    ...(after === "unreadable" ? { warning: "Kibana accepted the change; it could not be read back." } : {}),
  };
}

async function outcome(id: string, plan: Plan, results: OpResult[], report: Report, services: ChangeServices): Promise<Outcome> {
  const failed = results.find((result) => result.outcome !== "done");
  const done = results.filter((result) => result.outcome === "done");
  if (failed?.outcome === "not_done" && done.length === 0 && failed.error) throw failed.error;
  const status = failed === undefined ? "done" : failed.outcome === "unknown" && done.length === 0 ? "unknown" : "partial";
  const lines = results.map((result) => ({
    outcome: result.outcome,
    op: result.op.op,
    id: result.op.id,
    ...(result.error ? { error: services.redactor.text(result.error.message) } : {}),
  }));
  const warnings = [
    ...plan.warnings,
    ...results.map((result) => result.warning).filter((warning) => warning !== undefined),
    ...(report.warnings ?? []),
  ];
  const left = plan.ops.length - results.length;
  return {
    status,
    deployment: services.deployment,
    space: plan.ops[0].space,
    ...(status === "unknown"
      ? {
          message:
            `${failed?.error?.message ?? ""} Whether it happened cannot be told yet. Look before you repeat it: list_changes shows the entry, get_connector the connector.`.trim(),
        }
      : report.message
        ? { message: report.message }
        : {}),
    ...(status === "partial"
      ? {
          message: `${done.length} of ${plan.ops.length} done; ${failed?.outcome === "unknown" ? "one is not known" : "one failed"}${left > 0 ? `; ${left} not begun` : ""}.`,
        }
      : {}),
    change: id,
    ...(status === "done" && plan.ops.length === 1 ? {} : { ops: lines }),
    ...(report.result ? { result: report.result } : {}),
    ...undoOf(id, results),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(report.next && report.next.length > 0 ? { next: report.next.slice(0, 3) } : {}),
  };
}

/** The undo of what was written, when it was one thing; the journal has the others. */
function undoOf(change: string, results: OpResult[]): Record<string, unknown> {
  const [only, ...more] = results.filter((result) => result.outcome === "done" && result.op.op !== "execute");
  if (!only || more.length > 0) return {};
  return undoCall(change, inverseOf({ ...recordOf(only.op), id: newId(only) ?? only.op.id } as Recorded));
}

/** The id that Kibana chose for a new connector. */
function newId({ op, data }: OpResult): string | undefined {
  return op.op === "create" &&
    op.id === undefined &&
    data !== null &&
    typeof data === "object" &&
    "id" in data &&
    typeof data.id === "string"
    ? data.id
    : undefined;
}

function noChange({ status = "no_change", message, space, result, warnings, next }: NoChange, { deployment }: ChangeServices): Outcome {
  return {
    status,
    deployment,
    space,
    ...(message ? { message } : {}),
    result,
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(next.length > 0 ? { next } : {}),
  };
}

/** The plan as the answer shows it. */
function shown(status: Outcome["status"], plan: Plan, verdict: Verdict, { deployment, redactor }: ChangeServices): Outcome {
  return {
    status,
    deployment,
    space: plan.ops[0].space,
    plan: {
      summary: redactor.text(plan.summary),
      effects: plan.effects,
      outside_world: plan.outsideWorld,
      reversible: plan.reversible,
      ...(verdict.reasons.length > 0 ? { needs_a_person: verdict.reasons } : {}),
      ...(plan.flows.length > 0
        ? {
            secrets: plan.flows.map((flow) => `${flow.source} → ${flow.hosts.join(", ") || "unknown host"}`),
          }
        : {}),
    },
    ...(plan.warnings.length > 0 ? { warnings: plan.warnings } : {}),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
