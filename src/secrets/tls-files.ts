import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { FileKind } from "../catalog/shared/file-kinds.ts";
import { Sealed, type SealedRecord } from "../sealed.ts";

/** Whether each certificate of a PEM text can be read; a block of another kind is none. */
export function certificatesCanBeRead(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*-----END (?:X509 )?CERTIFICATE-----/g) ?? [];
  return blocks.every((block) => works(() => new X509Certificate(plainLabel(block))));
}

function plainLabel(pem: string): string {
  return pem.replaceAll("X509 CERTIFICATE", "CERTIFICATE");
}

/** Whether bytes are a certificate in binary form (DER). */
export function canBeCertificate(content: Buffer): boolean {
  return works(() => new X509Certificate(content));
}

/** The start of an encrypted PKCS 8 key: which cipher (PKCS 5 or 12), before the encrypted octets. */
const encryptedKey = /^30(?:[0-7].|81..|82.{4})30(?:[0-7].|81..|82.{4})06..2a864886f70d01(?:05|0c01)/;

/** Whether bytes are a private key in binary form; what is in an encrypted one cannot be told. */
export function canBePrivateKey(content: Buffer): boolean {
  if (encryptedKey.test(content.subarray(0, 32).toString("hex"))) return isWhole(content);
  return (["pkcs8", "pkcs1", "sec1"] as const).some((type) => works(() => createPrivateKey({ key: content, format: "der", type })));
}

/** Whether bytes are a sequence of ASN.1 of which no part is missing; one may leave its length out. */
export function isWhole(content: Buffer): boolean {
  const [tag, first = 0] = content;
  if (tag !== 0x30) return false;
  if (first <= 0x80) return first === 0x80 || content.length >= 2 + first;
  const size = first - 0x80;
  return size <= 4 && content.length >= 2 + size && content.length >= 2 + size + content.readUIntBE(2, size);
}

function works(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/**
 * Why TLS cannot use the files of a client certificate, alone or together: an error of every request to come, which nobody
 * would see at save. Quotes nothing of them.
 * @param secrets as they go to Kibana: files in base64
 */
export function unusableFiles(secrets: SealedRecord, files: ReadonlyMap<string, FileKind>): string[] {
  const fieldOf = (fits: (kind: FileKind) => boolean) =>
    // An authority is no part of the pair.
    [...files].find(([field, kind]) => fits(kind) && !field.startsWith("ca") && secrets[field] instanceof Sealed)?.[0];
  const [crt, key, pfx] = [
    fieldOf((kind) => kind.endsWith("certificate")),
    fieldOf((kind) => kind.endsWith("private key")),
    fieldOf((kind) => kind === "PKCS #12"),
  ];
  const word = ["passphrase", "password"].find((field) => secrets[field] instanceof Sealed);
  const given = (field: string | undefined) => (field === undefined ? undefined : secrets[field]);
  const problem = opened([given(crt), given(key), given(pfx), given(word)], ([certificate, privateKey, container, passphrase]) => {
    if (container !== undefined && !canUse({ pfx: Buffer.from(container, "base64"), passphrase }))
      return `secrets.${pfx} cannot be read ${passphrase === undefined ? "without a passphrase" : `with the passphrase in secrets.${word}`}`;
    const pem = privateKey === undefined ? "" : Buffer.from(privateKey, "base64").toString();
    // Of a binary key it is said already that Kibana takes none.
    if (!pem.includes("-----BEGIN ")) return undefined;
    if (!canUse({ key: pem, passphrase })) {
      if (!/ENCRYPTED/.test(pem)) return `secrets.${key} holds no private key that can be read`;
      return passphrase === undefined
        ? `secrets.${key} is encrypted, and no passphrase goes with it (secrets.password, where the type has that field)`
        : `secrets.${key} cannot be read with the passphrase in secrets.${word}`;
    }
    const cert = certificate === undefined ? "" : Buffer.from(certificate, "base64").toString();
    return canUse({ cert }) && cert !== "" && !isPair(cert, pem, passphrase)
      ? `secrets.${key} is not the key of the certificate in secrets.${crt}`
      : undefined;
  });
  return problem === undefined ? [] : [`${problem}: requests will fail.`];
}

/** TLS takes a key of another algorithm than the certificate's without a word: the keys themselves are compared. */
function isPair(cert: string, key: string, passphrase: string | undefined): boolean {
  try {
    return new X509Certificate(plainLabel(cert)).checkPrivateKey(
      createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) }),
    );
  } catch {
    // Forms that only TLS reads, as a trusted certificate or a key behind its parameters.
    return canUse({ cert, key, passphrase });
  }
}

/** Has `use` look at several secrets at once. It neither keeps nor quotes them. */
function opened(
  secrets: readonly unknown[],
  use: (texts: readonly (string | undefined)[]) => string | undefined,
  texts: readonly (string | undefined)[] = [],
): string | undefined {
  const [first, ...rest] = secrets;
  if (secrets.length === 0) return use(texts);
  if (!(first instanceof Sealed)) return opened(rest, use, [...texts, undefined]);
  let result: string | undefined;
  first.rewritten((text) => {
    result = opened(rest, use, [...texts, text]);
    return text;
  });
  return result;
}

function canUse({ passphrase, ...files }: Omit<SecureContextOptions, "passphrase"> & { passphrase?: string | undefined }): boolean {
  try {
    createSecureContext({ ...files, ...(passphrase === undefined ? {} : { passphrase }) });
    return true;
  } catch (error) {
    // Old ciphers of containers, which the Node of a Kibana may still read.
    return files.pfx !== undefined && /unsupported/i.test(String(error));
  }
}
