import { mapSealed, Sealed, type SealedTree, unseal } from "../sealed.ts";
import { redactionMark } from "./detect.ts";

/** Takes known secrets out of everything that leaves the process: answers, errors, logs, questions. */
export interface Redactor {
  /** From now on these values are looked for. */
  learn(tree: SealedTree): void;
  /** The text without any known value, in encoded forms too. */
  text(text: string): string;
  /** JSON without any known value, in keys too. */
  json<T>(value: T): T;
}

/** Shorter values would redact innocent words; they are hidden by key only. */
const shortest = 8;

export function createRedactor(): Redactor {
  const known = new Set<string>();
  let forms: string[] = [];

  const text = (given: string) =>
    forms.reduce((result, form) => (result.includes(form) ? result.replaceAll(form, redactionMark) : result), given);

  function json<T>(value: T): T;
  function json(value: unknown): unknown {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map((item) => json(item));
    if (value instanceof Sealed) return value.toString();
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), json(item)]));
    return value;
  }

  return {
    learn(tree) {
      const before = known.size;
      mapSealed(tree, (sealed) => {
        const value = String(unseal(sealed));
        if (value.length >= shortest) known.add(value);
        // The lines of a PEM file travel alone in error messages.
        for (const line of value.split(/\r?\n/)) if (line.length >= 16 && !line.startsWith("-----")) known.add(line);
      });
      if (known.size !== before) forms = [...new Set([...known].flatMap(encodings))].sort((a, b) => b.length - a.length);
    },
    text,
    json,
  };
}

/** The value as it may stand in a URL, in JSON, or within base64 text at any of three offsets. */
function encodings(value: string): string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  const twice = JSON.stringify(escaped).slice(1, -1);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)])
      .toString("base64")
      .replace(/=+$/, "");
    // The first characters mix with what stands before, the last one with what comes after.
    const part = whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + Buffer.byteLength(value)) * 8) / 6));
    return [part, part.replaceAll("+", "-").replaceAll("/", "_")];
  });
  return [
    value,
    escaped,
    twice,
    url,
    url.replaceAll("%20", "+"),
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ...base64,
  ].filter((form) => form.length >= shortest);
}
