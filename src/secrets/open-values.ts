import { mailboxOf } from "../catalog/recipients.ts";
import { isHostWithPort } from "../host-name.ts";
import { examine, type Sealed } from "../sealed.ts";
import { looksSecret } from "../shapes/looks-secret.ts";
import { isOfWords } from "../shapes/urls.ts";
import { partsOf } from "./parts.ts";
import { isOurWord } from "./structure.ts";

/** Whether a secret is a mail address: of whoever signs in, or of a sender, and so in plain sight elsewhere too. */
export function isMailAddress(sealed: Sealed): boolean {
  return says(sealed, (value) => mailboxOf(value) !== undefined);
}

/** A text without its certificates, which are public, as PEM or, where it is nothing else, in base64. */
export function withoutCertificates(text: string): string {
  const decoded = /^LS0tLS1CRUdJTi[\w+/=\s]*$/.test(text) ? Buffer.from(text, "base64").toString() : text;
  return decoded.replace(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g, "");
}

/** Whether a secret is of words that anybody may write: a region, a team's name. */
export function isOfPlainWords(sealed: Sealed): boolean {
  return says(sealed, isOfWords);
}

/** Whether a text is in everybody's answers for other reasons than a secret: one word, a host, a mail address, an address of the web without a token. */
export function isAnybodys(text: string): boolean {
  const one = text.trim();
  if (isOurWord(one) || mailboxOf(one) !== undefined || (one.includes(".") && isHostWithPort(one))) return true;
  if (/^\p{L}+$/u.test(one)) return isOfWords(one);
  return /^https?:/i.test(one) && partsOf(one).length === 0;
}

/** The texts of a config, at any depth, that may be known without harm: what has nothing of a secret, a mail address, and what stands where an id does. */
export function plainTexts(value: unknown, key = ""): string[] {
  if (typeof value === "string") return isIdField.test(key) || mailboxOf(value) !== undefined || !looksSecret(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => plainTexts(item, key));
  return value !== null && typeof value === "object" ? Object.entries(value).flatMap(([name, item]) => plainTexts(item, name)) : [];
}
const isIdField = /(?:(?:^|[_.-])id|Id|ID)s?$/;

function says(sealed: Sealed, check: (value: string) => boolean): boolean {
  return examine(sealed, (value) => (check(String(value)) ? [{ path: "", problem: "it is one" }] : [])).length > 0;
}
