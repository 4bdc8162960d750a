import type { Knows, Page, Take, ToType } from "../../web/page.ts";

/** How the person was asked, for the journal. */
export type Consent = "not_needed" | "form" | "page" | "passkey" | "token" | "skipped";

/** How the person was asked, as answers put it: `form`, `page`, `passkey`, `token`, `none`, or `skipped` by the operator's --dangerously-skip-confirmation. */
export function askedOf(consent: string): string {
  return consent === "not_needed" ? "none" : consent;
}

export interface Question {
  message: string;
  type?: ToType;
  /** A statement to be answered too: yes agrees to the plan as well. */
  knows?: string;
}

/** The client's part of a question: how the person is asked, and what is signed so that it can come back with the answer. */
export interface Asking {
  signal: AbortSignal;
  timeoutMs: number;
  /** A continuation of the call, for a client that answers with its next request. */
  continuation: () => string;
}

export interface Answer {
  /** `empty`: accepted without what was asked for. */
  action: "accept" | "decline" | "cancel" | "empty" | "timeout" | "unavailable";
  /** What the person typed, where a name or an id was asked for. */
  typed?: string;
  /** What the person chose, where a statement was asked about. */
  known?: Knows;
}

/** What a client did with a question that perhaps nobody saw. */
export interface ByItself {
  /** `closed it without an answer` */
  why: string;
  /** What to do if this client always does that. */
  help?: string;
}

/** What a client did with a page's address. `unavailable`: it did not show it. */
export type Shown = "shown" | "declined" | "unavailable";

/** A request that answers a question which ended an earlier one. */
export interface Returned {
  continuation: string;
  /** What the client did with a page's address, if that was the question. */
  page: Shown;
}

/**
 * Asks the person behind the client: while the call waits, or by ending it (`confirm` and `show` then reject with what the
 * client is to ask, and the same call comes again with the answer). `unavailable`: the client cannot ask.
 */
export interface Ask {
  /** Whether the client shows forms. */
  showsForms(): boolean;
  /** True where a question ends the call. */
  inRounds: boolean;
  returned: Returned | undefined;
  confirm(question: Question, asking: Asking): Promise<Answer>;
  /** Has the client show a page's address to the person, so that it need not be in the answer. */
  show(page: { message: string; url: string; id: string }, asking: Asking): Promise<Shown>;
}

/** What is known of one connection. */
export interface Connection {
  /**
   * Why no form is shown: the client answers them by itself, and nobody sees them; or one came back without the answer that it asked
   * for, from the client or from a person, which holds until a person has answered on a page.
   */
  formsFail?: "by itself" | "unanswered" | undefined;
}

/** Opens pages on this machine. @returns the one-time address */
export type OpenPage = (page: Page, take: Take, owner: string) => Promise<string>;
