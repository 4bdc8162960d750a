import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Follow, type Page, type Problems, type Submission, type Take } from "./page.ts";
import { renderNote, renderPage, scriptHash, styleHash } from "./render.ts";
import { readSubmission, TooLarge } from "./submission.ts";
import { renderBefore, renderToken, type TokenPage } from "./token-page.ts";

/** The pages that are shown, and the requests for them. */
export interface Book {
  /** @param owner whose agent asks for it @returns the path of an unguessable address, until it is answered or expires */
  add(page: Page, take: Take, owner: string): string;
  /** The same for a token: it is shown once, on request of a person. */
  addToken(page: TokenPage, owner: string): string;
  /** Ends the pages with a token of this holder that nobody has seen. */
  endTokens(holder: string): void;
  /**
   * Answers a request for one of the pages.
   * @param origin under which the pages are given out
   * @param known is called where the request names a page that there is
   */
  handle(request: IncomingMessage, response: ServerResponse, origin: string, known: () => void): Promise<void>;
  /** Answers with a page that only says something. */
  note(response: ServerResponse, status: number, title: string, text: string): Promise<void>;
}

interface Form {
  is: "form";
  page: Page;
  take: Take;
  taking: boolean;
  /** When the page was first shown. */
  shownAt?: number;
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
  deadToken: {
    is: "used",
    title: "No longer valid",
    text: "The connector has another token since, or is deleted. Ask the agent to rotate the token if it is still needed.",
  },
  expiredForm: { is: "used", title: "Expired", text: "Nothing was written. Ask the agent to start again." },
  expiredToken: { is: "used", title: "Expired", text: "Nobody has seen the token. Ask the agent to rotate it." },
} as const;

/** Most pages kept for one owner, open and answered; beyond that the owner's own oldest is dropped. */
const most = 200;

/** Where pages are, below an origin. */
const pagesPath = "/p/";

/** @param now milliseconds since 1970 */
export function createBook(now: () => number): Book {
  const shown = new Map<string, Shown>();

  async function answer(request: IncomingMessage, response: ServerResponse, origin: string, known: () => void): Promise<void> {
    // Another site whose name resolves to this address (DNS rebinding) still sends its own name here.
    if (request.headers.host !== new URL(origin).host)
      return send(response, 403, renderNote("Refused", "The address of this page is not the one that was given out."));
    const key = /^\/p\/([\w-]{20,})$/.exec(request.url ?? "")?.[1] ?? "";
    const one = shown.get(key);
    if (!one)
      return send(response, 404, renderNote("No such page", "It may belong to a server that was restarted. Ask the agent to start again."));
    known();
    if (one.content.is !== "used" && one.expiresAt <= now()) one.content = one.content.is === "form" ? used.expiredForm : used.expiredToken;
    const { content } = one;
    if (content.is === "used") return send(response, 410, renderNote(content.title, content.text));
    if (content.is === "form" && (request.method === "GET" || isOwnForm(request, origin))) content.shownAt ??= now();
    if (request.method === "GET" || request.method === "HEAD")
      return content.is === "form" ? sendForm(response, 200, content.page, {}) : send(response, 200, renderBefore(content.page));
    if (request.method !== "POST")
      return send(response, 405, renderNote("Refused", "This page accepts a form and nothing else."), { allow: "GET, POST" });
    if (!isOwnForm(request, origin))
      return send(response, 403, renderNote("Refused", "Only the form on this page, sent by a current web browser, is accepted."));
    if (content.is === "form") return submit(one, content, request, response);
    one.content = used.token;
    return send(response, 200, renderToken(content.page));
  }

  async function submit(one: Shown, form: Form, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (form.taking) return send(response, 409, renderNote("One moment", "This form is already being checked."));
    form.taking = true;
    try {
      const { page } = form;
      const submission = await readSubmission(request, page.kind === "passkey" ? {} : page);
      if ("problems" in submission) return sendForm(response, 422, page, submission.problems);
      if (submission.approved && tooSoon(form, now())) return sendForm(response, 422, page, notRead, submission.typedName);
      const taken = await form.take(submission);
      if (taken instanceof Follow) {
        one.expiresAt = taken.page.expiresAt;
        one.content = { is: "form", page: taken.page, take: taken.take, taking: false };
        return sendForm(response, 200, taken.page, {});
      }
      if (Object.keys(taken).length > 0) return sendForm(response, 422, page, taken, submission.typedName);
      one.content = used.form;
      return send(response, 200, renderNote(...noteAfter(page, submission)));
    } catch (error) {
      if (error instanceof TooLarge) return send(response, 413, renderNote("Too large", "A form takes at most 1 MB."));
      throw error;
    } finally {
      form.taking = false;
    }
  }

  function keep(fresh: Shown): string {
    for (const [key, one] of shown) if (one.expiresAt <= now()) shown.delete(key);
    const own = [...shown].filter(([, one]) => one.owner === fresh.owner);
    const [oldest] = own.find(([, one]) => one.content.is === "used") ?? own[0] ?? [];
    if (own.length >= most && oldest !== undefined) shown.delete(oldest);
    const key = randomBytes(24).toString("base64url");
    shown.set(key, fresh);
    return `${pagesPath}${key}`;
  }

  return {
    add: (page, take, owner) => keep({ owner, expiresAt: page.expiresAt, content: { is: "form", page, take, taking: false } }),
    addToken: (page, owner) => keep({ owner, expiresAt: page.expiresAt, content: { is: "token", page } }),
    endTokens(holder) {
      for (const one of shown.values()) if (one.content.is === "token" && one.content.page.holder === holder) one.content = used.deadToken;
    },
    note: (response, status, title, text) => send(response, status, renderNote(title, text)),
    handle: (request, response, origin, known) =>
      answer(request, response, origin, known).catch(() =>
        send(response, 500, renderNote("Something failed", "Nothing was written. Close this page and ask the agent to start again.")),
      ),
  };
}

const notRead: Problems = {
  "": "Nothing was approved: the answer came sooner than a person can read this page. Read it, then approve.",
};

/** A yes that comes sooner than a person reads is a slip of the hand, or a program's. */
function tooSoon({ page, shownAt }: Form, now: number): boolean {
  return page.kind !== "passkey" && page.reading !== undefined && now - (shownAt ?? now) < page.reading;
}

/** What a person reads after an answer. */
function noteAfter({ kind }: Page, { approved, known }: Submission): [title: string, text: string] {
  if (kind === "passkey") return approved ? ["Done", "It is recorded."] : ["Cancelled", "Nothing was changed."];
  if (approved) return ["Approved", "Tell the agent to continue: it repeats its call, and the change is made."];
  if (known === undefined) return ["Refused", "Nothing was written."];
  return ["Nothing was written", `Your answer was "${known}". Tell the agent to continue: it is told.`];
}

/**
 * Whether a browser says that the request comes from this page's own form. With no-referrer a form's Origin is "null", so
 * the fetch metadata decides, which scripts of other sites cannot set. This also refuses programs that are not browsers.
 */
function isOwnForm(request: IncomingMessage, own: string): boolean {
  const { origin } = request.headers;
  const ownOrigin = origin === undefined || origin === "null" || origin === own;
  return (
    ownOrigin &&
    request.headers["sec-fetch-site"] === "same-origin" &&
    request.headers["sec-fetch-mode"] === "navigate" &&
    request.headers["sec-fetch-dest"] === "document"
  );
}

/** A page that asks for a passkey may run the one script that does. */
function sendForm(response: ServerResponse, status: number, page: Page, problems: Problems, typedName?: string): Promise<void> {
  const scripted: Record<string, string> =
    page.passkey === undefined ? {} : { "content-security-policy": `${policy}; script-src ${scriptHash}` };
  return send(response, status, renderPage(page, problems, typedName), scripted);
}

const policy = `default-src 'none'; style-src ${styleHash}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

async function send(response: ServerResponse, status: number, body: Promise<string>, more: Record<string, string> = {}): Promise<void> {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
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
