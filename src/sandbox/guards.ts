import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "./envelope.ts";
import type { Call, State } from "./types.ts";
import { atLeast } from "./version.ts";

const anybody = { name: "sandbox", byApiKey: false };

/** Who calls, undefined for nobody known. Without a list of keys everybody is let in. */
export function authenticate(authorization: string | undefined, apiKeys: readonly string[] | undefined): Call["user"] | undefined {
  const key = /^ApiKey (.+)$/i.exec(authorization ?? "")?.[1];
  if (!apiKeys) return { ...anybody, byApiKey: key !== undefined };
  return key !== undefined && apiKeys.includes(key) ? { ...anybody, byApiKey: true } : undefined;
}

/** The text is Elasticsearch's, handed on by Kibana (reference/kibana-api.md §0). */
export function unauthorized(authorization: string | undefined): Refusal {
  const reason = "unable to authenticate with provided credentials and anonymous access is not allowed for this request";
  const message = `[security_exception\n\tRoot causes:\n\t\tsecurity_exception: ${reason}]: ${reason}`;
  return new Refusal(401, authorization ? message : "Unauthorized");
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

export function refuseInternal(method: string, path: string, headers: IncomingHttpHeaders, state: State): void {
  if (!path.startsWith("/internal/") || headers["x-elastic-internal-origin"] !== undefined || !atLeast(state.version, 9)) return;
  throw new Refusal(400, `uri [${path}] with method [${method.toLowerCase()}] exists but is not available with the current configuration`);
}
