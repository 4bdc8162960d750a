import type { IncomingHttpHeaders } from "node:http";
import { isPlainObject } from "../plain-object.ts";

/** Each era's own code, loaded when a client of it comes: one SDK each. When the support of the first ends, this line and its folder go. */
const first = { stdio: () => import("./first/stdio.ts"), http: () => import("./first/http.ts") };
const second = { stdio: () => import("./second/stdio.ts"), http: () => import("./second/http.ts") };
export const eras = { first, second };

export type EraName = keyof typeof eras;

/** The last revision with `initialize` and sessions. */
const lastOfFirst = "2025-11-25";

/** Every request since 2026-07-28 names its revision here. */
const claim = "io.modelcontextprotocol/protocolVersion";

/** Whose message it is: later revisions say so in each one. */
export function eraOf(message: unknown): EraName {
  if (Array.isArray(message)) return message.some((one) => eraOf(one) === "second") ? "second" : "first";
  if (!isPlainObject(message) || !isPlainObject(message.params)) return "first";
  const { _meta: meta } = message.params;
  return isPlainObject(meta) && Object.hasOwn(meta, claim) ? "second" : "first";
}

/** The same for a request over HTTP, whose header says it too. */
export function eraOfRequest(headers: IncomingHttpHeaders, body: unknown): EraName {
  const version = headers["mcp-protocol-version"];
  return typeof version === "string" && version > lastOfFirst ? "second" : eraOf(body);
}
