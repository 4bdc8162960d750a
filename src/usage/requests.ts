import { isPlainObject } from "../plain-object.ts";
import { pathPattern } from "./paths.ts";
import { gap, isExpression, masked, mayBeSame, withConstants } from "./templates.ts";

const inQuery = /^(?!cloud)\w*connector[-_]?ids?$/i;
/** Routes whose body may name a connector: rules, settings of cases, cases, assistants and agents, settings, saved objects. */
const bodies = [
  ...["alerting/rules?", "alerts/alert", "detection_engine/rules", "cases/configure", "attack_discovery", "\\w+_assistant"],
  ...["agent_builder", "inference", "kibana/(?:global_)?settings", "(?:synthetics|uptime)/settings"],
  "saved_objects/(?:_import|_resolve_import_errors|_bulk_create|_bulk_update|action|alert|cases|config)",
  "spaces/_(?:resolve_)?copy_saved_objects\\w*",
];
const inBody = new RegExp(`/(?:api|internal)/(?:cases$|(?:${bodies.join("|")})(?:/|$))`);
const ofSetting = /\/kibana\/(?:global_)?settings\/([^/]+)$/;

/** Connectors that the query of an address of Kibana's API names; with gaps where a run fills in a part. */
export function connectorsInQuery({ text, isUrl }: Address): string[] {
  if (isUrl && !/\/(?:api|internal)\//.test(pathPattern(text))) return [];
  const [, query = ""] = /^[^?#]*\?([^#]*)/.exec(masked(text).replace(/[\t\n\r]/g, "")) ?? [];
  return [...new URLSearchParams(query)].flatMap(([key, id]) => (inQuery.test(key) && id !== "" ? [id] : []));
}

/** The address that a step sends a request to. */
export interface Address {
  text: string;
  /** Undefined where it is not known. */
  method: string | undefined;
  /** A path is one of this Kibana's; a URL may lead anywhere. */
  isUrl: boolean;
}

/** @returns undefined for a step that sends no request of its own, or one whose route only its type knows */
function addressOf({ type, with: given }: Record<string, unknown>): Address | undefined {
  if (typeof type !== "string" || !/^(kibana\.|http$)/.test(type)) return undefined;
  const isUrl = type === "http";
  const isRaw = isPlainObject(given) && given.request !== undefined;
  const whole = isRaw ? given.request : given;
  if (typeof whole === "string" && isExpression(whole)) return { text: whole, method: undefined, isUrl };
  if (!isPlainObject(whole)) return undefined;
  const { path, url = path, form_data: form, method = form === undefined ? "GET" : "POST" } = whole;
  if (!isUrl && !isRaw && type !== "kibana.request" && form === undefined) return undefined;
  const text = isUrl ? url : path;
  return typeof text === "string" ? { text, method: String(method), isUrl } : undefined;
}

/** What the address of a step's own request says of what it sends. */
export interface Sent {
  address: Address | undefined;
  /** The space that it leads to; undefined for the workflow's own. */
  space: string | undefined;
  /** Whether it may name a connector, where only a run says what it is. */
  mayName: boolean;
  /** Whether Kibana's API may get it. */
  toApi: boolean;
  /** The setting that it changes. */
  setting: string | undefined;
}

export function sentBy(step: Record<string, unknown>, definition: Record<string, unknown>): Sent {
  const address = addressOf(step);
  if (!address) {
    const toApi = typeof step.type === "string" && /^(kibana|cases)\./.test(step.type);
    return { address, space: undefined, mayName: toApi, toApi, setting: undefined };
  }
  const { text, method, isUrl } = address;
  const pattern = pathPattern(withConstants(text, definition));
  const [, space = pattern.startsWith(gap) ? gap : "default"] = /\/s\/([^/]+)\/(?:api|internal)\//.exec(pattern) ?? [];
  const [, setting] = ofSetting.exec(pattern) ?? [];
  const mayName = (method === undefined || !/^(get|head|delete)$/i.test(method)) && (pattern === gap || inBody.test(pattern));
  return { address, space, mayName, toApi: !isUrl || pattern.includes(gap) || /\/(?:api|internal)\//.test(pattern), setting };
}

/** Of an address that is not known before a run: whether it may run a connector of a space. */
type MayRun = (id: string, space: string) => boolean;

/** @returns undefined for one that is known, or runs no connector whatever is filled in */
export function mayRunOf({ text, method, isUrl }: Address): MayRun | undefined {
  const pattern = pathPattern(text);
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

/** A host that is known, and nothing in the rest of the URL that points to Kibana's API: somebody else's. */
function isElsewhere(url: string): boolean {
  const [, host = gap, rest = ""] = /^https?:\/\/([^/]+)(.*)$/is.exec(url) ?? [];
  return !host.includes(gap) && !/actions|connector|_execute|_push|\/api\/cases\//.test(rest);
}
