import { mapSealed, Sealed, type SealedTree, unseal } from "../sealed.ts";
import { hideInText, hideSecrets, redactionMark } from "./detect.ts";

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
/** Stands where plain-text.ts cut a text. */
const cutMark = "…";

export function createRedactor(): Redactor {
  const known = new Set<string>();
  let forms: string[] = [];

  const text = (given: string) => {
    const whole = forms.reduce((result, form) => (result.includes(form) ? result.replaceAll(form, redactionMark) : result), given);
    return whole.includes(cutMark) ? hideCut(whole, forms) : whole;
  };

  function json<T>(value: T): T {
    // Most answers hold nothing of it: one look at the whole is cheaper than one at each text.
    const whole = JSON.stringify(value) ?? "";
    const clean = whole !== "" && !whole.includes(cutMark) && !forms.some((form) => whole.includes(form));
    return clean ? JSON.parse(whole) : each(value);
  }

  function each<T>(value: T): T;
  function each(value: unknown): unknown {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map((item) => each(item));
    if (value instanceof Sealed) return value.toString();
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), each(item)]));
    return value;
  }

  return {
    learn(tree) {
      const before = known.size;
      mapSealed(tree, (sealed) => {
        const value = String(unseal(sealed));
        for (const form of appearances(value)) if (form.length >= shortest) known.add(form);
        // The lines of a PEM file travel alone in error messages.
        for (const line of value.split(/\r?\n/)) if (line.length >= 16 && !line.startsWith("-----")) known.add(line);
      });
      if (known.size !== before) forms = [...new Set([...known].flatMap(encodings))].sort((a, b) => b.length - a.length);
    },
    text,
    json,
  };
}

/**
 * The value as it is, and as this server's own clean-up leaves it before the redactor sees it: white space folded and
 * double quotes turned (plain-text.ts), a part of it hidden already (detect.ts).
 */
function appearances(value: string): string[] {
  const folded = value.replace(/\s+/g, " ").trim();
  const shown = [value, value.trim(), folded, folded.replaceAll('"', "'")];
  const inConfig = hideSecrets([value]).config;
  const hidden = [...shown.map((one) => hideInText(one)), ...inConfig];
  // Where hardly anything is left, others would look the same: what is left is no secret.
  return [...shown, ...hidden.filter((one) => /[\w-]{12,}/.test(one.replaceAll(redactionMark, " ")))];
}

/** A text that was cut in the midst of a value still shows its beginning. */
function hideCut(text: string, forms: readonly string[]): string {
  const parts = text.split(cutMark);
  const last = parts.pop() ?? "";
  const hidden = parts.map((part) => {
    const left = Math.max(0, ...forms.map((form) => beginningAtEnd(part, form)));
    return left === 0 ? part : part.slice(0, -left) + redactionMark;
  });
  return [...hidden, last].join(cutMark);
}

/** How many characters of `form` the text ends with; 0 when they are too few to tell. */
function beginningAtEnd(text: string, form: string): number {
  for (let length = Math.min(text.length, form.length - 1); length >= shortest; length--) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}

/** The value as it may stand in a URL, in JSON, or within base64 text at any of three offsets. */
function encodings(value: string): string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const percent = (text: string, characters: RegExp) =>
    text.replace(characters, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const url = encodeURIComponent(value);
  // What a URL's query, a form and a strict encoder make of it.
  const urls = [url, percent(url, /'/g), percent(url, /[!'()~]/g), percent(url, /[!'()*]/g), percent(url, /[!'()*~]/g)];
  const twice = JSON.stringify(escaped).slice(1, -1);
  // An error that quotes JSON, within JSON, within an answer.
  const thrice = JSON.stringify(twice).slice(1, -1);
  return [
    value,
    escaped,
    twice,
    thrice,
    encodeURI(value),
    ...urls.flatMap((one) => [one, one.replaceAll("%20", "+"), one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]),
    ...withinBase64(value),
    ...withinBase64(escaped),
  ].filter((form) => form.length >= shortest);
}

/** What is the same in all base64 texts that hold the value, at any of three offsets. */
function withinBase64(value: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)])
      .toString("base64")
      .replace(/=+$/, "");
    // The first characters mix with what stands before, the last one with what comes after.
    const part = whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + Buffer.byteLength(value)) * 8) / 6));
    return [part, part.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
