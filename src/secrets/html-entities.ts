import { hexDigit, isLetterOrDigit } from "./characters.ts";
import { htmlNames, withoutSemicolon } from "./html-names.ts";

const [semicolon, hash] = [0x3b, 0x23];
/** `next`: where the text goes on. */
interface Entity {
  point: number;
  second?: number | undefined;
  next: number;
}

const longestName = Math.max(...[...htmlNames.keys()].map((name) => name.length));

/** What follows an ampersand at `at`, when it is the name of one or two characters, or a number. */
export function entityAt(bytes: Uint8Array, at: number, end: number): Entity | undefined {
  const after = (next: number) => (next < end && bytes[next] === semicolon ? next + 1 : next);
  if (bytes[at] === hash && at < end) {
    const hexadecimal = ((bytes[at + 1] ?? 0) | 0x20) === 0x78;
    const base = hexadecimal ? 16 : 10;
    const first = at + (hexadecimal ? 2 : 1);
    let next = first;
    let point = 0;
    for (; next < end; next++) {
      const digit = hexDigit(bytes[next] ?? 0);
      if (digit < 0 || digit >= base) break;
      point = Math.min(point * base + digit, 0x110000);
    }
    return next === first || point > 0x10ffff ? undefined : { point, next: after(next) };
  }
  let name = "";
  let found: Entity | undefined;
  for (let next = at; next < end && name.length < longestName; ) {
    const byte = bytes[next] ?? 0;
    if (!isLetterOrDigit(byte)) break;
    name += String.fromCharCode(byte);
    next += 1;
    if (!withoutSemicolon.has(name) && !(next < end && bytes[next] === semicolon)) continue;
    const [point, second] = htmlNames.get(name) ?? [];
    if (point !== undefined) found = { point, second, next: after(next) };
  }
  return found;
}
