import { seal } from "../sealed.ts";
import { createKnownValues, type KnownValues } from "./known-values.ts";
import { learn } from "./redact.ts";
import { scrubOf } from "./scrub.ts";
import { surelySecretIn } from "./surely-secret.ts";

/** Values that one principal gave as plain text and that were refused. They block later calls, and hide nothing. */
export interface RefusedValues {
  /** All texts in what was given, except references. @param name the field's */
  add(given: unknown, name: string): void;
  /** Whether one of them is in a text, however it is encoded. */
  isIn(text: string): boolean;
}

/** The newest values of a principal that are known. */
const mostKept = 100;

/** In memory only: for each principal, what it was refused. */
export function createRefusedValues(): (principal: string) => RefusedValues {
  const principals = new Map<string, RefusedValues>();
  return (principal) => {
    const known = principals.get(principal) ?? ofPrincipal();
    principals.set(principal, known);
    return known;
  };
}

function ofPrincipal(): RefusedValues {
  let kept: string[] = [];
  /** Made for the next look: learning a value takes long, and one refusal may bring thousands. */
  let known: KnownValues | undefined;
  return {
    add(given, name) {
      const values = textsIn(given, name).flatMap(([text, of]) => surelySecretIn(text, of));
      kept = [...new Set([...kept, ...values])].slice(-mostKept);
      known = undefined;
    },
    isIn(text) {
      known ??= knownOf(kept);
      return scrubOf([known]).text(text) !== text;
    },
  };
}

function knownOf(values: readonly string[]): KnownValues {
  const known = createKnownValues({ cut: false });
  for (const value of values) learn(known, seal(value, "refused"));
  return known;
}

function textsIn(given: unknown, name: string): [text: string, name: string][] {
  if (typeof given === "string") return [[given, name]];
  if (Array.isArray(given)) return given.flatMap((item) => textsIn(item, name));
  if (given === null || typeof given !== "object") return [];
  const entries = Object.entries(given);
  return entries.some(([key]) => key.startsWith("$")) ? [] : entries.flatMap(([key, item]) => textsIn(item, key));
}
