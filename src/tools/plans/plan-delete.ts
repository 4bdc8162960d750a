import { connectorType } from "../../catalog/index.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { DeleteOp } from "../../change/op.ts";
import type { Plan } from "../../change/plan.ts";
import { typeRefused } from "../../change/undo-here.ts";
import { ToolError } from "../../errors.ts";
import { unusable } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { daysAgo } from "../../kibana/executions.ts";
import type { Reader } from "../../kibana/reader.ts";
import { exact, plainText, quoted, word } from "../../plain-text.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import { pendingRuns } from "../../usage/backfills.ts";
import { inWords, neverSeenInWords, notLookedAt, notLookedAtInWords } from "../../usage/look.ts";
import { authorisationsGone } from "../connectors/authorise.ts";
import { isRestorable } from "../connectors/connector-id.ts";
import { effectOn } from "../connectors/connector-row.ts";
import { type Free, type Known, type Refused, whoMayGo } from "../connectors/deletable.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { keptInJournal } from "../secrets/kept-in-journal.ts";
import { secretsOf } from "../secrets/stored-secrets.ts";
import { newFirst } from "./first-of-type.ts";
import { goesWith } from "./made-elsewhere.ts";

/** Days within which a run shows that something uses a connector. */
const lately = 7;

/**
 * The plan of a delete, for every tool that deletes: nothing that is used is deleted, and where something could not be looked
 * at that may use it, a person types the name.
 * @param ids ids or exact names
 * @throws ToolError in_use, references_unknown, preconfigured, connector_not_found: one that may not be deleted stops all
 */
export async function planDelete(
  { ids, space }: { ids: readonly string[]; space: CheckedSpace },
  known: Known,
  context: ToolContext,
): Promise<Plan> {
  const { status } = known;
  context.kibana.begin((reader) => [pendingRuns(reader, space, [], status)]);
  const { free: all, refused, shifted } = await whoMayGo([...new Set(ids)], space, known, context);
  const free = all.map(({ connector }) => connector);
  if (refused.length > 0) throw await refusal(refused, free, ids.length, context);
  const doubts = await Promise.all(all.map(async (one) => ({ ...one, doubt: await doubtAbout(one, space, context.kibana) })));
  const typed = doubts.filter(({ doubt }) => doubt !== undefined);
  const [only, ...more] = typed;
  if (only && (more.length > 0 || free.length > 1)) {
    const { name, id } = only.connector;
    throw new ToolError(
      "invalid_arguments",
      `Whether ${quoted(name)} (${word(id)}) is used cannot be known, so a person has to type its name and it has to be deleted alone. ${only.doubt}`,
      "Delete it in a separate call.",
      { alone: typed.map(({ connector }) => connector.id) },
    );
  }
  const ops = await Promise.all(
    all.map(
      async ({ connector: before, where, usage }): Promise<DeleteOp> => ({
        op: "delete",
        space,
        id: before.id,
        before,
        ...(await secretsOf(before, space, status, context.kibana)),
        ...(await lostWith(before)),
        restorable: isRestorable(before.id, status),
        ...withoutType(before, known),
        where,
        unseen: notLookedAt(usage.sight).map(inWords),
      }),
    ),
  );
  const [first, ...rest] = ops;
  if (!first) throw new ToolError("invalid_arguments", "No connector is named.", "Give at least one id.");
  const inPerson = (await Promise.all(free.map(endedToken))).flat();
  const [firsts, pending] = await Promise.all([newFirsts(free, known), pendingRuns(context.kibana, space, free, status)]);
  const kept = [...new Set(free.flatMap(({ config }) => keptInJournal(config ?? {}, {}, context.secrets)))];
  const too = (await goesWith(free, known.existing)).map((one) => ` ${one}`).join("");
  return {
    summary:
      free.length === 1
        ? `Delete connector ${quoted(first.before.name)} (${word(first.before.type)}, id ${word(first.id)}) in space ${space}.${too}`
        : `Delete ${free.length} connectors in space ${space}.${too}`,
    ops: [first, ...rest],
    effects: free.map((one) => effectOn("delete", one, space, { before: hideInConfig(one.config ?? {}).config })),
    ...(only?.doubt === undefined ? {} : { notSeen: only.doubt }),
    ...(inPerson.length > 0 ? { inPerson } : {}),
    beforehand: [
      ...new Set(ops.flatMap((op) => (op.restorable && op.unusable !== undefined ? typeRefused(op.before.type, op.unusable) : []))),
    ],
    warnings: [...firsts, ...shifted, ...pending, ...unlistable(all), ...free.flatMap(notes), ...kept],
    outsideWorld: "none",
    consequence: only ? { typeName: plainText(only.connector.name, 60) } : "person",
    facts: [free.map(({ id, type, name, config }) => ({ id, type, name, config })), firsts],
    flows: [],
    asks: [],
    knownHosts: [],
  };
}

/** Where another connector takes the place of one that is chosen by its type, a sentence for each type. */
async function newFirsts(free: readonly Connector[], { existing }: Known): Promise<string[]> {
  const stay = existing.filter(({ id }) => free.every((one) => one.id !== id));
  const types = [...new Set(free.map(({ type }) => type))];
  const found = await Promise.all(types.map(async (type) => newFirst(await connectorType(type), existing, stay)));
  return found.flatMap((one) => (one ? [one.warning] : []));
}

/** Kibana deletes what it would not make. */
function withoutType({ type }: Connector, { types }: Known): Pick<DeleteOp, "unusable"> {
  const why = unusable(types.find(({ id }) => id === type));
  return why === undefined ? {} : { unusable: why };
}

/** Why it may be used although nothing that was seen uses it, as a sentence; undefined where that is no more than possible. */
async function doubtAbout({ connector, usage }: Free, space: string, kibana: Reader): Promise<string | undefined> {
  const missed = notLookedAtInWords(usage.sight);
  if (missed !== "") return `Not looked at, so they may use it: ${missed}.`;
  const never = neverSeenInWords(usage.sight);
  if (never === "") return undefined;
  const ran = await kibana.newestRuns(space, { from: daysAgo(lately, Date.now()), of: [connector.id], most: 1 }).catch(() => undefined);
  if (ran === undefined || ran.runs.length === 0) return undefined;
  return `It ran within ${lately} days, and nothing that was looked at uses it: ${never} may use it, which nobody can list.`;
}

/** One line for what nobody can list. */
function unlistable(all: readonly Free[]): string[] {
  const never = neverSeenInWords(...all.map(({ usage }) => usage.sight));
  return never === "" ? [] : [`Nobody can list ${never}: whether they use it is not known.`];
}

async function refusal(
  refused: readonly Refused[],
  free: readonly { id: string }[],
  asked: number,
  context: ToolContext,
): Promise<ToolError> {
  const [first] = refused;
  if (first && refused.length === 1 && asked === 1) return first.error;
  const { withPlaces } = await import("../connectors/other-spaces.ts");
  const all = await Promise.all(
    refused.map(async ({ id, error }) => ({ id, error: await withPlaces(error, "safe_delete_connector", context) })),
  );
  return new ToolError(
    first?.error.code ?? "internal",
    `Nothing was deleted: ${all.length} of ${asked} may not be deleted. ${all.map(({ error }) => error.message).join(" ")}`,
    all.every(({ error }) => error.code === "connector_not_found")
      ? "Repeat the call without them; `refused` says where each one is, or which one may be meant."
      : "Repeat the call without them, or free them first.",
    compact({
      could_go: free.map(({ id }) => id),
      refused: all.map(({ id, error }) => compact({ id, code: error.code, message: error.message, fix: error.fix, ...error.detail })),
    }),
  );
}

/** What goes with it that an undo does not bring back. */
function notes({ id, name, authMode }: Connector): string[] {
  return [
    ...(/[^a-z0-9-]/.test(id) || id.length > 36 ? [`Its id ${exact(id)} cannot be given to a new connector from Kibana 9.4 on.`] : []),
    ...(authMode === undefined ? [] : [`The tokens of everybody who has authorised ${quoted(name)} go with it; no undo brings them back.`]),
  ];
}

/** The same for the journal, which has its names elsewhere. */
async function lostWith({ type, authMode }: Connector): Promise<Pick<DeleteOp, "lost">> {
  const lost = [
    ...(authMode === undefined ? [] : [authorisationsGone]),
    ...((await takesEvents(type)) ? ["The token of its senders does not come back: they need a new one."] : []),
  ];
  return lost.length > 0 ? { lost: lost.join(" ") } : {};
}

/** As a rotation, which only a person who is asked may agree to. */
async function endedToken({ id, name, type }: Connector): Promise<string[]> {
  if (!(await takesEvents(type))) return [];
  return [
    `The token of ${quoted(name)} (${word(id)}) ends, and cannot be put back: senders are refused from then on, and after an undo they need a new token.`,
  ];
}

async function takesEvents(type: string): Promise<boolean> {
  return (await connectorType(type))?.takesEvents === true;
}
