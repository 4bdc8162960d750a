import { doubleQuotes, singleQuotes, unseen } from "../plain-text.ts";

/** Signs that an editor, another keyboard or another script has in place of those that programs read. */
const asciiOf = new Map<string, string>(
  [
    ['"', `${doubleQuotes}「」『』｢｣`],
    ["'", `${singleQuotes}‚‹›❮❯`],
    [":", "︰﹕꞉∶ː"],
    ["=", "﹦≔≡→⇒⇨➔➜➝➞➡➤⟶⟹↦▶►"],
    [",", "、﹐﹑،､"],
    [";", "﹔؛"],
    ["\n", "\u0085\u2028\u2029"],
  ].flatMap(([ascii = "", signs = ""]) => [...signs].map((sign): [string, string] => [sign, ascii])),
);
const beyondAscii = /[^\0-\x7f]/;
/** What is no letter, digit or mark of any script, or only seems to be one. */
const signs = new RegExp(`(?![\\0-\\x7f])[\\p{P}\\p{S}\\p{Z}${unseen}ʹʺʻʼʽˊːˮ\\uff01-\\uff5e]`, "gu");
const fullWidthLetter = /[０-９Ａ-Ｚａ-ｚ]/;

/**
 * What a text is with its signs beyond ASCII as they are meant: as those of ASCII that they stand for, or as mere ends of
 * words. Each of the same length as the text, none where it has no such sign.
 */
export function readingsOf(text: string): string[] {
  if (!beyondAscii.test(text)) return [];
  const meant = text.replace(signs, (sign) => asciiOf.get(sign)?.padEnd(sign.length) ?? fromFullWidth(sign) ?? blank(sign));
  return meant === text ? [] : [meant, text.replace(signs, (sign) => (fullWidthLetter.test(sign) ? sign : blank(sign)))];
}

function blank(sign: string): string {
  return " ".repeat(sign.length);
}

function fromFullWidth(sign: string): string | undefined {
  return sign >= "！" && sign <= "～" ? String.fromCharCode(sign.charCodeAt(0) - 0xfee0) : undefined;
}
