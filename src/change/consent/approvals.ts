import { randomBytes } from "node:crypto";
import type { Sealed } from "../../sealed.ts";
import type { Knows } from "../../web/page.ts";
import type { Clock } from "../clock.ts";
import { digest } from "../digest.ts";
import type { Fresh } from "../fresh.ts";
import type { Approval as JournalApproval } from "../journal-records.ts";
import type { Recording } from "../recorded.ts";
import type { Call } from "../services.ts";
import { confirmationInvalid } from "./continuation.ts";

export type PageId = `page-${string}`;

/** What a person typed, by path. */
export type Typed = ReadonlyMap<string, Sealed>;

/** Whose passkey approved, and what is recorded of the plan that was signed. */
export interface GivenByPasskey {
  approval: JournalApproval;
  recording: Recording;
}

interface Yes {
  approved: true;
  typed: Typed;
  planDigest: string;
  /** Undefined where a click is enough. */
  passkey?: GivenByPasskey | undefined;
}

/** The state of one page, as the repeated call finds it. */
export type Approval =
  | { state: "waiting"; url: string | undefined; expiresAt: number }
  | { state: "refused"; known?: Knows | undefined }
  | ({ state: "approved" } & Omit<Yes, "approved">);

export type FoundPage = { id: string; expiresAt: number } & (
  | { state: "waiting"; url: string }
  | { state: "refused"; known?: Knows | undefined }
  | { state: "approved" }
);

interface Pending {
  owner: string;
  call: string;
  fresh: Fresh;
  /** What the page shows. */
  plan: string;
  /** The same, however a call spells it. */
  refusal: string;
  expiresAt: number;
  url: string | undefined;
  answer: { approved: false; known?: Knows | undefined } | Yes | undefined;
  spent: boolean;
}

/**
 * What people answered on the pages: kept until it is spent or expires, ten minutes at the most. An id alone approves
 * nothing: it only finds the answer that a person gave.
 */
export interface Approvals {
  open(
    owner: string,
    call: Pick<Call, "tool" | "args" | "fresh">,
    planDigest: string,
    refusal: string,
  ): { id: PageId; expiresAt: number; shownAt(url: string | undefined): void; answer(given: NonNullable<Pending["answer"]>): void };
  /** The person declined in the client. */
  refuse(id: string): void;
  /** The client shows the address: no answer has it any longer. */
  hide(id: string): void;
  /**
   * The newest page of the same call and plan: answered, or waiting where its address may be shown again. One that was refused also
   * counts for other calls of the same owner.
   * @param refusal of the plan, however the call spells it (refused-plan.ts)
   */
  find(owner: string, tool: string, args: unknown, planDigest: string, refusal: string): FoundPage | undefined;
  /** What is fresh in the newest plan of the same call that has a page and was not performed; with an id, in that one's. */
  freshOf(tool: string, args: unknown, id: string | undefined): Fresh | undefined;
  /** True for ids of this kind. */
  knows(id: string): boolean;
  /** @throws ToolError confirmation_invalid: foreign, expired, used, other_change */
  look(id: string, tool: string, args: unknown): Approval;
  /** Spends it, just before the first write. */
  spend(id: string): void;
}

const lifetime = 10 * 60_000;
/** Per principal; their own oldest is dropped first, never another's. */
const most = 200;
const prefix = "page-";

export function createApprovals(clock: Clock): Approvals {
  const all = new Map<string, Pending>();

  return {
    open(owner, { tool, args, fresh }, planDigest, refusal) {
      // An expired one is remembered for as long again, so that the error can say so.
      for (const [id, one] of all) if (one.expiresAt + lifetime <= clock.now()) all.delete(id);
      const own = [...all].filter(([, one]) => one.owner === owner);
      const [oldest] = own.find(([, one]) => one.spent) ?? own[0] ?? [];
      if (own.length >= most && oldest !== undefined) all.delete(oldest);
      const id: PageId = `${prefix}${randomBytes(15).toString("base64url")}`;
      const pending: Pending = {
        owner,
        call: digest([tool, args]),
        fresh,
        plan: planDigest,
        refusal,
        expiresAt: clock.now() + lifetime,
        url: undefined,
        answer: undefined,
        spent: false,
      };
      all.set(id, pending);
      return {
        id,
        expiresAt: pending.expiresAt,
        shownAt: (url) => {
          pending.url = url;
        },
        answer: (given) => {
          // The first answer counts: whoever declined in the client has declined, whatever the page sends later.
          pending.answer ??= given;
        },
      };
    },
    find(owner, tool, args, planDigest, refusal) {
      const call = digest([tool, args]);
      for (const [id, { url, expiresAt, answer, spent, ...one }] of [...all].reverse()) {
        const refused = answer?.approved === false && one.owner === owner && one.refusal === refusal;
        if (!refused && (one.call !== call || one.plan !== planDigest)) continue;
        if (spent || expiresAt <= clock.now()) continue;
        if (answer) return { id, expiresAt, ...(answer.approved ? { state: "approved" } : { state: "refused", known: answer.known }) };
        if (url !== undefined) return { id, expiresAt, state: "waiting", url };
      }
      return undefined;
    },
    freshOf(tool, args, id) {
      const call = digest([tool, args]);
      const open = ([known, one]: [string, Pending]) =>
        one.call === call && !one.spent && one.expiresAt > clock.now() && (id === undefined || id === known);
      return [...all].reverse().find(open)?.[1].fresh;
    },
    refuse(id) {
      const pending = all.get(id);
      if (pending) pending.answer ??= { approved: false };
    },
    hide(id) {
      const pending = all.get(id);
      if (pending) pending.url = undefined;
    },
    knows: (id) => id.startsWith(prefix),
    look(id, tool, args) {
      const pending = all.get(id);
      if (!pending) throw confirmationInvalid("foreign");
      if (pending.spent) throw confirmationInvalid("used");
      if (pending.expiresAt <= clock.now()) throw confirmationInvalid("expired");
      if (pending.call !== digest([tool, args])) throw confirmationInvalid("other_change");
      const { answer, url, expiresAt } = pending;
      if (!answer) return { state: "waiting", url, expiresAt };
      if (!answer.approved) return { state: "refused", known: answer.known };
      const { typed, planDigest, passkey } = answer;
      return { state: "approved", typed, planDigest, passkey };
    },
    spend(id) {
      const pending = all.get(id);
      if (!pending || pending.spent) throw confirmationInvalid("used");
      if (pending.expiresAt < clock.now()) throw confirmationInvalid("expired");
      pending.spent = true;
      // The values are not needed any longer.
      pending.answer = undefined;
    },
  };
}
