import { isPlainObject } from "../plain-object.ts";
import { readUrl } from "../read-url.ts";
import { decodedPattern, gap, isExpression, masked, mayBeSame, patternOf, withConstants } from "./templates.ts";

/** A connector that the path of a request names. */
interface InPath {
  /** As it is written there, and from which character on. */
  written: string;
  at: number;
  /** The space that the path leads to. */
  space: string;
}

/** Characters of a path up to the API's part. */
const longestSpace = 300;
/** Of the routes of connectors, and of the one that pushes a case (cases/server/routes/api/cases/push_case.ts). */
const inPath = /\/(?:actions\/(?:connector|action)|cases\/[^/?#"'\s]+\/connector)\/([^/?#"'\s]+)/g;
const inQuery = /[?&](?!cloud)\w*connector[-_]?ids?=([^&#"'\s]+)/gi;
/** Up to the API's own part of a path. */
const ofSpace = /\/s\/([^/]+)\/(?:api|internal)(?:\/\w+)?$/;
/** Routes whose body may name a connector: rules, settings of cases, cases, assistants and agents, settings. */
const inBody =
  /\/(?:api|internal)\/(?:cases$|(?:alerting\/rules?|alerts\/alert|detection_engine\/rules|cases\/configure|attack_discovery|\w+_assistant|agent_builder|inference|kibana\/settings|synthetics\/settings|uptime\/settings)(?:\/|$))/;

/** Connectors that the paths of Kibana's API in a text name. */
export function connectorsInPaths(text: string): InPath[] {
  const seen = masked(text);
  return [...seen.matchAll(inPath)].map(({ 0: whole, 1: id = "", index }) => {
    const at = index + whole.length - id.length;
    const [, space = "default"] = ofSpace.exec(seen.slice(Math.max(0, index - longestSpace), index)) ?? [];
    return { written: text.slice(at, at + id.length), at, space };
  });
}

/** Connectors that the query of an address of Kibana's API names, as they are written there. */
export function connectorsInQuery({ text, isUrl }: Address): string[] {
  const seen = masked(text);
  if (isUrl && !/\/(?:api|internal)\//.test(seen)) return [];
  return [...seen.matchAll(inQuery)].map(({ 0: whole, 1: ids = "", index }) => {
    const end = index + whole.length;
    return text.slice(end - ids.length, end);
  });
}

/** The address that a step sends a request to. */
export interface Address {
  text: string;
  /** Undefined where it is not known. */
  method: string | undefined;
  /** A path is one of this Kibana's; a URL may lead anywhere. */
  isUrl: boolean;
}

/** @returns undefined for a step that sends no request of its own */
export function addressOf({ type, with: given }: Record<string, unknown>): Address | undefined {
  if (typeof type !== "string" || !/^(kibana\.|http$)/.test(type)) return undefined;
  const isUrl = type === "http";
  const whole = isPlainObject(given) && given.request !== undefined ? given.request : given;
  if (typeof whole === "string" && isExpression(whole)) return { text: whole, method: undefined, isUrl };
  if (!isPlainObject(whole)) return undefined;
  const { path, url = path, method = "GET" } = whole;
  const text = isUrl ? url : path;
  return typeof text === "string" ? { text, method: String(method), isUrl } : undefined;
}

/** The space that a step's own request leads to; undefined for a step without one. */
export function spaceOf(step: Record<string, unknown>, definition: Record<string, unknown>): string | undefined {
  const address = addressOf(step);
  if (!address) return undefined;
  const pattern = patternOf(withConstants(address.text, definition));
  const [, space = pattern.startsWith(gap) ? gap : "default"] = /\/s\/([^/]+)\/(?:api|internal)\//.exec(pattern) ?? [];
  return space;
}

/** A known path without percent-encoding and dots, as Kibana's router takes it; empty where it is none. */
export function readable(address: string): string {
  const url = isExpression(address) ? undefined : readUrl(address, "http://kibana");
  return url ? decodedPattern(url.pathname) : "";
}

/** Of an address that is not known before a run: whether it may run a connector of a space. */
type MayRun = (id: string, space: string) => boolean;

/** @returns undefined for one that is known, or runs no connector whatever is filled in */
export function mayRunOf({ text, method, isUrl }: Address): MayRun | undefined {
  const [pattern = ""] = decodedPattern(patternOf(text)).split(/[?#]/);
  if (!pattern.includes(gap) || (method !== undefined && !isExpression(method) && method.toUpperCase() !== "POST")) return undefined;
  if (isUrl && isElsewhere(pattern)) return undefined;
  const mayRun: MayRun = (id, space) => pathsTo(id, space).some((path) => mayBeSame(pattern, isUrl ? `${gap}${path}` : path));
  return mayRun(gap, gap) ? mayRun : undefined;
}

function pathsTo(id: string, space: string): string[] {
  const routes = [
    ...["connector", "action"].map((kind) => `/api/actions/${kind}/${id}/_execute`),
    `/internal/elastic_assistant/actions/connector/${id}/_execute`,
    `/api/cases/${gap}/connector/${id}/_push`,
  ];
  return ["", `/s/${space}`].flatMap((prefix) => routes.map((route) => `${prefix}${route}`));
}

/** Whether what a step sends to Kibana's API may name a connector, where only a run says what that is. */
export function mayNameInBody(step: Record<string, unknown>, definition: Record<string, unknown>): boolean {
  const address = addressOf(step);
  // The routes of generated steps are not known here.
  if (!address) return typeof step.type === "string" && step.type.startsWith("kibana.");
  const { text, method } = address;
  if (method !== undefined && /^(get|head|delete)$/i.test(method)) return false;
  const [pattern = ""] = decodedPattern(patternOf(withConstants(text, definition))).split(/[?#]/);
  return pattern === gap || inBody.test(pattern);
}

/** A host that is known, and nothing in the rest of the URL that points to Kibana's API: somebody else's. */
function isElsewhere(url: string): boolean {
  const [, host = gap, rest = ""] = /^https?:\/\/([^/]+)(.*)$/is.exec(url) ?? [];
  return !host.includes(gap) && !/actions|connector|_execute|_push|\/api\/cases\//.test(rest);
}
