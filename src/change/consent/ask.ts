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

/** Asks the person behind the client. `unavailable`: the client cannot ask. */
export interface Ask {
  /** Whether the client shows forms. */
  showsForms(): boolean;
  confirm(question: Question, options: { signal: AbortSignal; timeoutMs: number }): Promise<Answer>;
  /** Has the client show a page's address to the person, so that it need not be in the answer. `unavailable`: it did not. */
  show(
    page: { message: string; url: string; id: string },
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<"shown" | "declined" | "unavailable">;
}

/** What is known of one connection. */
export interface Connection {
  /** The client answers questions by itself: nobody sees them. */
  formsFail: boolean;
}

/** Opens pages on this machine. @returns the one-time address */
export type OpenPage = (page: Page, take: Take, owner: string) => Promise<string>;
