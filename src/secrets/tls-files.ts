import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { FileKind } from "../catalog/shared/file-kinds.ts";
import { Sealed, type SealedRecord } from "../sealed.ts";

/** Whether it is for a private key. */
export function isKey(kind: FileKind): boolean {
  return kind.endsWith("private key") || kind === "PEM key text";
}

/** Whether each certificate of a PEM text can be read; a block of another kind is none. */
export function certificatesCanBeRead(pem: string): boolean {
  return blocksOf(pem).every((block) => works(() => new X509Certificate(block)));
}

/**
 * Since when a PEM text, whose certificates can be read, is out of date, or from when it counts: the end of a sentence. Of a
 * list of authorities only if all are: some always expire before it is renewed.
 */
export function outOfDate(pem: string): string | undefined {
  const [first, ...others] = blocksOf(pem).map((block) => new X509Certificate(block));
  if (first === undefined || (first.ca && others.some((one) => notValid(one) === undefined))) return undefined;
  return notValid(first);
}

function notValid({ validFrom, validTo }: X509Certificate): string | undefined {
  const day = (date: string) => new Date(date).toISOString().slice(0, 10);
  if (Date.parse(validTo) < Date.now()) return `expired on ${day(validTo)}`;
  return Date.parse(validFrom) > Date.now() ? `is not valid before ${day(validFrom)}` : undefined;
}

function blocksOf(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*-----END (?:X509 )?CERTIFICATE-----/g) ?? [];
  return blocks.map(plainLabel);
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
 * Why the files of a client certificate, or a key that signs, cannot be used, alone or together: an error of every request to
 * come, which nobody would see at save. Quotes nothing of them.
 * @param secrets as they go to Kibana: files in base64, a key that signs as text
 */
export function unusableFiles(secrets: SealedRecord, files: ReadonlyMap<string, FileKind>): string[] {
  const fieldOf = (fits: (kind: FileKind) => boolean) =>
    // An authority is no part of the pair.
    [...files].find(([field, kind]) => fits(kind) && !field.startsWith("ca") && secrets[field] instanceof Sealed)?.[0];
  const [crt, key, pfx] = [fieldOf((kind) => kind.endsWith("certificate")), fieldOf(isKey), fieldOf((kind) => kind === "PKCS #12")];
  const isText = key !== undefined && files.get(key) === "PEM key text";
  // The password beside a key that signs is another way to authenticate.
  const word = (isText ? ["privateKeyPassword"] : ["passphrase", "password"]).find((field) => secrets[field] instanceof Sealed);
  const given = (field: string | undefined) => (field === undefined ? undefined : secrets[field]);
  const problem = opened([given(crt), given(key), given(pfx), given(word)], ([certificate, privateKey, container, passphrase]) => {
    const unread = passphrase === undefined ? needsPassphrase(isText) : `cannot be read with the passphrase in secrets.${word}`;
    const unusable = container === undefined ? undefined : unusableContainer(Buffer.from(container, "base64"), passphrase);
    if (unusable !== undefined) return `secrets.${pfx} ${unusable === wrongPassphrase ? unread : unusable}`;
    const pem = privateKey === undefined ? "" : isText ? privateKey : Buffer.from(privateKey, "base64").toString();
    // Of a binary key it is said already that Kibana takes none.
    if (!pem.includes("-----BEGIN ")) return undefined;
    if (!canUse({ key: pem, passphrase })) {
      if (!/ENCRYPTED/.test(pem)) return `secrets.${key} holds no private key that can be read`;
      return `secrets.${key} ${unread}`;
    }
    const cert = certificate === undefined ? "" : Buffer.from(certificate, "base64").toString();
    if (!canUse({ cert }) || cert === "" || isPair(cert, pem, passphrase)) return undefined;
    return blocksOf(cert).some((one) => isPair(one, pem, passphrase))
      ? `secrets.${key} is the key of a later certificate in secrets.${crt}, and TLS takes the first`
      : `secrets.${key} is not the key of the certificate in secrets.${crt}`;
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

const needsPassphrase = (isText: boolean) =>
  `is encrypted, and no passphrase goes with it (secrets.${isText ? "privateKeyPassword" : "password, where the type has that field"})`;
const wrongPassphrase = "mac verify failure";

/** Why TLS cannot use a container, as OpenSSL or Node says it; `wrongPassphrase` where it cannot be opened. */
function unusableContainer(pfx: Buffer, passphrase: string | undefined): string | undefined {
  const problem = problemOf({ pfx, passphrase });
  if (problem === undefined) return outOfDateIn(pfx, passphrase);
  if (problem.includes(wrongPassphrase)) return wrongPassphrase;
  const [, missing] = /Unable to load (private key|certificate) from PFX/.exec(problem) ?? [];
  return missing ? `holds no ${missing}` : "is no PKCS #12 container that can be read";
}

function outOfDateIn(pfx: Buffer, passphrase: string | undefined): string | undefined {
  let when: string | undefined;
  works(() => {
    // Node has no public way to a container's certificate.
    const certificate: unknown = createSecureContext({ pfx, ...(passphrase === undefined ? {} : { passphrase }) }).context.getCertificate();
    if (Buffer.isBuffer(certificate)) when = notValid(new X509Certificate(certificate));
  });
  return when && `holds a certificate that ${when}`;
}

function canUse(files: Files): boolean {
  return problemOf(files) === undefined;
}

type Files = Omit<SecureContextOptions, "passphrase"> & { passphrase?: string | undefined };

/** Why TLS refuses files, in its own words; undefined where it takes them. */
function problemOf({ passphrase, ...files }: Files): string | undefined {
  try {
    createSecureContext({ ...files, ...(passphrase === undefined ? {} : { passphrase }) });
    return undefined;
  } catch (error) {
    // Old ciphers of containers, which the Node of a Kibana may still read.
    return files.pfx !== undefined && /unsupported/i.test(String(error)) ? undefined : String(error);
  }
}
