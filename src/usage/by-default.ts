import { firstModels, isModel, preferredModels } from "../catalog/default-model.ts";
import { byName } from "../catalog/first-by-name.ts";
import { grouped } from "../grouped.ts";
import { isAtLeast } from "../kibana/status.ts";
import { quoted, word } from "../plain-text.ts";
import { usersInWords } from "./free.ts";
import { endpointOf } from "./inference-endpoints.ts";
import type { Found, Unseen, Use, Where } from "./use.ts";
import type { Called } from "./workflow-references.ts";

/** What a space's settings say of the model that is used where none is named. */
export interface ChosenModel {
  /** The id of a connector or of its endpoint. */
  id: string | undefined;
  /** No other is used. */
  only: boolean;
}

/** Of those that may be taken. */
const mostNamed = 4;

type Looked = readonly { found: Found }[];

/** Those that name no AI connector and would take this one. @param models all that there are beside it */
export function takingByDefault(called: Called, models: readonly Called[], looked: Looked, status: Where["status"]): Use[] {
  if (!isModel(called)) return [];
  const users = namingNone(looked);
  if (users.length === 0) return [];
  const all = inOrder([...models.filter(({ id }) => id === undefined || id !== called.id), called]);
  const chosen = chosenIn(looked);
  return users.filter((use) => modelsFor(use, all, chosen, status).includes(called));
}

/** The same as what was not seen: only a run decides which connector is used. */
export function unseenOf(use: Use): Unseen {
  const isAgent = use.kind === "agent";
  const who = isAgent
    ? `The agent ${quoted(use.name, 60)} names no AI connector`
    : `The workflow ${quoted(use.name, 60)} names none in ${quoted(use.how, 60)}`;
  return {
    what: isAgent ? "agents of Agent Builder" : "workflows",
    why: `${who} and takes the default one, which this may be.`,
    permanent: false,
    whole: false,
    listed: true,
    byDefault: true,
    decides: { use, mayTake: () => true },
  };
}

/** What a change of the AI connectors of a space does to those that name none, a sentence for each outcome. */
export function shiftedDefaults(
  looked: Looked,
  status: Where["status"],
  { before, after }: { before: readonly Called[]; after: readonly Called[] },
): string[] {
  const users = namingNone(looked);
  if (users.length === 0) return [];
  const chosen = chosenIn(looked);
  const [old, fresh] = [inOrder(before), inOrder(after)];
  const shifts = users.map((use) => ({ use, was: modelsFor(use, old, chosen, status), is: modelsFor(use, fresh, chosen, status) }));
  const moved = shifts.filter(({ was, is }) => keyOf(was) !== keyOf(is));
  return [...grouped(moved, ({ was, is }) => `${keyOf(was)} ${keyOf(is)}`).values()].map((same) => {
    const [{ was, is } = { was: [], is: [] }] = same;
    const uses = same.map(({ use }) => use);
    const then = is.length === 0 ? "From then on there is none, and they fail" : `From then on Kibana takes ${inWords(is)} there`;
    const shift = `${then}; until now ${was.length === 0 ? "there was none" : inWords(was)}.`;
    return `No AI connector is named by ${usersInWords([], uses)}. ${shift}${chosen.only ? "" : mayBeElsewhere(status)}`;
  });
}

function namingNone(looked: Looked): Use[] {
  return looked.flatMap(({ found }) => found.byDefault ?? []);
}

function chosenIn(looked: Looked): ChosenModel {
  return looked.flatMap(({ found }) => found.chosenModel ?? [])[0] ?? { id: undefined, only: false };
}

function inOrder(all: readonly Called[]): Called[] {
  return all.filter(isModel).sort(byName);
}

/**
 * Those of all models that Kibana may take. Agents go by the setting, steps of workflows from 9.5 on (kibana#268019; perhaps a 9.4),
 * and newer versions take another one where it names none. Endpoints have their own order from 9.4 on (kibana#248200).
 */
function modelsFor({ kind }: Use, all: readonly Called[], { id, only }: ChosenModel, status: Where["status"]): Called[] {
  const chosen = id === undefined ? undefined : all.find((one) => one.id === id || endpointOf(one.config) === id);
  const isAgent = kind === "agent";
  if (chosen && (isAgent || isAtLeast(status, "9.5"))) return [chosen];
  if (only && !isAgent && isAtLeast(status, "9.5")) return [];
  const newer = isAtLeast(status, "9.4");
  const otherwise = newer && !isAgent ? [...(chosen ? [chosen] : []), ...firstModels(all)] : [];
  const found = new Set([...otherwise, ...preferredModels(all, newer)]);
  return all.filter((one) => found.has(one));
}

/** Newer versions list endpoints that go with no connector too (kibana#248200), which are not read here. */
function mayBeElsewhere(status: Where["status"]): string {
  return isAtLeast(status, "9.4") ? " An inference endpoint without a connector may be taken instead, where there is one." : "";
}

function keyOf(models: readonly Called[]): string {
  return JSON.stringify(models.map(({ id, name }) => id ?? name).sort());
}

function inWords(models: readonly Called[]): string {
  const named = models.slice(0, mostNamed).map(({ name, id }) => `${quoted(name, 60)}${id === undefined ? "" : ` (${word(id)})`}`);
  return [...named, ...(models.length > mostNamed ? [`${models.length - mostNamed} more`] : [])].join(" or ");
}
