import { isAtLeast, type Status } from "../kibana/status.ts";
import { isPlainObject } from "../plain-object.ts";
import { normalPath } from "./paths.ts";
import { decodedPattern, gap, mayBeSame, patternOf, withConstants } from "./templates.ts";

/** A step or a query that calls an inference endpoint of Elasticsearch: it goes with the connector that it was made with. */
export interface EndpointCall {
  /** With gaps where a run fills in a part. */
  id: string;
  how: string;
}

/** Steps that send requests, to Elasticsearch or over Kibana's console. */
const asks = /^(?:elasticsearch\..*|kibana\.request|http)$/;
/** The endpoint and what is done with it, after a task or without one. */
const inPath = /\/_inference\/(?:[^/]+\/(?!_))?([^/]+)/;
const forEndpoint = /^(?:search_)?inference_id$|^model_id$/i;
/** In JSON that is text, and in ES|QL. */
const inText = /\b(?:inference|model)_id[\\"]*\s*[:=]\s*[\\"]+([^\\"]+)/gi;
const callsModel = /\b(?:completion|rerank)\b/i;
/** In the first ES|QL that has these commands (8.19 and 9.1), the id by itself. */
const afterWith = /\bwith\s+(?:inference_?id\s*=\s*)?(?:[`"]([^`"]+)[`"]|([\w.@-]+))/gi;
/** ES|QL's function has it as its second argument. */
const inFunction = /\btext_embedding\s*\((?:\s*"(?:[^"\\]|\\.)*"\s*|[^",()]*),\s*"([^"]+)"/gi;

export function endpointsIn(definition: Record<string, unknown>): EndpointCall[] {
  const found: EndpointCall[] = [];

  function walk(value: unknown, key: string, step: { name: string; type: string } | undefined): void {
    if (typeof value === "string" && step) inString(patternOf(withConstants(value, definition)), key, step);
    if (Array.isArray(value)) for (const item of value) walk(item, key, step);
    if (!isPlainObject(value)) return;
    const { name, type } = value;
    const isStep = step === undefined && typeof name === "string" && typeof type === "string" && asks.test(type);
    for (const [below, item] of Object.entries(value)) walk(item, below, isStep ? { name, type } : step);
  }

  function inString(text: string, key: string, { name, type }: { name: string; type: string }): void {
    const ids = [...idsInAddress(text)];
    if (type.startsWith("elasticsearch.")) {
      ids.push(...idsInText(text, key));
    }
    for (const id of ids) found.push({ id, how: `step ${name}` });
  }

  walk(definition, "", undefined);
  return found;
}

/** What the queries of a rule or a tool call. @param given what they stand in, at any depth */
export function endpointsInQueries(given: unknown, how: string): EndpointCall[] {
  const found = new Set<string>();
  function walk(value: unknown, key: string): void {
    if (typeof value === "string") for (const id of idsInText(value, key)) found.add(id);
    if (Array.isArray(value)) for (const item of value) walk(item, key);
    if (isPlainObject(value)) for (const [below, item] of Object.entries(value)) walk(item, below);
  }
  walk(given, "");
  return [...found].map((id) => ({ id, how }));
}

/** Of a text in a query of Elasticsearch, or of a query that is text. */
function idsInText(text: string, key: string): string[] {
  const patterns = [inText, inFunction, ...(callsModel.test(text) ? [afterWith] : [])];
  const named = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, id, plain]) => id ?? plain ?? ""));
  return forEndpoint.test(key) ? [text, ...named] : named;
}

/** Of a path, a URL, or a path in the query of one, as of Kibana's console. */
function idsInAddress(text: string): string[] {
  return text.split(/[?#&=]/).flatMap((part) => {
    const [, id] = inPath.exec(normalPath(`/${part.replace(/%2f/gi, "/")}`)) ?? [];
    return id === undefined ? [] : [decodedPattern(id)];
  });
}

/** The id of the inference endpoint that goes with a connector of this config: newer Kibana lists the connector under it as a model. */
export function endpointOf(config: Record<string, unknown> | undefined): string | undefined {
  const id = config?.inferenceId;
  return typeof id === "string" && id.trim() !== "" ? id.trim() : undefined;
}

/** Whether it is the one that Kibana made with a connector of this config, or may be where a run fills it in. */
export function isEndpointOf(config: Record<string, unknown> | undefined, { id }: EndpointCall): boolean {
  const own = endpointOf(config);
  return own !== undefined && mayBeSame(id, own);
}

export function isDecidedLater({ id }: EndpointCall): boolean {
  return id.includes(gap);
}

/** Whether Kibana lists every inference endpoint for chat as a model by its own id, also one that goes with no connector (kibana#248200). */
export function endpointsAreModels(status: Pick<Status, "version" | "flavour">): boolean {
  return isAtLeast(status, "9.4");
}

/** Whether the id is one that only Elastic's own endpoints have: no connector's begins with a dot. */
export function isElasticsOwn(id: string): boolean {
  return id.startsWith(".");
}
