import { html } from "hono/html";
import { type Sealed, unseal } from "../sealed.ts";
import { layout } from "./render.ts";

/** A value that one person sees, once. */
export interface TokenPage {
  /** Which Kibana, with its label. */
  deployment: string;
  sandbox: boolean;
  space: string;
  title: string;
  /** Whose token it is: another one of the same holder takes its place. */
  holder: string;
  token: Sealed;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Asks before it shows anything: what fetches addresses by itself must not use the page up. */
export function renderBefore(page: TokenPage): Promise<string> {
  return layout(
    page.title,
    html`${heading(page)}
      <section class="card">
        <p>Kibana has just made it. It is shown once: have a place ready where you keep it.</p>
        <p>Do not paste it into the conversation with the agent, which does not get to see it.</p>
      </section>
      <form method="post"><div class="buttons"><button class="yes" type="submit">Show it once</button></div></form>
      <footer><p>This page works once, until ${new Date(page.expiresAt).toISOString().slice(11, 16)} UTC.</p></footer>`,
  );
}

export function renderToken(page: TokenPage): Promise<string> {
  return layout(
    page.title,
    html`${heading(page)}
      <section class="card">
        <pre>${unseal(page.token)}</pre>
        <p>Senders put it into the header <code>Authorization: Bearer …</code>. Kibana shows the address to send to at the connector.</p>
        <p>It is not shown again. If it is lost, have the agent rotate it.</p>
      </section>`,
  );
}

function heading({ deployment, sandbox, space, title }: TokenPage) {
  return html`<p class="where"><span class="tag ${sandbox ? "sandbox" : ""}">${deployment}</span> <span>space ${space}</span></p>
    <h1>${title}</h1>`;
}
