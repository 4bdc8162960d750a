import { expect } from "vitest";

export interface Answer {
  status: number;
  /** Parsed where it is JSON, undefined otherwise. */
  // biome-ignore lint/suspicious/noExplicitAny: cases read freely from JSON
  body: any;
  text: string;
  headers: Headers;
}

const reasons: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  500: "Internal Server Error",
};

/** Kibana's envelope of a refusal (§0): code, reason phrase, message, and at most `attributes` beside them. */
export function expectRefusal(answer: Answer, status: number, message?: string | RegExp): void {
  expect(`${answer.status} ${answer.text}`).toMatch(new RegExp(`^${status} `));
  const { attributes: _attributes, ...envelope } = answer.body ?? {};
  expect(envelope).toEqual({ statusCode: status, error: reasons[status], message: expect.any(String) });
  if (typeof message === "string") expect(envelope.message).toBe(message);
  if (message instanceof RegExp) expect(envelope.message).toMatch(message);
}

/** The JSON of a call that must succeed. */
export function expectOk(answer: Answer, status = 200): Answer["body"] {
  expect(`${answer.status} ${answer.text.slice(0, 500)}`).toMatch(new RegExp(`^${status} `));
  return answer.body;
}

/** Status and message in one line, for the table of unverified cases. */
export function inWords({ status, body, text }: Answer): string {
  const said = body?.message ?? (status < 300 ? "" : text.slice(0, 120));
  return `${status} ${said}`.trim();
}
