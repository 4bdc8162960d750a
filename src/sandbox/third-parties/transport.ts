import { readUrl } from "../../read-url.ts";

/** What a third party answers over the wire, or why nothing came. */
export type Answer = { status: number; statusText: string; retryAfter?: string; text?: string } | { code: string; message: string };

export const accepted: Answer = { status: 202, statusText: "Accepted" };
export const gone: Answer = { status: 404, statusText: "Not Found" };

export interface Outgoing {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/** A stored value with one of these words plays a credential that the third party no longer accepts. */
const refused = /revoked|invalid/i;

/**
 * Plays the third party: hosts under `.invalid` do not resolve, a credential with one of those words is refused with
 * `refusal`, anything else succeeds.
 */
export function cannedAnswer(host: string, secrets: unknown, refusal: Answer, success: Answer): Answer {
  if (host.endsWith(".invalid")) return { code: "ENOTFOUND", message: `getaddrinfo ENOTFOUND ${host}` };
  return refused.test(JSON.stringify(secrets ?? {})) ? refusal : success;
}

export function hostOf(url: string): string {
  return readUrl(url)?.hostname ?? url;
}

export function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostOf(url));
}

/** A real request, for tests that listen on loopback themselves. */
export async function deliver({ url, method, headers, body }: Outgoing): Promise<Answer> {
  try {
    const response = await fetch(url, { method, headers, body: body ?? null, redirect: "manual", signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    const retryAfter = response.headers.get("retry-after");
    return { status: response.status, statusText: response.statusText, text, ...(retryAfter && { retryAfter }) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "ECONNRESET";
    return { code, message: cause instanceof Error ? cause.message : String(cause) };
  }
}
