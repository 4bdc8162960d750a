import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { expect } from "vitest";
import { errorCodes } from "../../src/errors.ts";
import type { Tool } from "../../src/tools/define.ts";
import { canary } from "./corpus.ts";

/** Milliseconds after which a call counts as hung. */
const patience = 15_000;

/**
 * The answer is whole: a coded error that says what to do, or what the tool's schema promises; it is small, and without the secret.
 * @returns what it says
 */
// biome-ignore lint/suspicious/noExplicitAny: tests read freely from answers
export function expectWhole(tool: Tool, result: CallToolResult): any {
  const [first] = result.content;
  const text = first?.type === "text" ? first.text : "";
  expect(text).not.toContain(canary);
  expect(text.length).toBeLessThanOrEqual(20_000);
  const body = JSON.parse(text);
  if (!result.isError) {
    expect(body).toEqual(result.structuredContent);
    expect(tool.output.safeParse(body).error).toBeUndefined();
    return body;
  }
  expect(result.structuredContent).toBeUndefined();
  const { code, message, fix } = body.error;
  expect(errorCodes).toContain(code);
  expect(code, message).not.toBe("internal");
  expect(message).toMatch(/\S/);
  expect(fix).toMatch(/\S/);
  return body;
}

/** Rejects when the work takes longer than anybody waits. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${patience} ms`)), patience);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
