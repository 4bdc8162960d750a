import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ToolError } from "../../errors.ts";
import type { Clock } from "../clock.ts";
import { digest } from "../digest.ts";
import type { Fresh } from "../fresh.ts";
import type { Call } from "../services.ts";
import type { PageId } from "./approvals.ts";

/** What a continuation waits for: the agent's own repetition, the answer to a form, or a page (its id). */
export type Awaits = "token" | "form" | PageId;

/**
 * Signed continuations: the same call comes again with one. They carry expiry, nonce, the arguments' and the plan's digest,
 * what they wait for, what was fresh in the plan, and a MAC under a key of this process, or of all replicas; each works once in each process.
 */
export interface Continuations {
  issue(call: Issuing, planDigest: string, awaits?: Awaits): { id: string; expiresAt: number };
  /** Of any that was issued here, spent or not; undefined for others. */
  freshOf(id: string): Fresh | undefined;
  /** @throws ToolError confirmation_invalid, with the reason; not for another plan */
  read(id: string, tool: string, args: unknown): Continuation;
  /** For a token. @throws ToolError confirmation_invalid, with the reason */
  check(id: string, tool: string, args: unknown, planDigest: string): void;
  /** Checks and spends it. @returns its nonce, by which the journal knows that it was used */
  redeem(id: string, tool: string, args: unknown, planDigest: string): string;
}

type Issuing = Pick<Call, "tool" | "args" | "fresh">;

export interface Continuation {
  awaits: Awaits;
  nonce: string;
  /** Milliseconds since 1970. */
  issuedAt: number;
  expiresAt: number;
  isFor(planDigest: string): boolean;
}

/** Milliseconds. */
const continuationLifetime = 10 * 60_000;
const mostRemembered = 10_000;

export function createContinuations(clock: Clock, key: Buffer = randomBytes(32)): Continuations {
  /** Nonce to expiry; the oldest first. */
  const spent = new Map<string, number>();

  const mac = (body: string) => createHmac("sha256", key).update(body).digest();

  return {
    issue({ tool, args, fresh }, planDigest, awaits = "token") {
      const expiresAt = clock.now() + continuationLifetime;
      const body = [
        expiresAt.toString(36),
        randomBytes(9).toString("base64url"),
        digest([tool, args]).slice(0, 22),
        planDigest.slice(0, 22),
        awaits,
        fresh.word,
        fresh.at.toString(36),
      ].join(".");
      return { id: `${body}.${mac(body).toString("base64url")}`, expiresAt };
    },
    freshOf(id) {
      const [, , , , , word = "", at = ""] = bodyOf(id)?.split(".") ?? [];
      return word === "" ? undefined : { word, at: Number.parseInt(at, 36) };
    },
    read,
    check,
    redeem(id, tool, args, planDigest) {
      const { nonce, expiresAt } = readFor(planDigest, id, tool, args);
      if (spent.size >= mostRemembered)
        throw new ToolError("limit_reached", "Too many confirmations in ten minutes.", "Wait a few minutes, then repeat the call.");
      spent.set(nonce, expiresAt);
      return nonce;
    },
  };

  function check(id: string, tool: string, args: unknown, planDigest: string): void {
    // Whoever asks a person may not let the agent answer.
    if (readFor(planDigest, id, tool, args).awaits !== "token") throw confirmationInvalid("foreign");
  }

  function readFor(planDigest: string, id: string, tool: string, args: unknown): Continuation {
    const continuation = read(id, tool, args);
    if (!continuation.isFor(planDigest)) throw confirmationInvalid("target_changed");
    return continuation;
  }

  /** Undefined for an id that was not issued here. */
  function bodyOf(id: string): string | undefined {
    const cut = id.lastIndexOf(".");
    const body = id.slice(0, Math.max(cut, 0));
    const given = Buffer.from(id.slice(cut + 1), "base64url");
    const expected = mac(body);
    return given.length === expected.length && timingSafeEqual(given, expected) ? body : undefined;
  }

  function read(id: string, tool: string, args: unknown): Continuation {
    const body = bodyOf(id);
    if (body === undefined) throw confirmationInvalid("foreign");
    const [expiry = "", nonce = "", argsDigest, plan, awaits = ""] = body.split(".");
    const expiresAt = Number.parseInt(expiry, 36);
    for (const [old, until] of spent) if (until <= clock.now()) spent.delete(old);
    if (expiresAt <= clock.now()) throw confirmationInvalid("expired");
    if (spent.has(nonce)) throw confirmationInvalid("used");
    if (argsDigest !== digest([tool, args]).slice(0, 22)) throw confirmationInvalid("other_change");
    return {
      awaits: awaits === "form" || isPage(awaits) ? awaits : "token",
      nonce,
      issuedAt: expiresAt - continuationLifetime,
      expiresAt,
      isFor: (planDigest) => plan === planDigest.slice(0, 22),
    };
  }
}

function isPage(awaits: string): awaits is PageId {
  return awaits.startsWith("page-");
}

const reasons = {
  foreign: "was not issued by this server (or it was restarted since)",
  expired: "has expired",
  used: "was already used: each works once",
  other_change: "was issued for another call: the tool or its arguments differ",
  target_changed: "was issued for a plan that no longer holds: the target has changed since",
};

type WhyInvalid = keyof typeof reasons;

export function isReason(reason: unknown): reason is WhyInvalid {
  return typeof reason === "string" && Object.hasOwn(reasons, reason);
}

/** Why a `confirm` id is refused. */
export function confirmationInvalid(reason: WhyInvalid): ToolError {
  return new ToolError(
    "confirmation_invalid",
    `The \`confirm\` id ${reasons[reason]}. Nothing was written.`,
    "Repeat the call without `confirm`, show the new plan to the person, and use the id that comes with it.",
    { reason },
  );
}

/** The same for the answer to a question that ended the call. */
export function answerInvalid(reason: WhyInvalid): ToolError {
  return new ToolError(
    "confirmation_invalid",
    `The question that the person answered ${reasons[reason]}. Nothing was written.`,
    reason === "foreign"
      ? "Repeat the call, and the person is asked again. Answers outlive a restart, and reach other replicas, only with CONNECTORS_CONFIRM_KEY."
      : "Repeat the call, and the person is asked again.",
    { reason },
  );
}
