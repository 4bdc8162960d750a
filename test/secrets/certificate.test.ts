import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { encodedFile } from "../../src/secrets/certificate.ts";

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
  ["in base64, on one line", Buffer.from(pem.replaceAll("\n", " ")).toString("base64")],
])("a key %s is one that can be read", (_name, given) => {
  expect(createPrivateKey(decoded(given)).export({ type: "pkcs8", format: "pem" })).toBe(pem);
});

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
