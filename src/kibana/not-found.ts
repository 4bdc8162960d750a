import { KibanaError } from "./errors.ts";
import type { Http } from "./http.ts";
import { statusPath, statusReads } from "./status.ts";

/**
 * The client, which checks the status after each 404 that names nothing, and each 401: with a wrong base path every route
 * is a 404, and in something that is not Kibana, or an old one, the ones we use are; it may not know our credentials
 * either. Once Kibana has answered there, such an answer is its own.
 */
export function explainingNotFound(http: Http): Http {
  let known = false;

  async function explained<T>(path: string, work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (known || path === statusPath || !isBare(error)) throw error;
      const cause = await statusReads((call) => http.get(signal ? { signal, ...call } : call))
        .status()
        .then(
          () => undefined,
          (found: unknown) => found,
        );
      if (cause instanceof KibanaError && saysMore(cause)) throw cause;
      known = cause === undefined;
      throw error;
    }
  }

  return {
    get: (call) => explained(call.path, http.get(call), call.signal),
    query: (call) => explained(call.path, http.query(call), call.signal),
    send: (method, call) => explained(call.path, http.send(method, call), call.signal),
    close: http.close,
  };
}

/** A 404 whose message does not name what is missing, or a 401. */
function isBare(error: unknown): error is KibanaError {
  return (
    error instanceof KibanaError &&
    ((error.status === 404 && error.code === "kibana_error") || (error.status === 401 && error.code === "unauthorized"))
  );
}

/** Something answered that is not a supported Kibana: not a network failure, and not a Kibana that is down (503). */
function saysMore({ code, status, detail }: KibanaError): boolean {
  return code === "kibana_unreachable" && status !== 503 && detail?.cause === undefined;
}
