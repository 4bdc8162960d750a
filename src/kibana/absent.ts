import { KibanaError } from "./errors.ts";
import type { Call, Http } from "./http.ts";

/** Features that a Kibana may not have. */
const optional =
  /^\/api\/(workflows|alerting\/v2|cases|agent_builder|attack_discovery|security_ai_assistant|synthetics|uptime)\/?|^\/internal\/(synthetics|alerting\/rules\/backfill|cases|elastic_assistant|kibana\/settings|entity_analytics|siem_migrations|search_inference_endpoints|streams|search_playground\/playgrounds$)/;

/** Milliseconds until a feature that was not there is asked for again: a Kibana may be upgraded, and its licence too. */
const remembered = 60_000;

/**
 * The client, which asks a deployment once in a while for a feature that it does not have, or whose licence does not cover it, and each
 * time where `anew` says so. What has answered once is there: nodes of different versions may answer in turn.
 */
export function rememberingAbsent(http: Http, now: () => number = Date.now): Http {
  const absent = new Map<string, { error: KibanaError; at: number }>();
  const there = new Set<string>();

  /** Of each space: features can be switched off in one (agent_builder, server/routes/wrap_handler.ts). */
  async function ask<T>({ path, space, anew }: Call, work: () => Promise<T>): Promise<T> {
    if (!optional.test(path)) return work();
    const route = JSON.stringify([space, path]);
    const known = absent.get(route);
    if (known && !anew && now() - known.at < remembered) throw known.error;
    try {
      const answer = await work();
      there.add(route);
      absent.delete(route);
      return answer;
    } catch (error) {
      if (error instanceof KibanaError && !there.has(route) && (isNoRoute(error) || isUnlicensed(error)))
        absent.set(route, { error, at: now() });
      throw error;
    }
  }

  return {
    ...http,
    get: (call) => ask(call, () => http.get(call)),
    query: (call) => ask(call, () => http.query(call)),
  };
}

/** Whether Kibana itself says that it has no such route, in its own words: what is in front of it has others. */
export function isNoRoute({ status, code, detail }: KibanaError): boolean {
  return status === 404 && code === "kibana_error" && detail?.kibana === "Not Found";
}

/** Whether Kibana refuses because the licence or the tier of the project lacks the feature (with_availability_check.ts of workflows). */
export function isUnlicensed({ status, detail }: KibanaError): boolean {
  const said = String(detail?.kibana ?? "");
  return status === 403 && /licen[sc]e does not support|requires an? \w+ licen[sc]e|tier subscription/i.test(said);
}
