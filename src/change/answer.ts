import { ToolError } from "../errors.ts";
import { beginning, oneLine } from "../plain-text.ts";
import { isTaken } from "./broken-meanwhile.ts";
import { askedOf, type Consent } from "./consent/ask.ts";
import { reachOf } from "./consent/reach.ts";
import { inverseOf, recordOf } from "./ops/index.ts";
import { readRecord } from "./ops/records.ts";
import type { Outcome } from "./outcome.ts";
import { newId } from "./perform.ts";
import type { NoChange, OpResult, Plan } from "./plan.ts";
import type { Verdict } from "./policy.ts";
import { verdictOn } from "./reversible.ts";
import { savedWarnings } from "./saved-rules.ts";
import type { Caller, ChangeServices, Report } from "./services.ts";
import { needsNote, undoCall } from "./undo.ts";

/** Lines of what a plan does, or of what became of it, in an answer. */
const shownEffects = 20;

const toSeeAll = "Whoever is asked sees the name of each. Here: dry_run with fewer rules (by id or a narrower tag) shows theirs.";

/** The plan as the answer shows it: an agent passes it on, so it is as hard to forge as a question. */
export async function shown(
  status: Outcome["status"],
  plan: Plan,
  verdict: Verdict,
  { deployment, redactor }: ChangeServices,
): Promise<Outcome> {
  const { secrets, requests, recipients, noLonger, undo } = await reachOf(plan, redactor.withoutLiterals);
  // A part that is not like the others says so itself.
  const differ = plan.effects.length === plan.ops.length && undo.each.some((one) => one !== undo.each[0]);
  const lists = {
    secrets: secrets.map(({ source, to }) => `${source} → ${to}`),
    requests: requests.map((host) => `A request → ${host}`),
    recipients,
    no_longer: noLonger,
  };
  const warnings = [...(plan.inPerson ?? []), ...plan.warnings];
  return {
    status,
    deployment,
    space: plan.ops[0].space,
    plan: {
      summary: redactor.text(oneLine(plan.summary)),
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      reversible: undo.reversible,
      ...(undo.reversible === "no" || undo.reversible === "partly" ? { no_undo: undo.why } : {}),
      outside_world: plan.outsideWorld,
      ...(verdict.reasons.length > 0 ? { needs_a_person: verdict.reasons.map(oneLine) } : {}),
      effects: plan.effects.slice(0, shownEffects).map((effect, at) => ({
        ...effect,
        name: beginning(effect.name, 300),
        ...(differ ? { reversible: undo.each[at] } : {}),
      })),
      ...(plan.effects.length > shownEffects ? { effects_left_out: plan.effects.length - shownEffects, to_see_all: toSeeAll } : {}),
      ...(plan.given ? { params_given: plan.given } : {}),
    },
    ...(warnings.length > 0 ? { warnings: warnings.map(oneLine) } : {}),
  };
}

/** The answer when there was nothing to write. */
export function noChange(
  { status = "no_change", message, space, result, warnings, next }: NoChange,
  { deployment }: ChangeServices,
): Outcome {
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

/** The answer after the writes. @throws the failure, when nothing was done */
export function outcome(
  { id, consent }: { id: string; consent: Consent },
  plan: Plan,
  results: OpResult[],
  report: Report,
  caller: Caller,
  services: ChangeServices,
): Outcome {
  const failed = results.find((result) => result.outcome !== "done");
  const done = results.filter((result) => result.outcome === "done");
  if (failed?.outcome === "not_done" && done.length === 0 && failed.error) throw failed.error;
  const status =
    failed === undefined && results.length === plan.ops.length
      ? "done"
      : failed?.outcome === "unknown" && done.length === 0
        ? "unknown"
        : "partial";
  // Of rules the report tells more.
  const lines = results
    .filter((result) => result.op.op !== "put_rule")
    .map((result) => ({
      outcome: result.outcome,
      op: result.op.op,
      id: result.op.id,
      ...(result.error ? { error: services.redactor.text(result.error.message) } : {}),
    }));
  const warnings = [
    ...savedWarnings(id, results),
    ...(plan.inPerson ?? []),
    ...plan.warnings,
    ...results.map((result) => result.warning).filter((warning) => warning !== undefined),
    ...(report.warnings ?? []),
  ];
  const left = plan.ops.length - results.length;
  const timeUp = results.some((one) => one.timeUp);
  const taken = results.some(isTaken);
  return {
    status,
    deployment: services.deployment,
    space: plan.ops[0].space,
    ...(status === "unknown"
      ? {
          message:
            `${failed?.error?.message ?? ""} Whether it happened cannot be told yet. Look before you repeat it: list_changes shows the entry, get_connector the connector.`.trim(),
          ...fixOf(failed?.error),
        }
      : report.message
        ? { message: report.message }
        : {}),
    ...(status === "partial"
      ? {
          ...fixOf(failed?.error),
          ...(timeUp && !failed
            ? { fix: "Repeat the call for what is left; KIBANA_TIMEOUT, ten times over, is the time that the writes of one call have." }
            : {}),
          ...(taken
            ? {
                fix: "First bring it back with the undo_change in `next`, or take its actions out of the rule; then repeat the call for what is left.",
              }
            : {}),
          message: `${[`${done.length} of ${plan.ops.length} done`, ...(failed ? [failedWords(results)] : []), ...(left > 0 ? [`${left} not begun${taken ? ", because a rule took the last one in the moment of its deletion" : timeUp ? ", because Kibana answers so slowly that the time for one call is over" : ""}`] : [])].join("; ")}.`,
        }
      : {}),
    change: id,
    asked: askedOf(consent),
    ...(lines.length === 0 || (status === "done" && plan.ops.length === 1) ? {} : { ops: lines }),
    ...(report.result ? { result: report.result } : {}),
    ...undoOf(id, results, caller),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(report.next && report.next.length > 0 ? { next: report.next.slice(0, 3) } : {}),
  };
}

/** What helps with the failure: first of all to look, where the answer does not tell whether it happened. */
function fixOf(error: Error | undefined): { fix?: string } {
  return error instanceof ToolError ? { fix: error.fix.replace(/^Repeat the call;/, "If it did not happen, repeat the call;") } : {};
}

function failedWords(results: OpResult[]): string {
  const failed = results.filter((result) => result.outcome === "not_done").length;
  const unknown = results.filter((result) => result.outcome === "unknown").length;
  return [
    ...(failed > 0 ? [`${failed === 1 ? "one" : failed} failed`] : []),
    ...(unknown > 0 ? [`${unknown === 1 ? "one is" : `${unknown} are`} not known`] : []),
  ].join(", ");
}

/** The undo of what was done: of several connectors each by itself, of rules all together. */
function undoOf(change: string, results: OpResult[], { principal: { access } }: Caller): Record<string, unknown> {
  const parts = results
    .filter(({ outcome }) => outcome === "done")
    .flatMap((result) => {
      const { op } = result;
      const record = readRecord({ ...(result.recorded ?? recordOf(op)), id: newId(result) ?? op.id });
      const inverse = record && inverseOf(record);
      return inverse && verdictOn(inverse) !== "nothing_to_undo" ? [{ id: record.id, inverse }] : [];
    });
  const [first, ...more] = parts;
  if (!first) return {};
  if (more.length === 0) return undoCall(change, first.inverse, { access });
  const rules = parts.flatMap(({ inverse }) => ("op" in inverse && inverse.op === "put_rule" ? [inverse] : []));
  if (rules.length === parts.length) {
    const able = rules.filter(({ needs }) => needs.length === 0);
    const told = able.find(({ artifacts }) => artifacts === "unreadable") ?? able[0];
    if (told) return undoCall(change, told, { access });
    return { no_undo: needsNote(rules.flatMap(({ needs }) => needs)) };
  }
  const offers = parts.map(({ id, inverse }) => ({ id, offer: undoCall(change, inverse, { id, access }) }));
  return { undo: offers.map(({ id, offer }) => ("undo" in offer ? offer.undo : { id, ...offer })) };
}
