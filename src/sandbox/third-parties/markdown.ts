/** The markdown of mails as HTML, as Kibana's renderer writes it: paragraphs, headings, rules, lists, quotes, code, links. HTML in it is text. */
export function htmlOf(markdown: string): string {
  const blocks: string[] = [];
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  while (lines.length > 0) {
    const block = nextBlock(lines);
    if (block !== undefined) blocks.push(`${block}\n`);
  }
  return blocks.join("");
}

const heading = /^ {0,3}(#{1,6})(?:[ \t](.*))?$/;
const rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const underline = /^ {0,3}(=+|-+)[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/;
const bullet = /^ {0,3}[-*+][ \t]+(.*)$/;
const numbered = /^ {0,3}(\d{1,9})[.)][ \t]+(.*)$/;
const quote = /^ {0,3}> ?(.*)$/;

/** Takes the first block off the lines; undefined for an empty line. */
function nextBlock(lines: string[]): string | undefined {
  const line = lines.shift() ?? "";
  if (line.trim() === "") return undefined;
  const [, marks = "", title = ""] = heading.exec(line) ?? [];
  if (marks !== "") return `<h${marks.length}>${inline(title.trim().replace(/[ \t]#+$/, ""))}</h${marks.length}>`;
  if (rule.test(line)) return "<hr>";
  const [, ticks, language] = fence.exec(line) ?? [];
  if (ticks) return codeBlock(lines, ticks, language ?? "");
  for (const [kind, item] of [
    ["ul", bullet],
    ["ol", numbered],
  ] as const) {
    const items = [line, ...takeWhile(lines, (next) => item.test(next))].map((one) => item.exec(one)?.at(-1));
    if (items[0] !== undefined) return `<${kind}>\n${items.map((one) => `<li>${inline(one ?? "")}</li>\n`).join("")}</${kind}>`;
  }
  if (quote.test(line)) {
    const quoted = [line, ...takeWhile(lines, (next) => quote.test(next))].map((one) => quote.exec(one)?.[1] ?? "");
    return `<blockquote>\n${htmlOf(quoted.join("\n"))}</blockquote>`;
  }
  const text = [line, ...takeWhile(lines, (next) => !startsBlock(next))].map((one) => one.trim()).join("\n");
  const [, under] = underline.exec(lines[0] ?? "") ?? [];
  if (under === undefined) return `<p>${inline(text)}</p>`;
  lines.shift();
  return under.startsWith("=") ? `<h1>${inline(text)}</h1>` : `<h2>${inline(text)}</h2>`;
}

function startsBlock(line: string): boolean {
  return line.trim() === "" || [heading, rule, underline, fence, bullet, quote, /^ {0,3}1[.)][ \t]/].some((start) => start.test(line));
}

function takeWhile(lines: string[], fits: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !fits(line));
  return lines.splice(0, end === -1 ? lines.length : end);
}

function codeBlock(lines: string[], ticks: string, language: string): string {
  const code = takeWhile(lines, (line) => !line.trim().startsWith(ticks));
  lines.shift();
  const name = language && ` class="language-${escaped(language)}"`;
  return `<pre><code${name}>${code.map((line) => `${escaped(line)}\n`).join("")}</code></pre>`;
}

/** What is marked is short, so that marks that are never closed cost little. */
const span = new RegExp(
  [
    String.raw`\\(?<literal>[!-/:-@[-\x60{-~])`,
    String.raw`(?<ticks>\x60+)(?<code>[^]{0,500}?[^\x60])\k<ticks>(?!\x60)`,
    String.raw`\[(?<label>[^\]\n]*)\]\((?<target>[^()\s]*)\)`,
    String.raw`(?<two>\*\*|(?<![\p{L}\p{N}])__)(?=\S)(?<strong>[^]{0,500}?\S)\k<two>`,
    String.raw`(?<mark>\*|(?<![\p{L}\p{N}])_)(?=\S)(?<em>[^]{0,500}?\S)\k<mark>`,
    String.raw`<(?<auto>https?:[^\s<>]*)>`,
    String.raw`(?<url>https?:\/\/[^\s<>"*]*[^\s<>"*.,:;!?)'\]])`,
  ].join("|"),
  "gu",
);

function inline(text: string): string {
  let html = "";
  let at = 0;
  for (const { index, 0: whole, groups = {} } of text.matchAll(span)) {
    html += escaped(text.slice(at, index)) + spanOf(groups);
    at = index + whole.length;
  }
  return html + escaped(text.slice(at));
}

function spanOf({ literal, code, label, target, strong, em, auto, url }: Record<string, string | undefined>): string {
  if (literal !== undefined) return escaped(literal);
  if (code !== undefined) return `<code>${escaped(code.trim())}</code>`;
  if (strong !== undefined) return `<strong>${inline(strong)}</strong>`;
  if (em !== undefined) return `<em>${inline(em)}</em>`;
  const address = target ?? auto ?? url ?? "";
  return `<a href="${escaped(address)}">${label === undefined ? escaped(address) : inline(label)}</a>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
