import * as z from "zod";

/** What a file of mutual TLS holds. A PKCS 8 key is PEM with the plain label PRIVATE KEY. */
export const fileKinds = ["certificate", "private key", "PKCS 8 private key", "PEM certificate", "PKCS #12"] as const;
export type FileKind = (typeof fileKinds)[number];

/** A text that Kibana decodes from base64 into the bytes of a file. */
export function base64File(kind: FileKind) {
  return z.string().meta({ contentEncoding: "base64", contentMediaType: kind });
}
