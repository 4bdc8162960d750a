import { all, hideInText, hiding, type Shapes } from "../shapes/text.ts";
import { withoutTokens } from "../shapes/urls.ts";
import { type FoundSecret, walk } from "./detect.ts";

/** As hideSecrets, for a connector's config: whatever looks random counts, in headers and other texts as in URLs. */
export function hideInConfig<T>(config: T): { config: T; found: FoundSecret[] };
export function hideInConfig(config: unknown): { config: unknown; found: FoundSecret[] } {
  const found: FoundSecret[] = [];
  return { config: walk(config, "", "", found, inConfig), found };
}

/** A client's id or a certificate authority is long and random by nature; of a header only hexadecimal ids are innocent. */
function inConfig(text: string, found: (why: string) => void, path: string): string {
  const isId = /(?:(?:^|[_.-])id|Id|ID)s?(?:\.\d+)?$/.test(path);
  if (/(?:^|\.)headers\./i.test(path)) return isId ? hideInId(text, found) : hideAll(text, found);
  return isId || /(?:^|\.)ca$/i.test(path) ? hideInText(text, found) : hideAll(text, found);
}

const withTokens =
  (isId: boolean): Shapes =>
  (text, mark) =>
    withoutTokens(all(text, mark), () => mark("what looks like a token"), isId);
const hideAll = hiding(withTokens(false));
const hideInId = hiding(withTokens(true));
