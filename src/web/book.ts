import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Follow, type Page, type Submission, type Take } from "./page.ts";
import { renderNote, renderPage, scriptHash, styleHash } from "./render.ts";
import { readSubmission, TooLarge } from "./submission.ts";

/** The pages that are shown, and the requests for them. */
export interface Book {
  /** @param owner whose agent asks for it @returns the path of an unguessable address, until it is answered or expires */
  add(page: Page, take: Take, owner: string): string;
  /**
   * Answers a request for one of the pages.
   * @param origin under which the pages are given out
   * @param known is called where the request names a page that there is
   */
  handle(request: IncomingMessage, response: ServerResponse, origin: string, known: () => void): Promise<void>;
  /** Answers with a page that only says something. */
  note(response: ServerResponse, status: number, title: string, text: string): Promise<void>;
}

interface Shown {
  owner: string;
  page: Page;
  take: Take;
  state: "open" | "taking" | "answered";
}

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
    if (one.state === "answered") return send(response, 410, renderNote("Already answered", "This page works once and has been used."));
    if (one.page.expiresAt <= now())
      return send(response, 410, renderNote("Expired", "Nothing was written. Ask the agent to start again."));
    if (request.method === "GET" || request.method === "HEAD") return send(response, 200, renderPage(one.page, {}), scripted(one.page));
    if (request.method !== "POST")
      return send(response, 405, renderNote("Refused", "This page accepts a form and nothing else."), { allow: "GET, POST" });
    if (!isOwnForm(request, origin))
      return send(response, 403, renderNote("Refused", "Only the form on this page, sent by a current web browser, is accepted."));
    return submit(one, request, response);
  }

  async function submit(one: Shown, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (one.state === "taking") return send(response, 409, renderNote("One moment", "This form is already being checked."));
    one.state = "taking";
    try {
      const submission = await readSubmission(request, one.page.kind === "passkey" ? {} : one.page);
      if ("problems" in submission) {
        one.state = "open";
        return send(response, 422, renderPage(one.page, submission.problems), scripted(one.page));
      }
      const taken = await one.take(submission);
      if (taken instanceof Follow) {
        Object.assign(one, { page: taken.page, take: taken.take, state: "open" });
        return send(response, 200, renderPage(taken.page, {}), scripted(taken.page));
      }
      if (Object.keys(taken).length > 0) {
        one.state = "open";
        return send(response, 422, renderPage(one.page, taken, submission.typedName), scripted(one.page));
      }
      one.state = "answered";
      return send(response, 200, renderNote(...noteAfter(one.page, submission)));
    } catch (error) {
      one.state = "open";
      if (error instanceof TooLarge) return send(response, 413, renderNote("Too large", "A form takes at most 1 MB."));
      throw error;
    }
  }

  return {
    add(page, take, owner) {
      for (const [key, one] of shown) if (one.page.expiresAt <= now()) shown.delete(key);
      const own = [...shown].filter(([, one]) => one.owner === owner);
      const [oldest] = own.find(([, one]) => one.state === "answered") ?? own[0] ?? [];
      if (own.length >= most && oldest !== undefined) shown.delete(oldest);
      const key = randomBytes(24).toString("base64url");
      shown.set(key, { owner, page, take, state: "open" });
      return `${pagesPath}${key}`;
    },
    note: (response, status, title, text) => send(response, status, renderNote(title, text)),
    handle: (request, response, origin, known) =>
      answer(request, response, origin, known).catch(() =>
        send(response, 500, renderNote("Something failed", "Nothing was written. Close this page and ask the agent to start again.")),
      ),
  };
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
function scripted({ passkey }: Page): Record<string, string> {
  return passkey === undefined ? {} : { "content-security-policy": `${policy}; script-src ${scriptHash}` };
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
