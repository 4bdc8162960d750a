import { valueAt } from "../plain-object.ts";

/** Stands for what only a run fills in. */
export const gap = "\uE000";

/** Steps in which two patterns are compared: longer ones may be anything. */
const mostCompared = 200_000;

/** Characters that constants may add to a text: a few short ones must not make a text of any length. */
const mostAdded = 2_000;

/** A span of an expression of Liquid, with the white space that it trims. */
interface Span {
  from: number;
  to: number;
}

/** `{{ consts.x }}` and `${{ consts.x }}` with the value from the same document; other expressions, and long values, stay. */
export function withConstants(text: string, { consts }: Record<string, unknown>): string {
  let left = mostAdded;
  return text.replace(/\$?\{\{\s*consts\.([\w.-]+)\s*\}\}/g, (whole, path: string) => {
    const value = valueAt(consts, path.split("."));
    if (typeof value !== "string" && typeof value !== "number") return whole;
    const filled = String(value);
    if (filled.length > left) return whole;
    left -= filled.length;
    return filled;
  });
}

/** Whether a run fills in a part of it. */
export function isExpression(text: string): boolean {
  return /\{\{|\{%/.test(text);
}

/** A text of the same length, with gaps in place of its expressions. What does not end is one up to the end of the text. */
export function masked(template: string): string {
  let [text, at] = ["", 0];
  for (const { from, to } of expressionsIn(template)) {
    const start = Math.max(from, at);
    text += template.slice(at, start) + gap.repeat(to - start);
    at = to;
  }
  return text + template.slice(at);
}

/** Each expression as one gap, whatever its length. */
export function patternOf(template: string): string {
  return masked(template).replace(/\uE000+/g, gap);
}

/** A pattern of an address, without its percent-encoding. What cannot be decoded may be anything. */
export function decodedPattern(pattern: string): string {
  return pattern
    .split(gap)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return gap;
      }
    })
    .join(gap);
}

/** Whether two patterns may stand for the same text. */
export function mayBeSame(one: string, other: string): boolean {
  // Nearly all are compared with an id or a path of Kibana's, and there are as many of those as connectors.
  if (!other.includes(gap)) return fits(one, other);
  if (!one.includes(gap)) return fits(other, one);
  const path = other.slice(gap.length);
  if (other.startsWith(gap) && !path.includes(gap)) {
    const end = one.slice(one.lastIndexOf(gap) + gap.length);
    return path.endsWith(end) || end.endsWith(path);
  }
  if (one.length * other.length > mostCompared) return true;
  // Whether what was read of the first may be the first so many characters of the other.
  const theirs = [...other];
  let row = [true];
  for (const [at, their] of theirs.entries()) row.push(row[at] === true && their === gap);
  for (const char of one) {
    const next = [row[0] === true && char === gap];
    for (const [at, their] of theirs.entries()) {
      const either = char === gap || their === gap;
      next.push(either ? row[at + 1] === true || next[at] === true : char === their && row[at] === true);
    }
    if (!next.includes(true)) return false;
    row = next;
  }
  return row.at(-1) === true;
}

/** Whether a pattern may stand for a text that has no gap. */
function fits(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split(gap);
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}

/**
 * To take too much for an expression costs a question, too little a connector. So the longest reading counts: quotes hide
 * the end of `{{ … }}`, and all from the first `{%` to the last `%}` may come and go.
 */
function expressionsIn(template: string): Span[] {
  const spans: Span[] = [];
  const opening = /\$?\{\{|\{%/g;
  for (let found = opening.exec(template); found; found = opening.exec(template)) {
    const to = found[0] === "{%" ? endOfTags(template, found.index) : endOfOutput(template, opening.lastIndex);
    const trims = { before: template[opening.lastIndex] === "-", after: template[to - 3] === "-" };
    spans.push({
      from: trims.before ? template.slice(0, found.index).trimEnd().length : found.index,
      to: trims.after ? template.length - template.slice(to).trimStart().length : to,
    });
    opening.lastIndex = to;
  }
  return spans;
}

function endOfTags(template: string, from: number): number {
  const last = template.lastIndexOf("%}");
  return last > from ? last + 2 : template.length;
}

function endOfOutput(template: string, from: number): number {
  let quote = "";
  for (let at = from; at < template.length; at++) {
    const char = template[at] ?? "";
    if (quote !== "") {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (template.startsWith("}}", at)) return at + 2;
  }
  return template.length;
}
