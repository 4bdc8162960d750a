import { html } from "hono/html";
import { plainText } from "../../plain-text.ts";
import type { MapGroup } from "./map-document.ts";
import { total } from "./map-document.ts";
import { count } from "./words.ts";

type Markup = ReturnType<typeof html>;

/** Boxes of each side. */
const most = 10;
const [width, height, gap] = [240, 30, 10];
const [left, right] = [10, 470];
/** Characters of a name; what is wider than its box is cut by it, before the number. */
const longest = 24;
const room = 185;
const thickest = 18;

/** Which tags lead to which connectors, the more rules the thicker; the table below it has the numbers. */
export function pictureOf(groups: readonly MapGroup[]): Markup {
  const shown = groups.filter(({ connectors }) => connectors.length > 0).slice(0, most);
  const rules = new Map<string, number>();
  for (const { connectors } of shown) for (const one of connectors) rules.set(one.name, (rules.get(one.name) ?? 0) + one.rules);
  const ends = [...rules].sort(([, one], [, other]) => other - one).slice(0, most);
  if (ends.length === 0) return html``;
  const highest = Math.max(...shown.flatMap(({ connectors }) => connectors.map((one) => one.rules)));
  const middle = (index: number) => gap + index * (height + gap) + height / 2;
  const at = new Map(ends.map(([name], index) => [name, middle(index)]));
  const tall = gap + Math.max(shown.length, ends.length) * (height + gap);
  const lines = shown.flatMap(({ connectors }, index) =>
    connectors.flatMap(({ name, rules: number }) => {
      const to = at.get(name);
      if (to === undefined) return [];
      const [from, x, half] = [middle(index), left + width, (left + width + right) / 2];
      return html`<path d="M${x} ${from} C${half} ${from} ${half} ${to} ${right} ${to}" stroke-width="${Math.max(1.5, (number / highest) * thickest).toFixed(1)}"/>`;
    }),
  );
  const box = (x: number, y: number, text: string, number: number) =>
    html`<rect class="box" x="${x}" y="${y - height / 2}" width="${width}" height="${height}" rx="6"/><svg x="${x + 10}" y="${y - height / 2}" width="${room}" height="${height}"><text x="0" y="20">${text}</text></svg><text class="soft" x="${x + width - 8}" y="${y + 5}" text-anchor="end">${number.toLocaleString("en")}</text>`;
  return html`<section class="card" aria-labelledby="picture">
<h2 id="picture">From tags to connectors</h2>
<div class="scroll flow" role="region" tabindex="0" aria-labelledby="picture"><svg viewBox="0 0 720 ${tall}" role="img" aria-labelledby="picture-title picture-text">
<title id="picture-title">Which tags of rules lead to which connectors</title>
<desc id="picture-text">${count(shown.length, "group")} of rules and ${count(ends.length, "connector")}; the table by tag has the numbers.</desc>
${lines}
${shown.map((group, index) => box(left, middle(index), group.tag === undefined ? `(${plainText(group.space, longest - 2)})` : plainText(group.tag, longest), total(group.counts)))}
${ends.map(([name, number], index) => box(right, middle(index), plainText(name, longest), number))}
</svg></div>
<p>Left: rules by tag, or by space (in brackets) where they have none. Right: the connectors that they reach now, with how many.</p>
</section>`;
}
