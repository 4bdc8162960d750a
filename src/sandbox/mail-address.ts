export interface Mailbox {
  /** "" without one. */
  name: string;
  address: string;
}

/** Parts of RFC 5322, with letters of all languages. A comment or folded line counts as a space. */
const space = String.raw`(?:[ \t]|\r\n[ \t]|\([^()]*\))*`;
const atom = String.raw`[\p{L}\p{N}!#$%&'*+/=?^_{|}~\x60-]+`;
const quoted = String.raw`"(?:[^"\\\r\n]|\\.)*"`;
const dotted = `${atom}(?:\\.${atom})*`;
const address = `(?:${dotted}|${quoted})@(?:${dotted}|\\[[^\\[\\]\\\\]*\\])`;
const phrase = `(?:${quoted}|[\\p{L}\\p{N}!#$%&'*+/=?^_{|}~\\x60.-]+|[ \\t])+`;
const mailbox = `${space}(?:(?<name>${phrase})?<${space}(?<inside>${address})${space}>|(?<bare>${address}))${space}`;
const one = new RegExp(mailbox, "uy");
const group = new RegExp(`${space}${phrase}:`, "uy");

/** The mailboxes of a text, which may hold several and groups of them; undefined if it is not a list of addresses. */
export function mailboxes(text: string): Mailbox[] | undefined {
  const found: Mailbox[] = [];
  let at = 0;
  let inGroup = false;
  const take = (expression: RegExp) => {
    expression.lastIndex = at;
    const match = expression.exec(text);
    if (match) at = expression.lastIndex;
    return match;
  };
  for (;;) {
    if (!inGroup && take(group)) inGroup = true;
    const { name = "", inside, bare } = take(one)?.groups ?? {};
    const address = inside ?? bare;
    if (address !== undefined) found.push({ name: unquoted(name.trim()), address });
    else if (!inGroup) return undefined;
    if (inGroup && take(/\s*;\s*/y)) inGroup = false;
    if (at === text.length) return inGroup ? undefined : found;
    if (!take(/,/y)) return undefined;
  }
}

function unquoted(name: string): string {
  return name.startsWith('"') && name.endsWith('"') && name.length > 1 ? name.slice(1, -1).replace(/\\(.)/g, "$1") : name;
}
