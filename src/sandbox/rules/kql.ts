import { fitsWildcard } from "../wildcard.ts";

/** The part of KQL that clients of rules and of the execution log use. */
export type Kql =
  | { kind: "and" | "or"; terms: Kql[] }
  | { kind: "not"; term: Kql }
  | { kind: "nested"; field: string; term: Kql }
  | { kind: "is"; field: string; op: ":" | "<" | "<=" | ">" | ">="; value: string; phrase: boolean };

const token = /\s*(?:(\()|(\))|(\{)|(\})|(<=|>=|<|>|:)|"((?:[^"\\]|\\.)*)"|((?:\\.|[^\s(){}<>:"\\])+))/y;
interface Token {
  kind: "sign" | "phrase" | "word";
  text: string;
}

/** Levels of brackets and `not`. */
const deepest = 500;

/** @throws SyntaxError if the text is not KQL that is known here */
export function parseKql(text: string): Kql {
  const tokens = tokenize(text.trim());
  let at = 0;
  const peek = () => tokens[at];
  const isSign = (text: string) => peek()?.kind === "sign" && peek()?.text === text;
  const isWord = (text: string) => peek()?.kind === "word" && peek()?.text.toLowerCase() === text;
  const take = (): Token => {
    const next = tokens[at++];
    if (!next) throw new SyntaxError("unexpected end");
    return next;
  };
  const expectSign = (text: string) => {
    if (!isSign(text)) throw new SyntaxError(`expected ${text}`);
    at += 1;
  };

  function joined(kind: "or" | "and", below: () => Kql): Kql {
    const terms = [below()];
    while (isWord(kind)) {
      at += 1;
      terms.push(below());
    }
    return terms.length === 1 && terms[0] ? terms[0] : { kind, terms };
  }
  let depth = 0;
  const any = (): Kql => {
    depth += 1;
    if (depth > deepest) throw new SyntaxError("nested too deep");
    const query = joined("or", () => joined("and", one));
    depth -= 1;
    return query;
  };

  function one(): Kql {
    if (isWord("not")) {
      at += 1;
      depth += 1;
      if (depth > deepest) throw new SyntaxError("nested too deep");
      const term = one();
      depth -= 1;
      return { kind: "not", term };
    }
    if (isSign("(")) {
      at += 1;
      const inner = any();
      expectSign(")");
      return inner;
    }
    return comparison(take());
  }

  function comparison({ kind, text: field }: Token): Kql {
    if (kind === "sign") throw new SyntaxError(`unexpected ${field}`);
    const op = take().text;
    if (op !== ":" && op !== "<" && op !== "<=" && op !== ">" && op !== ">=") throw new SyntaxError(`expected : after ${field}`);
    if (isSign("{")) {
      at += 1;
      const term = any();
      expectSign("}");
      return { kind: "nested", field, term };
    }
    if (isSign("(")) {
      at += 1;
      const values = joined("or", () => joined("and", () => value(field, ":")));
      expectSign(")");
      return values;
    }
    return value(field, op);
  }

  function value(field: string, op: ":" | "<" | "<=" | ">" | ">="): Kql {
    const words = [take()];
    if (words[0]?.kind === "sign") throw new SyntaxError(`unexpected ${words[0].text}`);
    while (peek()?.kind === "word" && !isWord("and") && !isWord("or") && !isWord("not")) words.push(take());
    return { kind: "is", field, op, value: words.map(({ text }) => text).join(" "), phrase: words[0]?.kind === "phrase" };
  }

  const tree = any();
  if (at < tokens.length) throw new SyntaxError(`unexpected ${peek()?.text}`);
  return tree;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (!found) throw new SyntaxError("unreadable");
    const [, open, close, brace, unbrace, op, phrase, word] = found;
    const sign = open ?? close ?? brace ?? unbrace ?? op;
    if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    else tokens.push({ kind: phrase === undefined ? "word" : "phrase", text: (phrase ?? word ?? "").replace(/\\(.)/g, "$1") });
  }
  return tokens;
}

/** All fields that a query names, with the path of what they are nested in. */
export function fieldsOf(query: Kql, prefix = ""): string[] {
  if (query.kind === "is") return [prefix + query.field];
  if (query.kind === "not") return fieldsOf(query.term, prefix);
  if (query.kind === "nested") return fieldsOf(query.term, `${prefix}${query.field}.`);
  return query.terms.flatMap((term) => fieldsOf(term, prefix));
}

/** Whether something matches; `read` gives the values of a field, or the objects that are nested there. */
export function fits(query: Kql, read: (field: string) => readonly unknown[]): boolean {
  switch (query.kind) {
    case "and":
      return query.terms.every((term) => fits(term, read));
    case "or":
      return query.terms.some((term) => fits(term, read));
    case "not":
      return !fits(query.term, read);
    case "nested":
      return read(query.field).some((item) => fits(query.term, (field) => [Object(item)[field]].flat()));
    case "is":
      return read(query.field).some((value) => compares(value, query));
  }
}

function compares(value: unknown, { op, value: wanted, phrase }: Extract<Kql, { kind: "is" }>): boolean {
  if (value === undefined || value === null) return false;
  if (op !== ":") {
    const [one, other] = Number.isNaN(Number(wanted)) ? [Date.parse(String(value)), Date.parse(wanted)] : [Number(value), Number(wanted)];
    return op === "<" ? one < other : op === "<=" ? one <= other : op === ">" ? one > other : one >= other;
  }
  if (phrase || !wanted.includes("*")) return String(value) === wanted;
  return fitsWildcard(String(value), wanted);
}
