// Loaded only for workflows that are written: the parser is large.
import { isDeepStrictEqual } from "node:util";
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar, visit } from "yaml";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { type Path, type Reference, referencesOf } from "./workflow-references.ts";

/** A workflow's text in which other connectors are named. */
export interface Repointed {
  /** As before, where nothing could be replaced. */
  yaml: string;
  moved: Reference[];
  /** References that were meant and stay, and why. */
  stuck: { how: string; why: string }[];
}

/** What replaces a part of a text, by UTF-16 positions. */
interface Edit {
  from: number;
  to: number;
  text: string;
  /** The value that the edited one then has. */
  value: string;
  reference: Reference;
}

/** Characters of a workflow that is changed here: people write a hundredth of it, and it is read several times. */
export const longestText = 100_000;
/** Edits that are tried one by one where not all can be made at once. */
const mostTried = 50;

const uncertain = "Its text cannot be changed there without changing something else: it is shared, or written in an unusual way.";

/** What a text says as data; undefined where it is no valid YAML. */
export function readWorkflow(yaml: string): Record<string, unknown> | undefined {
  return parsed(yaml)?.value;
}

/** The places of a text that name connectors; none where it is no valid YAML. */
export function referencesIn(yaml: string): Reference[] {
  return referencesOf(readWorkflow(yaml) ?? {}).named;
}

/**
 * Names another connector in a workflow. Every character but the ids stays, and the text then says the same, apart from them.
 * @param isMeant which of its references are meant
 * @param whyNot why one of these stays all the same
 */
export function repointedText(
  yaml: string,
  isMeant: (reference: Reference) => boolean,
  id: string,
  whyNot: (reference: Reference) => string | undefined = () => undefined,
): Repointed {
  const whole = parsed(yaml);
  const meant = whole ? referencesOf(whole.value).named.filter(isMeant) : [];
  const edits: Edit[] = [];
  const stuck: Repointed["stuck"] = [];
  for (const reference of meant) {
    const why = reference.stuck ?? whyNot(reference);
    const edit = whole && why === undefined ? editOf(reference, id, yaml, whole.document) : undefined;
    if (edit) edits.push(edit);
    else stuck.push({ how: reference.how, why: why ?? uncertain });
  }
  const all = edited(yaml, edits, whole?.value);
  if (all !== undefined) return { yaml: all, moved: edits.map(({ reference }) => reference), stuck };
  // One of them is in the way of the others.
  const able: Edit[] = [];
  for (const [n, edit] of edits.entries()) {
    if (n < mostTried && edited(yaml, [...able, edit], whole?.value) !== undefined) able.push(edit);
    else stuck.push({ how: edit.reference.how, why: uncertain });
  }
  return { yaml: edited(yaml, able, whole?.value) ?? yaml, moved: able.map(({ reference }) => reference), stuck };
}

/** The references in which two texts differ, in pairs; undefined where they differ in more than that. */
export function differingReferences(before: string, after: string): { was: Reference; is: Reference }[] | undefined {
  const [then, now] = [parsed(before), parsed(after)];
  if (!then || !now) return undefined;
  const [named, namedNow] = [referencesOf(then.value).named, referencesOf(now.value).named];
  if (named.length !== namedNow.length) return undefined;
  const pairs = named.flatMap((was, at) => {
    const is = namedNow[at];
    return is ? [{ was, is }] : [];
  });
  return pairs.every(({ was, is }) => isDeepStrictEqual(was.path, is.path))
    ? pairs.filter(({ was, is }) => was.text !== is.text)
    : undefined;
}

/** Undefined where it is not valid. */
function documentOf(text: string): Document.Parsed | undefined {
  // The library compares each key with all before it, which takes the square of their number.
  const document = parseDocument(text, { uniqueKeys: false });
  return document.errors.length === 0 && !hasRepeatedKeys(document) ? document : undefined;
}

function hasRepeatedKeys(document: Document.Parsed): boolean {
  let repeated = false;
  visit(document, {
    Map(_key, { items }) {
      const keys = items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []));
      if (new Set(keys).size < keys.length) repeated = true;
      return repeated ? visit.BREAK : undefined;
    },
  });
  return repeated;
}

function parsed(yaml: string): { document: Document.Parsed; value: Record<string, unknown> } | undefined {
  if (yaml.length > longestText) return undefined;
  try {
    const document = documentOf(yaml);
    const value: unknown = document?.toJS();
    return document && isPlainObject(value) ? { document, value } : undefined;
  } catch {
    // Too many aliases, or nested too deep.
    return undefined;
  }
}

/** The text after these edits, if it then differs in just these values. */
function edited(yaml: string, edits: readonly Edit[], value: Record<string, unknown> | undefined): string | undefined {
  const byPlace = new Map(edits.map((edit) => [edit.from, edit]));
  let [text, at] = ["", 0];
  for (const { from, to, text: fresh } of [...byPlace.values()].sort((one, other) => one.from - other.from)) {
    text += yaml.slice(at, from) + fresh;
    at = to;
  }
  text += yaml.slice(at);
  const expected = structuredClone(value);
  const changes = new Map<string, { path: Path; edits: Edit[] }>();
  for (const edit of edits) {
    const { path } = edit.reference;
    const key = JSON.stringify(path);
    changes.set(key, { path, edits: [...(changes.get(key)?.edits ?? []), edit] });
  }
  for (const { path, edits: ofOne } of changes.values()) put(expected, path, withAll(String(valueAt(value, path)), ofOne));
  return isDeepStrictEqual(parsed(text)?.value, expected) ? text : undefined;
}

/** A value after several edits: all but one edit parts of it. */
function withAll(value: string, edits: readonly Edit[]): string {
  const parts = edits.flatMap(({ reference, value: fresh }) => {
    const part = partOf(reference, value);
    return part ? [{ ...part, fresh }] : [];
  });
  if (parts.length === 0) return edits[0]?.value ?? value;
  const backwards = parts.sort((one, other) => other.at - one.at);
  return backwards.reduce((text, { at, written, fresh }) => text.slice(0, at) + fresh + text.slice(at + written.length), value);
}

function put(root: unknown, path: Path, value: string): void {
  const holder = valueAt(root, path.slice(0, -1));
  if (holder !== null && typeof holder === "object") Reflect.set(holder, path.at(-1) ?? "", value);
}

/** Undefined where it cannot be told which characters are the id. */
function editOf(reference: Reference, id: string, yaml: string, document: Document.Parsed): Edit | undefined {
  const node = scalarAt(document, reference.path);
  if (!node?.range || typeof node.value !== "string") return undefined;
  const [from, to] = node.range;
  const part = partOf(reference, node.value);
  if (!part && (reference.inJson || reference.part)) return undefined;
  const isBlock = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL;
  if (!part && !isBlock) return { from, to, text: written(id, node.type), value: id, reference };
  // A part is the same occurrence in the text as in the value; the first line of a block is its header.
  const start = isBlock ? yaml.indexOf("\n", from) : from;
  const raw = yaml.slice(start, to);
  const { written: old, at } = part ?? { written: node.value.trimEnd(), at: 0 };
  const [inValue, inText] = [placesOf(old, node.value), placesOf(old, raw)];
  const place = inText[inValue.indexOf(at)];
  if (place === undefined || inValue.length !== inText.length) return undefined;
  const fresh = !part ? id : reference.inJson ? JSON.stringify(id).slice(1, -1) : encodeURIComponent(id);
  const value = part ? fresh : node.value.replace(old, () => id);
  return { from: start + place, to: start + place + old.length, text: fresh, value, reference };
}

/** The id within a longer text, and where. */
function partOf({ part, inJson }: Reference, value: string): Reference["part"] {
  if (!inJson) return part;
  // JSON is YAML, too.
  const document = documentOf(value);
  const node = document && scalarAt(document, inJson);
  if (!node?.range || node.type !== Scalar.QUOTE_DOUBLE) return undefined;
  const [from, to] = node.range;
  return { written: value.slice(from + 1, to - 1), at: from + 1 };
}

function placesOf(part: string, text: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0 && part !== ""; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

function scalarAt(document: Document.Parsed, path: Path): Scalar | undefined {
  const node = path.reduce<unknown>((at, key) => below(resolved(at, document), key, document), document.contents);
  const found = resolved(node, document);
  return isScalar(found) ? found : undefined;
}

function below(node: unknown, key: string | number, document: Document.Parsed): unknown {
  if (isSeq(node) && typeof key === "number") return node.items[key];
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => {
    const name = resolved(pair.key, document);
    return isScalar(name) && String(name.value ?? "") === String(key);
  })?.value;
}

function resolved(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** An id as a text of YAML, in the quotes of what it replaces. */
function written(id: string, style: Scalar["type"]): string {
  if (style === Scalar.QUOTE_SINGLE) return `'${id.replaceAll("'", "''")}'`;
  return style === Scalar.PLAIN && isPlain(id) ? id : JSON.stringify(id);
}

/** Whether no reader of YAML, an older one neither, takes it for anything but a text. */
function isPlain(id: string): boolean {
  return /^[A-Za-z_][\w.-]*$/.test(id) ? !/^(?:true|false|yes|no|on|off|y|n|null)$/i.test(id) : /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id);
}
