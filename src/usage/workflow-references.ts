import { isPlainObject } from "../plain-object.ts";
import { endpointOf } from "./inference-endpoints.ts";
import { connectorsInPaths } from "./paths.ts";
import { idIn, isAboveConnectors, isFilledIn, isForConnector, linesOf, readJson } from "./request-bodies.ts";
import { type Address, connectorsInQuery, mayRunOf } from "./requests.ts";
import { decodedPattern, gap, isExpression, mayBeSame, patternOf, withConstants } from "./templates.ts";
import { takesDefault } from "./unnamed-models.ts";
import {
  atFirst,
  type Given,
  type InRun,
  inRun,
  isStep,
  type Path,
  type Place,
  placeBelow,
  placeOf,
  saysWhatThen,
} from "./workflow-places.ts";

export type { Path };

/** A place in a workflow that names a connector. */
export interface Reference extends InRun {
  /** An id, or where `byName`, an id or a name: without white space around it. */
  text: string;
  /** The same as Kibana looks for it: only of a trigger's it takes the white space away. */
  exactly: string;
  byName: boolean;
  /** A model is chosen there. */
  asModel: boolean;
  /** Whose connector it is, where a request's path says so (with a gap: a run does); undefined for the workflow's own space. */
  space?: string | undefined;
  /** `step notify` */
  how: string;
  /** The text that names it. */
  path: Path;
  /** Where only a part of that text is the id: as it is written there, and from which character on. */
  part?: { written: string; at: number };
  /** Where that text is JSON: the path within it. */
  inJson?: Path;
  /** Why no other id can take its place. */
  stuck?: string;
  /** The only connector type that fits there, where that is known. */
  type: string | undefined;
  /** What the connector is given, as far as the definition says. */
  params: Record<string, unknown>;
  given: Given;
}

/** What a connector is called, or is to be called. */
export interface Called {
  id: string | undefined;
  name: string;
  type: string;
  /** Its endpoint may be named instead. */
  config?: Record<string, unknown> | undefined;
}

/** A place where a run decides which connector is used. */
export interface Undecided extends InRun {
  how: string;
  /** The only connector type that fits there, where that is known. */
  type: string | undefined;
  /** Whether it may be this one of a space. */
  mayTake(called: Omit<Called, "type">, space: string): boolean;
}

/** A step that may tell somebody without a connector of the space, or starts another workflow. */
export interface OtherStep extends InRun {
  how: string;
  /** `http` */
  type: string;
  /** The workflow that it starts. */
  starts: string | undefined;
}

/** A place that needs an AI connector and names none. */
interface ByDefault {
  how: string;
  space: string | undefined;
}

export interface References {
  named: Reference[];
  undecided: Undecided[];
  others: OtherStep[];
  byDefault: ByDefault[];
}

/** Steps that reach somebody by themselves. */
const tellsByItself = /^(http$|ai\.agent$|cases\.|kibana\.(create|add).*case|workflow\.execute)/i;
/** At any depth, since each version nests steps in new ways. Fleet's cloud connectors are others. */
const holdsConnector = /^(?!cloud)[\w-]*connector[-_]?ids?$|^inference-id$/i;

/** The text that JSON is in, as far as it is part of it. */
interface Outer {
  path: Path;
  stuck?: string;
}

const nested = "It is in a text within a text.";
const hasMoreBeside = "It has the connector's name or fields beside the id.";
const unusual = "It is written in an unusual way.";
const expressionStands = "An expression stands for it.";

/** Every connector that a workflow's definition names, wherever it stands. */
export function referencesOf(definition: Record<string, unknown>): References {
  const found: References = { named: [], undecided: [], others: [], byDefault: [] };

  function add(
    text: string,
    reference: Omit<Reference, "text" | "exactly" | "how" | "type" | "params" | "given" | "asModel" | keyof InRun>,
    place: Place,
  ) {
    const { how, type, params, given, asksModel } = place;
    const filled = withConstants(text, definition);
    // Kibana takes the white space around a trigger's id away (workflows_extensions, connector_event_trigger_gate.ts).
    const resolved = filled.trim();
    const at = inRun(reference.path, place);
    if (isExpression(resolved) || resolved.includes(gap)) {
      const pattern = reference.byName ? patternOf(resolved) : decodedPattern(patternOf(resolved));
      const may = (one: string | undefined) => one !== undefined && mayBeSame(pattern, one);
      found.undecided.push({
        ...{ how, type, ...at },
        mayTake: ({ id, name, config }, space) =>
          mayBeIn(reference.space, space) && (may(id) || (reference.byName && (may(name?.trim()) || may(endpointOf(config))))),
      });
    } else if (resolved !== "") {
      const stuck = whyStuck(filled === text, place);
      const exactly = at.reached === "never" ? resolved : filled;
      const asModel = reference.byName && asksModel;
      found.named.push({ ...reference, ...stuck, text: resolved, exactly, asModel, how, type, params, given, ...at });
    }
  }

  /** What a step's own request names besides the path of a connector, which is read where it stands. */
  function addRequest(path: Path, place: Place) {
    const { address, space } = place.sent;
    if (!address) return;
    const request = { ...address, text: withConstants(address.text, definition) };
    for (const id of connectorsInQuery(request))
      add(id, { byName: false, path, space, stuck: "It is in the query of an address." }, { ...place, type: undefined });
    const mayRun = connectorsInPaths(request.text, readingOf(address)).length > 0 ? undefined : mayRunOf(request);
    if (mayRun) addUndecided(mayRun, path, place);
  }

  function addUndecided(mayName: (id: string, space: string) => boolean, path: Path, place: Place) {
    const mayTake: Undecided["mayTake"] = ({ id }, space) => id !== undefined && mayName(id, space);
    found.undecided.push({ how: place.how, type: undefined, ...inRun(path, place), mayTake });
  }

  /** Where a run fills in what stands above connectors in a request, as all actions of a rule. */
  function addFilledIn(text: string, path: Path, place: Place) {
    const full = withConstants(text, definition);
    if (isFilledIn(full)) addUndecided((_id, space) => mayBeIn(place.sent.space, space), path, place);
  }

  function addOther({ type, with: given }: Record<string, unknown>, path: Path, place: Place) {
    if (typeof type !== "string" || !tellsByItself.test(type)) return;
    const id = isPlainObject(given) ? given["workflow-id"] : undefined;
    const starts = typeof id === "string" ? withConstants(id, definition) : undefined;
    found.others.push({ how: place.how, type, ...inRun(path, place), starts });
  }

  function walk(value: unknown, path: Path, place: Place, outer?: Outer): void {
    if (typeof value === "string") inText(value, path, place, outer);
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index], place, outer);
    if (!isPlainObject(value)) return;
    const within = placeOf(value, place, definition);
    if (isStep(value, place) && !within.isData) {
      addOther(value, outer?.path ?? path, within);
      addRequest(outer?.path ?? path, within);
      if (takesDefault(value, within.sent.address, definition)) found.byDefault.push({ how: within.how, space: within.sent.space });
    }
    const at = (below: Path) => (outer === undefined ? { path: below } : { ...outer, inJson: below });
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, key];
      const texts = Array.isArray(item) ? item.map((one, index) => [one, [...here, index]] as const) : [[item, here] as const];
      const ids = texts.flatMap(([text, its]) => (typeof text === "string" ? [[text, its] as const] : []));
      if (holdsConnector.test(key)) for (const [id, its] of ids) add(id, { byName: true, ...at(its) }, within);
      else if (within.isSent && ids.length > 0 && isForConnector(key, value, within)) {
        const isPart = ids.some(([id]) => id !== idIn(id));
        const hasMore = "fields" in value || "name" in value;
        const stuck = isPart || hasMore ? { stuck: isPart ? unusual : hasMoreBeside } : {};
        for (const [id, its] of ids)
          if (id !== "none")
            add(idIn(id), { byName: false, space: within.sent.space, ...at(its), ...stuck }, { ...within, type: undefined });
      } else {
        if (typeof item === "string" && within.sent.mayName && isAboveConnectors(key, value, within))
          addFilledIn(item, outer?.path ?? here, within);
        walk(item, here, placeBelow(key, value, within), outer);
      }
    }
  }

  function inText(text: string, path: Path, place: Place, outer: Outer | undefined): void {
    const { address } = place.sent;
    const full = withConstants(text, definition);
    const reading = place.isSent && text === address?.text ? readingOf(address) : undefined;
    const own = new Map(full === text ? [] : connectorsInPaths(text, reading).map(({ id, part }) => [id, part]));
    for (const { id, space, ...one } of connectorsInPaths(full, reading)) {
      const part = full === text ? one.part : own.get(id);
      const stuck = full === text ? unusual : expressionStands;
      const where = outer === undefined ? { path, ...(part ? { part } : { stuck }) } : { ...outer, stuck: nested };
      add(id, { byName: false, space, ...where }, { ...place, type: undefined });
    }
    if (!place.callsKibana) return;
    const body = readJson(full);
    const within = outer === undefined ? { path, ...(full === text ? {} : { stuck: expressionStands }) } : { ...outer, stuck: nested };
    if (body !== undefined) walk(body, [], place, within);
    else for (const line of linesOf(full)) walk(readJson(line), [], place, { ...within, stuck: nested });
  }

  walk(definition, [], { ...atFirst, goesOn: saysWhatThen(definition.settings) });
  return found;
}

/**
 * What one space's workflow uses in that space. A request without a space in its path goes to the default space, or in later
 * versions to the workflow's own (kibana#287846, #283905).
 */
export function seenFrom(space: string, { named, undecided, others, byDefault }: References): References {
  const perhaps = named.filter((one) => !isIn(one, space) && mayBeIn(one.space, space));
  const elsewhere = named.filter((one) => !mayBeIn(one.space, space));
  return {
    named: named.filter((one) => isIn(one, space)),
    undecided: [...undecided, ...perhaps.map(({ text, ...one }) => ({ ...one, mayTake: ({ id }: Pick<Called, "id">) => id === text }))],
    others: [...others, ...elsewhere.map((one) => ({ ...one, type: "kibana.request", starts: undefined }))],
    byDefault: byDefault.filter((one) => mayBeIn(one.space, space)),
  };
}

/** Whether a reference certainly means a connector of a space. */
export function isIn({ space: named }: Pick<Reference, "space">, space: string): boolean {
  return named === undefined || named === space;
}

function mayBeIn(named: string | undefined, space: string): boolean {
  return isIn({ space: named }, space) || named === "default" || named?.includes(gap) === true;
}

/** A path is one of Kibana's, a URL may be of a proxy and have another one in its query. */
function readingOf({ isUrl }: Address): "url" | "path" {
  return isUrl ? "url" : "path";
}

function whyStuck(isItself: boolean, { isData }: Place): { stuck?: string } {
  if (isData) return { stuck: "It is in what the step sends." };
  return isItself ? {} : { stuck: expressionStands };
}
