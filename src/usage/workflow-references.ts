import { isDeeperThan } from "../json-depth.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";

/** A place in a workflow that names a connector. */
export interface Reference {
  /** An id, or where `byName`, an id or a name. */
  text: string;
  byName: boolean;
  /** `step "notify"` */
  how: string;
}

/** A place where a run decides which connector is used. */
export interface Undecided {
  how: string;
  /** The only connector type that fits there, where that is known. */
  type: string | undefined;
}

export interface References {
  named: Reference[];
  undecided: Undecided[];
}

interface Place {
  how: string;
  /** The connector type of the step, if it has one. */
  type: string | undefined;
  /** In a step that calls Kibana's API: actions and cases in it name connectors by `id`. */
  callsKibana: boolean;
  /** The key above: a channel, or the list of a rule's actions. */
  below: string | undefined;
}

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

/** Every connector that a workflow's definition names, wherever it stands. */
export function referencesOf(definition: Record<string, unknown>): References {
  const found: References = { named: [], undecided: [] };

  function add(text: string, byName: boolean, { how, type }: Place) {
    const resolved = withConstants(text, definition);
    if (isExpression(resolved)) found.undecided.push({ how, type });
    else if (resolved !== "") found.named.push({ text: resolved, byName, how });
  }

  function walk(value: unknown, place: Place): void {
    if (typeof value === "string") inText(value, place);
    if (Array.isArray(value)) for (const item of value) walk(item, place);
    if (!isPlainObject(value)) return;
    const within = placeOf(value, place);
    for (const [key, item] of Object.entries(value)) {
      const ids = [item].flat().filter((one) => typeof one === "string");
      if (holdsConnector.test(key)) for (const id of ids) add(id, true, within);
      else if (key === "id" && within.callsKibana && namesById.test(within.below ?? "")) {
        for (const id of ids) if (id !== "none") add(id, false, { ...within, type: undefined });
      } else walk(item, { ...within, below: key });
    }
  }

  function inText(text: string, place: Place): void {
    for (const [, id = ""] of text.matchAll(inPath)) add(decoded(id), false, { ...place, type: undefined });
    if (place.callsKibana && /^\s*[[{]/.test(text)) walk(readJson(text), place);
  }

  walk(definition, { how: "its settings", type: undefined, callsKibana: false, below: undefined });
  return found;
}

/** A step or a trigger has a `type`; a channel of a waiting step is the connector type's name. */
function placeOf(value: Record<string, unknown>, place: Place): Place {
  const { type, name } = value;
  if (place.below === "slack" || place.below === "slack_api") return { ...place, type: `.${place.below}` };
  if (typeof type !== "string") return place;
  if (place.below === "triggers") return { how: `trigger ${type}`, type: undefined, callsKibana: false, below: undefined };
  // A case's connector has both too.
  if (typeof name !== "string" || type.startsWith(".")) return place;
  const [first = ""] = type.split(".");
  const own = ownSteps.includes(first) || first.startsWith("waitFor");
  return {
    how: `step ${name}`,
    type: own ? undefined : `.${first}`,
    callsKibana: ["kibana", "cases", "http"].includes(first),
    below: undefined,
  };
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
