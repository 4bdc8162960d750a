import { isDeepStrictEqual } from "node:util";
import { ToolError } from "../errors.ts";
import { grouped } from "../grouped.ts";
import { beginning, firstThatFit, oneLine, quoted } from "../plain-text.ts";
import { hideInConfig } from "../secrets/hide-in-config.ts";
import { isTaken } from "./broken-meanwhile.ts";
import { askedOf, type Consent } from "./consent/ask.ts";
import { reachOf, requestInWords } from "./consent/reach.ts";
import type { LastHour } from "./journal.ts";
import { usesConnectors } from "./op.ts";
import { recordOf } from "./ops/index.ts";
import { type Recorded, readRecord } from "./ops/records.ts";
import type { Outcome } from "./outcome.ts";
import { type Effect, type NextCall, type NoChange, type OpResult, type Plan, warningsBefore } from "./plan.ts";
import { undoLater, type Verdict } from "./policy.ts";
import { verdictOn } from "./reversible.ts";
import { savedWarnings } from "./saved-rules.ts";
import type { ChangeServices, Report } from "./services.ts";
import { spacesShown } from "./spaces-shown.ts";
import { missingOf } from "./still-missing.ts";
import { type Inverse, inverseAfter, leftNote, missingFor, noteOn, undoCall } from "./undo.ts";
import { type UndoBy, unlessOfTrail } from "./undo-here.ts";
import { fixOf, unknownInWords } from "./unknown-outcome.ts";
import { newId } from "./write-and-look.ts";

/** Most effects of a plan that an answer lists, and their characters. */
const mostEffects = 20;
const mostOfEffects = 4_000;

function toSeeAll({ ops }: Plan): string {
  return `dry_run with fewer ${ops.some(usesConnectors) ? "rules (by id or a narrower filter)" : "spaces"} shows theirs.`;
}

/** The plan as the answer shows it. An agent passes it on, so it must be as hard to forge as a question. */
export async function shown(
  status: Outcome["status"],
  plan: Plan,
  verdict: Verdict,
  { deployment, redactor, undoBy }: ChangeServices,
): Promise<Outcome> {
  const { secrets, requests, toAgent, undo } = await reachOf(plan, redactor.withoutLiterals, undoBy);
  // Where the parts differ, each says whether it can be undone.
  const differ = plan.effects.length === plan.ops.length && undo.each.some((one) => one !== undo.each[0]);
  const lists = {
    secrets: secrets.map(({ source, to }) => `${source} → ${to}`),
    requests: requests.map((one) => `A request → ${requestInWords(one)}`),
    recipients: toAgent.recipients,
    action_and_record: toAgent.acting,
    no_longer: toAgent.noLonger,
    may_name: toAgent.mayName,
  };
  const noUndo = undo.reversible === "no" || undo.reversible === "partly" ? undo.why : [];
  const warnings = notIn(noUndo, [...notSeen(plan), ...(plan.inPerson ?? []), ...warningsBefore(plan)]);
  const inShort = plan.effects.slice(0, mostEffects).map((effect, at) => (at > 0 ? asInFirst(effect, plan.effects[0]) : effect));
  const effects = firstThatFit(inShort, mostOfEffects);
  return {
    status,
    deployment,
    space: spacesShown(plan.ops.map(({ space }) => space)),
    plan: {
      summary: redactor.text(oneLine(plan.summary)),
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      reversible: undo.reversible,
      ...(noUndo.length > 0 ? { no_undo: noUndo } : {}),
      outside_world: plan.outsideWorld,
      ...(verdict.reasons.length > 0 ? { needs_a_person: verdict.reasons.map(oneLine) } : {}),
      effects: effects.map((effect, at) => ({
        ...effect,
        name: beginning(effect.name, 300),
        ...(differ ? { reversible: undo.each[at] } : {}),
      })),
      ...(plan.effects.length > effects.length
        ? { effects_left_out: plan.effects.length - effects.length, to_see_all: toSeeAll(plan) }
        : {}),
      ...(plan.given ? { params_given: plan.given } : {}),
    },
    ...(warnings.length > 0 ? { warnings: warnings.map(oneLine) } : {}),
  };
}

/** The same before and after need not be read for each space. */
function asInFirst({ before, after, ...effect }: Effect, first: Effect | undefined): Effect & { as_in?: string } {
  const isSame = first !== undefined && effect.space !== first.space && isDeepStrictEqual([before, after], [first.before, first.after]);
  return isSame && (before ?? after) !== undefined
    ? { ...effect, as_in: first.space }
    : { ...effect, ...(before && { before }), ...(after && { after }) };
}

/** The sentences that an answer does not have elsewhere. */
function notIn(elsewhere: readonly string[], sentences: readonly string[]): string[] {
  return sentences.filter((one) => !elsewhere.some((text) => text.includes(one)));
}

function notSeen(plan: Plan): string[] {
  return plan.notSeen === undefined ? [] : [plan.notSeen];
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
export async function outcome(
  { id, consent }: { id: string; consent: Consent },
  plan: Plan,
  results: OpResult[],
  report: Report,
  services: ChangeServices,
): Promise<Outcome> {
  const by = services.undoBy;
  // With one unknown, it is not certain that nothing was done.
  const failed = results.find((result) => result.outcome === "unknown") ?? results.find((result) => result.outcome !== "done");
  const done = results.filter((result) => result.outcome === "done");
  if (failed?.outcome === "not_done" && done.length === 0 && failed.error) throw noneDone(failed.error, results);
  const status =
    failed === undefined && results.length === plan.ops.length
      ? "done"
      : failed?.outcome === "unknown" && done.length === 0
        ? "unknown"
        : "partial";
  // Rules and workflows are left out: the report says more about them.
  const lines = (report.tellsEach ? [] : results)
    .filter((result) => !usesConnectors(result.op))
    .map((result) => ({
      outcome: result.outcome,
      op: result.op.op,
      id: result.op.id,
      ...(result.error ? { error: services.redactor.text(result.error.message) } : {}),
      ...(result.outcome === "unknown" && result.seen ? { now: services.redactor.json(hideInConfig(result.seen).config) } : {}),
    }));
  const isGone = results.some((one) => one.ended === "journal");
  const undo = isGone && done.length > 0 ? { no_undo: journalGone } : undoOf(id, results, by);
  const later = "undo" in undo ? undoLater(await services.journal.lastHour(), services.settings) : undefined;
  const warnings = notIn("no_undo" in undo ? [String(undo.no_undo)] : [], [
    ...savedWarnings(id, results, by),
    ...notSeen(plan),
    ...(plan.inPerson ?? []),
    ...plan.warnings,
    ...results.map((result) => result.warning).filter((warning) => warning !== undefined),
    ...(report.warnings ?? []),
    ...(later === undefined ? [] : [later]),
  ]);
  const left = plan.ops.length - results.length;
  const ended = results.find((one) => one.ended)?.ended;
  const taken = results.some(isTaken);
  const next = (report.next ?? []).filter(({ tool }) => !isGone || tool !== "undo_change");
  return {
    status,
    deployment: services.deployment,
    space: spacesShown(plan.ops.map(({ space }) => space)),
    ...(status === "unknown"
      ? {
          message: `${failed?.error?.message ?? ""} ${failed ? unknownInWords(failed) : ""}`.trim(),
          ...fixOf(failed),
        }
      : report.message
        ? { message: report.message }
        : {}),
    ...(status === "partial"
      ? {
          ...fixOf(failed),
          ...(ended && !failed ? { fix: ended === "hour" ? hourFix(await services.journal.lastHour()) : toGoOn[ended] } : {}),
          ...(taken
            ? {
                fix: `First ${howToRestore(results, next)}remove its actions from the rule; then repeat the call for what is left.`,
              }
            : {}),
          message: `${[`${done.length} of ${plan.ops.length} done`, ...(failed ? [failedWords(results)] : []), ...(left > 0 ? [`${left} not started${taken ? ", because a rule began to use the last one while it was being deleted" : ended ? `, because ${whyEnded[ended]}` : ""}`] : [])].join("; ")}.`,
        }
      : {}),
    change: id,
    asked: askedOf(consent),
    ...(lines.length === 0 || (status === "done" && plan.ops.length === 1) ? {} : { ops: lines }),
    ...(report.result ? { result: report.result } : {}),
    ...undo,
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(next.length > 0 ? { next: next.slice(0, 3) } : {}),
  };
}

/** Of one that something began to use while it was deleted; empty where Kibana takes no connector of its type. */
function howToRestore(results: readonly OpResult[], next: readonly NextCall[]): string {
  if (next.some(({ tool }) => tool === "undo_change")) return "restore it with the undo_change in `next`, or ";
  return results.some((one) => isTaken(one) && one.op.op === "delete" && one.op.unusable !== undefined)
    ? ""
    : "create it again under its id, or ";
}

const journalGone = "The journal was removed or moved while this was written: only if it is put back can this server undo it.";

const whyEnded = {
  time: "Kibana answers so slowly that the time for one call ran out",
  hour: "the changes that this server may make in an hour are used up",
  journal: "the journal was removed or moved",
};
const toGoOn = {
  time: "Repeat the call for what is left. The writes of one call have ten times KIBANA_TIMEOUT.",
  journal: "Put the journal back if it was moved, then repeat the call for what is left.",
};

function hourFix({ roomAt }: LastHour): string {
  return `Repeat the call once the hour has room${roomAt === undefined ? "" : `, from ${roomAt} on`}: it goes on with what is left. The operator sets CONNECTORS_MAX_CHANGES_PER_HOUR.`;
}

/** Why nothing was done: the first failure; of several, each reason with its spaces, or how often it was the reason. */
function noneDone(first: Error, results: readonly OpResult[]): Error {
  if (!(first instanceof ToolError) || results.length < 2) return first;
  const isInSeveral = new Set(results.map(({ op }) => op.space)).size > 1;
  const said = [...grouped(results, ({ error }) => error?.message ?? "")].map(([message, of]) =>
    isInSeveral
      ? `${spacesShown(of.map(({ op }) => op.space))}: ${message}`
      : `${message}${of.length < results.length ? ` (${of.length} of them)` : ""}`,
  );
  const nothing = isInSeveral ? `Nothing was done in any of ${results.length} spaces.` : `None of ${results.length} was done.`;
  return new ToolError(first.code, `${nothing} ${said.slice(0, 5).join(" ")}`, first.fix, first.detail);
}

function failedWords(results: OpResult[]): string {
  const failed = results.filter((result) => result.outcome === "not_done").length;
  const unknown = results.filter((result) => result.outcome === "unknown").length;
  return [
    ...(failed > 0 ? [`${failed === 1 ? "one" : failed} failed`] : []),
    ...(unknown > 0 ? [`${unknown === 1 ? "one is" : `${unknown} are`} unknown`] : []),
  ].join(", ");
}

/** How to undo what was done, all together; what cannot be, or needs secrets of its own, is said. */
function undoOf(change: string, results: OpResult[], by: UndoBy): Record<string, unknown> {
  const parts = results
    .filter(({ outcome }) => outcome === "done")
    .flatMap((result) => {
      const { op } = result;
      const record = readRecord({ ...(result.recorded ?? recordOf(op)), id: newId(result) ?? op.id });
      const recorded = record && inverseAfter(record, result.unmeant?.byOthers ? {} : result.unmeant?.fields);
      const inverse = recorded && unlessOfTrail(recorded, by.settings);
      return inverse && verdictOn(inverse) !== "nothing_to_undo" ? [{ record, inverse, ofUser: usesConnectors(op) }] : [];
    });
  const [first, ...more] = parts;
  if (!first) return {};
  if (more.length === 0) return undoCall(change, first.inverse, { by });
  const inverses = parts.map(({ inverse }) => inverse);
  const able = inverses.filter((inverse) => "op" in inverse && missingFor(inverse) === undefined);
  const ofConnectors = parts.flatMap(({ ofUser, inverse }) =>
    !ofUser && "op" in inverse && missingFor(inverse) === undefined ? [inverse] : [],
  );
  const noted = able.find((inverse) => "op" in inverse && noteOn(inverse) !== undefined);
  const told = ofConnectors.find((inverse) => noteOn(inverse) !== undefined) ?? ofConnectors[0] ?? noted ?? able[0];
  const kinds = new Set(results.map(({ op }) => (usesConnectors(op) ? (op.op === "put_rule" ? "rules" : "parts") : "connectors")));
  const left = [
    oneByOne(parts),
    ...missingOf(parts.map(({ record, inverse }) => ({ inverse, name: record.name }))),
    leftNote(inverses, kinds.size === 1 ? [...kinds].join() : "parts"),
  ];
  const note = left.filter((one) => one !== undefined).join(" ");
  return told ? undoCall(change, told, { by, left: note || undefined }) : { no_undo: note };
}

/** Connectors whose secrets cannot be given in one call, since they are no copies of each other. */
function oneByOne(parts: readonly { record: Recorded; inverse: Inverse }[]): string | undefined {
  const lost = parts.flatMap(({ record, inverse }) =>
    "secrets" in inverse && inverse.secrets && missingFor(inverse) === undefined ? [record] : [],
  );
  if (new Set(lost.map(({ type, name }) => JSON.stringify([type, name]))).size < 2) return undefined;
  return `Those that need secrets one by one, each with its \`id\`: ${lost.map(({ id }) => quoted(id ?? "", 80)).join(", ")}.`;
}
