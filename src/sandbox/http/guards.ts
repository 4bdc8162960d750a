import type { IncomingHttpHeaders } from "node:http";
import type { State } from "../types.ts";
import { has } from "../version-changes.ts";
import { Refusal } from "./envelope.ts";

/** The texts are Elasticsearch's, passed on by Kibana (reference/kibana-api.md §0). */
export function unauthorized(authorization: string | undefined): Refusal {
  if (!authorization) return new Refusal(401, "Unauthorized");
  const [, basic] = /^Basic (.*)$/i.exec(authorization) ?? [];
  const user = Buffer.from(basic ?? "", "base64")
    .toString("utf8")
    .split(":")[0];
  const reason =
    basic === undefined
      ? "unable to authenticate with provided credentials and anonymous access is not allowed for this request"
      : `unable to authenticate user [${user}] for REST request [/_security/_authenticate]`;
  return new Refusal(401, `[security_exception\n\tRoot causes:\n\t\tsecurity_exception: ${reason}]: ${reason}`);
}

/** What runs after authentication and before the schema: lifecycle_handlers.ts, reference/kibana-api.md §0. */
export function refuseForgery(method: string, headers: IncomingHttpHeaders, state: State): void {
  const version = headers["kbn-version"];
  if (method !== "GET" && headers["kbn-xsrf"] === undefined && version === undefined) {
    throw new Refusal(400, "Request must contain a kbn-xsrf header.");
  }
  if (version !== undefined && version !== state.version) {
    const message = `Browser client is out of date, please refresh the page ("kbn-version" header was "${String(version)}" but should be "${state.version}")`;
    throw new Refusal(400, message, { expected: state.version, got: version });
  }
}

export function refuseInternal(method: string, path: string, headers: IncomingHttpHeaders, state: State, internalVersion?: string): void {
  const internal = path.startsWith("/internal/") || internalVersion !== undefined;
  if (!internal || headers["x-elastic-internal-origin"] !== undefined || !has(state.version, "internal routes need their header")) return;
  throw new Refusal(400, `uri [${path}] with method [${method.toLowerCase()}] exists but is not available with the current configuration`);
}

/** Only internal routes have no default version: core_versioned_route.ts. */
export function refuseVersion(method: string, path: string, headers: IncomingHttpHeaders, available: string): void {
  const asked = headers["elastic-api-version"];
  if (asked === available) return;
  if (asked === undefined) {
    throw new Refusal(400, `Please specify a version via elastic-api-version header. Available versions: [${available}]`);
  }
  const route = `[${method.toLowerCase()}] [${path}]`;
  throw new Refusal(400, `No version "${String(asked)}" available for ${route}. Available versions are: ${available}`);
}
