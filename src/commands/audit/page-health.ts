import { html } from "hono/html";
import { count, moment } from "../../audit/words.ts";
import { plainText } from "../../plain-text.ts";
import type { AuditDocument } from "./document.ts";

type Markup = ReturnType<typeof html>;
type Health = AuditDocument["health"][number];

/** The most connectors with a row of their own. */
const mostShown = 50;

/** How the runs of connectors went: the share that failed, as a bar with the numbers beside it. Nothing where the log was not read. */
export function healthSection({ health, spaces, window }: AuditDocument): Markup {
  const read = spaces.filter((one) => one.runs !== undefined);
  if (read.length === 0) return html``;
  const sum = (key: "runs" | "failures") => read.reduce((total, one) => total + (one[key] ?? 0), 0);
  const shown = health.slice(0, mostShown);
  const left = health.length - shown.length;
  return html`<section class="health card" aria-labelledby="health">
<h2 id="health">How runs went</h2>
<p>${count(sum("runs"), "run")} in ${count(window.days, "day")}, ${sum("failures").toLocaleString("en")} failed. ${
    health.length === 0 ? "" : `${count(health.length, "connector")} failed at least once; the others did not.`
  }</p>
${shown.length === 0 ? "" : html`<ul class="runs">${shown.map(row)}</ul>`}
${left > 0 ? html`<p>and ${count(left, "more connector")}.</p>` : ""}
<p class="soft">Kibana does not log runs that it refused before they began (wrong params, missing secrets, licence), nor what happens after a success.</p>
</section>`;
}

function row({ space, connector, runs, failures, failing_since: since, last_success: success }: Health): Markup {
  const name = plainText(connector.name ?? connector.id, 80);
  const place = space === "*" ? "every space" : plainText(space, 60);
  const percent = Math.round((failures / runs) * 100);
  const last = success === undefined ? "no success in that time" : html`last success ${time(success)}`;
  return html`<li><strong><bdi>${name}</bdi></strong> <span class="id"><bdi>${place}</bdi></span>${bar(failures / runs, since !== undefined)}<p>${failures.toLocaleString("en")} of ${count(runs, "run")} failed (${percent} %); ${since === undefined ? "it works again" : html`fails since ${time(since)}${success === undefined ? " or earlier" : ""}`}, ${last}.</p></li>`;
}

/** Decoration: the numbers are next to it. */
function bar(share: number, isFailing: boolean): Markup {
  const width = Math.max(2, Math.round(share * 200));
  return html`<svg viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" x="0" y="0" width="200" height="10"/><rect class="bar ${isFailing ? "critical" : "medium"}" x="0" y="0" width="${width}" height="10"/></svg>`;
}

const time = (iso: string) => html`<time datetime="${iso}">${moment(iso)}</time>`;
