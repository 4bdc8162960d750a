import { type Code, isRecord, Pieces, type Placeholder } from "./code.ts";
import { codePointEscape, writeOut } from "./visible-text.ts";

/** HCL's own syntax, version 2: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md */
const keywords = ["true", "false", "null", "for", "in", "if", "else", "endif", "endfor"];

/** The text as a quoted string, whatever is in it. */
export function hclString(text: string): string {
  return `"${literal(text)}"`;
}

/** The text between the quotes; `$${` and `%%{` escape what would start a template. */
function literal(text: string, beforeTemplate = false): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    // After another `$` or `%`, a doubled sign would mean something else.
    .replace(/([$%])([$%])(?=\{)/g, (_whole, first: string, second: string) => `${first}${codePointEscape(second)}`)
    .replace(/([$%])(?=\{)/g, "$1$1");
  const safe = beforeTemplate ? escaped.replace(/[$%]$/, codePointEscape) : escaped;
  return writeOut(safe, (character) => (/\p{Cs}/u.test(character) ? "\\ufffd" : codePointEscape(character)));
}

export function terraformVariable(placeholder: Placeholder, prefix: string): string {
  const words = placeholder.variable.slice(prefix.length).toLowerCase();
  return /^\d/.test(words) ? `connector_${words}` : words;
}

/** How a placeholder is written: `var.ops_slack_webhook_url`. */
export type Reference = (placeholder: Placeholder) => string;

/** A value as HCL. `indent`: spaces before the line that it starts on. */
export function hclValue(code: Code, reference: Reference, indent = 0): string {
  if (code === null || typeof code === "boolean") return String(code);
  if (typeof code === "number") return JSON.stringify(code);
  if (typeof code === "string") return hclString(code);
  if (code instanceof Pieces) return template(code, reference);
  const inner = " ".repeat(indent + 2);
  const outer = " ".repeat(indent);
  if (isRecord(code)) {
    const entries = Object.entries(code).map(([key, value]): [string, string] => [hclKey(key), hclValue(value, reference, indent + 2)]);
    return entries.length === 0 ? "{}" : `{\n${attributes(entries, indent + 2)}${outer}}`;
  }
  const items = code.map((item) => hclValue(item, reference, indent + 2));
  if (code.every((item) => item === null || typeof item !== "object")) return `[${items.join(", ")}]`;
  return `[\n${items.map((item) => `${inner}${item},\n`).join("")}${outer}]`;
}

/** `key = value` lines, aligned as `terraform fmt` does. */
export function attributes(entries: readonly (readonly [key: string, value: string])[], indent: number): string {
  let text = "";
  for (let from = 0; from < entries.length; ) {
    let to = from;
    while (to < entries.length && !entries[to]?.[1].includes("\n")) to++;
    const group = entries.slice(from, Math.max(to, from + 1));
    const width = Math.max(...group.map(([key]) => [...key].length));
    text += group.map(([key, value]) => `${" ".repeat(indent)}${key.padEnd(width)} = ${value}\n`).join("");
    from += group.length;
  }
  return text;
}

export function hclKey(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && !keywords.includes(key) ? key : hclString(key);
}

function template({ pieces }: Pieces, reference: Reference): string {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && typeof only !== "string") return reference(only);
  const inner = pieces.map((piece, index) =>
    typeof piece === "string" ? literal(piece, index < pieces.length - 1) : `\${${reference(piece)}}`,
  );
  return `"${inner.join("")}"`;
}
