import type { NoChange, Plan } from "../../change/plan.ts";
import { spacesShown } from "../../change/spaces-shown.ts";
import { withoutRight } from "../../change/would-be-refused.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";
import { canChooseId } from "../connectors/connector-id.ts";
import { besideInWords, inEach, rowsInAnswer, type SpaceRow, type SpacesPlan } from "../connectors/space-rows.ts";
import type { SeveralSpaces, ToolContext } from "../define.ts";
import { differsFrom } from "./changed-since.ts";
import { joinedPlan, spacesInWords } from "./joined-plan.ts";
import { assertEachItsOwn } from "./made-elsewhere.ts";
import { type AskedFor, idInSpace, type NewConnector, newConnector, planNew } from "./new-connector.ts";

/**
 * The plan that creates one connector in several spaces. One of that name and type that a space has already is left alone: a repeated
 * call makes nothing twice.
 * @throws ToolError if it can be created nowhere
 */
export async function planCreateInSpaces(
  asked: AskedFor,
  { spaces, all, notes }: SeveralSpaces,
  context: ToolContext,
): Promise<SpacesPlan | NoChange> {
  const { kibana, settings } = context;
  if (asked.id !== undefined)
    throw new ToolError(
      "invalid_arguments",
      "`id` is for one space: ids are unique over all spaces.",
      "Leave it out: in several spaces each gets the name and its space as id. Or make one call for each space.",
    );
  const beside: SpaceRow[] = [];
  const looking = inEach(
    spaces.map((space) => ({ space })),
    async ({ space }) => {
      const [types, existing, refused] = await Promise.all([
        kibana.connectorTypes(space),
        kibana.connectors(space),
        withoutRight(["change"], space, kibana),
      ]);
      if (refused) throw refused;
      return { types, existing };
    },
    beside,
  );
  const [looked, status] = await Promise.all([looking, kibana.status()]);
  // Where the original is, if the call does not say it.
  const home = asked.from && asked.from.space === undefined ? await context.spaces.check(settings.space, { fresh: true }) : settings.space;
  const types = looked[0]?.value.types ?? [];
  const wanted = await newConnector(asked, home, { types, status }, context);
  const { source, name, live } = wanted;
  const ids = new Set([...looked.flatMap(({ value }) => value.existing.map(({ id }) => id)), ...(source ? [source.connector.id] : [])]);
  const open = [];
  for (const { space, value } of looked) {
    const row = await alreadyThere(wanted, space, value.existing, all);
    if (row) {
      beside.push(row);
      continue;
    }
    const id = canChooseId(status) ? idInSpace(name, space, ids) : undefined;
    if (id !== undefined) ids.add(id);
    const liveHere = value.types.find((type) => type.id === live.id) ?? live;
    open.push({ space, id, existing: value.existing, live: liveHere });
  }
  const there = beside.filter(({ state }) => state === "unchanged" || state === "differs");
  if (asked.if_exists === "fail" && there.length > 0)
    throw new ToolError(
      "id_taken",
      `A connector named ${quoted(name)} of type ${live.id} exists already in ${spacesInWords(there.map(({ space }) => space))}. Nothing was written.`,
      "Leave if_exists out: what exists stays as it is, and the other spaces get theirs.",
      rowsInAnswer(there),
    );
  const planned = await inEach(
    open,
    ({ space, id, existing, live: liveHere }) => planNew({ ...wanted, live: liveHere }, { space, id }, { status, existing }, context),
    beside,
  );
  const keeps =
    there.length > 0
      ? ["What exists keeps the secrets that it has, which nobody can compare: update_connector with the same spaces sets them."]
      : [];
  const [first, ...more] = planned.map(({ value }) => value);
  if (!first) {
    return {
      noChange: true,
      message: "Nothing to create.",
      space: spacesShown(spaces),
      result: rowsInAnswer(beside),
      warnings: [...notes, ...keeps],
      next: [],
    };
  }
  await assertEachItsOwn([first, ...more]);
  const plan = joinedPlan([first, ...more], summaryOf(wanted, [first, ...more]));
  return {
    ...plan,
    beside,
    beforehand: [...(plan.beforehand ?? []), ...besideInWords(beside)],
    warnings: [...notes, ...plan.warnings, ...keeps],
    facts: [plan.facts, beside.map(({ why: _why, ...row }) => row)],
  };
}

function summaryOf({ name, live, source }: NewConnector, plans: readonly Plan[]): string {
  const where = spacesInWords(plans.map(({ ops: [op] }) => op.space));
  return source
    ? `Copy connector ${quoted(source.connector.name)} (${word(live.id)}, id ${word(source.connector.id)} in space ${source.space}) as ${quoted(name)} to ${where}.`
    : `Create connector ${quoted(name)} (${word(live.id)}) in ${where}.`;
}

/** What a space has of that name and type; undefined if it is free for a new one. */
async function alreadyThere(
  { name, live, config, source }: NewConnector,
  space: string,
  existing: readonly Connector[],
  all: boolean,
): Promise<SpaceRow | undefined> {
  const isSource = (one: Connector) => one.id === source?.connector.id;
  if (all && source?.space === space) return { space, state: "source", id: source.connector.id };
  const named = existing.filter((one) => one.name === name && one.type === live.id);
  if (named.some(isSource)) return { space, state: "source", id: source?.connector.id };
  const compared = await Promise.all(named.map(async (one) => ({ one, differs: await differsFrom(one, { expect: { name, config } }) })));
  const best = compared.find(({ differs }) => differs.length === 0) ?? compared[0];
  if (!best) return undefined;
  const { one, differs } = best;
  const at = { space, id: one.id };
  if (one.preconfigured) return { ...at, state: "differs", why: "preconfigured, in every space" };
  const why = one.missingSecrets ? "its secrets are lost: update_connector stores them" : undefined;
  return differs.length === 0 ? { ...at, state: "unchanged", why } : { ...at, state: "differs", differs };
}
