import { isDeepStrictEqual } from "node:util";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { NoChange, Plan, PutWorkflowOp } from "../../change/plan.ts";
import type { Inverse } from "../../change/undo.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { mapSealed, referencesIn } from "../../sealed.ts";
import type { SecretSource } from "../../secrets/resolve.ts";
import { assertRunnable, connectorView } from "../connectors/connector-row.ts";
import type { Known } from "../connectors/deletable.ts";
import { liveType } from "../connectors/live-type.ts";
import { assertSaved } from "../connectors/preconfigured.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { fieldsStoredLast } from "../secrets/proposed-secrets.ts";
import { replacedSecrets } from "../secrets/replaced-secrets.ts";
import { backAlready, differsFrom, fieldsInWords, looksLikeAnother, ofAnother, whatIsThere, withBack, writtenBy } from "./changed-since.ts";
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
      const possible = await assertCarried(plan, "Its secrets were deleted with it", status, context.secrets, byJournal, before);
      const others = await replacedSecrets({ id: inverse.id, space, before }, plan, context.secrets);
      const warnings = [...others, ...plan.warnings];
      // Nothing more is lost by this: whoever knows of other secrets gives them here or with update_connector.
      if (possible.length === 0 || (given.noOtherSecrets && context.settings.skipConfirmation)) return { ...plan, warnings };
      return { ...plan, warnings: [...warnings, `If it had ${possible.join(", ")}, it comes back without them.`] };
    }
    case "update": {
      if (!current) return gone(space, inverse.id);
      assertSaved(current, "changed", { status, url: context.deployment.url });
      assertRunnable(current, types);
      const differs = await differsFrom(current, inverse);
      const written = writtenBy(inverse);
      const inTheWay = differs.filter((field) => isUncertain || written.has(field));
      if (owner && (await looksLikeAnother(current, [owner.last, inverse.expect, inverse.to])))
        return superseded(space, inverse.id, ofAnother(current));
      if (inTheWay.length > 0) return changedSince(space, current, inverse, inTheWay, later);
      const undoes = later.length === 0 ? change : undefined;
      const wanted = { space, before: current, after: withBack(current, inverse, written), verb: "Put back", undoes, ...given };
      const plan = await planUpdate(wanted, { status, existing }, context);
      assertOthers(plan, inverse, context.secrets);
      const [op] = plan.ops;
      const stays = fieldsInWords(differs);
      const kept = stays === "" ? [] : [`What was changed after it stays as it is now: ${stays}.`];
      const sent = [...(op.op === "update" ? Object.keys(op.secrets) : []), ...plan.asks.map(({ label }) => label)];
      if (sent.length === 0) return { ...plan, warnings: [...kept, ...plan.warnings] };
      const note = `Kibana has forgotten the secrets from before the change: what you give for ${sent.join(", ")} is stored as it is, so it must be the OLD value.`;
      return { ...plan, warnings: [note, ...kept, ...plan.warnings] };
    }
    case "delete": {
      if (!current) return gone(space, inverse.id);
      const differs = await differsFrom(current, inverse);
      if (differs.length > 0) return changedSince(space, current, inverse, differs, later);
      return planDelete({ ids: [current.id], space }, { existing, types, status }, context);
    }
  }
}

/** If only secrets were changed, giving those that the change stored would undo nothing. @throws ToolError secret_refused */
function assertOthers({ ops: [op], asks }: Plan, { expect, to, used }: Extract<Doable, { op: "update" }>, { noPage }: SecretSource): void {
  if (op.op !== "update" || asks.length > 0 || Object.keys(used).length === 0 || !isDeepStrictEqual(expect, to)) return;
  let values = 0;
  mapSealed(op.secrets, () => values++);
  // A secret that a person typed has no name to compare.
  if (values > Object.keys(used).length || !isDeepStrictEqual(referencesIn(op.secrets), used)) return;
  throw new ToolError(
    "secret_refused",
    `${Object.values(used).join(", ")} ${Object.keys(used).length > 1 ? "are" : "is"} what this change itself stored: giving it again undoes nothing.`,
    `Give the OLD value, which Kibana has forgotten: a reference to another variable or file that holds it${noPage ? "" : ', or {"$ask": true} if a person knows it'}. If nobody has it, the change cannot be undone.`,
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
  if (back !== undefined) return { ...base, message: `${back} Nothing was written.` };
  const since = await connectorSince(current, inverse, later, differs);
  const [first] = since.way ?? [];
  const message = since.all.length === 0 ? base.message : `${sinceInWords(since, "It was changed since.")} Nothing was written.`;
  return { ...base, message, next: first ? [undoOf(first, current.id)] : [] };
}

function superseded(space: string, id: string, why: string): NoChange {
  return { noChange: true, status: "plan_changed", message: `${why} Nothing was written.`, space, result: { id }, warnings: [], next: [] };
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
