import { isHeader, namesSecret } from "./names.ts";
import { isShown, type Mark } from "./urls.ts";
import { quote, valuesIn } from "./values.ts";

const name = String.raw`(?:(${quote})|(?<![\w.-]))((?:[a-z]{2,20} )?[\w.-]{3,80})(?![\w.-])`;
const afterName = String.raw`(?: (?:given|provided|received|sent|supplied|used|for [\w.@-]{1,60}))?(${quote})?(?:\[\d{0,3}\]|\])?\s{0,40}`;
const separator = String.raw`([:=]=?>?|:=|->|[:：→]|%(?:25){0,3}3[ad]|(?<=--[\w-]{3,80}) |,)[^\S\r\n]{0,40}(?:\r?\n[^\S\r\n]{0,40}){0,2}`;
/**
 * A name and what separates it from its value: `"api_key": `, `X-Api-Key: `, `API key = `, `headers['X-Api-Key'] == `,
 * `--password=`, `password for ann: `, and `"X-Api-Key", ` of a list.
 */
const named = new RegExp(name + afterName + separator, "gi");
/** `"value": ` after `"name": "password", `. */
const keyOfValue = /^\W{0,9}(?:values?|val)\W/i;
const inEncodedUrl = /(%(?:25){0,3}(?:3f|26|3b))([\w.-]{3,80})(%(?:25){0,3}3d)((?:(?!%(?:25){0,3}(?:26|23|3b|22|27|20|3c))[^&\s"'<>])+)/gi;

/** Values in quotes after a secret's name in quotes, as JSON has them, also JSON with templates in it, or within another text. */
export function withoutNamed(text: string, mark: Mark): string {
  return withoutValues(text, mark, true);
}

/** Values of secrets in all the ways in which Kibana, services and people write them: JSON, headers, assignments, queries, encoded URLs. */
export function withoutSpoken(text: string, mark: Mark): string {
  const urls = text.replace(inEncodedUrl, (whole, before: string, name: string, equals: string, value: string) =>
    namesSecret(name, "parameter") && !isShown(value) ? `${before}${name}${equals}${mark(`the URL parameter "${name}"`)}` : whole,
  );
  return withoutValues(urls, mark, false);
}

function withoutValues(text: string, mark: Mark, stringsOnly: boolean): string {
  const valueAt = valuesIn(text, stringsOnly);
  let [shown, at] = ["", 0];
  named.lastIndex = 0;
  for (let match = named.exec(text); match; match = named.exec(text)) {
    const [, before, words = "", after, between] = match;
    const quotes = before === after ? before : undefined;
    const isListed = between === ",";
    if (quotes === undefined && (stringsOnly || isListed)) continue;
    if (isListed && (stringsOnly || !(isHeader(words) || keyOfValue.test(text.slice(named.lastIndex, named.lastIndex + 20))))) continue;
    const secret = nameIn(words);
    const value = secret === undefined ? undefined : valueAt(named.lastIndex, secret, quotes);
    if (!value) continue;
    const { from, to, quotes: around } = value;
    shown += text.slice(at, from) + around + mark(`the name "${secret}"`) + around;
    at = to;
    named.lastIndex = to;
  }
  return shown + text.slice(at);
}

/** Of `API key` both words, of `the token` the last one; a `secrets manager` is no secret. */
function nameIn(words: string): string | undefined {
  const last = words.split(" ").at(-1) ?? "";
  return [last, ...(/(?:code|key|password|phrase|secret|token)s?$/i.test(last) ? [words] : [])].find((one) => namesSecret(one));
}
