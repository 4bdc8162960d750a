/**
 * The text of a file as an editor would show it: UTF-8, or UTF-16 as Windows writes it, without the byte order mark.
 * Undefined for what is not text in either.
 */
export function fileText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Without a mark, every other byte of ASCII tells: a text has no zeros. */
function encodingOf(bytes: Buffer): string {
  const [first = 1, second = 1, third = 1, fourth = 1] = bytes;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && third !== 0 && fourth === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && third === 0 && fourth !== 0)) return "utf-16be";
  return "utf-8";
}
