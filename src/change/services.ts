import type { Reader } from "../kibana/reader.ts";
import type { Turns } from "../kibana/turns.ts";
import type { Writer } from "../kibana/writer.ts";
import type { Log } from "../log.ts";
import type { CallRedactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/index.ts";
import type { Pages } from "../web/listener.ts";
import type { Clock } from "./clock.ts";
import type { Approvals, Typed } from "./consent/approvals.ts";
import type { Ask, Connection, OpenPage } from "./consent/ask.ts";
import type { Continuations } from "./consent/continuation.ts";
import type { Passkeys } from "./consent/passkey.ts";
import type { Fresh } from "./fresh.ts";
import type { Journal } from "./journal.ts";
import type { Alone } from "./locks.ts";
import type { AuditTrail } from "./ops/audit-trail.ts";
import type { NextCall, NoChange, OpResult, Plan } from "./plan.ts";
import type { Principal } from "./principal.ts";
import type { UndoBy } from "./undo-here.ts";

/** What the pipeline needs from the server. Tools see none of it but `runChange`. */
export interface ChangeServices {
  settings: Settings;
  deployment: string;
  sandbox: boolean;
  reader: Reader;
  writer: Writer;
  journal: Journal;
  continuations: Continuations;
  approvals: Approvals;
  /** Undefined where no person sits at this machine. */
  openPage: OpenPage | undefined;
  /** Shows a person a token, at such an address; undefined as well. */
  showOnce: Pages["showOnce"] | undefined;
  /** Ends what it has not shown yet of the tokens of one holder. */
  endTokens(holder: string): Promise<void>;
  /** Undefined where a click on a page is enough. */
  passkeys: Promise<Passkeys> | undefined;
  /** Makes the digest of a plan; the same in all replicas that share a key. */
  digest(plan: Plan): string;
  /** Where journal entries go besides the journal. */
  trail: AuditTrail | undefined;
  alone: Alone;
  clock: Clock;
  log: Log;
  /** For the current call. */
  redactor: CallRedactor;
  /** Who makes the current call, and would undo it. */
  undoBy: UndoBy;
  /** For writes under way, with their last look: of all calls together. */
  writing: Turns;
  /** Writes that calls of this process are about to make. */
  inFlight: { writes: number };
}

/** One call of a changing tool. */
export interface Change<P extends Plan = Plan> {
  tool: string;
  /** The call's arguments without `confirm` and `dry_run`: a confirmation is bound to them. */
  args: unknown;
  dryRun: boolean;
  confirm: string | undefined;
  /** @param typed what a person typed for `{"$ask": true}` */
  plan(typed: Typed | undefined, fresh: Fresh): Promise<P | NoChange>;
  /** What is true now, and what to do next. */
  report(plan: P, results: OpResult[]): Promise<Report>;
}

/** A call with what is fresh in it. */
export interface Call extends Pick<Change, "tool" | "args" | "confirm"> {
  fresh: Fresh;
  plan(typed: Typed | undefined): ReturnType<Change["plan"]>;
}

export interface Report {
  result?: Record<string, unknown>;
  /** The result says what happened to each connector. */
  tellsEach?: true;
  warnings?: string[];
  next?: NextCall[];
  message?: string;
}

export interface Caller {
  principal: Principal;
  client: string | undefined;
  ask: Ask;
  connection: Connection;
  redactor: CallRedactor;
  /** The client's own: nothing new is started once it is aborted. */
  signal: AbortSignal;
  /** The same, and aborted too when what the call reads takes too long. */
  reads: AbortSignal;
  /** Undefined where the client asked for no progress. */
  progress?: (done: number, total: number, message: string) => void;
  /** Undefined where the client shows no app beside the answer. */
  forApp?: (data: object) => void;
}
