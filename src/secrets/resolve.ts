import { isUtf8 } from "node:buffer";
import type { FileKind } from "../catalog/shared/file-kinds.ts";
import { ToolError } from "../errors.ts";
import { mapSealed, Sealed, type SealedRecord, type SealedTree, seal } from "../sealed.ts";
import { type Binding, bindingSuffix, readBindings } from "../settings/bindings.ts";
import { isUnfilled } from "../settings/given-values.ts";
import { namesSecret } from "../shapes/names.ts";
import { encodedFile } from "./certificate.ts";
import { readSecretFile } from "./file-reference.ts";
import { fileText } from "./file-text.ts";
import { holdsMark } from "./holds-mark.ts";
import { oddIn } from "./odd-in.ts";
import { anotherOne, assertNotOwn, type Bound, boundIn } from "./reserved-values.ts";
import { availableNames, type SecretSource } from "./secret-source.ts";
import { unusableFiles } from "./tls-files.ts";

export interface Resolved {
  secrets: SealedRecord;
  /** Paths of `{"$ask": true}` that nobody has answered; they are not in `secrets`. */
  asked: string[];
  /** Bound references, by path. */
  bindings: Map<string, Binding[]>;
  /** What is bound under another name and has its value by another reference, too, by path: what each is called, and its binding. What the operator bound by that reference is not among them. */
  boundValues: Map<string, Bound[]>;
  warnings: string[];
  /** Values as they were read, where they are sent in another form: the redactor has to know both. */
  read: Sealed[];
}

interface Walk extends Resolved {
  /** Paths of plain texts that are refused. */
  literals: string[];
  /** Characters of plain texts so far. */
  plain: number;
  source: SecretSource;
  files: ReadonlyMap<string, FileKind>;
}

/**
 * Replaces the references in the `secrets` argument of a tool by sealed values.
 * @param askable the fields that `{"$ask": true}` in place of all secrets stands for; none: it is refused
 * @param files the fields that hold a file: what is given for them becomes what Kibana reads, base64 of the bytes or PEM
 * @param known the type's secrets: of what is no secret by its field or name, nothing is remembered
 * @throws ToolError literal_secret_refused, secret_refused; never with a value in it
 */
export function resolveSecrets(
  given: Record<string, unknown>,
  source: SecretSource,
  askable: readonly string[] = [],
  files: ReadonlyMap<string, FileKind> = new Map(),
  known?: readonly string[],
): Resolved {
  if (source.literals === "refuse") {
    const secret = Object.entries(given).filter(([field]) => known === undefined || known.includes(field) || namesSecret(field));
    source.refused?.add(Object.fromEntries(secret), "secrets");
  }
  const walk: Walk = {
    source,
    files,
    secrets: {},
    asked: [],
    bindings: new Map(),
    boundValues: new Map(),
    warnings: [],
    read: [],
    literals: [],
    plain: 0,
  };
  if (isAsk(given) && source.noPage) throw nobodyTypes("secrets", source);
  if (isAsk(given) && askable.length === 0) {
    throw new ToolError(
      "secret_refused",
      'It is not known which secrets {"$ask": true} stands for here: this type or config needs none, or has secrets with names of their own.',
      `Name each secret${known === undefined ? "" : ` that it has of ${known.join(", ")}`}, as {"${known?.[0] ?? "token"}": {"$ask": true}}, or leave \`secrets\` out where none is needed.`,
      { path: "secrets" },
    );
  }
  const fields = isAsk(given) ? Object.fromEntries(askable.map((field) => [field, given])) : given;
  for (const [key, value] of Object.entries(fields)) {
    const tree = asFile(resolve(value, `secrets.${key}`, walk), key, walk);
    if (tree !== undefined) Object.defineProperty(walk.secrets, key, { value: tree, enumerable: true });
  }
  const { secrets, asked, bindings, boundValues, warnings, read, literals } = walk;
  if (literals.length > 0) throw plainTexts(literals, source);
  mapSealed(secrets, (sealed, keys) => {
    const path = ["secrets", ...keys].join(".");
    assertNotOwn(sealed, path, source, ways(source));
    if (!bindings.has(path)) boundValues.set(path, boundIn(sealed, source));
  });
  // What a person has yet to type may be the passphrase.
  if (asked.length === 0) warnings.push(...unusableFiles(secrets, files));
  warnings.push(...oddIn(secrets, files));
  return { secrets, asked, bindings, boundValues, warnings, read };
}

/** What a person typed or a variable holds, in Kibana's form; a file has been encoded where it was read. */
function asFile(tree: SealedTree | undefined, field: string, walk: Walk): SealedTree | undefined {
  const kind = walk.files.get(field);
  if (kind === undefined || !(tree instanceof Sealed) || tree.source.startsWith(fileSource)) return tree;
  walk.read.push(tree);
  return tree.rewritten((value) => encoded(Buffer.from(value), kind, `secrets.${field}`, walk));
}

/** @throws ToolError secret_refused where the result would be garbage */
function encoded(content: Buffer, kind: FileKind, path: string, { warnings }: Walk): string {
  const result = encodedFile(content, kind);
  if ("refused" in result) {
    const problems = [{ path, problem: result.refused, suggestion: result.fix }];
    throw new ToolError("secret_refused", `${path} ${result.refused}.`, result.fix, { path, problems });
  }
  if (result.warning !== undefined) warnings.push(`${path} ${result.warning}.`);
  return kind === "PEM key text" ? Buffer.from(result.base64, "base64").toString().trimEnd() : result.base64;
}

/** Before the name of a file, where a value came from one. */
const fileSource = "file ";

/** Undefined for what a person has yet to type. */
function resolve(value: unknown, path: string, walk: Walk): SealedTree | undefined {
  const { source } = walk;
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") return literal(value, path, walk);
  if (Array.isArray(value)) return value.map((item, index) => resolve(item, `${path}.${index}`, walk)).filter((item) => item !== undefined);
  if (typeof value !== "object") throw new ToolError("invalid_arguments", `${path} is not JSON.`, ways(source), { path });
  if (isAsk(value)) {
    const typed = source.typed?.get(path);
    if (typed) return typed;
    if (source.noPage) throw nobodyTypes(path, source);
    walk.asked.push(path);
    return undefined;
  }
  const entries = Object.entries(value);
  const reference = entries.find(([key]) => key.startsWith("$"));
  const [bare] = entries;
  if (!reference && entries.length === 1 && bare && ["env", "file", "ask"].includes(bare[0])) {
    throw new ToolError(
      "secret_refused",
      `${path} has "${bare[0]}" where a reference has "$${bare[0]}".`,
      bare[0] === "ask" ? ways(source) : `Pass {"$${bare[0]}": …}.`,
      {
        path,
      },
    );
  }
  const hole = entries.find(([key]) => /^<.*>$/.test(key));
  if (hole)
    throw new ToolError(
      "secret_refused",
      `${path}.${hole[0]} is a placeholder.`,
      "Put in its place the name that the service expects, such as that of a header; if nobody knows it, ask the user.",
      { path },
    );
  if (!reference) {
    const resolved = entries.map(([key, item]) => [key, resolve(item, `${path}.${key}`, walk)] as const);
    const known = resolved.filter((entry): entry is [string, SealedTree] => entry[1] !== undefined);
    return known.length === 0 && resolved.length > 0 ? undefined : Object.fromEntries(known);
  }
  const [kind, name] = reference;
  if (entries.length === 1 && typeof name === "string" && kind === "$env") return fromEnvironment(name, path, walk);
  if (entries.length === 1 && typeof name === "string" && kind === "$file") return fromFile(name, path, walk);
  throw new ToolError("secret_refused", `${path} is not a reference that this server knows.`, ways(source), { path });
}

function nobodyTypes(path: string, source: SecretSource): ToolError {
  return new ToolError(
    "secret_refused",
    `${path} asks a person to type it, on a page of this server's machine: the server is shared over HTTP, and nobody sits there.`,
    ways(source),
    { path },
  );
}

function isAsk(value: object): boolean {
  const entries = Object.entries(value);
  return entries.length === 1 && entries[0]?.[0] === "$ask" && entries[0][1] === true;
}

/** Characters of plain texts in a call: what each is known by afterwards takes time that others wait. */
const mostPlain = 100_000;

/** Undefined for what is refused. @throws ToolError invalid_arguments for very long ones */
function literal(value: string, path: string, walk: Walk): SealedTree | undefined {
  const { source, warnings, literals } = walk;
  // The way to authenticate is not a secret; spec types keep it among the secrets (reference/connector-types.md).
  if (path === "secrets.authType") return value;
  if (holdsMark(value)) {
    throw new ToolError("secret_refused", `${path} holds the redaction mark, which is not a value.`, ways(source), { path });
  }
  const meant = new RegExp(`^\\$?\\{?(?:env[:.])?(${source.prefix.replace(/\W/g, "\\$&")}\\w+)\\}?$`).exec(value)?.[1];
  if (meant !== undefined) {
    throw new ToolError(
      "literal_secret_refused",
      `${path} is the name of a variable as text: nothing would replace it.`,
      `Pass {"$env": "${meant}"}.`,
      { path },
    );
  }
  if (source.literals === "refuse") {
    literals.push(path);
    return undefined;
  }
  walk.plain += value.length;
  if (walk.plain > mostPlain) {
    const problem = `The plain texts in \`secrets\` have more than ${mostPlain.toLocaleString("en")} characters.`;
    throw new ToolError("invalid_arguments", problem, ways(source), { path });
  }
  warnings.push(`${path} was given as plain text: it stays in the conversation's transcript. Use a reference for anything real.`);
  return seal(value, `${path} (plain text)`);
}

/** All of them at once, with the names that may be meant: login names are no secret to people, and are said in clear. */
function plainTexts([path = "", ...more]: readonly string[], source: SecretSource): ToolError {
  const paths = [path, ...more.slice(0, 9)];
  const available = availableNames(source);
  return new ToolError(
    "literal_secret_refused",
    `${paths.join(", ")} ${more.length > 0 ? "are" : "is"} given as plain text. A secret that passes through the conversation stays in its transcript.`,
    `${ways(source)}${available.length > 0 ? " These exist: `available`." : ""}`,
    { path, ...(available.length > 0 ? { available } : {}) },
  );
}

/** How a secret is passed without its value. */
export function ways({ prefix, dir, noPage }: SecretSource): string {
  const file = dir === undefined ? "" : ', {"$file": "name"} for a file in the secrets folder';
  const operator = `ave the operator put it into the environment of this server and pass {"$env": "${prefix}SOMETHING"}${file}.`;
  return noPage ? `H${operator}` : `Pass {"$ask": true} and a person types it on a local page, or h${operator}`;
}

/** @throws ToolError secret_refused for a name that is not the caller's to use; the error does not say whether it exists */
function assertAllowed(name: string, path: string, { allowed = [name] }: SecretSource): void {
  if (allowed.includes(name)) return;
  throw new ToolError(
    "secret_refused",
    `${path} names a secret that this caller may not use.`,
    "Use one of the names in `available`, or ask the operator, who lists the secrets of each token's holder.",
    { path, available: allowed },
  );
}

function fromEnvironment(name: string, path: string, { source, bindings }: Walk): Sealed {
  const { env, prefix, noPage } = source;
  assertAllowed(name, path, source);
  const refuse = (cause: string) => {
    const available = availableNames(source);
    const fix =
      available.length > 0
        ? `Use one of the names in \`available\`, ${noPage ? "" : 'pass {"$ask": true} and a person types it, '}or have the operator add the variable and restart the server.`
        : `${noPage ? "H" : 'Pass {"$ask": true} and a person types it on a local page, or h'}ave the operator add ${prefix}… to the environment of this server and restart it.`;
    return new ToolError("secret_refused", cause, fix, { path, available });
  };
  if (!name.startsWith(prefix) || name.endsWith(bindingSuffix)) {
    throw refuse(`${path} names a variable that does not begin with ${prefix}, or that holds a binding: other variables cannot be used.`);
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) throw refuse(`${path} names a variable that is not set in the environment of this server.`);
  if (value.trim() === "") throw refuse(`${path} names a variable that is empty.`);
  if (isUnfilled(value)) throw refuse(`${path} names a variable that holds a placeholder that nobody filled in.`);
  const binding = Object.hasOwn(env, name + bindingSuffix) ? env[name + bindingSuffix] : undefined;
  if (binding !== undefined) {
    const read = readBindings(binding);
    if (!read) throw refuse(`${name}${bindingSuffix} is not a binding: it reads like .pagerduty@events.pagerduty.com.`);
    bindings.set(path, read);
  }
  return seal(value.replace(/\r?\n$/, ""), name);
}

function fromFile(name: string, path: string, walk: Walk): Sealed {
  const { source, files, read: known } = walk;
  assertAllowed(name, path, source);
  const refuse = (cause: string, first = "") => new ToolError("secret_refused", `${path} ${cause}.`, first + ways(source), { path });
  if (source.dir === undefined) throw refuse("names a file, but this server has no secrets folder (CONNECTORS_SECRET_DIR)");
  const read = readSecretFile(source.dir, name, source.ownFiles);
  if ("refused" in read) throw refuse(`names a file that ${read.refused}`, read.isOwn && `${anotherOne} `);
  if (read.bytes.toString("utf8").trim() === "") throw refuse("names a file that is empty");
  const kind = files.get(path.replace(/^secrets\./, ""));
  const text = fileText(read.bytes)?.replace(/\r?\n$/, "");
  if (kind === undefined) {
    if (text === undefined || !isUtf8(read.bytes) || read.bytes.includes(0))
      throw refuse("names a file that is not UTF-8 text, which this field needs");
    return seal(text, fileSource + name);
  }
  if (text !== undefined) known.push(seal(text, fileSource + name));
  return seal(encoded(read.bytes, kind, path, walk), fileSource + name);
}
