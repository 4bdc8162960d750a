import { KibanaError } from "./errors.ts";
import type { Http } from "./http.ts";
import { statusPath, statusReads } from "./status.ts";

/**
 * The client, with a second look at each 404 that names nothing: behind a wrong base path everything is not found, and in
 * what is no Kibana, or an old one, its routes are. Once a Kibana has answered there, such a 404 is Kibana's own word.
 */
export function explainingNotFound(http: Http): Http {
  const { status } = statusReads(http.get);
  let known = false;

  async function explained<T>(path: string, work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (known || path === statusPath || !isBare(error)) throw error;
      const cause = await status(signal).then(
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

/** A 404 without the words by which Kibana names what is missing. */
function isBare(error: unknown): error is KibanaError {
  return error instanceof KibanaError && error.status === 404 && error.code === "kibana_error";
}

/** An answer came, and it was none of a Kibana that this server works with: no failure of the network, no Kibana at rest. */
function saysMore({ code, status, detail }: KibanaError): boolean {
  return code === "kibana_unreachable" && status !== 503 && detail?.cause === undefined;
}
