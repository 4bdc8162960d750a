import { type Sealed, seal } from "../sealed.ts";
import { readSecretFile } from "./file-reference.ts";
import { fileText } from "./file-text.ts";
import { isSame } from "./redact.ts";
import type { SecretSource } from "./secret-source.ts";

/** Compares what references stand for now, reading each once. What has none, or a short one that is anybody's, is the same as no other. */
export function valuesNow(source: SecretSource) {
  const read = new Map<string, Sealed | undefined>();
  const now = (reference: string): Sealed | undefined => {
    if (!read.has(reference)) read.set(reference, valueNow(reference, source));
    return read.get(reference);
  };
  return {
    /** Whether a reference, as a plan or the journal has it, stands for this value. */
    is(reference: string, value: Sealed | undefined): boolean {
      const known = value && now(reference);
      return known !== undefined && value !== undefined && isSame(known, value);
    },
    of: now,
  };
}

function valueNow(reference: string, { env, dir, ownFiles }: SecretSource): Sealed | undefined {
  const name = /^file (.+)$/.exec(reference)?.[1];
  if (name === undefined) return Object.hasOwn(env, reference) ? seal(withoutEnd(env[reference] ?? ""), reference) : undefined;
  const file = dir === undefined ? undefined : readSecretFile(dir, name, ownFiles);
  const text = file && "bytes" in file ? fileText(file.bytes) : undefined;
  return text === undefined ? undefined : seal(withoutEnd(text), reference);
}

function withoutEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}
