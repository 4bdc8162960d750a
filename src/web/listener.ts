import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page, Take } from "./page.ts";
import { renderNote, renderPage, styleHash } from "./render.ts";
import { boundStrangers, type Strangers } from "./strangers.ts";
import { readSubmission, TooLarge } from "./submission.ts";
import { renderBefore, renderToken, type TokenPage } from "./token-page.ts";

/** Pages for the person at this machine, on a loopback port that is opened when first needed. */
export interface Pages {
  /** Shows a page at an unguessable address, until it is answered or expires. @param owner whose agent asks for it */
  open(page: Page, take: Take, owner: string): Promise<string>;
  /** Shows a token at such an address, once. */
  showOnce(page: TokenPage, owner: string): Promise<string>;
  close(): Promise<void>;
}

interface Form {
  is: "form";
  page: Page;
  take: Take;
  taking: boolean;
}

interface Shown {
  owner: string;
  expiresAt: number;
  /** `used`: nothing is kept of it but what to say. */
  content: Form | { is: "token"; page: TokenPage } | { is: "used"; title: string; text: string };
}

const used = {
  form: { is: "used", title: "Already answered", text: "This page works once and has been used." },
  token: { is: "used", title: "Already shown", text: "The token was shown once. If you have not seen it, ask the agent to rotate it." },
  expiredForm: { is: "used", title: "Expired", text: "Nothing was written. Ask the agent to start again." },
  expiredToken: { is: "used", title: "Expired", text: "Nobody has seen the token. Ask the agent to rotate it." },
} as const;

/** Most pages kept for one owner, open and answered; beyond that the owner's own oldest is dropped. */
const most = 200;

/** @param now milliseconds since 1970 */
export function createPages(now: () => number = Date.now): Pages {
  const shown = new Map<string, Shown>();
  let listening: Promise<{ server: Server; origin: string }> | undefined;

  function listen(): Promise<{ server: Server; origin: string }> {
    return new Promise((resolve, reject) => {
      const server = createServer(
        { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 },
        (request, response) => {
          const { port } = server.address() as AddressInfo;
          handle(request, response, `127.0.0.1:${port}`, strangers).catch(() =>
            send(response, 500, renderNote("Something failed", "Nothing was written. Close this page and ask the agent to start again.")),
          );
        },
      );
      const strangers = boundStrangers(server);
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        server.unref();
        resolve({ server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
      });
    });
  }

  async function handle(request: IncomingMessage, response: ServerResponse, host: string, strangers: Strangers): Promise<void> {
    // Another site whose name resolves to this address (DNS rebinding) still sends its own name here.
    if (request.headers.host !== host)
      return send(response, 403, renderNote("Refused", "The address of this page is not the one that was given out."));
    const key = /^\/p\/([\w-]{20,})$/.exec(request.url ?? "")?.[1] ?? "";
    const one = shown.get(key);
    if (!one)
      return send(response, 404, renderNote("No such page", "It may belong to a server that was restarted. Ask the agent to start again."));
    strangers.known(request.socket);
    if (one.content.is !== "used" && one.expiresAt <= now()) one.content = one.content.is === "form" ? used.expiredForm : used.expiredToken;
    const { content } = one;
    if (content.is === "used") return send(response, 410, renderNote(content.title, content.text));
    if (request.method === "GET" || request.method === "HEAD")
      return send(response, 200, content.is === "form" ? renderPage(content.page, {}) : renderBefore(content.page));
    if (request.method !== "POST")
      return send(response, 405, renderNote("Refused", "This page accepts a form and nothing else."), { allow: "GET, POST" });
    if (!isOwnForm(request, host))
      return send(response, 403, renderNote("Refused", "Only the form on this page, sent by a current web browser, is accepted."));
    if (content.is === "form") return submit(one, content, request, response);
    one.content = used.token;
    return send(response, 200, renderToken(content.page));
  }

  async function submit(one: Shown, form: Form, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (form.taking) return send(response, 409, renderNote("One moment", "This form is already being checked."));
    form.taking = true;
    try {
      const submission = await readSubmission(request, form.page);
      if ("problems" in submission) return send(response, 422, renderPage(form.page, submission.problems));
      const problems = await form.take(submission);
      if (Object.keys(problems).length > 0) return send(response, 422, renderPage(form.page, problems, submission.typedName));
      one.content = used.form;
      const note = submission.approved
        ? renderNote("Approved", "Tell the agent to continue: it repeats its call, and the change is made.")
        : submission.known === undefined
          ? renderNote("Refused", "Nothing was written.")
          : renderNote("Nothing was written", `Your answer was "${submission.known}". Tell the agent to continue: it is told.`);
      return send(response, 200, note);
    } catch (error) {
      if (error instanceof TooLarge) return send(response, 413, renderNote("Too large", "A form takes at most 1 MB."));
      throw error;
    } finally {
      form.taking = false;
    }
  }

  async function add(fresh: Shown): Promise<string> {
    listening ??= listen();
    const { origin } = await listening.catch((error: unknown) => {
      listening = undefined;
      throw error;
    });
    for (const [key, one] of shown) if (one.expiresAt <= now()) shown.delete(key);
    const own = [...shown].filter(([, one]) => one.owner === fresh.owner);
    const [oldest] = own.find(([, one]) => one.content.is === "used") ?? own[0] ?? [];
    if (own.length >= most && oldest !== undefined) shown.delete(oldest);
    const key = randomBytes(24).toString("base64url");
    shown.set(key, fresh);
    return `${origin}/p/${key}`;
  }

  return {
    open: (page, take, owner) => add({ owner, expiresAt: page.expiresAt, content: { is: "form", page, take, taking: false } }),
    showOnce: (page, owner) => add({ owner, expiresAt: page.expiresAt, content: { is: "token", page } }),
    async close() {
      const open = await listening?.catch(() => undefined);
      open?.server.closeAllConnections();
      await new Promise((resolve) => (open ? open.server.close(resolve) : resolve(undefined)));
    },
  };
}

/**
 * Whether a browser says that the request comes from this page's own form. With no-referrer a form's Origin is "null", so
 * the fetch metadata decides, which scripts of other sites cannot set. This also refuses programs that are not browsers.
 */
function isOwnForm(request: IncomingMessage, host: string): boolean {
  const { origin } = request.headers;
  const ownOrigin = origin === undefined || origin === "null" || origin === `http://${host}`;
  return (
    ownOrigin &&
    request.headers["sec-fetch-site"] === "same-origin" &&
    request.headers["sec-fetch-mode"] === "navigate" &&
    request.headers["sec-fetch-dest"] === "document"
  );
}

async function send(response: ServerResponse, status: number, body: Promise<string>, more: Record<string, string> = {}): Promise<void> {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src ${styleHash}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    connection: "close",
    ...more,
  });
  response.end(await body);
}
