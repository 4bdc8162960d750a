import { decodedPattern, gap, masked, patternOf } from "./templates.ts";

/** A connector that a path of Kibana's API names. */
export interface InPath {
  /** Its id; with gaps where a run fills in a part of it. */
  id: string;
  /** The space that the path leads to. */
  space: string;
  /** The id as it is written, and from which character on; absent where other characters can decide it too. */
  part?: { written: string; at: number };
}

/** What percent-encoding stands for in a path without changing it: Kibana's router decodes it before it compares. */
const unreserved = /%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/gi;
/** Of connectors, of a push of a case (cases/server/routes/api/cases/push_case.ts), of saved objects and of models. */
const routes = ["actions/(?:connector|action)", "cases/[^/]+/connector", "saved_objects(?:/\\w+)?/action", "inference/connectors"];
const inPath = new RegExp(`/(?:${routes.join("|")})/([^/]+)`, "g");
/** Up to the API's own part of a path. */
const ofSpace = /\/s\/([^/]+)\/(?:api|internal)(?:\/\w+)*$/;
/** Characters of a path up to the API's part. */
const longestSpace = 300;

/** How a text is read. */
type Reading =
  /** As the path of a request, or as its URL, which may hold another one. */
  | "path"
  | "url"
  /** As words, of which some may be such addresses. */
  | "words";

/**
 * An address as Kibana's router gets it: what URL parsers drop is dropped, dots are followed, and nothing is percent-encoded
 * without need (WHATWG's URL standard; `normalize` of hapi's router). Proxies may also take several slashes for one.
 */
export function normalPath(address: string): string {
  const plain = address
    .replace(/[\t\n\r]/g, "")
    .trim()
    .replaceAll("\\", "/")
    .replace(unreserved, decodeURIComponent);
  const [, host = "", path = ""] = /^(https?:\/+[^/]*)?(.*)$/is.exec(plain) ?? [];
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return `${host}${path.startsWith(gap) ? "" : "/"}${withoutEmpty(segments)}`;
}

/** The pattern of an address up to its query, without percent-encoding and dots. */
export function pathPattern(address: string): string {
  const [path = ""] = patternOf(address).split(/[?#]/);
  return decodedPattern(normalPath(path));
}

/** Connectors that the paths of Kibana's API in a text name. */
export function connectorsInPaths(text: string, reading: Reading = "words"): InPath[] {
  if (!/[\\/]/.test(text)) return [];
  const seen = masked(text);
  const parts = [...seen.matchAll(reading === "words" ? /[^\s"'?#]+/g : /[^?#]+/g)];
  return (reading === "path" ? parts.slice(0, 1) : parts).flatMap(({ 0: part, index }) => inOnePath(part, index, text));
}

function inOnePath(part: string, from: number, text: string): InPath[] {
  const path = normalPath(part);
  const found = [...path.matchAll(inPath)];
  if (found.length === 0 && /%2f/i.test(part)) {
    // A proxy may decode a slash, Kibana does not.
    return inOnePath(part.replace(/%2f/gi, "/"), from, text).map(({ id, space }) => ({ id, space }));
  }
  const written = segmentsOf(part) === segmentsOf(path) ? [...part.trimEnd().matchAll(inPath)] : [];
  return found.map(({ 1: id = "", index }, n) => {
    const [, space = "default"] = ofSpace.exec(path.slice(Math.max(0, index - longestSpace), index)) ?? [];
    const own = written.length === found.length ? written[n] : undefined;
    return { id: readId(id), space, ...(own && { part: partOf(own, from, text) }) };
  });
}

function segmentsOf(path: string): string {
  return withoutEmpty(path.trim().replace(unreserved, decodeURIComponent).split("/"));
}

function withoutEmpty(segments: readonly string[]): string {
  return segments.filter((one) => one !== "").join("/");
}

function partOf({ 0: whole, 1: id = "", index }: RegExpExecArray, from: number, text: string): InPath["part"] {
  const at = from + index + whole.length - id.length;
  return { written: text.slice(at, at + id.length), at };
}

function readId(id: string): string {
  if (id.includes(gap)) return patternOf(id);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
