import { createHash } from "node:crypto";
import { version } from "../version.ts";
import { mapParts, reportParts, tones } from "../web/report-style.ts";
import { colours } from "../web/style.ts";
import { hostScript } from "./host-script.ts";

/** A page that a host shows beside the answer of one tool. */
export interface App {
  name: string;
  title: string;
  description: string;
  /** The tool whose answers it shows. */
  tool: string;
  /** Calls `showAnswers(render)` of the host script. */
  script: string;
}

const [light, dark] = [`${colours.light};${tones.light}`, `${colours.dark};${tones.dark}`];

/** The colours follow the host where it names a theme (`data-theme`), else the system. */
const style = `:root{color-scheme:light dark;${light}}
:root[data-theme=light]{color-scheme:light}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}
:root[data-theme=dark]{color-scheme:dark;${dark}}
${reportParts}${mapParts}
body{font-size:15px}
main{padding:.75rem .9rem 1rem}
h1{font-size:1.15rem;letter-spacing:0;margin:.4rem 0 .6rem;text-wrap:pretty}
h2{font-size:1rem;margin:1.25rem 0 .5rem}
.filter{position:static;padding:.75rem .9rem}
.filter .wide{flex:1 1 12rem}
.found>h2{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center}
.finding h3{font-size:.95rem}
.unchecked{margin:.75rem 0}.unchecked h2{margin:0 0 .3rem}
.hand,.more{font:inherit;font-weight:600;min-height:2.5rem;padding:0 .9rem;border:2px solid var(--accent);border-radius:.5rem;background:transparent;color:var(--accent);cursor:pointer}
.hand:disabled{opacity:.7;cursor:default}
.said{margin-left:.6rem;color:var(--soft);font-size:.92rem}
.finding pre,.card pre{max-height:14rem;overflow:auto;direction:ltr;unicode-bidi:bidi-override}
.sentence{unicode-bidi:isolate}
`;

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * One file that fetches nothing. It is the same for every answer: what it shows comes from the host, and becomes text only.
 * @returns HTML
 */
export function appPage({ title, script: own, name }: App): string {
  const script = `"use strict";
(() => {
const app = ${JSON.stringify({ name: `kibana-connectors-mcp ${name}`, version })};
${hostScript}
${own}
})();`;
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main><p class="eyebrow">${title}</p><p class="empty">Waiting for the answer.</p></main>
<script>${script}</script>
</body>
</html>
`;
}
