import { afterAll } from "vitest";
import { type SandboxOptions, startSandbox } from "../../src/sandbox/index.ts";
import { startBuiltSandbox } from "../support/built-server.ts";

/** An answer of the sandbox; `body` is parsed where it is JSON. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read freely from answers
  body: any;
  headers: Headers;
}

/** A sandbox of its own for a test file, closed at its end, with bare `fetch` in front. @param options flags: the built one, by its command */
export async function kibana(options: SandboxOptions | string[] = {}) {
  const sandbox = await (Array.isArray(options) ? startBuiltSandbox(options) : startSandbox(options));
  afterAll(() => sandbox.close());
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { "kbn-xsrf": "true" },
  ): Promise<Answer> {
    const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const response = await fetch(sandbox.url + path, { method, headers, ...sent });
    const text = await response.text();
    return {
      status: response.status,
      body: response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text,
      headers: response.headers,
    };
  }
  const connector = "/api/actions/connector";
  return {
    url: sandbox.url,
    call,
    get: (path: string, headers?: Record<string, string>) => call("GET", path, undefined, headers),
    create: (body: unknown, id = "", space = "") => call("POST", `${space}${connector}${id && `/${id}`}`, body),
    execute: (id: string, params: unknown, space = "") => call("POST", `${space}${connector}/${id}/_execute`, { params }),
  };
}

/** Kibana's envelope of a refusal. */
export function refusal(statusCode: number, message: string) {
  const reasons: Record<number, string> = { 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict" };
  return { statusCode, error: reasons[statusCode], message };
}

export const index = { name: "An index", connector_type_id: ".index", config: { index: "logs" } };
