import { unseen } from "../plain-text.ts";

/** Characters that are invisible or reverse the direction of a line; unassigned ones too. */
const hidden = new RegExp(`[${unseen}\\p{C}]`, "gu");

/** The text with each hidden character written out; line breaks too. */
export function writeOut(text: string, written: (character: string) => string): string {
  return text.replace(hidden, written);
}

/** `\u202e` for each UTF-16 unit, as JSON writes it. */
export function jsonEscape(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
    .join("");
}

/** `\u202e` or `\U000e0001`, as HCL and YAML write a code point. */
export function codePointEscape(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`;
}

/** One line of a comment: nothing in it ends the line or reverses its direction. */
export function commentText(text: string): string {
  return writeOut(text, codePointEscape);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
