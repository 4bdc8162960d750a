import * as z from "zod";

/** What a file holds. A PKCS 8 key is PEM with the plain label PRIVATE KEY. "PEM key text" alone reaches Kibana as PEM, others as base64. */
export const fileKinds = ["certificate", "private key", "PKCS 8 private key", "PEM certificate", "PKCS #12", "PEM key text"] as const;
export type FileKind = (typeof fileKinds)[number];

/** A text that Kibana decodes from base64 into the bytes of a file. */
export function base64File(kind: FileKind) {
  return z.string().meta({ contentEncoding: "base64", contentMediaType: kind });
}

/** A text that Kibana takes for a key in PEM as it is. */
export function pemText() {
  return z.string().meta({ contentMediaType: "PEM key text" satisfies FileKind });
}
