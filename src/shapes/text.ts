import { withoutKnown } from "../plain-text.ts";
import { looksSecret } from "./looks-secret.ts";
import { withoutTagged } from "./markup.ts";
import { withoutNamed, withoutSpoken } from "./spoken.ts";
import { type Mark, redactionMark, withoutParameters, withoutUrlTokens, withoutUserinfo } from "./urls.ts";

const slackPath = /(?<=hooks\.slack(?:-gov)?\.com\.{0,3}(?::\d{1,5})?\/{1,4}(?:services|workflows|triggers)\/{1,4})[A-Za-z0-9_/-]{8,}/gi;
const wholeToken =
  /^\s*(xox[abeoprs]-\d[\w-]{8,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|(AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+)\s*$/;
/** Tokens from end to end. */
const tokens: [RegExp, string][] = [
  [/\bxox[abeoprs]-[A-Za-z0-9-]{8,}/g, "a Slack token"],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}/g, "a GitHub token"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, "an AWS key id"],
  [/\bsk-(?=[\w-]{0,60}\d)[\w-]{20,}/g, "a key of a model's provider"],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, "a Google API key"],
  [/(?<=\bbot)\d{3,12}(?::|%3a)[\w-]{10,}|\b\d{8,10}:AA[\w-]{30,}/gi, "a Telegram token"],
];
/** Lines that say that what follows is a secret. */
const announced: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "a private key"],
  [slackPath, "a Slack webhook path"],
];
/** Words that say it where what follows looks like one. */
const schemes = [
  /\b(?:Bearer|Basic|ApiKey|GenieKey)\s+([A-Za-z0-9+/=._~-]{8,})/g,
  /\b(?:bearer|basic|apikey|geniekey|token|splunk|negotiate)\s+(?=\S*\d)([A-Za-z0-9+/=._~-]{12,})/gi,
  // A header's whole value.
  /^\s*(?:token|splunk|negotiate|digest|hmac|aws4-hmac-sha256|sharedaccesssignature)\s+(\S{8,})\s*$/gi,
];

/** `user:password@host` as a whole; `mailto:ann@example.com` is an address. */
const credentialsAtHost = /^(?!(?:mailto|sips?|xmpp|acct|smtp|im):)([^\s:/@\\]{1,256}:)([^\s:/@\\]{3,256})(@[^\s:/@\\]+(?::\d{1,5})?)$/i;

/** A way to hide what has a shape. */
export type Shapes = (text: string, mark: Mark) => string;

const certain: Shapes = (text, mark) => {
  let hidden = withoutSpoken(withoutTagged(withoutParameters(withoutLogin(text, mark), mark), mark), mark);
  for (const [shape, why] of announced) hidden = hidden.replace(shape, () => mark(why));
  for (const scheme of schemes)
    hidden = hidden.replace(scheme, (whole, value: string) => (looksSecret(value) ? mark("credentials") : whole));
  return hideTokens(hidden, mark);
};
/** All shapes of secrets. */
export const all: Shapes = (text, mark) => withoutUrlTokens(certain(text, mark), mark);
const besideNames: Shapes = (text, mark) =>
  hideTokens(withoutNamed(withoutParameters(withoutLogin(text, mark), mark, "tokens"), mark), mark);
const inUrl: Shapes = (text, mark) => withoutUrlTokens(besideNames(text, mark).replace(slackPath, mark("a Slack webhook path")), mark);

/**
 * Known secrets go first, whole: a shape may end in the middle of one, and what is left of it would not be known any more.
 * They are looked for only where there is a shape, for whoever shows a text looks for them in the rest of it.
 */
export function hiding(shapes: Shapes) {
  return (text: string, found: (why: string) => void = () => {}, known = withoutKnown): string => {
    const hidden = shapes(text, marking(found));
    if (hidden === text) return text;
    const ready = known(text);
    return ready === text
      ? hidden
      : shapes(
          ready,
          marking(() => {}),
        );
  };
}

/** Secrets within one text: URL parts and token shapes. */
export const hideInText = hiding(all);

/** Token shapes alone: whatever else is in the text stays. */
export const hideTokensInText = hiding(hideTokens);

/** As hideInText, but parts of an address that only look random stay. */
export const hideCertainInText = hiding(certain);

/** Secrets in a text that may also name somebody, or be a command: with a secret goes nothing that is no part of it. */
export const hideBesideNames = hiding(besideNames);

/** The same in an address of the web, where a part of the path may be a token. */
export const hideInUrl = hiding(inUrl);

/** Whether a text is a token from end to end, which nobody and nothing is called. */
export function isToken(text: string): boolean {
  return wholeToken.test(text);
}

function hideTokens(text: string, mark: Mark): string {
  let hidden = text;
  for (const [shape, why] of tokens) hidden = hidden.replace(shape, () => mark(why));
  return withoutWebTokens(hidden, mark);
}

function withoutLogin(text: string, mark: Mark): string {
  return withoutUserinfo(text, mark).replace(credentialsAtHost, (whole, user: string, word: string, host: string) =>
    word === redactionMark ? whole : user + mark("a password before a host") + host,
  );
}

function marking(found: (why: string) => void): Mark {
  return (why) => {
    found(why);
    return redactionMark;
  };
}

/** `eyJ….eyJ….…`. Each run of such characters is looked at once, however often a token could begin in it. */
function withoutWebTokens(text: string, mark: Mark): string {
  if (!text.includes("eyJ")) return text;
  return text.replace(/[\w.-]+/g, (run) => {
    const parts = run.split(".");
    const kept: string[] = [];
    for (let n = 0; n < parts.length; n++) {
      const [head = "", payload = ""] = [parts[n], parts[n + 1]];
      const at = head.startsWith("eyJ") ? 0 : head.indexOf("-eyJ") + 1;
      const begins = head.startsWith("eyJ", at) && (at > 0 || head.startsWith("eyJ"));
      if (begins && head.length - at >= 11 && payload.startsWith("eyJ") && payload.length >= 11 && n + 2 < parts.length) {
        kept.push(head.slice(0, at) + mark("a JSON web token"));
        n += 2;
      } else kept.push(head);
    }
    return kept.join(".");
  });
}
