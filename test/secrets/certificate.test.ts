import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { FileKind } from "../../src/catalog/shared/file-kinds.ts";
import { Sealed } from "../../src/sealed.ts";
import { encodedFile } from "../../src/secrets/certificate.ts";
import { unusableFiles } from "../../src/secrets/tls-files.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const decoded = (given: string | Buffer) => {
  const result = encodedFile(Buffer.from(given), "private key");
  if ("refused" in result) throw new Error(result.refused);
  return Buffer.from(result.base64, "base64").toString();
};

test.each([
  ["as it is", pem],
  ["with line ends of another system", pem.replaceAll("\n", "\r\n")],
  ["in base64", Buffer.from(pem).toString("base64")],
  [
    "in base64 of several lines",
    Buffer.from(pem)
      .toString("base64")
      .replace(/(.{40})/g, "$1\n"),
  ],
  ["on one line", pem.replaceAll("\n", " ")],
  ["with line ends written out", pem.replaceAll("\n", "\\n")],
  ["in UTF-16, as Windows writes it", Buffer.from(`\ufeff${pem}`, "utf16le")],
  ["in UTF-16 of the other order", Buffer.from(`\ufeff${pem}`, "utf16le").swap16()],
  ["in UTF-16 without a mark", Buffer.from(pem.replaceAll("\n", "\r\n"), "utf16le")],
  ["in UTF-16, in base64", Buffer.from(`\ufeff${pem}`, "utf16le").toString("base64")],
  ["behind a byte order mark", `\ufeff${pem}`],
  ["with words around it", `Bag Attributes\n  friendlyName: k\n${pem}and more`],
  ["with garbage right behind it", `${pem.trimEnd()}garbage\u0000\u001a`],
  ["with bytes before and behind it", Buffer.concat([Buffer.from([0xff, 0x00, 0xe4]), Buffer.from(pem), Buffer.from([0x00, 0xfc])])],
  ["indented", pem.replaceAll(/^/gm, "  ").trimEnd()],
  ["with line ends as HTML writes them", pem.replaceAll("\n", "&#10;")],
  ["with line ends of HTML in capitals", pem.replaceAll("\n", "&#x0D;&#X0A;")],
  ["with breaks of HTML", pem.replaceAll("\n", "<br>")],
  ["in quotes", `"${pem.trim()}"`],
  ["in quotes, as JSON", JSON.stringify(pem)],
  ["with empty lines between", pem.replaceAll("\n", "\n\n")],
  ["within JSON", JSON.stringify({ tls: { key: pem, user: "u" } })],
  ["within JSON with escapes of its own", JSON.stringify({ key: pem }).replaceAll("/", "\\/").replaceAll("+", "\\u002b")],
  ["as the value of a variable", `TLS_KEY="${pem.replaceAll("\n", "\\n")}"`],
  ["among the variables of a process", Buffer.from(`PATH=/bin\0TLS_KEY=${pem}\0HOME=/x\0`)],
  ["in YAML", `tls:\n  key: |\n${pem.replaceAll(/^/gm, "    ")}`],
  ["in base64, within JSON", Buffer.from(JSON.stringify({ key: pem })).toString("base64")],
  ["in base64, on one line", Buffer.from(pem.replaceAll("\n", " ")).toString("base64")],
])("a key %s becomes one that can be read", (_name, given) => {
  expect(createPrivateKey(decoded(given)).export({ type: "pkcs8", format: "pem" })).toBe(pem);
});

test.each(["certificate", "private key", "PKCS 8 private key", "PEM certificate"] as const)(
  "a PKCS #12 container in place of a %s is refused, with the way to extract it",
  (kind) => {
    for (const head of ["308209b10201033082097706092a864886f70d010701", "30800201033080", "3081f0020103"]) {
      const result = encodedFile(Buffer.concat([Buffer.from(head, "hex"), Buffer.alloc(300, 7)]), kind);
      expect(result).toMatchObject({ refused: expect.stringContaining("PKCS #12"), fix: expect.stringContaining("openssl pkcs12") });
    }
  },
);

test("a long text takes time linear in its length", () => {
  for (const piece of ["-----BEGIN ", "-----BEGIN A-----", "A", "\\n", "-----BEGIN A----- -----END A-----", "\n"]) {
    const start = performance.now();
    encodedFile(Buffer.from(piece.repeat(60_000)), "certificate");
    expect(performance.now() - start, piece).toBeLessThan(2_000);
  }
});

test("a refusal quotes nothing of what was given", () => {
  const result = encodedFile(Buffer.from("a-password-that-somebody-mistook"), "PKCS #12");
  expect(JSON.stringify(result)).not.toContain("mistook");
});

const begin = "-----BEGIN";
const block = (label: string, body = "MIIBhzCCAS0=") => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

test.each<[string, "certificate" | "private key", string]>([
  ["a public key", "private key", block("PUBLIC KEY")],
  ["parameters of a key alone", "private key", block("EC PARAMETERS")],
  ["a key of SSH", "private key", block("OPENSSH PRIVATE KEY")],
  ["a certificate request", "certificate", block("CERTIFICATE REQUEST")],
  ["a new certificate request", "certificate", block("NEW CERTIFICATE REQUEST")],
  ["a list of what is revoked", "certificate", block("X509 CRL")],
  ["a bundle of another form", "certificate", block("PKCS7")],
  ["a quoted mail", "certificate", block("CERTIFICATE", "> MIIBhzCCAS0=\n> MIIB")],
  ["commas in place of line breaks", "private key", pem.replaceAll("\n", ",")],
  ["a request in base64", "certificate", Buffer.from(block("CERTIFICATE REQUEST")).toString("base64")],
])("%s in place of a %s is refused: nothing could read it", (_what, kind, given) => {
  expect(encodedFile(Buffer.from(given), kind)).toMatchObject({ refused: expect.any(String), fix: expect.any(String) });
});

test.each([
  ["with its parameters before it", `${block("EC PARAMETERS", "BggqhkjOPQMBBw==")}${block("EC PRIVATE KEY")}`],
  ["encrypted in the old way", block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\nMIIBhzCCAS0=")],
  ["encrypted", block("ENCRYPTED PRIVATE KEY")],
])("a key %s is kept as it is", (_what, given) => {
  expect(decoded(given)).toBe(given);
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const old = rsa.export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "word" }).toString();
test.each<[string, string]>([
  ["as it is", old],
  ["with line ends written out", old.replaceAll("\n", "\\n")],
  ["with spaces for line ends", old.replaceAll("\n", " ")],
  ["with line ends of old systems", old.replaceAll("\n", "\r")],
  ["with line ends of other systems", old.replaceAll("\n", "\r\n")],
  ["indented", old.replaceAll(/^/gm, "  ")],
  ["within JSON", JSON.stringify({ key: old })],
])("a key encrypted in the old way %s becomes one that can be read", (_name, given) => {
  expect(createPrivateKey({ key: decoded(given), passphrase: "word" }).export({ type: "pkcs1", format: "pem" })).toBe(
    rsa.export({ type: "pkcs1", format: "pem" }),
  );
});

test.each<[string, "certificate" | "private key" | "PKCS #12" | "PEM key text", string | Buffer]>([
  ["a key", "certificate", pem],
  ["a key in base64", "certificate", Buffer.from(pem).toString("base64")],
  ["a certificate", "private key", block("CERTIFICATE")],
  ["variables of a process", "certificate", Buffer.from("PATH=/usr/bin:/bin\0HOME=/home/somebody\0LANG=C\0")],
  ["variables of a process", "PKCS #12", Buffer.from("PATH=/usr/bin:/bin\0HOME=/home/somebody\0LANG=C\0")],
  ["a command line that begins like a container", "PKCS #12", Buffer.from("0node\0dist/main.js\0--stdio\0--and-more-words\0")],
  ["variables of a process in base64", "PKCS #12", Buffer.from(`PATH=/usr/bin:/bin\0${"A=b\0".repeat(9)}`).toString("base64")],
  ["the status of a process", "certificate", "Name:\tnode\nUmask:\t0022\nState:\tS (sleeping)\n"],
  ["a block without content", "private key", block("PRIVATE KEY", "")],
  ["two texts within JSON, cut", "certificate", JSON.stringify([`${begin} CERTIFICATE-----`, "MIIBhzCCAS0="])],
  ["an old key without its line ends", "private key", old.replaceAll("\n", "")],
  ["DER", "PEM key text", rsa.export({ type: "pkcs8", format: "der" })],
])("%s in place of a %s is refused", (_what, kind, given) => {
  expect(encodedFile(Buffer.from(given as string), kind)).toMatchObject({ refused: expect.any(String), fix: expect.any(String) });
});

const crt = readFileSync("test/commands/certificates/valid.pem", "utf8");
const itsKey = readFileSync("test/commands/certificates/key.pem", "utf8");
const certificateDer = new X509Certificate(crt).raw;
const [keyDer, lockedDer] = [
  privateKey.export({ type: "pkcs8", format: "der" }),
  rsa.export({ type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase: "word" }),
];
const sequence = (...body: number[]) => Buffer.from([0x30, 0x82, 0x01, 0x00, ...body, ...Array<number>(256 - body.length).fill(9)]);

test.each<[string, Buffer | string]>([
  ["a picture", Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), Buffer.alloc(500, 7)])],
  ["an archive", Buffer.from("UEsDBBQAAAAIAAAAAAAAAAAAAAAAAAAAAAAA", "base64")],
  ["bytes without meaning", Buffer.from(Array.from({ length: 900 }, (_, n) => (n * 97) % 256))],
  ["words that are base64 by chance", "hello world this is not a certificate at all"],
  ["a sequence of something else", sequence(9)],
  ["a part of a certificate", certificateDer.subarray(0, -20)],
  ["a part of a key", keyDer.subarray(0, -20)],
  ["a part of an encrypted key", lockedDer.subarray(0, -20)],
  ["a part of a container", sequence(0x02, 0x01, 0x03).subarray(0, -1)],
])("%s is refused in place of everything", (_what, given) => {
  for (const kind of ["certificate", "private key", "PKCS #12", "PEM certificate", "PKCS 8 private key"] as const) {
    for (const form of [given, Buffer.from(given).toString("base64")])
      expect(encodedFile(Buffer.from(form), kind), kind).toMatchObject({ refused: expect.any(String), fix: expect.any(String) });
  }
});

test.each<[string, FileKind, Buffer]>([
  ["certificate", "certificate", certificateDer],
  ["key", "private key", keyDer],
  ["old key", "private key", rsa.export({ type: "pkcs1", format: "der" })],
  ["encrypted key", "private key", lockedDer],
  ["container", "PKCS #12", sequence(0x02, 0x01, 0x03)],
])("a %s in binary form is stored as it is", (_what, kind, given) => {
  expect(encodedFile(given, kind)).toMatchObject({ base64: given.toString("base64") });
});

test("a certificate in binary form is no key, and a key no certificate", () => {
  expect(encodedFile(certificateDer, "private key")).toMatchObject({ refused: "holds a certificate and no private key" });
  expect(encodedFile(keyDer, "certificate")).toMatchObject({ refused: "holds a private key and no certificate" });
});

test.each<[string, string, string | undefined]>([
  ["its own", itsKey, undefined],
  ["RSA", rsa.export({ type: "pkcs8", format: "pem" }).toString(), undefined],
  ["EC", pem, undefined],
  ["Ed25519", generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(), undefined],
  [
    "an encrypted one",
    privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "word-of-it" }).toString(),
    "word-of-it",
  ],
])("the key of another certificate is told whatever its algorithm: %s", (what, key, passphrase) => {
  const sealed = (text: string) => new Sealed(Buffer.from(text).toString("base64"), "test");
  const secrets = { crt: sealed(crt), key: sealed(key), ...(passphrase === undefined ? {} : { password: new Sealed(passphrase, "test") }) };
  const files = new Map<string, FileKind>([
    ["crt", "certificate"],
    ["key", "private key"],
  ]);
  const other = "secrets.key is not the key of the certificate in secrets.crt: requests will fail.";
  expect(unusableFiles(secrets, files)).toEqual(what === "its own" ? [] : [other]);
});
