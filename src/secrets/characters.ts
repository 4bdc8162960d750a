/** The digit that a byte stands for, or -1. */
export function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}

/** u or U, which begin an escape. */
export function isU(byte: number): boolean {
  return (byte | 0x20) === 0x75;
}

/** Of ASCII. */
export function isLetterOrDigit(byte: number): boolean {
  const small = byte | 0x20;
  return isDigit(byte) || (small >= 0x61 && small <= 0x7a);
}

/** Of ASCII. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isQuote(byte: number | undefined): boolean {
  return byte === 0x22 || byte === 0x27;
}

/** After a backslash: b, f, n, r, t. */
export function isBlankEscape(byte: number): boolean {
  return byte === 0x6e || byte === 0x72 || byte === 0x74 || byte === 0x62 || byte === 0x66;
}

/** White space beyond ASCII, and invisible characters (plain-text.ts removes them). */
export function isInvisible(point: number): boolean {
  return (
    point >= 0x80 &&
    !(point >= 0xd800 && point <= 0xdfff) &&
    /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u.test(String.fromCodePoint(point))
  );
}

/** The same of Latin-1, by the second byte of its UTF-8. */
export function isInvisibleLatin(second: number): boolean {
  return second <= 0xa0 || second === 0xad;
}

/** The ASCII character of a full-width one, by the second and third byte of its UTF-8; 0: it is none. */
export function fullWidth(second = 0, third = 0): number {
  if (second === 0xbc && third >= 0x81 && third <= 0xbf) return third - 0x60;
  return second === 0xbd && third >= 0x80 && third <= 0x9e ? third - 0x20 : 0;
}
