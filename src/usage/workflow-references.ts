import { isDeeperThan } from "../json-depth.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";

/** Keys and positions from the root to a value. */
export type Path = readonly (string | number)[];

/** A place in a workflow that names a connector. */
export interface Reference extends InRun {
  /** An id, or where `byName`, an id or a name. */
  text: string;
  byName: boolean;
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

/** A place where a run decides which connector is used. */
export interface Undecided extends InRun {
  how: string;
  /** The only connector type that fits there, where that is known. */
  type: string | undefined;
  /** What is filled in then: `ops-{{ inputs.team }}`. */
  text: string;
}

/** Whether an expression may turn into a text: its fixed parts are there, in their order. */
export function mayBecome(expression: string, text: string): boolean {
  if (expression.includes("{%")) return true;
  const [first = "", ...rest] = expression.split(/\{\{[^{}]*\}\}/);
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** A step that may tell somebody without a connector, or starts another workflow. */
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
/** In a path of Kibana's API. */
const inPath = /\/actions\/(?:connector|action)\/(\$?\{\{.*?\}\}|[^/?#"'\s]+)/g;
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

/** Every connector that a workflow's definition names, wherever it stands. */
export function referencesOf(definition: Record<string, unknown>): References {
  const found: References = { named: [], undecided: [], others: [] };

  function add(text: string, reference: Omit<Reference, "text" | "how" | "type" | "params" | keyof InRun>, place: Place) {
    const { how, type, params } = place;
    const resolved = withConstants(text, definition);
    const at = inRun(reference.path, place);
    if (isExpression(resolved)) found.undecided.push({ how, type, text: resolved, ...at });
    else if (resolved !== "") {
      const stuck = whyStuck(resolved === text, place);
      found.named.push({ ...reference, ...stuck, text: resolved, how, type, params, ...at });
    }
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
    const within = placeOf(value, place);
    if (isStep(value, place) && !within.isData) addOther(value, outer?.path ?? path, within);
    const at = (below: Path) => (outer === undefined ? { path: below } : { ...outer, inJson: below });
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, key];
      const texts = Array.isArray(item) ? item.map((one, index) => [one, [...here, index]] as const) : [[item, here] as const];
      const ids = texts.flatMap(([text, its]) => (typeof text === "string" ? [[text, its] as const] : []));
      if (holdsConnector.test(key)) for (const [id, its] of ids) add(id, { byName: true, ...at(its) }, within);
      else if (key === "id" && within.callsKibana && namesById.test(within.below ?? "")) {
        const stuck = "fields" in value || "name" in value ? { stuck: "It has the connector's name or fields beside the id." } : {};
        for (const [id, its] of ids) if (id !== "none") add(id, { byName: false, ...at(its), ...stuck }, { ...within, type: undefined });
      } else walk(item, here, placeBelow(key, value, within), outer);
    }
  }

  function inText(text: string, path: Path, place: Place, outer: Outer | undefined): void {
    for (const { 0: whole, 1: id = "", index } of text.matchAll(inPath)) {
      const part = { written: id, at: index + whole.length - id.length };
      const where = outer === undefined ? { path, part } : { ...outer, stuck: nested };
      add(decoded(id), { byName: false, ...where }, { ...place, type: undefined });
    }
    if (!place.callsKibana || !/^\s*[[{]/.test(text)) return;
    walk(readJson(text), [], place, outer === undefined ? { path } : { ...outer, stuck: nested });
  }

  walk(definition, [], { ...atFirst, goesOn: saysWhatThen(definition.settings) });
  return found;
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
  return isItself ? {} : { stuck: "An expression stands for it." };
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
function placeOf(value: Record<string, unknown>, place: Place): Place {
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

/** `{{ consts.x }}` and `${{ consts.x }}` with the value from the same document; other expressions stay. */
function withConstants(text: string, { consts }: Record<string, unknown>): string {
  return text.replace(/\$?\{\{\s*consts\.([\w.-]+)\s*\}\}/g, (whole, path: string) => {
    const value = valueAt(consts, path.split("."));
    return typeof value === "string" || typeof value === "number" ? String(value) : whole;
  });
}

function isExpression(text: string): boolean {
  return /\{\{|\{%/.test(text);
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
