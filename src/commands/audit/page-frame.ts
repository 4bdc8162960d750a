import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { day, moment } from "../../audit/words.ts";
import { plainText } from "../../plain-text.ts";
import type { AuditDocument } from "./document.ts";

type Markup = ReturnType<typeof html>;
type Deployment = AuditDocument["deployment"];
/** One line of the head of a page. */
export type Fact = [term: string, text: string | Markup];

interface Page {
  /** `Connector audit` */
  kind: string;
  deployment: Deployment;
  /** ISO. */
  generatedAt: string;
  headline: string;
  facts: Markup;
  skip: { to: string; text: string };
  main: Markup;
  footer: Markup;
  style: string;
  script?: string;
}

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * A self-contained page, which can be read in full without script, network or other files.
 * Names from outside are escaped by `html`, shortened, and isolated by `bdi`.
 * @returns HTML
 */
export async function framedPage(page: Page): Promise<string> {
  const { kind, deployment, generatedAt, headline, facts, skip, main, footer, style, script } = page;
  const scripts = script === undefined ? "" : ` script-src ${hash(script)};`;
  const policy = `default-src 'none'; style-src ${hash(style)};${scripts} base-uri 'none'; form-action 'none'`;
  const whole = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${plainText(`${kind} of ${deployment.name}, ${day(generatedAt)}`)}</title>
${raw(`<style>${style}</style>`)}
</head>
<body>
<a class="skip" href="#${skip.to}">${skip.text}</a>
<header>
<p class="eyebrow"><span>${kind}</span> <bdi class="tag ${deployment.sandbox ? "sandbox" : ""}">${plainText(deployment.name)}</bdi></p>
<h1>${headline}</h1>
${facts}
</header>
<main>
${main}
</main>
<footer>${footer}</footer>
${script === undefined ? "" : raw(`<script>${script}</script>`)}
</body>
</html>
`;
  return whole.toString();
}

export function shownFacts(rows: readonly Fact[]): Markup {
  return html`<dl class="facts">${rows.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;
}

export const madeAt = (iso: string): Fact => ["Made", html`<time datetime="${iso}">${moment(iso)}</time>`];

export const kibanaOf = ({ url, kibana_version: version }: Deployment): Fact => [
  "Kibana",
  html`<bdi>${plainText(url)}</bdi>${version ? `, version ${plainText(version)}` : ""}`,
];
