import { inspect } from "node:util";
import { readUrl } from "./read-url.ts";

/** Loaded when it is first needed: a start only seals. */
const crypto = () => process.getBuiltinModule("node:crypto");

/**
 * A secret value that can be checked but not read. It prints as `<name>`, in JSON too.
 * Only the writer, in the request that carries the value, and the redactor, which has to
 * know what to look for, may call `unseal`; the import rules keep everybody else out.
 */
let openSealed: (sealed: Sealed) => string;

export class Sealed {
  readonly #value: string;
  /** Where the value came from, fit for people: a variable's name, "typed by a person". */
  readonly source: string;

  constructor(value: string, source: string) {
    this.#value = value;
    this.source = source;
  }

  /** The value's host when it is an http(s) URL, with `http://` in front where nothing encrypts the way; else undefined. */
  get host(): string | undefined {
    const url = readUrl(this.#value);
    if (!url) return undefined;
    const { protocol, host } = url;
    if (protocol === "http:") return `http://${host}`;
    return protocol === "https:" ? host || undefined : undefined;
  }

  /** The same for the same value under the same key, and useless to whoever lacks the key. */
  fingerprint(key: Buffer): string {
    return crypto().createHmac("sha256", key).update(this.#value).digest("base64url").slice(0, 16);
  }

  /** A key made of this value for one purpose: it gives away neither the value nor the keys of other purposes. */
  keyFor(purpose: string): Buffer {
    return Buffer.from(crypto().hkdfSync("sha256", this.#value, "kibana-connectors-mcp", purpose, 32));
  }

  /** Whether `given` is this value; takes the same time whatever it is. */
  is(given: string): boolean {
    const { createHash, timingSafeEqual } = crypto();
    const hash = (text: string) => createHash("sha256").update(text).digest();
    return timingSafeEqual(hash(given), hash(this.#value));
  }

  /** The value in another form, sealed as well. `make` must neither keep nor quote it. */
  rewritten(make: (value: string) => string): Sealed {
    return new Sealed(make(this.#value), this.source);
  }

  static {
    openSealed = (sealed) => sealed.#value;
  }

  toString(): string {
    return `<${this.source}>`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** JSON whose secret leaves are sealed. */
export type SealedTree = Sealed | string | number | boolean | null | SealedTree[] | { [key: string]: SealedTree };
export type SealedRecord = { [key: string]: SealedTree };

/** Seals `value`; `source` is what people see in its place. */
export function seal(value: string, source: string): Sealed {
  return new Sealed(value, source);
}

/** The tree with every sealed leaf replaced by what `leaf` makes of it. */
export function mapSealed(tree: SealedTree, leaf: (sealed: Sealed, path: string[]) => unknown, path: string[] = []): unknown {
  if (tree instanceof Sealed) return leaf(tree, path);
  if (Array.isArray(tree)) return tree.map((item, index) => mapSealed(item, leaf, [...path, String(index)]));
  if (tree !== null && typeof tree === "object") {
    return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, mapSealed(item, leaf, [...path, key])]));
  }
  return tree;
}

/** All sealed leaves of a tree, by dotted path. */
export function sealedIn(tree: SealedTree): [path: string, sealed: Sealed][] {
  const all: [string, Sealed][] = [];
  mapSealed(tree, (sealed, path) => all.push([path.join("."), sealed]));
  return all;
}

/** The names of variables and files behind a tree, by dotted path; what a person typed has none. */
export function referencesIn(tree: SealedTree): Record<string, string> {
  return Object.fromEntries(sealedIn(tree).flatMap(([path, { source }]) => (/^(file )?\S+$/.test(source) ? [[path, source]] : [])));
}

/** The fields with a value. Null and an empty object are no values: Kibana would read them as "no such secret". */
export function fieldsWithValue(secrets: SealedRecord): string[] {
  return Object.keys(secrets).filter((field) => holdsValue(secrets[field] ?? null));
}

function holdsValue(tree: SealedTree): boolean {
  if (tree === null || typeof tree !== "object" || tree instanceof Sealed) return tree !== null;
  return Object.values(tree).some(holdsValue);
}

/** The plain values of a tree. For the writer and the redactor alone. */
export function unseal(tree: SealedTree): unknown {
  return mapSealed(tree, openSealed);
}

/**
 * Shows the plain values of a tree to a check and hands on only what the check says of them.
 * A check must not quote values.
 */
export function examine<Problem extends { path: string; problem: string }>(
  tree: SealedTree,
  check: (plain: unknown) => Problem[],
): Problem[] {
  return check(mapSealed(tree, openSealed));
}
