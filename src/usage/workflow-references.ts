import { isDeeperThan } from "../json-depth.ts";
import { isPlainObject } from "../plain-object.ts";
import { addressOf, connectorsInPaths, mayRunOf, readable, spaceOf } from "./requests.ts";
import { decodedPattern, gap, isExpression, mayBeSame, patternOf, withConstants } from "./templates.ts";

/** Keys and positions from the root to a value. */
export type Path = readonly (string | number)[];

/** A place in a workflow that names a connector. */
export interface Reference extends InRun {
  /** An id, or where `byName`, an id or a name. */
  text: string;
  byName: boolean;
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
}

/** Where a step stands in a run. */
interface InRun {
  reached: Reached;
  /** Which of the workflow's own steps it is, or is within; undefined for none. */
  step: number | undefined;
  /** Whether the run may go on after it has failed: something says what then, or it is within another step. */
  goesOn: boolean;
}

/** Whether a run comes to a place: always, under a condition (a branch, a loop, a fallback), or never: a trigger. */
type Reached = "always" | "perhaps" | "never";

/** What a connector is called, or is to be called. */
export interface Called {
  id: string | undefined;
  name: string;
  type: string;
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

export interface References {
  named: Reference[];
  undecided: Undecided[];
  others: OtherStep[];
}

interface Place {
  how: string;
  /** The connector type of the step, if it has one. */
  type: string | undefined;
  /** In a step that calls Kibana's API: actions and cases in it name connectors by `id`. */
  callsKibana: boolean;
  /** As in `Reference`. */
  space: string | undefined;
  /** The key above: a channel, or the list of a rule's actions. */
  below: string | undefined;
  params: Record<string, unknown>;
  reached: Reached;
  goesOn: boolean;
  /** Within what a connector's step sends. */
  isData: boolean;
}

const atFirst: Place = {
  how: "its settings",
  type: undefined,
  callsKibana: false,
  space: undefined,
  below: undefined,
  reached: "always",
  params: {},
  goesOn: false,
  isData: false,
};
/** Keys whose steps run only sometimes. */
const sometimes = /^(else|cases|default|fallback)$/;
const loopsAndConditions = /^(if|foreach|while)$/;
/** Steps that reach somebody by themselves. */
const tellsByItself = /^(http$|ai\.agent$|cases\.|kibana\.(create|add).*case|workflow\.execute)/i;

/** At any depth, since each version nests steps in new ways. */
const holdsConnector = /^(connector[-_]?ids?|inference-id)$/i;
/** Keys of a request to Kibana below which `id` is a connector's. */
const namesById = /^(actions?|connectors?)$/i;
/** Levels of JSON in a body. */
const deepest = 100;
/** Steps that are no connector's. */
const ownSteps = ["ai", "kibana", "cases", "elasticsearch", "workflow", "http"];

/** The text that JSON is in, as far as it is part of it. */
interface Outer {
  path: Path;
  stuck?: string;
}

const nested = "It is in a text within a text.";
const expressionStands = "An expression stands for it.";

/** Every connector that a workflow's definition names, wherever it stands. */
export function referencesOf(definition: Record<string, unknown>): References {
  const found: References = { named: [], undecided: [], others: [] };

  function add(text: string, reference: Omit<Reference, "text" | "how" | "type" | "params" | keyof InRun>, place: Place) {
    const { how, type, params } = place;
    const resolved = withConstants(text, definition);
    const at = inRun(reference.path, place);
    if (isExpression(resolved)) {
      const pattern = reference.byName ? patternOf(resolved) : decodedPattern(patternOf(resolved));
      const may = (one: string | undefined) => one !== undefined && mayBeSame(pattern, one);
      found.undecided.push({
        ...{ how, type, ...at },
        mayTake: ({ id, name }, space) => mayBeIn(reference.space, space) && (may(id) || (reference.byName && may(name))),
      });
    } else if (resolved !== "") {
      const stuck = whyStuck(resolved === text, place);
      found.named.push({ ...reference, ...stuck, text: resolved, how, type, params, ...at });
    }
  }

  /** A step's own request, as far as its address does not name a connector in plain text. */
  function addRequest(step: Record<string, unknown>, path: Path, place: Place) {
    const address = addressOf(step);
    const text = address && withConstants(address.text, definition);
    if (!address || text === undefined || connectorsInPaths(text).length > 0) return;
    for (const { written, space } of connectorsInPaths(readable(text)))
      add(written, { byName: false, path, space, stuck: "It is written in an unusual way." }, { ...place, type: undefined });
    const mayRun = mayRunOf({ ...address, text });
    if (!mayRun) return;
    const mayTake: Undecided["mayTake"] = ({ id }, space) => id !== undefined && mayRun(id, space);
    found.undecided.push({ how: place.how, type: undefined, ...inRun(path, place), mayTake });
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
      addRequest(value, outer?.path ?? path, within);
    }
    const at = (below: Path) => (outer === undefined ? { path: below } : { ...outer, inJson: below });
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, key];
      const texts = Array.isArray(item) ? item.map((one, index) => [one, [...here, index]] as const) : [[item, here] as const];
      const ids = texts.flatMap(([text, its]) => (typeof text === "string" ? [[text, its] as const] : []));
      if (holdsConnector.test(key)) for (const [id, its] of ids) add(id, { byName: true, ...at(its) }, within);
      else if (key === "id" && within.callsKibana && namesById.test(within.below ?? "")) {
        const stuck = "fields" in value || "name" in value ? { stuck: "It has the connector's name or fields beside the id." } : {};
        for (const [id, its] of ids)
          if (id !== "none") add(id, { byName: false, space: within.space, ...at(its), ...stuck }, { ...within, type: undefined });
      } else walk(item, here, placeBelow(key, value, within), outer);
    }
  }

  function inText(text: string, path: Path, place: Place, outer: Outer | undefined): void {
    const full = withConstants(text, definition);
    const own =
      full === text
        ? undefined
        : new Map(
            connectorsInPaths(text)
              .reverse()
              .map((one) => [one.written, one]),
          );
    for (const one of connectorsInPaths(full)) {
      const { written, space } = one;
      const literal = own ? own.get(written) : one;
      const part = literal ? { part: { written, at: literal.at } } : { stuck: expressionStands };
      const where = outer === undefined ? { path, ...part } : { ...outer, stuck: nested };
      add(isExpression(written) ? written : decoded(written), { byName: false, space, ...where }, { ...place, type: undefined });
    }
    if (!place.callsKibana || !/^\s*[[{]/.test(text)) return;
    walk(readJson(text), [], place, outer === undefined ? { path } : { ...outer, stuck: nested });
  }

  walk(definition, [], { ...atFirst, goesOn: saysWhatThen(definition.settings) });
  return found;
}

/**
 * What one space's workflow uses in that space. A request without a space in its path goes to the default space, or in later
 * versions to the workflow's own (kibana#287846, #283905).
 */
export function seenFrom(space: string, { named, undecided, others }: References): References {
  const perhaps = named.filter((one) => !isIn(one, space) && mayBeIn(one.space, space));
  const elsewhere = named.filter((one) => !mayBeIn(one.space, space));
  return {
    named: named.filter((one) => isIn(one, space)),
    undecided: [...undecided, ...perhaps.map(({ text, ...one }) => ({ ...one, mayTake: ({ id }: Pick<Called, "id">) => id === text }))],
    others: [...others, ...elsewhere.map((one) => ({ ...one, type: "kibana.request", starts: undefined }))],
  };
}

/** Whether a reference certainly means a connector of a space. */
export function isIn({ space: named }: Pick<Reference, "space">, space: string): boolean {
  return named === undefined || named === space;
}

function mayBeIn(named: string | undefined, space: string): boolean {
  return isIn({ space: named }, space) || named === "default" || named?.includes(gap) === true;
}

function placeBelow(key: string, value: Record<string, unknown>, within: Place): Place {
  // What a step of Kibana's own is given may name connectors in the same way as the step.
  const isData = within.isData || (key === "with" && within.type !== undefined);
  return { ...within, below: key, isData, reached: isConditional(key, value) ? "perhaps" : within.reached };
}

function inRun([first, step]: Path, { reached, goesOn, isData }: Place): InRun {
  return { reached: isData ? "never" : reached, step: first === "steps" && typeof step === "number" ? step : undefined, goesOn };
}

function whyStuck(isItself: boolean, { isData }: Place): { stuck?: string } {
  if (isData) return { stuck: "It is in what the step sends." };
  return isItself ? {} : { stuck: expressionStands };
}

function saysWhatThen(value: unknown): boolean {
  return isPlainObject(value) && value["on-failure"] !== undefined;
}

/** A step has a name and a type, and a case's connector does too. */
function isStep({ type, name }: Record<string, unknown>, { below }: Place): boolean {
  return typeof type === "string" && typeof name === "string" && !type.startsWith(".") && below !== "triggers";
}

function isConditional(key: string, { type }: Record<string, unknown>): boolean {
  return sometimes.test(key) || (key === "steps" && typeof type === "string" && loopsAndConditions.test(type));
}

/** A step or a trigger has a `type`; a channel of a waiting step is the connector type's name. */
function placeOf(value: Record<string, unknown>, place: Place, definition: Record<string, unknown>): Place {
  const { type, name } = value;
  if (place.below === "slack") return { ...place, type: ".slack", params: {} };
  if (place.below === "slack_api")
    return { ...place, type: ".slack_api", params: asSubAction("postMessage", { channels: value.channels }) };
  if (typeof type !== "string") return place;
  if (place.below === "triggers") return { ...atFirst, how: `trigger ${type}`, reached: "never" };
  if (!isStep(value, place)) return place;
  const [first = "", ...rest] = type.split(".");
  const own = ownSteps.includes(first) || first.startsWith("waitFor");
  const given = isPlainObject(value.with) ? value.with : {};
  return {
    how: `step ${name}`,
    type: own ? undefined : `.${first}`,
    callsKibana: ["kibana", "cases", "http"].includes(first),
    space: spaceOf(value, definition),
    below: undefined,
    reached: value.if !== undefined || value.foreach !== undefined ? "perhaps" : place.reached,
    goesOn: place.goesOn || place.how !== atFirst.how || saysWhatThen(value),
    isData: place.isData,
    params: own ? bodyParams(given) : rest.length > 0 ? asSubAction(rest.join("."), given) : given,
  };
}

function asSubAction(subAction: string, subActionParams: Record<string, unknown>): Record<string, unknown> {
  return { subAction, subActionParams };
}

/** Of a request that runs a connector. */
function bodyParams({ body }: Record<string, unknown>): Record<string, unknown> {
  return isPlainObject(body) && isPlainObject(body.params) ? body.params : {};
}

/** A body may be given as text; undefined where it is no JSON. */
function readJson(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return isDeeperThan(deepest, body) ? undefined : body;
  } catch {
    return undefined;
  }
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
