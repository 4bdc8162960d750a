import { html } from "hono/html";
import { count } from "../../audit/words.ts";
import { type MapGroup, total } from "../../map/by-tag.ts";
import { pictureOf } from "../../map/picture.ts";
import { type Verdict, verdicts } from "../../map/route.ts";
import { verdictWords } from "../../map/words.ts";
import { plainText } from "../../plain-text.ts";
import type { MappedRow, ShownRoute } from "../../tools/map/mapped-row.ts";
import { mapParts, pageStyle } from "../../web/report-style.ts";
import type { MapDocument } from "./map-document.ts";
import { pictureCard } from "./map-picture.ts";
import { framedPage, kibanaOf, madeAt, shownFacts } from "./page-frame.ts";

type Markup = ReturnType<typeof html>;

/** Groups with a row of their own. */
const mostGroups = 60;
const connectorsInARow = 3;

const mapStyle = `${pageStyle}${mapParts}.reach{min-width:18rem}
.part>summary::before{content:"▸"}.part[open]>summary::before{content:"▾"}.part>summary::-webkit-details-marker{display:none}
.part>summary{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:.8rem 0;cursor:pointer}
.part .count{color:var(--soft)}
`;

/** Who is told by which rule, as one page without script: a picture, a table by tag, and the rules. @returns HTML */
export function renderMapPage(map: MapDocument): Promise<string> {
  const { deployment, counts, groups, not_seen: gaps } = map;
  const all = total(counts);
  return framedPage({
    kind: "Map of notifications",
    deployment,
    generatedAt: map.generated_at,
    headline: headline(map, all),
    facts: shownFacts([madeAt(map.generated_at), ["Seen", `${count(all, "rule")} in ${count(map.spaces, "space")}`], kibanaOf(deployment)]),
    skip: { to: "rules", text: "Skip to the rules" },
    main: html`${unseen(gaps)}
<section aria-labelledby="summary">
<h2 id="summary">In short</h2>
<ul class="tiles">${verdicts.map((verdict) => tile(verdict, counts[verdict]))}</ul>
</section>
${pictureCard(pictureOf(groups))}
${groups.length > 0 ? byTag(groups) : ""}
<section aria-labelledby="rules">
<h2 id="rules">Rules</h2>
${verdicts.map((verdict) => part(verdict, map))}
</section>`,
    footer: html`<p>Made by kibana-connectors-mcp ${map.version}. It only read. Who is told now: a snooze or a maintenance window may end, and a route that is open does not prove that somebody reads the message.</p>`,
    style: mapStyle,
  });
}

function headline({ counts, not_seen: gaps }: MapDocument, all: number): string {
  const { nobody, perhaps } = counts;
  if (all === 0) return gaps.length > 0 ? "No rule could be seen" : "There are no rules";
  const doubt = perhaps > 0 ? `, ${perhaps.toLocaleString("en")} perhaps` : "";
  if (nobody > 0) return `${nobody.toLocaleString("en")} of ${count(all, "rule")} ${nobody === 1 ? "tells" : "tell"} nobody${doubt}`;
  return perhaps > 0
    ? `${perhaps.toLocaleString("en")} of ${count(all, "rule")} may tell nobody`
    : `All ${count(all, "rule")} tell somebody`;
}

/** Comes first, so that nobody takes the map for whole. */
function unseen(gaps: MapDocument["not_seen"]): Markup {
  if (gaps.length === 0) return html`<p class="checked">Everything that rules lead to was seen.</p>`;
  return html`<section class="unchecked" aria-labelledby="not-seen">
<h2 id="not-seen">Not everything was seen</h2>
<ul>${gaps.map(
    ({ space, what, why, fix }) =>
      html`<li><strong>${space === "*" ? "All spaces" : html`<bdi>${plainText(space, 120)}</bdi>`}</strong>: ${plainText(what, 120)}. ${plainText(why, 300)}${fix ? html` <em>${plainText(fix, 300)}</em>` : ""}</li>`,
  )}</ul>
</section>`;
}

function tile(verdict: Verdict, number: number): Markup {
  const { title, tone, some, none } = verdictWords[verdict];
  const good = (number === 0) === (verdict !== "told");
  return html`<li class="tile ${tone} ${good ? "none" : ""}"><span class="n">${number.toLocaleString("en")}</span><strong>${title}</strong><p>${number > 0 ? some : none}</p></li>`;
}

const nameOf = ({ tag, space }: Pick<MapGroup, "tag" | "space">, max = 60): string =>
  tag === undefined ? `without a tag, in ${plainText(space, max)}` : plainText(tag, max);

function byTag(groups: readonly MapGroup[]): Markup {
  const shown = groups.slice(0, mostGroups);
  const cell = (counts: MapGroup["counts"], verdict: Verdict) =>
    html`<td class="n${counts[verdict] === 0 ? " zero" : ""}">${counts[verdict].toLocaleString("en")}</td>`;
  return html`<section class="card" aria-labelledby="by-tag">
<h2 id="by-tag">By tag</h2>
<div class="scroll" role="region" tabindex="0" aria-labelledby="by-tag"><table>
<thead><tr><th scope="col">Tag</th>${verdicts.map((verdict) => html`<th scope="col" class="n">${verdictWords[verdict].title}</th>`)}<th scope="col">Reach</th></tr></thead>
<tbody>
${shown.map(
  (group) =>
    html`<tr><th scope="row"><bdi>${nameOf(group)}</bdi></th>${verdicts.map((verdict) => cell(group.counts, verdict))}<td class="reach">${reached(group)}</td></tr>`,
)}
</tbody></table></div>
<p>A rule counts for each of its tags.${groups.length > shown.length ? ` ${count(groups.length - shown.length, "smaller group")} not shown.` : ""}</p>
</section>`;
}

function reached({ connectors }: MapGroup): Markup {
  if (connectors.length === 0) return html`nobody`;
  const rest = connectors.length - connectorsInARow;
  return html`${connectors.slice(0, connectorsInARow).map(({ name, rules }, index) => html`${index > 0 ? ", " : ""}<bdi>${plainText(name, 40)}</bdi> (${rules.toLocaleString("en")})`)}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function part(verdict: Verdict, { rules, counts }: MapDocument): Markup {
  const rows = rules[verdict];
  if (rows.length === 0) return html``;
  const left = counts[verdict] - rows.length;
  return html`<details class="part"${verdict === "told" ? "" : html` open`}>
<summary><h3>${verdictWords[verdict].title}</h3><span class="count">${count(counts[verdict], "rule")}</span></summary>
<ul class="findings">${rows.map((row) => shownRule(row, verdictWords[verdict].tone))}</ul>
${left > 0 ? html`<p>${count(left, "more rule")}, not shown here: map_notifications lists them, and <code>--spaces</code> makes a smaller page.</p>` : ""}
</details>`;
}

function shownRule(row: MappedRow, tone: string): Markup {
  const about = [row.type, row.every && `every ${row.every}`, row.key_owner && `key of ${row.key_owner}`].filter(Boolean).join(" · ");
  return html`<li class="finding ${tone}">
<p class="who"><bdi>${plainText(row.name, 120)}</bdi> <span class="type">in <bdi>${plainText(row.space, 60)}</bdi></span>${row.enabled ? "" : html` <span class="mark">off</span>`}</p>
<p class="evidence">${plainText(about, 200)}</p>
${(row.in_the_way ?? []).map((text) => html`<p>${text}</p>`)}
${(row.routes ?? []).map(shownRoute)}
${row.more_routes ? html`<p class="route">and ${row.more_routes} more routes</p>` : ""}
</li>`;
}

function shownRoute({ connector, type, to, on, via = [], verdict, in_the_way: others = [] }: ShownRoute): Markup {
  const stops = verdict === "recorded" ? ["only recorded", ...others] : others;
  const steps = [
    ...via,
    ...(connector === undefined ? [] : [`${connector}${type === undefined ? "" : ` (${type})`}`]),
    ...(to === undefined ? [] : [to]),
  ];
  return html`<p class="route">${steps.map((text) => html`→ <bdi class="end">${plainText(text, 160)}</bdi> `)}${on ? html`on ${plainText(on, 120)}` : ""}${stops.map((text) => html` <span class="stop">· ${text}</span>`)}</p>`;
}
