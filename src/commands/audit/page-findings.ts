import { html } from "hono/html";
import { kindOf, severityWords, spaceWords, titleOf, worstFirst } from "../../audit/words.ts";
import { plainText } from "../../plain-text.ts";
import type { Row } from "./document.ts";

type Markup = ReturnType<typeof html>;

/** With more findings than this, only the first space is open at the start. */
const mostOpen = 150;

const name = (text: string, max = 120): Markup => html`<bdi>${plainText(text, max)}</bdi>`;

/** Spaces by a short key: an id from Kibana may be long, or contain characters that do not belong in an attribute. */
const keysOf = (findings: readonly Row[]): Map<string, string> =>
  new Map([...new Set(findings.map((one) => one.space))].sort().map((space, index) => [space, String(index)]));

/** Search and filter; hidden until the script has run. */
export function filterForm(findings: readonly Row[], hasKnown: boolean): Markup {
  const checks = [...new Set(findings.map((one) => one.check))].sort();
  const levels = worstFirst.filter((severity) => findings.some((one) => one.severity === severity));
  return html`<form class="filter card" role="search" aria-label="Findings" hidden>
<p class="wide"><label for="q">Search</label><input id="q" name="q" type="search" autocomplete="off" spellcheck="false" placeholder="A name, an id, a word"></p>
<p><label for="in-space">Space</label><select id="in-space" name="space"><option value="">All spaces</option>${[...keysOf(findings)].map(([space, key]) => html`<option value="${key}">${plainText(spaceWords(space), 60)}</option>`)}</select></p>
<p><label for="of-check">Check</label><select id="of-check" name="check"><option value="">All checks</option>${checks.map((check) => html`<option value="${check}">${titleOf(check)}</option>`)}</select></p>
<fieldset><legend>Severity</legend><div class="chips">${levels.map((severity) => html`<label class="${severity}"><input type="checkbox" name="severity" value="${severity}" checked> ${severityWords[severity]}</label>`)}</div></fieldset>
${hasKnown ? html`<label class="tick"><input type="checkbox" name="known"> Only new ones</label>` : ""}
<button type="reset">Clear</button>
</form>`;
}

/** The findings by space and check, the worst first; each group a list. */
export function findingsBySpace(findings: readonly Row[]): Markup[] {
  const open = findings.length <= mostOpen;
  const keys = keysOf(findings);
  return groups(findings, (one) => one.space).map(
    ([space, rows], index) => html`<details class="space" data-space="${keys.get(space) ?? ""}"${open || index === 0 ? html` open` : ""}>
<summary><h3>${name(spaceWords(space), 60)}</h3><span class="count">${severities(rows)}</span></summary>
${groups(rows, (one) => one.check).map(([check, all]) => group(check, all))}
</details>
`,
  );
}

function group(check: string, rows: readonly Row[]): Markup {
  const [first] = rows;
  if (!first) return html``;
  const why = rows.every((one) => one.why === first.why) ? first.why : undefined;
  return html`<div class="check" data-check="${check}">
<div class="top"><span class="sev ${first.severity}">${severityWords[first.severity]}</span><h4>${titleOf(check)}</h4><code class="id">${check}</code>${rows.length > 1 ? html`<span class="id">${rows.length.toLocaleString("en")} times</span>` : ""}</div>
${why === undefined ? "" : html`<p>${why}</p>`}
<p class="fix">${first.fix}</p>
<ul class="findings">${rows.map((one) => finding(one, why === undefined, one.severity !== first.severity))}</ul>
</div>`;
}

function severities(rows: readonly Row[]): string {
  return worstFirst
    .map((severity) => [rows.filter((one) => one.severity === severity).length, severityWords[severity].toLowerCase()] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number.toLocaleString("en")} ${word}`)
    .join(" · ");
}

/** In the order of their first rows: findings arrive with the worst first. */
function groups(rows: readonly Row[], key: (row: Row) => string): [string, Row[]][] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const group = found.get(key(row));
    if (group) group.push(row);
    else found.set(key(row), [row]);
  }
  return [...found];
}

function finding(row: Row, withWhy: boolean, withSeverity: boolean): Markup {
  const { id, severity, confidence, connector, rule: holder = row.user, others, evidence, why, next, known } = row;
  const type = connector?.type === undefined ? "" : html` <span class="type">${plainText(connector.type, 60)}</span>`;
  return html`<li class="finding ${severity}${known ? " known" : ""}" id="f-${id}" data-severity="${severity}">
<p class="who">${withSeverity ? html`<span class="sev">${severityWords[severity]}</span> ` : ""}${connector ? html`${name(connector.name ?? connector.id)}${type}` : ""}${holder ? html`${connector ? ` in ${kindOf(row)}` : titleOf(kindOf(row))} ${name(holder.name)}` : ""}${holder && !holder.enabled ? html` <span class="mark">${kindOf(row)} is off</span>` : ""}${known ? html` <span class="mark">known</span>` : ""}${confidence === "likely" ? html` <span class="mark">likely, not certain</span>` : ""}</p>
<p>${plainText(evidence, 600)}</p>
${withWhy ? html`<p class="evidence">${why}</p>` : ""}
<details><summary>${next ? "The call for an agent" : "Details"}</summary>
${next ? html`<p>${plainText(next.why, 400)}</p><pre>${next.tool} ${plainText(JSON.stringify(next.args), 1000)}</pre>` : ""}
<p class="evidence">${ids(row)}</p>
${others && others.length > 0 ? html`<p class="evidence">Also: ${others.slice(0, 20).map((one, index) => html`${index > 0 ? ", " : ""}${name(one.name ?? one.id, 60)}`)}${others.length > 20 ? ` and ${others.length - 20} more` : ""}</p>` : ""}
</details></li>`;
}

function ids(row: Row): Markup {
  const { id, connector, rule: holder = row.user } = row;
  return html`Finding <code>${id}</code>${connector ? html`, connector <code>${plainText(connector.id, 80)}</code>` : ""}${holder ? html`, ${kindOf(row)} <code>${plainText(holder.id, 80)}</code>` : ""}`;
}
