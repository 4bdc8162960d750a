import { html } from "hono/html";
import type { Severity } from "../../audit/finding.ts";
import { count, severityWords, spaceWords, worstFirst } from "../../audit/words.ts";
import { plainText } from "../../plain-text.ts";
import type { AuditDocument } from "./document.ts";

type Markup = ReturnType<typeof html>;
type Counts = Record<Severity, number>;

/** The most spaces with a row of their own; the others share one row. */
const mostSpaces = 30;

/** How many findings of each severity, as a chart, with the numbers as text for those who cannot see it. */
export function severityChart({ counts, findings }: AuditDocument): Markup {
  const highest = Math.max(1, ...worstFirst.map((severity) => counts.severity[severity]));
  const [left, width, line] = [66, 240, 30];
  const said = worstFirst.map((severity) => `${severityWords[severity]}: ${counts.severity[severity]}`).join(", ");
  return html`<section class="chart card" aria-labelledby="severity">
<h2 id="severity">By severity</h2>
<svg viewBox="0 0 360 ${worstFirst.length * line}" role="img" aria-labelledby="chart-title chart-text">
<title id="chart-title">${count(findings.length, "finding")} by severity</title>
<desc id="chart-text">${said}.</desc>
${worstFirst.map((severity, index) => {
  const number = counts.severity[severity];
  const length = number === 0 ? 0 : Math.max(4, Math.round((number / highest) * width));
  const y = index * line;
  return html`<g class="${severity}"><text x="0" y="${y + 20}">${severityWords[severity]}</text><rect class="track" x="${left}" y="${y + 6}" width="${width}" height="18" rx="4"/><rect class="bar" x="${left}" y="${y + 6}" width="${length}" height="18" rx="4"/><text x="${left + width + 10}" y="${y + 20}">${number.toLocaleString("en")}</text></g>`;
})}
</svg>
</section>`;
}

/** A table of the spaces, the one with the worst findings first. */
export function bySpace({ findings, spaces }: AuditDocument): Markup {
  const rows = countBySpace(findings);
  if (rows.length < 2) return html``;
  const shown = rows.length > mostSpaces ? rows.slice(0, mostSpaces - 1) : rows;
  const rest = rows.slice(shown.length);
  const highest = Math.max(...rows.map(({ total }) => total));
  const clean = spaces.length - rows.length;
  return html`<section class="by-space card" aria-labelledby="by-space">
<h2 id="by-space">By space</h2>
<div class="scroll" role="region" tabindex="0" aria-labelledby="by-space"><table>
<thead><tr><th scope="col">Space</th>${worstFirst.map((severity) => html`<th scope="col" class="n">${severityWords[severity]}</th>`)}<td class="bar-cell"></td></tr></thead>
<tbody>
${shown.map((row) => html`<tr><th scope="row"><bdi>${plainText(spaceWords(row.space), 60)}</bdi></th>${cells(row.counts)}<td class="bar-cell">${stackedBar(row.counts, highest)}</td></tr>`)}
${rest.length > 0 ? html`<tr><th scope="row">${count(rest.length, "more space")}</th>${cells(sum(rest.map((row) => row.counts)))}<td class="bar-cell"></td></tr>` : ""}
</tbody></table></div>
${clean > 0 ? html`<p>${count(clean, "space")} without a finding.</p>` : ""}
</section>`;
}

function cells(counts: Counts): Markup[] {
  return worstFirst.map(
    (severity) => html`<td class="n${counts[severity] === 0 ? " zero" : ""}">${counts[severity].toLocaleString("en")}</td>`,
  );
}

/** Decoration: the numbers are next to it. */
function stackedBar(counts: Counts, highest: number): Markup {
  let x = 0;
  return html`<svg viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true">${worstFirst.map((severity) => {
    const width = (counts[severity] / highest) * 200;
    const at = x;
    x += width;
    return width === 0
      ? ""
      : html`<rect class="bar ${severity}" x="${at.toFixed(2)}" y="0" width="${Math.max(width - 0.6, 0.6).toFixed(2)}" height="10"/>`;
  })}</svg>`;
}

const noCounts = (): Counts => ({ ...Object.fromEntries(worstFirst.map((severity) => [severity, 0])) }) as Counts;

function sum(all: readonly Counts[]): Counts {
  const total = noCounts();
  for (const counts of all) for (const severity of worstFirst) total[severity] += counts[severity];
  return total;
}

function countBySpace(findings: AuditDocument["findings"]): { space: string; counts: Counts; total: number }[] {
  const spaces = new Map<string, Counts>();
  for (const { space, severity } of findings) {
    const counts = spaces.get(space) ?? noCounts();
    counts[severity] += 1;
    spaces.set(space, counts);
  }
  const rows = [...spaces].map(([space, counts]) => ({ space, counts, total: worstFirst.reduce((n, one) => n + counts[one], 0) }));
  return rows.sort((one, other) => {
    for (const severity of worstFirst)
      if (one.counts[severity] !== other.counts[severity]) return other.counts[severity] - one.counts[severity];
    return one.space < other.space ? -1 : 1;
  });
}
