import { mailboxOf } from "../catalog/recipients.ts";
import { examine, type Sealed } from "../sealed.ts";
import { isOfWords } from "../shapes/urls.ts";

/** Whether a secret is a mail address: of whoever signs in, or of a sender, and so in plain sight elsewhere too. */
export function isMailAddress(sealed: Sealed): boolean {
  return says(sealed, (value) => mailboxOf(value) !== undefined);
}

/** Whether a secret is of words that anybody may write: a region, a team's name. */
export function isOfPlainWords(sealed: Sealed): boolean {
  return says(sealed, isOfWords);
}

function says(sealed: Sealed, check: (value: string) => boolean): boolean {
  return examine(sealed, (value) => (check(String(value)) ? [{ path: "", problem: "it is one" }] : [])).length > 0;
}
