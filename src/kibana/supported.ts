import type { Http } from "./http.ts";
import { isUnsupported, statusPath, statusReads } from "./status.ts";

/**
 * The client, which hands on nothing that was read from a Kibana that this server does not work with: the routes of 7.17
 * are much the same, what they mean is not. The version is looked up once, after the first answer: no call waits for it
 * where nothing answers.
 */
export function refusingUnsupported(http: Http): Http {
  let asked: Promise<unknown> | undefined;

  /** Why it is not supported; undefined too where the status does not tell: then the next call asks anew. */
  async function lookUp(body: () => Promise<unknown>): Promise<unknown> {
    try {
      await statusReads(body).status();
    } catch (error) {
      if (isUnsupported(error)) return error;
      asked = undefined;
    }
    return undefined;
  }

  async function handOn(path: string, answer: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (path === statusPath) {
      // Whoever asked for the status hears what is wrong with it from the status itself.
      asked = lookUp(async () => answer);
      return answer;
    }
    asked ??= lookUp(() => http.get({ path: statusPath, tolerate: [503], ...(signal && { signal }) }));
    const refusal = await asked;
    if (refusal === undefined) return answer;
    // It may have been upgraded by the next call.
    asked = undefined;
    throw refusal;
  }

  return {
    ...http,
    get: async (call) => handOn(call.path, await http.get(call), call.signal),
    query: async (call) => handOn(call.path, await http.query(call), call.signal),
  };
}
