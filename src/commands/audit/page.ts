import { html } from "hono/html";
import { type Group, groups } from "../../audit/finding.ts";
import { count, groupWords, moment, titleOf } from "../../audit/words.ts";
import { plainText } from "../../plain-text.ts";
import { pageStyle } from "../../web/report-style.ts";
import type { AuditDocument } from "./document.ts";
import { bySpace, severityChart } from "./page-charts.ts";
import { filterForm, findingsBySpace } from "./page-findings.ts";
import { type Fact, framedPage, kibanaOf, madeAt, shownFacts } from "./page-frame.ts";
import { healthSection } from "./page-health.ts";
import { pageScript } from "./page-script.ts";

type Markup = ReturnType<typeof html>;

/** The most findings that the page shows, most severe first, so that browsers stay fast. */
const mostShown = 5000;

/**
 * The audit as one self-contained page, which can be read in full without script, network or other files.
 * Names from outside are escaped by `html`, shortened, and isolated by `bdi`.
 * @returns HTML
 */
export async function renderAuditPage(audit: AuditDocument): Promise<string> {
  return framedPage({
    kind: "Connector audit",
    deployment: audit.deployment,
    generatedAt: audit.generated_at,
    headline: headline(audit),
    facts: facts(audit),
    skip: { to: "findings", text: "Skip to the findings" },
    main: html`${unchecked(audit)}
<section aria-labelledby="summary">
<h2 id="summary">In short</h2>
<ul class="tiles">${groups.map((group) => tile(group, audit.summary[group], audit.complete))}</ul>
</section>
${audit.findings.length > 0 ? html`<div class="split">${severityChart(audit)}${bySpace(audit)}</div>` : ""}
${healthSection(audit)}
<section aria-labelledby="findings">
<h2 id="findings">Findings by space</h2>
${findings(audit)}
</section>
${baseline(audit)}`,
    footer: about(audit),
    style: pageStyle,
    script: pageScript,
  });
}

function headline({ summary, findings, complete }: AuditDocument): string {
  const { broken_now: broken, will_break: fragile } = summary;
  const will = fragile > 0 ? `${fragile.toLocaleString("en")} will break` : "";
  if (broken > 0) return `${broken.toLocaleString("en")} ${broken === 1 ? "is" : "are"} broken now${will ? `, ${will}` : ""}`;
  if (will) return `Nothing is broken now, ${will}`;
  const found = findings.length > 0 ? `Nothing is broken, ${findings.length.toLocaleString("en")} to tidy up` : "Nothing was found";
  return complete ? found : `${found} in what was checked`;
}

function facts({ deployment, spaces, generated_at, window }: AuditDocument): Markup {
  const known = spaces.filter((one) => one.connectors !== undefined);
  const sum = (key: "connectors" | "rules") => known.reduce((total, one) => total + (one[key] ?? 0), 0);
  const rows: Fact[] = [
    madeAt(generated_at),
    ["Seen", `${count(sum("connectors"), "connector")} and ${count(sum("rules"), "rule")} in ${count(spaces.length, "space")}`],
    ["Runs of", `${count(window.days, "day")}, from ${moment(window.from)}`],
    kibanaOf(deployment),
  ];
  return shownFacts(rows);
}

/** Comes first, so that nobody takes for fine what was not checked. */
function unchecked({ complete, cancelled, not_checked }: AuditDocument): Markup {
  if (complete) return html`<p class="checked">Everything that was asked for was checked.</p>`;
  return html`<section class="unchecked" aria-labelledby="not-checked">
<h2 id="not-checked">Not everything was checked</h2>
<p>${cancelled ? "The audit was stopped before its end. " : ""}What is listed here was not checked: it may be fine, or broken.</p>
<ul>${not_checked.map(
    (one) =>
      html`<li><strong>${one.space === "*" ? "All spaces" : html`Space <bdi>${plainText(one.space, 60)}</bdi>`}</strong>: ${one.checks.map(titleOf).join(", ") || "everything"}. ${plainText(one.why, 500)}${one.fix ? html` <em>${plainText(one.fix, 500)}</em>` : ""}</li>`,
  )}</ul>
</section>`;
}

function tile(group: Group, number: number, complete: boolean): Markup {
  const { title, some, none } = groupWords[group];
  const text = number > 0 ? some : complete ? none : "None found in what was checked.";
  return html`<li class="tile ${group} ${number === 0 ? "none" : ""}"><span class="n">${number.toLocaleString("en")}</span><strong>${title}</strong><p>${text}</p></li>`;
}

function findings(audit: AuditDocument): Markup | Markup[] {
  const shown = audit.findings.slice(0, mostShown);
  if (shown.length === 0) return html`<p class="card">${audit.complete ? "There are none." : "There are none in what was checked."}</p>`;
  return html`${
    audit.findings.length > shown.length
      ? html`<p class="unchecked">This page shows the ${count(shown.length, "most severe finding")} out of ${audit.findings.length.toLocaleString("en")}. All of them are in the output of <code>audit --json</code>; <code>--min-severity</code> and <code>--spaces</code> make a smaller page.</p>`
      : ""
  }
${filterForm(shown, audit.counts.known > 0)}
<p class="hits" role="status"></p>
${findingsBySpace(shown)}
<p class="empty" hidden>Nothing matches. Clear the filter to see every finding.</p>`;
}

function baseline({ baseline: base, counts }: AuditDocument): Markup {
  if (!base) return html``;
  return html`<section class="card" aria-labelledby="baseline">
<h2 id="baseline">Known before</h2>
<p>Of these, the baseline of ${moment(base.written_at)} knows ${counts.known.toLocaleString("en")}, marked as known; ${counts.new.toLocaleString("en")} ${counts.new === 1 ? "is" : "are"} new.</p>
${
  base.stale.length > 0
    ? html`<p>${count(base.stale.length, "entry", "entries")} of the baseline ${base.stale.length === 1 ? "is" : "are"} no longer found and can be removed:</p><ul>${base.stale
        .slice(0, 100)
        .map(
          (one) =>
            html`<li>${titleOf(one.check)}, <bdi>${plainText([one.connector, one.rule].filter(Boolean).join(", "), 120)}</bdi> in <bdi>${plainText(one.space, 60)}</bdi></li>`,
        )}</ul>${base.stale.length > 100 ? html`<p>and ${(base.stale.length - 100).toLocaleString("en")} more.</p>` : ""}`
    : ""
}
${base.unseen > 0 ? html`<p>${count(base.unseen, "entry", "entries")} of the baseline could not be looked up in this run.</p>` : ""}
</section>`;
}

function about({ version, checks, min_severity, window }: AuditDocument): Markup {
  return html`<p>Made by kibana-connectors-mcp ${version}. It only read. ${count(checks.length, "check")}: ${checks.map((check) => titleOf(check).toLowerCase()).join(", ")}${min_severity === "info" ? "" : `; nothing below severity ${min_severity} is shown`}. Runs were looked up from ${moment(window.from)} to ${moment(window.to)}; Kibana logs runs of connectors only for a limited time, and not every kind of run.</p>`;
}
