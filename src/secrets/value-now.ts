import { fileKinds } from "../catalog/shared/file-kinds.ts";
import { type Sealed, seal } from "../sealed.ts";
import { encodedFile } from "./certificate.ts";
import { readSecretFile } from "./file-reference.ts";
import { fileText } from "./file-text.ts";
import { isSame } from "./redact.ts";
import type { SecretSource } from "./secret-source.ts";
import type { DigestOf } from "./stored-secret.ts";

/** Compares what references stand for now, reading each once. What has none, or a short one that is anybody's, is the same as no other. */
export function valuesNow(source: SecretSource, digestOf: DigestOf = () => undefined) {
  const read = new Map<string, Buffer | undefined>();
  const bytes = (reference: string): Buffer | undefined => {
    if (!read.has(reference)) read.set(reference, bytesNow(reference, source));
    return read.get(reference);
  };
  const now = (reference: string): Sealed | undefined => {
    const content = bytes(reference);
    const text = content && textOf(reference, content);
    return text === undefined ? undefined : seal(text, reference);
  };
  return {
    /** Whether a reference, as a plan or the journal has it, stands for this value. */
    is(reference: string, value: Sealed | undefined): boolean {
      const known = value && now(reference);
      return known !== undefined && value !== undefined && isSame(known, value);
    },
    of: now,
    /** Whether a reference stands for what a digest is of, in one of the forms that go to Kibana; undefined: that cannot be told. */
    holds(reference: string, digest: string | undefined): boolean | undefined {
      const content = digest === undefined ? undefined : bytes(reference);
      if (content === undefined) return undefined;
      const digests = formsOf(reference, content).flatMap((text) => digestOf(seal(text, reference)) ?? []);
      return digests.length === 0 ? undefined : digests.includes(digest ?? "");
    },
  };
}

function bytesNow(reference: string, { env, dir, ownFiles }: SecretSource): Buffer | undefined {
  const name = /^file (.+)$/.exec(reference)?.[1];
  if (name === undefined) return Object.hasOwn(env, reference) ? Buffer.from(env[reference] ?? "") : undefined;
  const file = dir === undefined ? undefined : readSecretFile(dir, name, ownFiles);
  return file && "bytes" in file ? file.bytes : undefined;
}

function textOf(reference: string, content: Buffer): string | undefined {
  const text = reference.startsWith("file ") ? fileText(content) : content.toString();
  return text?.replace(/\r?\n$/, "");
}

/** As text, and as each kind of file that a field may take. */
function formsOf(reference: string, content: Buffer): string[] {
  const text = textOf(reference, content);
  const files = fileKinds.flatMap((kind) => {
    const file = encodedFile(content, kind);
    if ("refused" in file) return [];
    return kind === "PEM key text" ? Buffer.from(file.base64, "base64").toString().trimEnd() : file.base64;
  });
  return [...new Set([...(text === undefined ? [] : [text]), ...files])];
}
