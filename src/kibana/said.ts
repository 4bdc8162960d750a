import { beginningRead, oneLine, saidWithoutKnown } from "../plain-text.ts";
import { hideInText } from "../shapes/text.ts";

/** No answer shows as much of it. */
const longest = 8_000;

/**
 * What Kibana, a service behind it or something in front of it says, without the secrets that it repeats: an address with
 * its token, a header. Every such text is read through this, and nothing further on has to think of it.
 */
export function said(text: string): string {
  return beginningRead(text, longest, (read) => hideInText(oneLine(read), () => {}, saidWithoutKnown));
}
