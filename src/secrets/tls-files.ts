import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { FileKind } from "../catalog/shared/file-kinds.ts";
import { Sealed, type SealedRecord } from "../sealed.ts";

/** Whether each certificate of a PEM text can be read; a block of another kind is none. */
export function certificatesCanBeRead(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*-----END (?:X509 )?CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block.replaceAll("X509 CERTIFICATE", "CERTIFICATE"));
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
    return canUse({ cert }) && cert !== "" && !canUse({ cert, key: pem, passphrase })
      ? `secrets.${key} is not the key of the certificate in secrets.${crt}`
      : undefined;
  });
  return problem === undefined ? [] : [`${problem}: requests will fail.`];
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
