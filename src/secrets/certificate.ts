import type { FileKind } from "../catalog/shared/file-kinds.ts";
import { objectIn } from "../json-depth.ts";
import { fileText } from "./file-text.ts";
import { canBeCertificate, canBePrivateKey, certificatesCanBeRead, isKey, isWhole, outOfDate } from "./tls-files.ts";

/** The base64 that Kibana stores, or why the file cannot be used. Neither quotes the content. */
export type EncodedFile = { base64: string; warning?: string } | { refused: string; fix: string };

/**
 * Brings a certificate, key or container into the form that Kibana decodes: base64 of the file's bytes. PEM and binary
 * files are encoded; what is already that base64 stays as it is.
 */
export function encodedFile(content: Buffer, kind: FileKind): EncodedFile {
  const text = textOf(content);
  if (text === undefined) return ofBytes(content, kind);
  if (text.includes(begin)) return ofPem(text, content, kind);
  return ofBase64(text.replace(/\s+/g, ""), kind);
}

const begin = "-----BEGIN ";
/** Fewest bytes that are taken for a binary file: a short word given by mistake may be valid base64 by chance. */
const leastBytes = 24;

/** Undefined for containers: bytes that are not text, or have control characters that no PEM has. PEM with such bytes around it is text. */
function textOf(content: Buffer): string | undefined {
  const text = fileText(content);
  if (text !== undefined && !/[^\P{Cc}\t\n\r\f]/u.test(text)) return text;
  // A container begins with the tag of a sequence, and may hold anything.
  if (content[0] === 0x30) return undefined;
  const rough = text ?? content.toString("latin1");
  return rough.includes(begin) ? rough : undefined;
}

const unreadable: EncodedFile = {
  refused: "is neither PEM nor a certificate or key that can be read, also not in base64: Kibana would store garbage",
  fix: 'Give the file itself with {"$file": "name"}, its PEM text, or the base64 of its bytes (base64 -w0 file).',
};

const noContainer: EncodedFile = {
  refused: "is not a PKCS #12 container, or not the whole of one",
  fix: 'Give the .p12 or .pfx file itself, with {"$file": "name"} or as the base64 of its bytes (base64 -w0 file).',
};

function ofBytes(content: Buffer, kind: FileKind): EncodedFile {
  if (/^(feedfeed|cececece)/.test(content.subarray(0, 4).toString("hex"))) {
    return {
      refused: "is a Java keystore, which Kibana cannot read",
      fix: "Convert it with keytool -importkeystore -deststoretype PKCS12, or give PEM files.",
    };
  }
  const base64 = content.toString("base64");
  if (isListOfTexts(content)) return unreadable;
  if (kind === "PKCS #12") return isContainer(content) && isWhole(content) ? { base64 } : noContainer;
  if (isContainer(content)) {
    return {
      refused: `is a PKCS #12 container, but a PEM ${isKey(kind) ? "key" : "certificate"} is needed`,
      fix: `Take it out: openssl pkcs12 -in file.p12 ${isKey(kind) ? "-nocerts -nodes" : "-clcerts -nokeys"} -out file.pem. Or give the container as pfx, where the type has that field, with certType ssl-pfx.`,
    };
  }
  if (isPemOnly(kind)) return notPem(kind);
  const [isCertificate, isPrivateKey] = [canBeCertificate(content), canBePrivateKey(content)];
  if (isKey(kind) ? isCertificate : isPrivateKey) return mistakenFor(kind);
  if (!isCertificate && !isPrivateKey) return unreadable;
  return { base64, warning: `is binary (DER), but Kibana's TLS reads PEM here: ${toPem(kind)}` };
}

function ofPem(text: string, content: Buffer, kind: FileKind): EncodedFile {
  if (kind === "PKCS #12") {
    return {
      refused: "is PEM, but a PKCS #12 file is needed",
      fix: "Give the .p12 or .pfx file, or put the PEM certificate into crt and the key into key, with certType ssl-crt-key.",
    };
  }
  const inLines = linesOf(withinJson(text));
  const blocks = blocksOf(inLines);
  if (blocks === undefined) return { refused: "is PEM without its end", fix: "Give the whole file, from -----BEGIN to -----END." };
  const labels = blocks.map(({ label }) => label);
  if (kind === "PKCS 8 private key" && !labels.includes("PRIVATE KEY")) {
    return {
      refused: "is not a PKCS 8 key: Kibana takes only -----BEGIN PRIVATE KEY-----",
      fix: "Convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key8.pem.",
    };
  }
  if (kind === "PEM certificate" && !labels.includes("CERTIFICATE")) return notPem(kind);
  if (blocks.some(({ body }) => body.trim() === "")) return { refused: "is PEM with nothing in it", fix: "Give the whole file." };
  if (blocks.some(({ body }) => linesOfBody(body) === undefined))
    return {
      refused: "is PEM with invalid characters in it: Kibana would store what nothing can read",
      fix: "Give the file as it was made, with its line breaks and nothing else between -----BEGIN and -----END.",
    };
  const useless = labels.every((label) => !/^(X509 |TRUSTED )?CERTIFICATE$|(?<!OPENSSH )PRIVATE KEY$/.test(label));
  if (useless) return ofOther(labels[0] ?? "", kind);
  const wanted = isKey(kind) ? "PRIVATE KEY" : "CERTIFICATE";
  if (labels.every((label) => !label.includes(wanted))) return mistakenFor(kind);
  // As OpenSSL reads it: blocks begin and end on their own lines, and nothing before the first one hides it.
  const broken = inLines !== text || content.toString("utf8") !== text || blocks.some(({ body, alone }) => !alone || !isInLines(body));
  const sent = broken ? Buffer.from(blocks.map(rewritten).join("")) : content;
  const warning = isKey(kind) ? undefined : unusable(sent.toString());
  return { base64: sent.toString("base64"), ...(warning !== undefined && { warning }) };
}

/** What is wrong with certificates that TLS takes for such. */
function unusable(pem: string): string | undefined {
  if (!certificatesCanBeRead(pem)) return "holds a certificate that cannot be read, as one of which a part is missing: requests will fail";
  const when = outOfDate(pem);
  return when === undefined ? undefined : `holds a certificate that ${when}: requests will fail`;
}

/** A certificate in place of a key, or the other way round. */
function mistakenFor(kind: FileKind): EncodedFile {
  const [other, wanted] = isKey(kind) ? ["certificate", "private key"] : ["private key", "certificate"];
  return { refused: `holds a ${other} and no ${wanted}`, fix: `Give the file with -----BEGIN ${wanted.toUpperCase()}-----.` };
}

/** What TLS accepts as neither: a request, a public key, an SSH key. */
function ofOther(label: string, kind: FileKind): EncodedFile {
  const wanted = isKey(kind) ? "private key" : "certificate";
  return {
    refused: `holds -----BEGIN ${label}-----, which is not a ${wanted}`,
    fix:
      label === "OPENSSH PRIVATE KEY"
        ? "Convert it: ssh-keygen -p -m PKCS8 -f key."
        : `Give the file with -----BEGIN ${isKey(kind) ? "PRIVATE KEY" : "CERTIFICATE"}-----${label.endsWith("REQUEST") ? ": the certificate authority makes it from this request" : ""}.`,
  };
}

/** With line breaks in place of escapes for them. */
function linesOf(text: string): string {
  const read = text.includes("\\n") ? text.replaceAll("\\r", "").replaceAll("\\n", "\n") : text;
  return /&#|<br/i.test(read) ? read.replace(/&#0*13;|&#x0*d;/gi, "").replace(/&#0*10;|&#x0*a;|<br ?\/?>/gi, "\n") : read;
}

/** The one text with PEM in it, where it is in JSON. */
function withinJson(text: string): string {
  const [pem, ...others] = objectIn(text) === undefined ? [] : pemTexts(JSON.parse(text));
  return pem === undefined || others.length > 0 ? text : withinJson(pem);
}

function pemTexts(json: unknown): string[] {
  if (typeof json === "string") return json.includes(begin) ? [json] : [];
  return json !== null && typeof json === "object" ? Object.values(json).flatMap(pemTexts) : [];
}

/** The two headers of keys that are encrypted in the old way, also with other white space than line breaks. */
const encryptedInTheOldWay = /^\s*(Proc-Type:\s*4,ENCRYPTED)\s+(DEK-Info:\s*[A-Z\d-]{1,40},[A-F\d]{1,64})\s+([^:]*)$/i;

/** What is between the first line of a block and the last; undefined if nothing could read it. */
function linesOfBody(body: string): string[] | undefined {
  const [, type, info, content = body] = encryptedInTheOldWay.exec(body) ?? [];
  if (!/^[A-Za-z0-9+/=\s]*$/.test(content)) return undefined;
  const headers = type !== undefined && info !== undefined ? [type, info, ""] : [];
  return [...headers, ...(content.replace(/\s+/g, "").match(/.{1,64}/g) ?? [])];
}

/** Whether OpenSSL finds its lines: none is empty but the one behind the headers. */
function isInLines(body: string): boolean {
  const lines = body.replace(/\r?\n$/, "").split(/\r?\n/);
  const empty = body.includes(":") ? lines.indexOf("", 1) : -1;
  return (
    lines.length > 1 &&
    lines.every((line, n) => n === 0 || n === empty || /^\S/.test(line)) &&
    (!body.includes(":") || (empty > 1 && /^DEK-Info:/i.test(lines[empty - 1] ?? "")))
  );
}

function ofBase64(text: string, kind: FileKind): EncodedFile {
  const content = Buffer.from(text, "base64");
  const same = content.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
  const within = same && content.length >= leastBytes ? textOf(content) : "";
  if (within !== undefined && !within.includes(begin)) return unreadable;
  return within === undefined ? ofBytes(content, kind) : ofPem(within, content, kind);
}

interface Block {
  label: string;
  body: string;
  /** Its first and last line hold nothing else. */
  alone: boolean;
}

/** The blocks of a PEM text; undefined where one does not end. In time linear in its length. */
function blocksOf(text: string): Block[] | undefined {
  const blocks: Block[] = [];
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    const label = /^[A-Z0-9 #a-z]{1,60}(?=-----)/.exec(text.slice(at + begin.length, at + begin.length + 70))?.[0];
    const start = at + begin.length + (label?.length ?? 0) + 5;
    const end = label === undefined ? -1 : text.indexOf(`-----END ${label}-----`, start);
    if (label === undefined || end < 0) return undefined;
    const after = text.slice(end + `-----END ${label}-----`.length).slice(0, 1);
    blocks.push({ label, body: text.slice(start, end), alone: /^\n?$/.test(text.slice(Math.max(0, at - 1), at)) && /^\s?$/.test(after) });
    at = end;
  }
  return blocks;
}

/** A block whose line breaks were lost or written out. */
function rewritten({ label, body }: Block): string {
  return `${begin}${label}-----\n${(linesOfBody(body) ?? []).join("\n")}\n-----END ${label}-----\n`;
}

/** What the system tells of a process, as its variables: texts that end in a zero. */
function isListOfTexts(content: Buffer): boolean {
  return /^[\t\n\r\x20-\x7e\0]*$/.test(content.toString("latin1"));
}

/** It has its version, 3, where a certificate has the part that is signed. */
function isContainer(content: Buffer): boolean {
  return /^30(80|[0-7].|81..|82.{4}|83.{6})020103/.test(content.subarray(0, 10).toString("hex"));
}

function isPemOnly(kind: FileKind): boolean {
  return kind === "PKCS 8 private key" || kind === "PEM certificate" || kind === "PEM key text";
}

function notPem(kind: FileKind): EncodedFile {
  return {
    refused: `is not a PEM file of a ${isKey(kind) ? "private key" : "certificate"}, which Kibana needs here`,
    fix: `${toPem(kind)}.`,
  };
}

function toPem(kind: FileKind): string {
  return isKey(kind)
    ? "openssl pkcs8 -topk8 -nocrypt -inform der -in key.der converts it to PEM"
    : "openssl x509 -inform der -in cert.der converts it to PEM";
}
