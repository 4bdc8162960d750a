import { oneLine, saidWithoutKnown } from "../plain-text.ts";
import { hideInText } from "../shapes/text.ts";

/**
 * What Kibana, a service behind it or something in front of it says, without the secrets that it repeats: an address with
 * its token, a header. Every such text is read through this, and nothing further on has to think of it.
 */
export function said(text: string): string {
  return hideInText(oneLine(text), () => {}, saidWithoutKnown);
}
