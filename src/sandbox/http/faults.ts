import * as z from "zod";
import type { Reply } from "../types.ts";
import { envelope, internalError } from "./envelope.ts";
import { parsePart } from "./request-schema.ts";

const conflict = envelope(409, "Saved object [action/ordered] conflict");
const page = (status: number, title: string): Reply => ({
  status,
  body: `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>proxy.example.com</p></body></html>`,
  headers: { "content-type": "text/html; charset=utf-8" },
});

/** What happens instead of the answer. `work` says whether Kibana did what it was asked before the fault. */
const faults = {
  timeout_before: { work: false, result: "silence" },
  timeout_after: { work: true, result: "silence" },
  cut_before: { work: false, result: "cut" },
  cut_after: { work: true, result: "cut" },
  conflict: { work: false, result: conflict },
  rate_limit: { work: false, result: { ...envelope(429, "Too Many Requests"), headers: { "retry-after": "1" } } },
  error: { work: false, result: internalError() },
  error_after: { work: true, result: internalError() },
  html: { work: false, result: page(200, "Sign in") },
  html_502: { work: false, result: page(502, "502 Bad Gateway") },
  truncated: { work: true, result: "half" },
  unavailable: { work: false, result: envelope(503, "Service Unavailable") },
  slow: { work: true, result: "late" },
} as const satisfies Record<string, { work: boolean; result: Result }>;

type Result = Reply | "silence" | "cut" | "half" | "late";
/** `delay`: after how many milliseconds a late answer is sent. */
type Fault = { work: boolean; result: Result; delay: number };

const order = z.strictObject({
  fault: z.string().refine((name) => Object.hasOwn(faults, name), `unknown fault; known are ${Object.keys(faults).join(", ")}`),
  method: z.string().optional(),
  path: z.string().optional(),
  times: z.number().min(1).default(1),
  delay: z.number().min(0).max(600_000).default(1000),
});

/** Faults on order, each for the next calls that match. */
export function faultOrders() {
  let orders: z.infer<typeof order>[] = [];
  return {
    add(body: unknown): Reply {
      orders.push(parsePart(order, body, "body", "9.5.0"));
      return { status: 200, body: { faults: orders } };
    },
    clear(): Reply {
      orders = [];
      return { status: 204 };
    },
    /** The fault for this call; asking uses it up. */
    take(method: string, path: string): Fault | undefined {
      const matching = orders.find((one) => (!one.method || one.method.toUpperCase() === method) && path.includes(one.path ?? ""));
      if (!matching) return undefined;
      matching.times -= 1;
      orders = orders.filter(({ times }) => times > 0);
      return { ...faults[matching.fault as keyof typeof faults], delay: matching.delay };
    },
  };
}

export type FaultOrders = ReturnType<typeof faultOrders>;
