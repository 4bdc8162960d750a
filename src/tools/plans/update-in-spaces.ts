import type { CheckedSpace } from "../../change/checked-space.ts";
import type { NoChange, Plan } from "../../change/plan.ts";
import { spacesShown } from "../../change/spaces-shown.ts";
import { withoutRight } from "../../change/would-be-refused.ts";
import { ToolError } from "../../errors.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";
import { authorisationsLost } from "../connectors/authorise.ts";
import { connectorNotHere } from "../connectors/find-connector.ts";
import { besideInWords, inEach, rowsInAnswer, type SpaceRow, type SpacesPlan } from "../connectors/space-rows.ts";
import type { SeveralSpaces, ToolContext } from "../define.ts";
import { copiesLeft } from "../secrets/copies-left.ts";
import { unknownSecrets } from "../secrets/replaced-secrets.ts";
import { isRotation } from "../secrets/rotation.ts";
import { joinedPlan, spacesInWords } from "./joined-plan.ts";
import { assertEachItsOwn } from "./made-elsewhere.ts";
import { type Patch, planPatch } from "./plan-patch.ts";
import { removalsInWords } from "./plan-update.ts";

interface Looked {
  space: CheckedSpace;
  value: { existing: Connector[] };
}

/** A connector to change, in its space. */
interface Copy {
  space: CheckedSpace;
  id: string;
  connector: Connector;
  /** All of that space. */
  existing: Connector[];
}

/**
 * The plan that changes a connector in several spaces alike. Each copy keeps what the patch does not name; one that would lose a stored
 * secret, or that cannot be told, is left alone.
 * @param id of one of them, or its name: those of the same type and name are meant. Ids with commas: just these
 * @throws ToolError if it can be changed nowhere
 */
export async function planUpdateInSpaces(
  { id, ...patch }: Patch & { id: string },
  { spaces, all, notes }: SeveralSpaces,
  context: ToolContext,
): Promise<SpacesPlan | NoChange> {
  const { kibana } = context;
  const beside: SpaceRow[] = [];
  const looking = inEach(
    spaces.map((space) => ({ space })),
    async ({ space }) => {
      const [existing, refused] = await Promise.all([kibana.connectors(space), withoutRight(["change"], space, kibana)]);
      if (refused) throw refused;
      return { existing };
    },
    beside,
  );
  const [looked, status] = await Promise.all([looking, kibana.status()]);
  const { copies, meant, without, byName } = copiesOf(id, looked, beside);
  // Whoever means all spaces means those that have it.
  if (!all) beside.push(...without);
  const planned = await inEach(
    copies,
    ({ space, connector, existing }) => planPatch({ ...connector, references: undefined }, patch, space, { status, existing }, context),
    beside,
    { how: "One call gives all of them the same secrets: to keep what each has, update them one by one, each by its id and space." },
  );
  const stays = planned.filter(({ value }) => value === undefined);
  beside.push(...stays.map(({ space, id: one }) => ({ space, id: one, state: "unchanged" as const })));
  const changed = planned.flatMap(({ value, ...copy }) => (value === undefined ? [] : [{ ...copy, plan: value }]));
  const [first, ...more] = byName ? ofSameHosts(id, changed, beside).map(({ plan }) => plan) : changed.map(({ plan }) => plan);
  if (!first) {
    const isLeft = beside.some(({ state }) => state === "left_out");
    const message = isLeft ? { message: "Nothing was written. What was left out is not as the call asks." } : {};
    return { noChange: true, ...message, space: spacesShown(spaces), result: rowsInAnswer(beside), warnings: notes, next: [] };
  }
  const plans = [first, ...more] as const;
  const seen = looked.map(({ space, value: { existing } }) => ({ space, existing }));
  await assertEachItsOwn(plans);
  const where = spacesInWords(plans.map(({ ops: [op] }) => op.space));
  const renamed = patch.name === undefined || patch.name === meant.name ? "" : `, now named ${quoted(patch.name)},`;
  const lost = [...new Set(changed.map(({ connector }) => authorisationsLost(connector)))].join("");
  const removes = removalsInWords(plans.flatMap(({ ops }) => ops));
  const plan = joinedPlan(
    [first, ...more],
    `${isRotation(patch.secrets ?? {}) ? "Make another token for" : "Update"} connector ${quoted(meant.name)} (${word(meant.type)})${renamed} in ${where}.${lost}${removes}`,
  );
  return {
    ...plan,
    beside,
    beforehand: [...(plan.beforehand ?? []), ...besideInWords(beside)],
    warnings: [...notes, ...(await unknownSecrets(plans, context.secrets)), ...(await copiesLeft(plans, seen, context)), ...plan.warnings],
    facts: [plan.facts, beside.map(({ why: _why, ...row }) => row)],
  };
}

/**
 * Whoever can create a connector in some space can give it any name, so a secret goes to the hosts of the one that was named by its id,
 * and to no other.
 * @throws ToolError ambiguous_connector if it was named by its name and its copies send secrets to different hosts
 */
function ofSameHosts<One extends { space: string; id: string; plan: Plan }>(id: string, all: readonly One[], beside: SpaceRow[]): One[] {
  const groups = grouped(all, ({ plan }) => secretHosts(plan));
  if (groups.size < 2) return [...all];
  const named = all.find((one) => one.id === id);
  if (!named)
    throw new ToolError(
      "ambiguous_connector",
      `Connectors of this name send their secrets to different hosts: ${[...groups].map(([hosts, of]) => `${hosts} (${of.map((one) => one.id).join(", ")})`).join("; ")}. Nothing was written.`,
      "Name one of them by its id: then those with the same hosts are meant. Or give all that are meant as ids with commas.",
    );
  const hosts = secretHosts(named.plan);
  const others = all.filter(({ plan }) => secretHosts(plan) !== hosts);
  beside.push(
    ...others.map(({ space, id: one, plan }) => ({
      ...{ space, id: one, state: "left_out" as const },
      why: `its secrets go to ${secretHosts(plan)}, those of ${word(id)} to ${hosts}: change it by its own id`,
    })),
  );
  return all.filter((one) => !others.includes(one));
}

/** Where the secrets of a plan go; empty where it has none. */
function secretHosts({ flows }: Plan): string {
  const hosts = flows.filter(({ field }) => field.startsWith("secrets.")).flatMap((flow) => flow.hosts);
  return [...new Set(hosts)].sort().map(word).join(", ");
}

/** The copies that are meant, and the spaces without one; `beside` gets those that have several. @throws ToolError ambiguous_connector if all have */
function copiesOf(
  id: string,
  looked: readonly Looked[],
  beside: SpaceRow[],
): { copies: Copy[]; meant: Connector; without: SpaceRow[]; byName: boolean } {
  const everywhere = looked.flatMap(({ space, value }) =>
    value.existing.map((connector) => ({ space, id: connector.id, connector, existing: value.existing })),
  );
  const ids = id
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const isId = (text: string) => everywhere.some((one) => one.id === text);
  // Anybody can give a connector a name that reads as such a list.
  const areIds = id.includes(",") && !isId(id) && ids.some(isId);
  const named = areIds
    ? undefined
    : (everywhere.find(({ connector }) => connector.id === id) ?? everywhere.find(({ connector }) => connector.name === id));
  if (!named && id.includes(",")) return justThese(ids, everywhere, looked);
  if (!named) throw notThere(id, looked);
  const meant = named.connector;
  const copies: Copy[] = [];
  const without: SpaceRow[] = [];
  for (const { space, value } of looked) {
    const sameName = value.existing.filter((one) => one.name === meant.name);
    const same = sameName.filter((one) => one.type === meant.type);
    const [only, ...more] = same.some((one) => one.id === id) ? same.filter((one) => one.id === id) : same;
    if (only && more.length === 0) copies.push({ space, id: only.id, connector: only, existing: value.existing });
    else if (only) {
      const those = same.map((one) => one.id).join(" and ");
      beside.push({ space, state: "left_out", why: `${those} have that name and type: say by id which one is meant` });
    } else {
      const [other] = sameName;
      without.push({ space, state: "not_there", ...(other && { why: `what has that name there is of type ${other.type}` }) });
    }
  }
  if (copies.length === 0)
    throw new ToolError(
      "ambiguous_connector",
      `${beside.map(({ space, why = "" }) => `In ${space}, ${why}`).join("; ")}.`,
      "Call again with the id of the one that is meant.",
    );
  return { copies, meant, without, byName: true };
}

/** The connectors with these ids. @throws ToolError connector_not_found, invalid_arguments */
function justThese(ids: readonly string[], everywhere: readonly Copy[], looked: readonly Looked[]) {
  const found = ids.flatMap((id) => everywhere.find((one) => one.id === id) ?? []);
  const missing = ids.find((id) => !found.some((one) => one.id === id));
  const copies = [...new Map(found.map((one) => [one.id, one])).values()];
  const [first] = copies;
  if (!first || missing !== undefined) throw notThere(missing ?? ids.join(), looked);
  const meant = first.connector;
  const other = copies.find(({ connector }) => connector.type !== meant.type);
  if (other)
    throw new ToolError(
      "invalid_arguments",
      `${quoted(meant.name)} (${word(meant.id)}) is of type ${meant.type}, and ${quoted(other.connector.name)} (${word(other.id)}) of type ${other.connector.type}: one patch does not fit both.`,
      "Make one call for each type.",
    );
  const without = looked
    .filter(({ space }) => !copies.some((one) => one.space === space))
    .map(({ space }) => ({ space, state: "not_there" as const }));
  return { copies, meant, without, byName: false };
}

function notThere(id: string, looked: readonly Looked[]): ToolError {
  const all = looked.flatMap(({ value }) => value.existing);
  return connectorNotHere(id, all, looked.map(({ space }) => space).join(", "));
}
