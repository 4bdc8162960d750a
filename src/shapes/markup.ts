import { looksSecret } from "./looks-secret.ts";
import { namesSecret } from "./names.ts";
import { isShown, type Mark } from "./urls.ts";

/** A tag of XML or HTML, also as text in one: what opens it, whether it ends an element, its name, its attributes. */
const tag = /(?:<|&lt;|&#60;|&#x3c;|\\u003c)(\/?)([\w.:-]{3,80})(\s[^<>&\\]{0,400})?(?:>|&gt;|&#62;|&#x3e;|\\u003e)/gi;
/** `<property name="api.key">`, `<input type=password …>` */
const named = /\s(?:name|key|id|type)\s{0,2}=\s{0,2}["']?([\w.-]{3,80})/gi;
const valued = /\s(?:value|val)\s{0,2}=\s{0,2}(?:"([^"]+)"|'([^']+)')/i;
/** Of an element that is not ended, as in a text that was cut. */
const firstWord = /\s*([^\s<&]*)/y;
/** Characters after which an element that is not ended is none. */
const longest = 4096;

interface Span {
  from: number;
  to: number;
  name: string;
}

/** What is within an element, or in its attribute `value`, where its name or an attribute says that it is a secret. */
export function withoutTagged(text: string, mark: Mark): string {
  const open = new Map<string, Omit<Span, "to">>();
  const spans: Span[] = [];
  const add = (span: Span) => {
    const value = text.slice(span.from, span.to).trim();
    if (value !== "" && !isShown(value)) spans.push(span);
  };
  for (const { 0: whole, 1: slash, 2: element = "", 3: attributes = "", index } of text.matchAll(tag)) {
    const [from, key] = [index + whole.length, element.toLowerCase()];
    const opened = open.get(key);
    if (slash) {
      if (opened) add({ ...opened, to: index });
      open.delete(key);
      continue;
    }
    const name = [element, ...[...attributes.matchAll(named)].map(([, one = ""]) => one)].find((one) => namesSecret(one));
    if (name === undefined) continue;
    const [given, double, single] = valued.exec(attributes) ?? [];
    if (given !== undefined) {
      const to = index + whole.lastIndexOf(given) + given.length - 1;
      add({ from: to - (double ?? single ?? "").length, to, name });
    } else if (!attributes.endsWith("/") && (!opened || from - opened.from > longest)) open.set(key, { from, name });
  }
  for (const { from, name } of open.values()) {
    firstWord.lastIndex = from;
    const [whole = "", word = ""] = firstWord.exec(text) ?? [];
    if (looksSecret(word)) add({ from: from + whole.length - word.length, to: from + whole.length, name });
  }
  return hidden(text, spans, mark);
}

/** What is within another is hidden with it. */
function hidden(text: string, spans: readonly Span[], mark: Mark): string {
  let [shown, at] = ["", 0];
  for (const { from, to, name } of [...spans].sort((one, other) => one.from - other.from)) {
    if (from < at) continue;
    shown += text.slice(at, from) + mark(`the name "${name}"`);
    at = to;
  }
  return shown + text.slice(at);
}
