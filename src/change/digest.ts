import { createHash } from "node:crypto";
import { Sealed } from "../sealed.ts";
import type { Plan } from "./plan.ts";

/** The fingerprint of what a plan writes and of the facts it rests on; secrets count by their keyed fingerprint. */
export function planDigest({ ops, facts, consequence, outsideWorld, flows }: Plan): string {
  const same = ops.map((op) => (op.op === "execute" && op.template ? { ...op, params: op.template } : op));
  return digest({ ops: same, facts, consequence, outsideWorld, flows });
}

/** A digest of JSON that does not depend on the order of keys. */
export function digest(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("base64url");
}

function canonical(value: unknown): string {
  if (value instanceof Sealed) return `sealed:${value.source}:${value.fingerprint}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
      .join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
