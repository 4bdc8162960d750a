import { all, hideInText, hiding, type Shapes } from "../shapes/text.ts";
import { withoutTokens } from "../shapes/urls.ts";
import { type FoundSecret, walk } from "./detect.ts";

/**
 * As hideSecrets, for a connector's config: whatever looks random counts, in headers and other texts as in URLs. What one text
 * holds several times, for the same reason, is found once.
 */
export function hideInConfig<T>(config: T): { config: T; found: FoundSecret[] };
export function hideInConfig(config: unknown): { config: unknown; found: FoundSecret[] } {
  const found: FoundSecret[] = [];
  const hidden = walk(config, "", "", found, inConfig);
  return { config: hidden, found: [...new Map(found.map((one) => [`${one.path}\n${one.why}`, one])).values()] };
}

/** A client's id or a certificate authority is long and random by nature; of a header only hexadecimal ids are innocent. */
function inConfig(text: string, found: (why: string) => void, path: string): string {
  const isId = /(?:(?:^|[_.-])id|Id|ID)s?(?:\.\d+)?$/.test(path);
  if (innocentHeader.test(path)) return hideInText(text, found);
  if (/(?:^|\.)headers\./i.test(path)) return isId ? hideInId(text, found) : hideAll(text, found);
  return isId || /(?:^|\.)(?:ca|host)$/i.test(path) ? hideInText(text, found) : hideAll(text, found);
}

/** Headers that say what is sent, by whom and for which tenant. */
const innocentHeader =
  /(?:^|\.)headers\.(?:content-type|accept(?:-[a-z]+)?|user-agent|digest|(?:[\w-]+-)?(?:algorithm|fingerprint|target|org-?id|org|tenant))$/i;
/** An address up to its host and port, which stay: where something goes is always shown. */
const upToHost = /(\b(?:https?|wss?|ftp):[/\\]*)([^\s/\\?#"'<>,;()=&|]*)/gi;

const withTokens =
  (isId: boolean): Shapes =>
  (text, mark) => {
    const without = (part: string) => withoutTokens(part, () => mark("what looks like a token"), isId);
    const hidden = all(text, mark);
    let [shown, at] = ["", 0];
    for (const { 1: scheme = "", 2: authority = "", index } of hidden.matchAll(upToHost)) {
      const host = index + scheme.length + authority.lastIndexOf("@") + 1;
      const end = index + scheme.length + authority.length;
      [shown, at] = [shown + without(hidden.slice(at, host)) + hidden.slice(host, end), end];
    }
    return shown + without(hidden.slice(at));
  };
const hideAll = hiding(withTokens(false));
const hideInId = hiding(withTokens(true));
