import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { escapeHidden, oneLine } from "../plain-text.ts";
import { type Line, lineDifference } from "./line-difference.ts";
import {
  type ApprovalPage,
  knows as answers,
  type Field,
  type Page,
  type PasskeyPage,
  type PasskeyRequest,
  type Problems,
  type ToType,
} from "./page.ts";
import { passkeyScript } from "./passkey-script.ts";
import { style } from "./style.ts";

type Markup = ReturnType<typeof html>;

/** The style sheet may be inline because the policy names its hash. */
const styleTag = raw(`<style>${style}</style>`);
export const styleHash = hashOf(style);
/** So may the one script, on pages that ask for a passkey. */
const scriptTag = raw(`<script>${passkeyScript}</script>`);
export const scriptHash = hashOf(passkeyScript);

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The page as HTML. `html` escapes every value; no script is needed or allowed but the one that asks for a passkey. */
export function renderPage(page: Page, problems: Problems, submittedName?: string): Promise<string> {
  return page.kind === "passkey" ? renderPasskey(page, problems) : renderApproval(page, problems, submittedName);
}

async function renderApproval(given: ApprovalPage, found: Problems, submittedName = ""): Promise<string> {
  const page = inLines(given);
  const problems: Problems = Object.fromEntries(Object.entries(found).map(([path, problem]) => [path, oneLine(problem)]));
  const title = page.kind === "secrets" ? "Enter secrets" : "Approve a change";
  const count = Object.keys(problems).length;
  const firstWrong = page.fields.find((one) => problems[one.path] !== undefined)?.path;
  return layout(
    `${count > 0 ? "Not accepted yet: " : ""}${title}`,
    html`
      <p class="where"><span class="tag ${page.sandbox ? "sandbox" : ""}">${page.deployment}</span> <span>space ${page.space}</span></p>
      <h1>${page.summary}</h1>
      ${count > 0 ? html`<p class="bad" role="alert">${problems[""] ?? `${count === 1 ? "One value was" : `${count} values were`} not accepted. Nothing was written.`}</p>` : ""}
      <section class="card" aria-labelledby="what">
        <h2 id="what">What happens</h2>
        ${page.things.length > 0 ? list(page.things) : ""}
        ${page.flows.length > 0 ? html`<h2>Secrets go to</h2>${list(page.flows.map(({ source, to }) => html`<code>${source}</code> → <strong>${to}</strong>`))}` : ""}
        ${page.requests.length > 0 ? html`<h2>A request goes to</h2>${list(page.requests.map((host) => html`<strong>${host}</strong>`))}` : ""}
        ${people("Recipients", page.recipients)}
        ${people("Action and record", page.acting)}
        ${people("No longer", page.noLonger)}
        <p><strong>${page.undo}</strong></p>
        ${people("May name somebody", page.mayName)}
        ${page.warnings.map((warning) => html`<p class="warn">${warning}</p>`)}
      </section>
      ${page.details.length > 0 ? html`<section class="card" aria-labelledby="details"><h2 id="details">In detail</h2>${details(page.details)}</section>` : ""}
      ${people("Asked for by", page.people ? [page.people.askedBy] : [])}
      ${people("May approve, with a passkey", page.people?.approvers ?? [])}
      <form method="post" enctype="multipart/form-data" autocomplete="off"${asking(page.passkey)}>
        ${page.fields.length > 0 ? html`<h2>Type the values here, not into the conversation</h2>` : ""}
        ${page.fields.map((one, index) => field(one, index, problems[one.path], one.path === firstWrong))}
        ${page.knows === undefined ? "" : knowsField(page.knows, problems.knows)}
        ${page.type === undefined ? "" : nameField(page.type, submittedName, problems.name)}
        ${page.passkey ? passkeyField() : ""}
        <div class="buttons">
          <button class="yes" type="submit" name="answer" value="approve">${page.kind === "secrets" ? "Save and approve" : "Approve"}${page.passkey ? " with a passkey" : ""}</button>
          <button class="no" type="submit" name="answer" value="refuse" formnovalidate>Refuse</button>
        </div>
      </form>
      <footer>
        <p>An AI agent asked for this through kibana-connectors-mcp. It sees neither this page's form nor what you type. Approve only what you expected.</p>
        <p>This page works once, until ${new Date(page.expiresAt).toISOString().slice(11, 16)} UTC.</p>
      </footer>
      ${page.passkey ? scriptTag : ""}
    `,
  );
}

async function renderPasskey({ title, texts, name, button, passkey, expiresAt }: PasskeyPage, found: Problems): Promise<string> {
  const problem = Object.values(found)[0];
  return layout(
    `${problem === undefined ? "" : "Not accepted yet: "}${title}`,
    html`
      <h1>${oneLine(title)}</h1>
      ${problem === undefined ? "" : html`<p class="bad" role="alert">${oneLine(problem)}</p>`}
      <section class="card">${texts.map((text) => html`<p>${oneLine(text)}</p>`)}</section>
      <form method="post" enctype="multipart/form-data" autocomplete="off"${asking(passkey)}>
        ${
          name === undefined
            ? ""
            : html`<div class="field"><label for="name">Name of this key, to tell it from others</label><input id="name" name="name" type="text" value="${oneLine(name)}" maxlength="40" autocomplete="off" spellcheck="false" /></div>`
        }
        ${passkeyField()}
        <div class="buttons">
          <button class="yes" type="submit" name="answer" value="approve">${button}</button>
          <button class="no" type="submit" name="answer" value="refuse" formnovalidate>Cancel</button>
        </div>
      </form>
      <footer><p>This page works once, until ${new Date(expiresAt).toISOString().slice(11, 16)} UTC.</p></footer>
      ${scriptTag}
    `,
  );
}

/** The form's attribute that the script reads: ids and digests of ours, no text from anywhere else. */
function asking(request: PasskeyRequest | undefined): Markup | string {
  return request === undefined ? "" : html` data-passkey="${JSON.stringify(request)}"`;
}

function passkeyField(): Markup {
  return html`
    <input type="hidden" name="passkey" value="" />
    <p class="bad" id="passkey-problem" role="alert" hidden></p>
    <noscript><p class="bad">Your browser asks for the passkey by a script of this page: allow JavaScript here.</p></noscript>
  `;
}

/** Every text as one line without hidden characters, so that no caller has to see to it. */
function inLines(page: ApprovalPage): ApprovalPage {
  const lines = (texts: readonly string[]) => texts.map(oneLine);
  return {
    ...page,
    deployment: oneLine(page.deployment),
    space: oneLine(page.space),
    summary: oneLine(page.summary),
    things: lines(page.things),
    flows: page.flows.map(({ source, to }) => ({ source: oneLine(source), to: oneLine(to) })),
    requests: lines(page.requests),
    recipients: lines(page.recipients),
    acting: lines(page.acting),
    noLonger: lines(page.noLonger),
    mayName: lines(page.mayName),
    undo: oneLine(page.undo),
    warnings: lines(page.warnings),
    details: page.details.map(({ text, before, after }) => ({
      text: oneLine(text),
      ...(before === undefined ? {} : { before: escapeHidden(before) }),
      ...(after === undefined ? {} : { after: escapeHidden(after) }),
    })),
    fields: page.fields.map((one) => ({ ...one, label: oneLine(one.label) })),
    ...(page.knows === undefined ? {} : { knows: oneLine(page.knows) }),
    people: page.people && { askedBy: oneLine(page.people.askedBy), approvers: lines(page.people.approvers) },
    type: page.type && { ...page.type, text: oneLine(page.type.text) },
  };
}

/** A page that only says something. */
export function renderNote(title: string, text: string): Promise<string> {
  return layout(title, html`<h1>${title}</h1><p>${text}</p><p>You can close this page.</p>`);
}

function list(items: readonly (string | Markup)[]): Markup {
  return html`<ul>${items.map((item) => html`<li><bdi>${item}</bdi></li>`)}</ul>`;
}

/** All of them, above the button: in a box that scrolls, the last ones would be out of sight. */
function people(title: string, names: readonly string[]): Markup | string {
  return names.length === 0 ? "" : html`<h2>${title} (${names.length})</h2>${list(names)}`;
}

/** Long details scroll in a box of their own, so that the button stays within reach. */
function details(all: ApprovalPage["details"]): Markup {
  const inside = all.map(detail);
  return JSON.stringify(all).length > 3000
    ? html`<div class="long" tabindex="0" role="group" aria-labelledby="details">${inside}</div>`
    : html`${inside}`;
}

function detail({ text, before, after }: ApprovalPage["details"][number]): Markup {
  if (before !== undefined && after !== undefined) {
    const lines = lineDifference(before, after).map(differing);
    return html`<p>${text}</p><p class="help">- removed, + added</p><pre class="difference">${lines}</pre>`;
  }
  const [label, only] = before === undefined ? ["After", after] : ["Before", before];
  return only === undefined ? html`<p>${text}</p>` : html`<p>${text}</p><p class="help">${label}</p><pre>${only}</pre>`;
}

/** The sign is part of the text: not everybody sees the colour. */
function differing({ sign, text }: Line): Markup {
  const line = `${sign} ${text}\n`;
  return sign === "-" ? html`<del>${line}</del>` : sign === "+" ? html`<ins>${line}</ins>` : html`${line}`;
}

function field({ path, label, help, required, multiline }: Field, index: number, problem: string | undefined, focused: boolean): Markup {
  const id = `field-${index}`;
  const described = [help ? `${id}-help` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  const invalid = problem ? "true" : "false";
  const focus = raw(focused ? " autofocus" : "");
  return html`
    <div class="field">
      <label for="${id}">${label}${required ? "" : " (optional)"}</label>
      ${help ? html`<p class="help" id="${id}-help">${help}</p>` : ""}
      ${problem ? html`<p class="bad" id="${id}-problem">${problem}</p>` : ""}
      ${
        multiline
          ? html`<textarea class="masked" id="${id}" name="${path}" spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="${described}" aria-invalid="${invalid}"${focus}></textarea>`
          : html`<input class="masked" id="${id}" name="${path}" type="text" spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="${described}" aria-invalid="${invalid}"${focus} />`
      }
      <div class="ways">
        <label class="reveal"><input type="checkbox" aria-label="Show ${label}" /> Show</label>
        <label>or from a file: <input name="${path}" type="file" aria-label="${label} from a file" /></label>
      </div>
    </div>
  `;
}

const answerLabels = { yes: "Yes", no: "No, something else is stored", "do not know": "I do not know" };

function knowsField(statement: string, problem: string | undefined): Markup {
  return html`
    <fieldset class="field" aria-describedby="${problem ? "knows-problem" : "knows-help"}">
      <legend>${statement}</legend>
      <p class="help" id="knows-help">Only you can know. With another answer than Yes nothing is written.</p>
      ${problem ? html`<p class="bad" id="knows-problem">${problem}</p>` : ""}
      ${answers.map((one) => html`<label><input type="radio" name="knows" value="${one}" /> ${answerLabels[one]}</label>`)}
    </fieldset>
  `;
}

function nameField({ what, text }: ToType, typed: string, problem: string | undefined): Markup {
  return html`
    <div class="field">
      <label for="name">Type the ${what} to confirm: “${text}”</label>
      ${problem ? html`<p class="bad" id="name-problem">${problem}</p>` : ""}
      <input id="name" name="name" type="text" value="${typed}" autocomplete="off" spellcheck="false" aria-describedby="${problem ? "name-problem" : ""}" aria-invalid="${problem ? "true" : "false"}" />
    </div>
  `;
}

/** A document with a title. */
export async function layout(title: string, body: Markup): Promise<string> {
  const page = await html`<!doctype html>
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · kibana-connectors-mcp</title>
        ${styleTag}
      </head>
      <body><main>${body}</main></body>
    </html>`;
  return page.toString();
}
