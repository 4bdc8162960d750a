import type { CheckedSpace } from "../../change/checked-space.ts";
import { spacesShown } from "../../change/spaces-shown.ts";
import { ToolError } from "../../errors.ts";
import { grouped } from "../../grouped.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { showsWords, word } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { mostSpaces } from "../fields.ts";
import { liveType } from "./live-type.ts";

/** The part of a tool's context that reading several spaces needs. */
export type SpacesContext = Pick<ToolContext, "kibana" | "settings" | "spaces" | "principal" | "signal">;

/** The most spaces that `*` covers. */
const mostOfAll = 1000;
/** Spaces that are read at the same time: twice the number of connections to Kibana. */
const spacesAtOnce = 16;

export interface FoundConnector {
  space: string;
  connector: Connector;
}

/** Whether an argument that names one space or several names several; an id contains neither. */
export function namesSeveral(asked: string | undefined): asked is string {
  return asked !== undefined && (asked.trim() === "*" || asked.includes(","));
}

/**
 * The spaces that an argument means: ids with commas, `*` for all, the configured one if it is left out.
 * @param notes gets a note if spaces are left out
 * @param fresh for a change, which does not trust an earlier look
 * @throws ToolError invalid_arguments, space_not_found, forbidden: all that may not be used are named
 */
export async function chosenSpaces(
  asked: string | undefined,
  { spaces, settings }: Pick<SpacesContext, "spaces" | "settings">,
  notes: string[],
  fresh = false,
): Promise<CheckedSpace[]> {
  if (asked?.trim() === "*") return firstSpaces((await spaces.list()).map((space) => space.id).sort(), notes);
  const ids =
    asked === undefined
      ? [settings.space]
      : [
          ...new Set(
            asked
              .split(",")
              .map((id) => id.trim())
              .filter(Boolean),
          ),
        ];
  if (ids.length === 0)
    throw new ToolError("invalid_arguments", "`space` names no space.", 'Give ids with commas, or "*", or leave it out.');
  if (ids.length > mostSpaces)
    throw new ToolError(
      "invalid_arguments",
      `\`space\` names ${ids.length} spaces; one call takes at most ${mostSpaces}.`,
      'Make several calls, or give "*" for all there are.',
    );
  const checked = await Promise.allSettled(ids.map((id) => spaces.check(id, { fresh })));
  const refused = checked.flatMap((one) => (one.status === "rejected" ? [{ error: one.reason }] : []));
  if (refused.length > 0) throw togetherRefused(refused);
  return checked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/** How to call for each connector by itself where each needs secrets of its own. */
export interface OneByOne {
  /** A sentence. */
  how: string;
  /** They are not one connector: no secrets are right for all. */
  always?: boolean;
}

interface Refused {
  error: unknown;
  /** Where it was refused, if the message does not say so. */
  space?: string;
  id?: string | undefined;
}

/** The most refusals that one error tells. */
const mostTold = 10;

/** One error for several refusals; the first if it says it all, or if no other call would fare better. */
export function togetherRefused(refused: readonly Refused[], oneByOne?: OneByOne): unknown {
  const whole = refused.find(({ error }) => !(error instanceof ToolError) || ofNoSpace.includes(error.code));
  const all = refused.flatMap(({ error, ...at }) => (error instanceof ToolError ? [{ error, ...at }] : []));
  const [first] = all;
  if (whole || !first) return whole?.error;
  const needs = all.filter(({ error }) => error.code === "secrets_needed");
  const differs = oneByOne && needs.length > 0 && (oneByOne.always || new Set(needs.map(({ error }) => error.fix)).size > 1);
  const messages = new Set(all.map(({ error }) => error.message));
  if (!differs && messages.size === 1) return first.error;
  const message = messages.size > 1 || oneByOne?.always ? inPlaces(all, ({ message: one }) => one) : first.error.message;
  if (!differs) return new ToolError(first.error.code, message, first.error.fix, first.error.detail);
  return new ToolError("secrets_needed", message, `${oneByOne.how} ${inPlaces(needs, ({ fix }) => fix)}`, {
    each: needs.slice(0, mostTold).map(({ error, ...at }) => ({ ...at, ...error.detail })),
  });
}

/** `In default (hook), ops (hook-ops): Pass … In lab: …` */
function inPlaces(all: readonly (Refused & { error: ToolError })[], text: (error: ToolError) => string): string {
  const each = [...grouped(all, ({ error }) => text(error))];
  const said = each.slice(0, mostTold).map(([one, of]) => {
    const places = of.flatMap(({ space, id }) => (space === undefined || id === undefined ? (space ?? []) : `${space} (${word(id)})`));
    return places.length > 0 ? `In ${spacesShown(places)}: ${one}` : one;
  });
  return `${said.join(" ")}${each.length > said.length ? ` And ${each.length - said.length} more.` : ""}`;
}

/** Failures that say nothing about the space in which they came. */
export const ofNoSpace: readonly string[] = ["cancelled", "unauthorized", "kibana_unreachable"];

/** All connectors of the spaces. An unreadable space among several is reported in `notes` and does not fail the call. */
export async function connectorsIn(spaces: readonly string[], context: SpacesContext, notes: string[]): Promise<FoundConnector[]> {
  const lists: FoundConnector[][] = [];
  const waiting = [...spaces.entries()];
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, space] = next;
      lists[at] = await connectorsOf(space, spaces.length === 1, context, notes);
    }
  }
  await Promise.all(Array.from({ length: Math.min(spacesAtOnce, spaces.length) }, work));
  return lists.flat();
}

/** The first of very many spaces; a note says what is left out. */
export function firstSpaces<Id extends string>(ids: readonly Id[], notes: string[]): Id[] {
  if (ids.length > mostOfAll)
    notes.push(
      `Kibana lists ${ids.length} spaces, and only the first ${mostOfAll} are looked at: name the others, ${mostSpaces} per call.`,
    );
  return ids.slice(0, mostOfAll);
}

async function connectorsOf(space: string, only: boolean, { kibana, signal }: SpacesContext, notes: string[]): Promise<FoundConnector[]> {
  try {
    const rows = await kibana.connectors(space);
    if (rows.length >= 10_000) notes.push(`Kibana lists at most 10,000 connectors per space: "${space}" may have more.`);
    return rows.map((connector) => ({ space, connector }));
  } catch (error) {
    // Once the time is up, the remaining spaces could not be read either.
    if (only || signal.aborted || !(error instanceof ToolError) || error.code === "cancelled") throw error;
    notes.push(`The space "${space}" is not in this list: ${error.message}`);
    return [];
  }
}

/**
 * A test whether a connector is of a type and has a text in its name or id.
 * @param notes gets which type was taken, if the argument is only similar to its names
 * @throws ToolError type_unknown, system_action
 */
export async function matcher(
  { type, text }: { type?: string | undefined; text?: string | undefined },
  types: readonly LiveType[],
  notes: string[],
): Promise<(found: FoundConnector) => boolean> {
  const meant = type === undefined ? undefined : await liveType(type, types);
  if (meant?.note) notes.push(meant.note);
  const typeId = meant?.type.id;
  const wanted = text?.toLowerCase();
  return ({ connector }) =>
    (typeId === undefined || connector.type === typeId) &&
    (wanted === undefined || showsWords(connector.name, wanted) || showsWords(connector.id, wanted));
}

/** By space, name and id. */
export function byPlace(a: FoundConnector, b: FoundConnector): number {
  return order(a.space, b.space) || order(a.connector.name, b.connector.name) || order(a.connector.id, b.connector.id);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
