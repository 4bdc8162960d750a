import { isDeeperThan } from "../json-depth.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";

/** Keys and positions from the root to a value. */
export type Path = readonly (string | number)[];

/** A place in a workflow that names a connector. */
export interface Reference {
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
  reached: Reached;
}

/** Whether a run comes to a place: always, under a condition (a branch, a loop, a fallback), or never: a trigger. */
type Reached = "always" | "perhaps" | "never";

/** A place where a run decides which connector is used. */
export interface Undecided {
  how: string;
  /** The only connector type that fits there, where that is known. */
  type: string | undefined;
  reached: Reached;
}

/** A step that may tell somebody without a connector, or starts another workflow. */
export interface OtherStep {
  how: string;
  /** `http` */
  type: string;
  reached: Reached;
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
}

const atFirst: Place = {
  how: "its settings",
  type: undefined,
  callsKibana: false,
  below: undefined,
  reached: "always",
  params: {},
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

  function add(
    text: string,
    reference: Omit<Reference, "text" | "how" | "type" | "params" | "reached">,
    { how, type, params, reached }: Place,
  ) {
    const resolved = withConstants(text, definition);
    if (isExpression(resolved)) found.undecided.push({ how, type, reached });
    else if (resolved !== "") {
      const stuck = resolved === text ? {} : { stuck: "An expression stands for it." };
      found.named.push({ ...reference, ...stuck, text: resolved, how, type, params, reached });
    }
  }

  function addOther({ type, with: given }: Record<string, unknown>, { how, reached }: Place) {
    if (typeof type !== "string" || !tellsByItself.test(type)) return;
    const id = isPlainObject(given) ? given["workflow-id"] : undefined;
    found.others.push({ how, type, reached, starts: typeof id === "string" ? withConstants(id, definition) : undefined });
  }

  function walk(value: unknown, path: Path, place: Place, outer?: Outer): void {
    if (typeof value === "string") inText(value, path, place, outer);
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index], place, outer);
    if (!isPlainObject(value)) return;
    const within = placeOf(value, place);
    if (isStep(value, place)) addOther(value, within);
    const at = (below: Path) => (outer === undefined ? { path: below } : { ...outer, inJson: below });
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, key];
      const texts = Array.isArray(item) ? item.map((one, index) => [one, [...here, index]] as const) : [[item, here] as const];
      const ids = texts.flatMap(([text, its]) => (typeof text === "string" ? [[text, its] as const] : []));
      if (holdsConnector.test(key)) for (const [id, its] of ids) add(id, { byName: true, ...at(its) }, within);
      else if (key === "id" && within.callsKibana && namesById.test(within.below ?? "")) {
        const stuck = "fields" in value || "name" in value ? { stuck: "It has the connector's name or fields beside the id." } : {};
        for (const [id, its] of ids) if (id !== "none") add(id, { byName: false, ...at(its), ...stuck }, { ...within, type: undefined });
      } else walk(item, here, { ...within, below: key, ...(isConditional(key, value) && { reached: "perhaps" }) }, outer);
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

  walk(definition, [], atFirst);
  return found;
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
