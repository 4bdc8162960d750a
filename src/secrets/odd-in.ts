import { firstFew } from "../first-few.ts";
import { unseen } from "../plain-text.ts";
import { examine, mapSealed, type Sealed, type SealedRecord } from "../sealed.ts";
import { isInQuotes } from "./parts.ts";

/** What an editor, a chat or a web page puts in place of plain characters, and what nobody sees. */
const notTyped = new RegExp(`(?![\\n\\r\\t])[${unseen}]|[^\\S \\n\\r\\t]|(?![ -~])[\\p{Pd}\\p{Pi}\\p{Pf}‚„…]`, "gu");

/**
 * Which secrets have something in them that hardly belongs there, as after copying them: a sentence for each, without the value.
 * Lines belong to JSON and PEM.
 * @param files fields that hold a file, in which nothing is odd
 */
export function oddIn(secrets: SealedRecord, files: ReadonlyMap<string, unknown>): string[] {
  const said = new Set<string>();
  mapSealed(secrets, (sealed, [field = ""]) => {
    if (!files.has(field)) for (const { problem } of oddities(sealed)) said.add(problem);
  });
  return [...said];
}

function oddities(sealed: Sealed) {
  return examine(sealed, (plain) => {
    const value = String(plain);
    const codes = [...new Set(value.match(notTyped))].map(
      (one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
    );
    const found = [
      ...(/^[^\S\uFEFF]|[^\S\uFEFF]$/.test(value) ? ["begins or ends with white space, which is"] : []),
      ...(isInQuotes(value) ? ["stands in quotes, which are"] : []),
      ...(/[\n\r\t]/.test(value.trim()) && !/^\s*[{[]|-----BEGIN /.test(value) ? ["has line breaks or tabs in it, which are"] : []),
      ...(codes.length > 0 ? [`has characters that are not seen or look like others (${firstFew(codes, 5)}), which are`] : []),
    ];
    const name = sealed.source.replace(/,.*/, "$&,");
    return found.map((what) => ({ path: "", problem: `${name} ${what} part of the secret as it is sent.` }));
  });
}
