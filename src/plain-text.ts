import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Takes secrets out of a text that is about to be cut: afterwards its end could be the beginning of one. To look for such
 * beginnings instead would let a caller guess a secret letter by letter.
 */
const hidden = new AsyncLocalStorage<(text: string) => string>();

/** Whatever `work` cuts is rid of secrets first. */
export function hidingBeforeCut<T>(hide: (text: string) => string, work: () => T): T {
  return hidden.run(hide, work);
}

/** A text as it may be cut. */
export function readyToCut(text: string): string {
  return hidden.getStore()?.(text) ?? text;
}

/**
 * Text from Kibana or a third party, made safe to show: control and bidirectional characters and
 * zero-width ones out, white space folded, at most `max` characters.
 */
export function plainText(text: string, max = 300): string {
  const clean = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/[\p{Cf}\p{Cs}\p{Co}]/gu, "")
    .trim();
  const letters = [...clean];
  if (letters.length <= max) return clean;
  const ready = [...readyToCut(clean)];
  return ready.length > max ? `${ready.slice(0, max - 1).join("")}…` : ready.join("");
}

/** A name from outside in quotes that it cannot break out of. */
export function quoted(name: string, max = 80): string {
  return `"${plainText(name, max).replaceAll('"', "'")}"`;
}

/** Every string in JSON made plain, keys too; strings capped at `max` characters. */
export function plainJson<T>(value: T, max?: number): T;
export function plainJson(value: unknown, max = 2000): unknown {
  if (typeof value === "string") return plainLines(value, max);
  if (Array.isArray(value)) return value.map((item) => plainJson(item, max));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [plainText(key, 200), plainJson(item, max)]));
  }
  return value;
}

/** As plainText, but line breaks and tabs stay: values in config may need them. */
function plainLines(text: string, max: number): string {
  const clean = text.replace(/[\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?![\n\r\t])\p{Cc}/gu, "");
  if (clean.length <= max) return clean;
  const ready = readyToCut(clean);
  return ready.length > max ? `${ready.slice(0, max)}… (${ready.length - max} more characters)` : ready;
}
