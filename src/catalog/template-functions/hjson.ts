import { plainText } from "../../plain-text.ts";

const deepest = 100;
const blanksAndNotes = /(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))*/y;
const quotedText = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const bareKey = /[^\s,:[\]{}"']+/y;
const wordOfJson = /(true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)[^\S\n]*(?=[,\]}#\n]|\/\/|\/\*|$)/y;
const endOfBare = /[^\n]*/y;

/**
 * Hjson as data: JSON that may have comments, names and texts without quotation marks, and commas too many or too few. Source of the form: hjson.github.io.
 * @throws Error where it is not Hjson
 */
export function parseHjson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0, true);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw new Error(`more follows at ${this.#at}`);
  }

  value(depth: number, root = false): unknown {
    if (depth > deepest) throw new Error("it is nested too deeply");
    this.#skip();
    const next = this.#text.charAt(this.#at);
    if (next === "{") return this.#object(depth, true);
    if (next === "[") return this.#list(depth);
    if (this.#text.startsWith("'''", this.#at)) return this.#lines();
    if (next === '"' || next === "'") return this.#quoted();
    // The braces of the outermost object may be left out.
    if (root && /^[^\s,:[\]{}"']+\s*:/.test(this.#text.slice(this.#at))) return this.#object(depth, false);
    return this.#bare();
  }

  #object(depth: number, braces: boolean): Record<string, unknown> {
    if (braces) this.#at += 1;
    const entries: [string, unknown][] = [];
    for (;;) {
      this.#skipWithCommas();
      if (braces && this.#take("}")) return Object.fromEntries(entries);
      if (this.#at >= this.#text.length) {
        if (!braces) return Object.fromEntries(entries);
        throw new Error('"}" is missing at the end');
      }
      const next = this.#text.charAt(this.#at);
      const key = next === '"' || next === "'" ? this.#quoted() : this.#match(bareKey);
      if (key === undefined || key === "") throw new Error(`a key is expected at ${this.#at}`);
      this.#skip();
      if (!this.#take(":")) throw new Error(`":" is missing after "${plainText(key, 40)}"`);
      entries.push([key, this.value(depth + 1)]);
    }
  }

  #list(depth: number): unknown[] {
    this.#at += 1;
    const items: unknown[] = [];
    for (;;) {
      this.#skipWithCommas();
      if (this.#take("]")) return items;
      if (this.#at >= this.#text.length) throw new Error('"]" is missing at the end');
      items.push(this.value(depth + 1));
    }
  }

  #lines(): string {
    const end = this.#text.indexOf("'''", this.#at + 3);
    if (end < 0) throw new Error("''' is not closed");
    const inner = this.#text.slice(this.#at + 3, end);
    this.#at = end + 3;
    return inner.replace(/^[^\S\n]*\n/, "").replace(/\n[^\S\n]*$/, "");
  }

  #quoted(): string {
    const found = this.#match(quotedText);
    if (found === undefined) throw new Error(`a text that begins at ${this.#at} is not closed`);
    const inner = found.slice(1, -1);
    const asJson = found.startsWith('"') ? inner : inner.replaceAll('"', '\\"').replaceAll("\\'", "'");
    return String(JSON.parse(`"${asJson}"`));
  }

  /** Up to the end of the line, unless it begins with a number or a word of JSON that ends before. */
  #bare(): unknown {
    const start = this.#at;
    const word = this.#match(wordOfJson);
    if (word !== undefined) return JSON.parse(word);
    const text = (this.#match(endOfBare) ?? "").trim();
    if (text === "" || /^[,:\]}]/.test(text)) throw new Error(`a value is expected at ${start}`);
    return text;
  }

  #skip(): void {
    this.#match(blanksAndNotes);
  }

  #skipWithCommas(): void {
    this.#skip();
    while (this.#take(",")) this.#skip();
  }

  #take(sign: string): boolean {
    if (this.#text.charAt(this.#at) !== sign) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
