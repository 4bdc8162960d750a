import { html } from "hono/html";
import { count } from "../../audit/words.ts";
import type { MapPicture } from "../../map/picture.ts";

type Markup = ReturnType<typeof html>;

/** What of a box its text may take; the number has the rest. */
const room = 185;

/** The drawing as a card; the table below it has the numbers. */
export function pictureCard(picture: MapPicture | undefined): Markup {
  if (!picture) return html``;
  const { width, height } = picture.box;
  const box = ({ x, y, text, rules }: MapPicture["boxes"][number]) =>
    html`<rect class="box" x="${x}" y="${y - height / 2}" width="${width}" height="${height}" rx="6"/><svg x="${x + 10}" y="${y - height / 2}" width="${room}" height="${height}"><text x="0" y="20">${text}</text></svg><text class="soft" x="${x + width - 8}" y="${y + 5}" text-anchor="end">${rules.toLocaleString("en")}</text>`;
  return html`<section class="card" aria-labelledby="picture">
<h2 id="picture">From tags to connectors</h2>
<div class="scroll flow" role="region" tabindex="0" aria-labelledby="picture"><svg viewBox="0 0 ${picture.width} ${picture.height}" role="img" aria-labelledby="picture-title picture-text">
<title id="picture-title">Which tags of rules lead to which connectors</title>
<desc id="picture-text">${count(picture.groups, "group")} of rules and ${count(picture.connectors, "connector")}; the table by tag has the numbers.</desc>
${picture.lines.map(({ path, thickness }) => html`<path d="${path}" stroke-width="${thickness}"/>`)}
${picture.boxes.map(box)}
</svg></div>
<p>Left: rules by tag, or by space (in brackets) where they have none. Right: the connectors that they reach now, with how many.</p>
</section>`;
}
