export const long = (length: number) => "a".repeat(length);
export const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "x"]));

/** The params of a sub-action. */
export const sub = (subAction: string, subActionParams?: unknown) => ["params", { subAction, subActionParams }] as const;

export const base64 = (text: string) => Buffer.from(text).toString("base64");
export const certificatePem = "-----BEGIN CERTIFICATE-----\nc3RvcmVk\n-----END CERTIFICATE-----";
export const privateKeyPem = "-----BEGIN PRIVATE KEY-----\nc3RvcmVk\n-----END PRIVATE KEY-----";
/** A file that is not text, in base64: begins as PKCS #12 does. */
export const container = Buffer.from([0x30, 0x82, 0x01, 0x03, 0x02, 0x01, 0x03, ...Array.from({ length: 256 }, (_, n) => n)]).toString(
  "base64",
);
