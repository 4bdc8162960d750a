import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Sealed, seal } from "../sealed.ts";
import { atEachOffset } from "./base64-offsets.ts";
import { fileText } from "./file-text.ts";

/** Larger files cannot be referred to (file-reference.ts); only their beginning is known. */
const most = 64 * 1024;

/**
 * Reads the secrets folder: each time, the values of those files that are new or changed since the last time. Files that no
 * reference may name count too: links, and what everybody may read. Bytes that are not text are known as base64 and
 * hexadecimal, which is how they travel. What cannot be read is left out.
 */
export function watchSecrets(dir: string): () => Sealed[] {
  let before = new Map<string, string>();
  return () => {
    const now = new Map(namesIn(dir).map((name) => [name, stateOf(join(dir, name))]));
    const changed = [...now].filter(([name, state]) => state !== "" && state !== before.get(name));
    before = now;
    return changed.flatMap(([name]) => valuesOf(join(dir, name), name));
  };
}

/** Differs once a file has been written to, or another one has its name. */
function stateOf(path: string): string {
  try {
    const found = statSync(path, { bigint: true });
    return found.isFile() ? [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join() : "";
  } catch {
    // Gone meanwhile, or a link to nowhere.
    return "";
  }
}

function valuesOf(path: string, name: string): Sealed[] {
  const bytes = read(path);
  if (bytes === undefined || bytes.length === 0) return [];
  const text = fileText(bytes)?.replace(/\r?\n$/, "");
  const forms = [...(text === undefined ? [] : [text]), ...(isUtf8(bytes) ? [] : inAscii(bytes))];
  return forms.map((form) => seal(form, `file ${name}`));
}

function inAscii(bytes: Buffer): string[] {
  const hex = bytes.toString("hex");
  return [bytes.toString("base64"), ...atEachOffset(bytes), hex, hex.toUpperCase(), hex.toUpperCase().replace(/..(?=.)/g, "$&:")];
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    // The reference that names a file says what is wrong with the folder.
    return [];
  }
}

function read(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(file).isFile()) return undefined;
    const bytes = Buffer.alloc(most);
    return bytes.subarray(0, readSync(file, bytes, 0, most, 0));
  } catch {
    // Gone meanwhile, or not ours to read: then nobody can send it either.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
