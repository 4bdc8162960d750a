import { type Ask, type Reply, RequestFailure } from "../conversation.ts";
import { textValues } from "../requests.ts";

/** Says what was wrong with a request, in the words of a type: `getResponseErrorMessage`. */
export type Words = (failure: RequestFailure, data: Record<string, unknown>) => string;

export interface SubRequest {
  url: string;
  method?: string;
  /** Nothing, or nothing in it: an empty object is sent. */
  data?: unknown;
  headers?: Record<string, unknown>;
}

/** A request as the sub-action framework sends it, and how it words a failure: sub_action_framework/sub_action_connector.ts. */
export async function subRequest(ask: Ask, words: Words, { url, method = "get", data, headers = {} }: SubRequest): Promise<Reply> {
  const given = { "content-type": "application/json", ...textValues(headers) };
  const form = Object.entries(given).some(([name, type]) => name.toLowerCase() === "content-type" && type.includes("form-urlencoded"));
  const body = isEmpty(data) ? {} : data;
  try {
    return await ask({
      url: url.replace(/\/$/, "").replace(/([^:]\/)\/+/g, "$1"),
      method,
      headers: form ? textValues(headers) : given,
      body: typeof body === "string" ? body : form ? new URLSearchParams(Object(body)).toString() : JSON.stringify(body),
    });
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    throw new Error(`Status code: ${error.reply?.status}. Message: ${words(error, Object(error.reply?.data))}`, { cause: error });
  }
}

function isEmpty(data: unknown): boolean {
  return data === null || data === undefined || data === "" || (typeof data === "object" && Object.keys(data).length === 0);
}

/** The words of most types. */
export const apiError: Words = ({ reply, message }) => (reply?.statusText ? `API Error: ${reply.statusText}` : `AxiosError: ${message}`);
