/** As much of KQL as compares fields with values. */
export type Kql =
  | { kind: "and" | "or"; terms: Kql[] }
  | { kind: "not"; term: Kql }
  | { kind: "is"; field: string; value: string; exact: boolean };

const token = /\s*(?:([():])|"((?:[^"\\]|\\.)*)"|((?:\\.|[^\s():"{}<>\\])+))/y;
/** Levels of brackets and `not`. */
const deepest = 50;

interface Token {
  kind: "sign" | "phrase" | "word";
  text: string;
  /** A wildcard in it. */
  wild: boolean;
}

/** Undefined where it is no KQL, or uses more of it than is known here: ranges, nested fields. */
export function parseKql(text: string): Kql | undefined {
  const tokens = tokensOf(text.trim());
  return tokens && queryOf(tokens);
}

function queryOf(tokens: readonly Token[]): Kql | undefined {
  let at = 0;
  let depth = 0;
  const isNext = (kind: Token["kind"], text: string) => tokens[at]?.kind === kind && tokens[at]?.text.toLowerCase() === text;
  const take = (kind: Token["kind"], text: string) => {
    if (!isNext(kind, text)) return false;
    at += 1;
    return true;
  };

  function joined(below: () => Kql | undefined, kind: "and" | "or"): Kql | undefined {
    const terms: Kql[] = [];
    do {
      const term = below();
      if (!term) return undefined;
      terms.push(term);
    } while (take("word", kind));
    return terms.length === 1 ? terms[0] : { kind, terms };
  }
  function any(one: () => Kql | undefined): Kql | undefined {
    if (++depth > deepest) return undefined;
    const found = joined(() => joined(one, "and"), "or");
    depth -= 1;
    return found;
  }
  function within(one: () => Kql | undefined): Kql | undefined {
    const found = any(one);
    return take("sign", ")") ? found : undefined;
  }
  function negated(one: () => Kql | undefined): Kql | undefined {
    const term = ++depth > deepest ? undefined : one();
    depth -= 1;
    return term && { kind: "not", term };
  }

  function term(): Kql | undefined {
    if (take("word", "not")) return negated(term);
    if (take("sign", "(")) return within(term);
    const field = tokens[at++];
    if (!field || field.kind === "sign" || field.wild || !take("sign", ":")) return undefined;
    return value(field.text);
  }
  function value(field: string): Kql | undefined {
    if (take("word", "not")) return negated(() => value(field));
    if (take("sign", "(")) return within(() => value(field));
    const first = tokens[at++];
    if (!first || first.kind === "sign") return undefined;
    const words = [first];
    for (let next = tokens[at]; first.kind === "word" && next?.kind === "word" && !/^(and|or|not)$/i.test(next.text); next = tokens[at]) {
      words.push(next);
      at += 1;
    }
    return { kind: "is", field, value: words.map(({ text }) => text).join(" "), exact: words.length === 1 && !first.wild };
  }

  const query = any(term);
  return at === tokens.length ? query : undefined;
}

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const [, sign, phrase, word] = token.exec(text) ?? [];
    const read = (raw: string) => raw.replace(/\\(.)/g, "$1");
    if (sign !== undefined) tokens.push({ kind: "sign", text: sign, wild: false });
    else if (phrase !== undefined) tokens.push({ kind: "phrase", text: read(phrase), wild: false });
    else if (word !== undefined) tokens.push({ kind: "word", text: read(word), wild: /(?<!\\)\*/.test(word) });
    else return undefined;
  }
  return tokens;
}
