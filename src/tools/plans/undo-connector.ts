import { isDeepStrictEqual } from "node:util";
import { connectorType } from "../../catalog/index.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { PutWorkflowOp } from "../../change/op.ts";
import type { NoChange, Plan } from "../../change/plan.ts";
import { digestsIn } from "../../change/stored-digests.ts";
import type { Inverse } from "../../change/undo.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { word } from "../../plain-text.ts";
import { fieldsWithValue } from "../../sealed.ts";
import { hasName, headersField, headersIn } from "../../secrets/secret-headers.ts";
import { areSame, fieldOf, haveSameValue, type StoredSecret } from "../../secrets/stored-secret.ts";
import { assertRunnable, connectorView } from "../connectors/connector-row.ts";
import type { Known } from "../connectors/deletable.ts";
import { liveType } from "../connectors/live-type.ts";
import { assertSaved } from "../connectors/preconfigured.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { compared } from "../secrets/given-places.ts";
import { notDropped } from "../secrets/listed-headers.ts";
import { fieldsStoredLast, isIn } from "../secrets/proposed-secrets.ts";
import { formerSecrets, notKnownToBeSame, replacedSecrets } from "../secrets/replaced-secrets.ts";
import { storedSecrets } from "../secrets/stored-secrets.ts";
import {
  backAlready,
  differsFrom,
  fieldsInWords,
  isBack,
  looksLikeAnother,
  ofAnother,
  whatIsThere,
  withBack,
  writtenBy,
} from "./changed-since.ts";
import { connectorSince, type Later, sinceInWords, undoOf } from "./later-changes.ts";
import { assertCarried, planCreate } from "./plan-create.ts";
import { planDelete } from "./plan-delete.ts";
import { planUpdate } from "./plan-update.ts";
import { deletedAgain, nowOfAnother, type Owner } from "./same-connector.ts";

/** Secrets for a connector that comes back, as the call has them. */
export interface Given {
  secrets: Record<string, unknown>;
  noOtherSecrets: boolean;
  /** What else the same plan writes. */
  workflows?: readonly PutWorkflowOp[] | undefined;
}

/** The same, with what this server did later to the connector. */
interface GivenNow extends Given {
  change: string;
  later: readonly Later[];
  owner: Owner | undefined;
  /** Whether the change may not have happened: only the connector as a whole tells. */
  isUncertain: boolean;
}

type Doable = Exclude<Inverse, { none: string } | { op: "put_rule" | "put_workflow" | "execute" }>;

/**
 * Puts one connector back as it was before a change.
 * @param space with what is in it now
 */
export async function planInverse(
  inverse: Doable,
  type: string,
  { space, status, existing, types }: Known & { space: CheckedSpace },
  { change, later, owner, isUncertain, ...given }: GivenNow,
  context: ToolContext,
): Promise<Plan | NoChange> {
  const listed = existing.find((one) => one.id === inverse.id);
  // The number of references changes by itself: a plan must not depend on it.
  const current = listed && { ...listed, references: undefined };
  if (current && current.type !== type) return changedBySomebody(space, current, ofAnother(current), ["type"]);
  const another = current && inverse.op !== "create" ? await nowOfAnother(owner, current) : undefined;
  if (another !== undefined) return superseded(space, inverse.id, another);
  switch (inverse.op) {
    case "create": {
      if (current) return superseded(space, inverse.id, await whatIsThere(current, inverse));
      const again = deletedAgain(owner);
      if (again !== undefined) return superseded(space, inverse.id, again);
      // What this server stored under the id since is not of this connector.
      const before = owner?.left && change;
      const plan = await planCreate(
        {
          space,
          id: inverse.id,
          name: inverse.name,
          live: (await liveType(inverse.type, types, status)).type,
          config: inverse.config,
          secrets: given.secrets,
          before,
        },
        { status, existing },
        context,
      );
      const byJournal = await fieldsStoredLast({ id: inverse.id, space, before }, context.secrets, true);
      const possible = await assertCarried(plan, "Its secrets were deleted with it", status, context.secrets, byJournal, {
        before,
        headers: notDropped(inverse.headers, given.secrets),
      });
      const others = await replacedSecrets({ id: inverse.id, space, before }, plan, context.secrets);
      const former = await formerSecrets(plan, context, true);
      const { needed } = storedSecrets(await connectorType(inverse.type), inverse.config, status);
      const same = await notKnownToBeSame({ id: inverse.id, space, before }, needed, plan, context.secrets);
      const warnings = [...former, ...others, ...plan.warnings];
      const beforehand = [...(plan.beforehand ?? []), ...same];
      // Nothing more is lost by this: whoever knows of other secrets gives them here or with update_connector.
      if (possible.length === 0 || (given.noOtherSecrets && context.settings.skipConfirmation)) return { ...plan, warnings, beforehand };
      return { ...plan, beforehand, warnings: [...warnings, `If it had ${possible.join(", ")}, it comes back without them.`] };
    }
    case "update": {
      if (!current) return gone(space, inverse.id);
      assertSaved(current, "changed", { status, url: context.deployment.url });
      assertRunnable(current, types);
      const differs = await differsFrom(current, inverse);
      const written = writtenBy(inverse);
      const inTheWay = differs.filter((field) => isUncertain || written.has(field));
      if (inTheWay.length > 0) return changedSince(space, current, inverse, inTheWay, later);
      if (owner && (await looksLikeAnother(current, [owner.last, inverse.expect, inverse.to])))
        return superseded(space, inverse.id, ofAnother(current));
      const { gave, first, headers } = inverse;
      const after = withBack(current, inverse, written);
      const wanted = { space, before: current, after, verb: "Put back", undone: { change, gave, first, headers }, ...given };
      const plan = await planUpdate(wanted, { status, existing }, context);
      const stored = ((await context.secrets.stored?.(change)) ?? []).filter((one) => isIn(one, { id: inverse.id, space }));
      await assertOthers(plan, inverse, stored, context);
      const stays = fieldsInWords(differs);
      const kept = stays === "" ? [] : [`What was changed after it stays as it is now: ${stays}.`];
      const notes = whichValues(plan, inverse, stored);
      return { ...plan, warnings: [...notes, ...kept, ...plan.warnings] };
    }
    case "delete": {
      if (!current) return gone(space, inverse.id);
      const differs = await differsFrom(current, inverse);
      if (differs.length > 0) return changedSince(space, current, inverse, differs, later);
      return planDelete({ ids: [current.id], space }, { existing, types, status }, context);
    }
  }
}

/** Of the secrets that an undo sends, which value each has to have: sentences. */
function whichValues(
  { ops: [op], asks }: Plan,
  { headers: { before = [], stored: own } }: Extract<Doable, { op: "update" }>,
  stored: readonly StoredSecret[],
): string[] {
  if (op.op !== "update") return [];
  const given = fieldsWithValue(op.secrets).flatMap((field) =>
    field === headersField ? headersIn(op.secrets).map((name) => `${field} › ${name}`) : [field],
  );
  const sent = [...new Set([...given, ...asks.map(({ label }) => label)])];
  const [field, name] = [(label: string) => label.split(" › ")[0], (label: string) => label.slice(headersField.length + 3)];
  const isNew = (label: string) =>
    field(label) === headersField && hasName(op.headersBefore ?? [], name(label)) && !hasName([...before, ...own], name(label));
  const isSince = (label: string) => !isNew(label) && stored.some((one) => one.isSince && fieldOf(one) === field(label));
  const old = sent.filter((label) => !isNew(label) && !isSince(label));
  const [newer, others] = [sent.filter(isSince), sent.filter(isNew)];
  return [
    ...(old.length > 0
      ? [
          `Kibana has forgotten the secrets from before the change: what you give for ${old.join(", ")} is stored as it is, so it must be the OLD value.`,
        ]
      : []),
    ...(newer.length > 0
      ? [`That change left ${newer.join(", ")} as it was, and a later one stored another value, which is to be given again.`]
      : []),
    ...(others.length > 0 ? [`${others.map(word).join(", ")} came after that change: what is there now is to be given again.`] : []),
  ];
}

/**
 * If only secrets were changed, giving those that the change stored would undo nothing: neither all, nor one that it is to take back.
 * @param stored what the undo gives back, by the journal
 * @throws ToolError secret_refused
 */
async function assertOthers(
  { ops: [op], asks }: Plan,
  { expect, to, used, digests }: Extract<Doable, { op: "update" }>,
  stored: readonly StoredSecret[],
  { secrets: source, journal }: ToolContext,
): Promise<void> {
  if (op.op !== "update" || Object.keys(used).length === 0 || !isDeepStrictEqual(expect, to)) return;
  const { given } = await compared(op.secrets, source);
  const values = digestsIn(await journal.key())(digests);
  const own = Object.entries(used).map(([path, name]) => ({ path, source: name, digest: values[path] }));
  const of = <One extends { path: string }>(field: string, all: readonly One[]) => all.filter((one) => fieldOf(one) === field);
  const wasIn = (field: string) => [...new Map(of(field, stored).map((one) => [one.path, one])).values()];
  const again = [...new Set(own.map(fieldOf))].filter((field) => {
    const was = wasIn(field);
    if (was.length === 0 || was.some(({ isSince, replaced }) => isSince || replaced !== undefined)) return false;
    return areSame(of(field, given), of(field, own)) && !areSame(was, of(field, own));
  });
  const isLater = stored.some(({ isSince, replaced }) => isSince || replaced !== undefined);
  // It stored just what was there.
  const isThen = own.every((one) => wasIn(fieldOf(one)).some((was) => was.path === one.path && haveSameValue(was, one)));
  const isAll = !isLater && !isThen && asks.length === 0 && areSame(given, own);
  if (again.length === 0 && !isAll) return;
  const meant = given.filter((one) => again.length === 0 || again.includes(fieldOf(one)));
  const names = [...new Set(meant.map((one) => one.source ?? "what a person typed"))];
  throw new ToolError(
    "secret_refused",
    `${names.join(", ")} ${names.length > 1 ? "are" : "is"} what this change itself stored${again.length > 0 ? ` in ${again.join(", ")}` : ""}: giving it again undoes nothing.`,
    `Give the OLD value, which Kibana has forgotten: a reference to another variable or file that holds it${source.noPage ? "" : ', or {"$ask": true} if a person knows it'}. If nobody has it, the change cannot be undone.`,
    { used },
  );
}

async function changedSince(
  space: string,
  current: Connector,
  inverse: Extract<Doable, { op: "update" | "delete" }>,
  differs: string[],
  later: readonly Later[],
): Promise<NoChange> {
  const base = changedBySomebody(space, current, "It was changed since.", differs);
  const back = await backAlready(current, inverse);
  if (back !== undefined) return { ...base, ...(isBack(back) && { status: "no_change" }), message: `${back} Nothing was written.` };
  const since = await connectorSince(current, inverse, later, differs);
  const [first] = since.way ?? [];
  const message = since.all.length === 0 ? base.message : `${sinceInWords(since, "It was changed since.")} Nothing was written.`;
  return { ...base, message, next: first ? [undoOf(first, current.id)] : [] };
}

function superseded(space: string, id: string, why: string): NoChange {
  const status = isBack(why) ? "no_change" : "plan_changed";
  return { noChange: true, status, message: `${why} Nothing was written.`, space, result: { id }, warnings: [], next: [] };
}

function changedBySomebody(space: string, current: Connector, message: string, differs: string[]): NoChange {
  return {
    noChange: true,
    status: "plan_changed",
    message: `${message} Nothing was written: an undo would revert what somebody else did.`,
    space,
    result: compact({ id: current.id, differs, now: connectorView(current, space) }),
    warnings: [],
    next: [],
  };
}

function gone(space: string, id: string): NoChange {
  return {
    noChange: true,
    message: `There is no connector "${id}" any more: nothing to undo.`,
    space,
    result: { id },
    warnings: [],
    next: [],
  };
}
