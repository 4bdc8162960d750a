export interface Mailbox {
  /** "" without one. */
  name: string;
  address: string;
}

interface Token {
  kind: "atom" | "quoted" | "literal" | "sign" | "end";
  text: string;
  /** Whether a space or a comment stands before it. */
  apart: boolean;
}

const end: Token = { kind: "end", text: "", apart: false };
/** Of RFC 5322, with letters of all languages: spaces, comments, then what counts. */
const token =
  /(?<space>[ \t]+|\r\n[ \t]+|\((?:[^()\\\r\n]|\\.)*\))|(?<quoted>"(?:[^"\\\r\n]|\\.)*")|(?<literal>\[[^[\]\\\r\n]*\])|(?<atom>[\p{L}\p{N}!#$%&'*+/=?^_{|}~`-]+)|(?<sign>[.,:;<>@])/uy;

/** The mailboxes of a text, which may hold several and groups of them; undefined if it is not a list of addresses. */
export function mailboxes(text: string): Mailbox[] | undefined {
  const tokens = tokenize(text);
  return tokens && new AddressList(tokens).read();
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let apart = false;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const { space, quoted, literal, atom, sign } = token.exec(text)?.groups ?? {};
    if (space !== undefined) apart = true;
    else if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted, apart });
    else if (literal !== undefined) tokens.push({ kind: "literal", text: literal, apart });
    else if (atom !== undefined) tokens.push({ kind: "atom", text: atom, apart });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, apart });
    else return undefined;
    if (space === undefined) apart = false;
  }
  return tokens;
}

class AddressList {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  read(): Mailbox[] | undefined {
    const found: Mailbox[] = [];
    do {
      const some = this.#entry();
      if (!some) return undefined;
      found.push(...some);
    } while (this.#take(","));
    return this.#next() === end ? found : undefined;
  }

  /** One mailbox, or a group such as `team: a@x, b@x;`. */
  #entry(): Mailbox[] | undefined {
    const from = this.#at;
    const words = this.#words();
    if (words.length === 0 || !this.#take(":")) {
      this.#at = from;
      return this.#one();
    }
    const members: Mailbox[] = [];
    if (this.#take(";")) return members;
    do {
      const some = this.#one();
      if (!some) return undefined;
      members.push(...some);
    } while (this.#take(","));
    return this.#take(";") ? members : undefined;
  }

  #one(): Mailbox[] | undefined {
    const words = this.#words();
    if (this.#take("<")) {
      const address = this.#address(this.#words());
      return address !== undefined && this.#take(">") ? [{ name: named(words), address }] : undefined;
    }
    const address = this.#address(words);
    return address === undefined ? undefined : [{ name: "", address }];
  }

  #address(local: readonly Token[]): string | undefined {
    const quoted = local.length === 1 && local[0]?.kind === "quoted";
    if (!(quoted || isDotted(local)) || !this.#take("@")) return undefined;
    const literal = this.#next();
    if (literal.kind === "literal") this.#at += 1;
    const domain = literal.kind === "literal" ? [literal] : this.#words();
    if (literal.kind !== "literal" && !isDotted(domain)) return undefined;
    return `${joined(local)}@${joined(domain)}`;
  }

  #words(): Token[] {
    const words: Token[] = [];
    for (let word = this.#next(); word.kind === "atom" || word.kind === "quoted" || word.text === "."; word = this.#next()) {
      words.push(word);
      this.#at += 1;
    }
    return words;
  }

  #next(): Token {
    return this.#tokens[this.#at] ?? end;
  }

  #take(sign: string): boolean {
    const { kind, text } = this.#next();
    const fits = kind === "sign" && text === sign;
    if (fits) this.#at += 1;
    return fits;
  }
}

/** Atoms with single dots between them, nothing apart. */
function isDotted(words: readonly Token[]): boolean {
  const fits = words.every(({ kind, text, apart }, at) => (at % 2 === 0 ? kind === "atom" : text === ".") && (at === 0 || !apart));
  return fits && words.length % 2 === 1;
}

function joined(words: readonly Token[]): string {
  return words.map(({ text }) => text).join("");
}

function named(words: readonly Token[]): string {
  const plain = ({ kind, text }: Token) => (kind === "quoted" ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text);
  return words.map((word, at) => `${word.apart && at > 0 ? " " : ""}${plain(word)}`).join("");
}
