import { ToolError } from "../errors.ts";
import { valueAt } from "../plain-object.ts";
import { readUrl } from "../read-url.ts";
import { everyAddress, type FoundAddress, namedAddresses } from "./addresses.ts";
import type { Config, ConnectorType, Params, ParamTarget } from "./connector-type.ts";
import { destinations, hostHeaders, hostOfField, named, unknownHost } from "./destinations.ts";
import { inputSchema, unknownParts } from "./json-schema.ts";
import { asRun } from "./left-out.ts";

/** A host that the params of one call choose. */
export interface NamedInParams {
  /** Dotted: `params.url`. */
  field: string;
  /** In its one form (host-name.ts). */
  host: string;
  /** What is stored in the connector travels with the request. */
  withSecrets: boolean;
}

/** More than anybody reads before a run. */
const mostAddresses = 500;

/**
 * The hosts other than the connector's own to which params lead one call: from the effective request, config and params
 * together. A path counts by what any reader could make of it, and an address that is yet to be filled in by a rule as one
 * that cannot be read. Of a type that only Kibana describes every address in the params counts, and so does every address under a
 * key that no known version of a type has: nobody knows what becomes of it.
 * @param config undefined where Kibana does not show it: then no host is its own
 * @throws ToolError limit_reached before any of too many addresses is read
 */
export function hostsInParams(type: ConnectorType | undefined, config: Config | undefined, params: Params): NamedInParams[] {
  const own = type ? destinations(type, config ?? {}, () => undefined) : [];
  if (!type || type.fromKibana) {
    const run = asRun(type, params);
    const beyond = run.isWhole ? [] : [{ field: "params", address: unknownHost }];
    return toOthers([...few(everyAddress(run.params, "params")), ...beyond], own, false);
  }
  const targets = type.paramTargets ?? [];
  const skips = targets.find(({ kind, field }) => kind === "skips_verification" && paramAt(params, field) === true);
  const found = targets.flatMap((target) => {
    const own = hostOfField(type, config ?? {}, target.replaces);
    return hostsBy(target, { base: config?.[target.replaces], params, verified: !skips && !own?.startsWith("unverified://"), targets })
      .filter((host) => host !== own)
      .map((host) => ({ field: `params.${target.field}`, host, withSecrets: target.withSecrets }));
  });
  const unknown = unknownParts(inputSchema(type.schemas().params), params);
  const underUnknown = few(unknown.flatMap(({ path, value }) => everyAddress(value, `params.${path}`)));
  const free = few((type.freeParams ?? []).flatMap((field) => namedAddresses(paramAt(params, field), `params.${field}`)));
  const all = [...found, ...toOthers(underUnknown, own, true), ...toOthers(free, own, false)];
  // The first that names a host says where it is from.
  return [...new Map(all.reverse().map((one) => [one.host, one])).values()].reverse();
}

function few(found: readonly FoundAddress[]): readonly FoundAddress[] {
  if (found.length <= mostAddresses) return found;
  throw new ToolError(
    "limit_reached",
    `The params name more than ${mostAddresses} different addresses: nobody could decide on them.`,
    "Name fewer in one call.",
  );
}

function toOthers(found: readonly FoundAddress[], own: readonly string[], withSecrets: boolean): NamedInParams[] {
  return found
    .map(({ field, address }) => ({ field, host: named({ address, verified: true }), withSecrets }))
    .filter(({ host }) => !own.includes(host));
}

interface Request {
  /** The address in the config. */
  base: unknown;
  params: Params;
  verified: boolean;
  targets: readonly ParamTarget[];
}

function hostsBy({ kind, field }: ParamTarget, request: Request): string[] {
  const { base, params, verified, targets } = request;
  const value = paramAt(params, field);
  if (value == null || value === "") return [];
  switch (kind) {
    case "url":
      return [named({ address: value, verified })];
    case "headers":
      return hostHeaders(value).map((address) => named({ address, verified }));
    case "skips_verification":
      return value === true && base != null ? [named({ address: base, verified: false })] : [];
    case "path": {
      const chosen = targets.filter((one) => one.kind === "url").map((one) => paramAt(params, one.field));
      const from = chosen.find((one) => typeof one === "string" && one !== "") ?? base;
      return readings(String(from ?? ""), String(value)).map((address) => named({ address, verified }));
    }
  }
}

/**
 * The params with a slash before a path that others than Kibana could put right after the host: the request of Kibana,
 * which puts one between, is the same, and `.example.net` or `-x.example.net` cannot become a part of the name.
 */
export function withPathApart(type: ConnectorType | undefined, config: Config | undefined, params: Params): Params {
  const targets = type?.paramTargets ?? [];
  const apart = targets.flatMap(({ kind, field, replaces }): [string, string][] => {
    const path = paramAt(params, field);
    // Such a path comes after the name in any reading, or is refused as another address.
    if (kind !== "path" || typeof path !== "string" || path === "" || /^([/\\?#@:]|https?:)/i.test(path.trim()) || path.includes("://"))
      return [];
    const urls = targets.filter((one) => one.kind === "url").map((one) => paramAt(params, one.field));
    return [config?.[replaces], ...urls].some(endsWithItsHost) ? [[field, `/${path}`]] : [];
  });
  return { ...params, ...Object.fromEntries(apart) };
}

function endsWithItsHost(address: unknown): boolean {
  return typeof address === "string" && address.trim() !== "" && !/[/\\?#]/.test(address.trim().replace(/^[a-z][a-z\d+.-]*:[/\\]*/i, ""));
}

/** Kibana puts a slash between; others resolve the path, or append it directly. */
function readings(base: string, path: string): string[] {
  return [
    `${base.replace(/\/$/, "")}/${path.replace(/^\//, "")}`,
    ...resolved(path, base),
    ...(/^[@:]/.test(path) ? [`${base.replace(/\/$/, "")}${path}`] : []),
  ];
}

/** "items:search" reads like a scheme, and is none that a request could go to. */
function resolved(path: string, base: string): string[] {
  const url = readUrl(path, base);
  if (!url) return [];
  const { protocol, href } = url;
  return /^https?:$/.test(protocol) || path.includes("://") ? [href] : [];
}

function paramAt(params: Params, field: string): unknown {
  return valueAt(params, field.split("."));
}
