import type { Connector, Execution } from "../kibana/connectors.ts";
import type { RuleUse } from "../rules/find-rules.ts";
import type { Unmeant } from "../rules/unmeant.ts";
import type { Use } from "../usage/use.ts";
import type { Field } from "../web/page.ts";
import type { Op } from "./op.ts";
import type { Recorded } from "./ops/records.ts";

/** The rule's revision as it was read just before the write and as it was saved, where this Kibana counts them. */
export interface RuleSaved {
  read: number | undefined;
  saved: number | undefined;
  /** Fields that Kibana refused by name: the rule was saved without them. */
  refused: string[];
  enabled: boolean;
  /** Whose API key it runs with. */
  owner: string | undefined;
}

/** One line of what a plan does, for people and agents. Values are redacted. */
export interface Effect {
  verb: "create" | "update" | "delete" | "run";
  kind: "connector" | "rule" | "workflow";
  id: string | undefined;
  name: string;
  type: string;
  space: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** A stored or referenced secret and where it would go. */
export interface SecretFlow {
  /** `secrets.routingKey`; "" for a request that carries none. */
  field: string;
  /** What the person sees: the variable's name. */
  source: string;
  hosts: string[];
  /** Those of them that only the secrets hold: of other connectors nobody can see them. */
  unseen?: string[];
  /** The operator bound the secret to just this, or the person types it for just this. */
  agreed?: true;
}

export interface Plan {
  /** One sentence; names in it are quoted (plain-text.ts). Whom it reaches is separate: see reach.ts. */
  summary: string;
  ops: [Op, ...Op[]];
  effects: Effect[];
  /**
   * Which rules it changes, where the call does not name each of them: `like {"tags":["prod"]}`. A question then need not name all: never, or
   * only where no page can be opened that does.
   */
  rulesMeant?: { words: string; namedOnPage: boolean };
  /** The texts of the call: whoever made it knows them, and a person who is asked reads them as they are. */
  own?: ReadonlySet<string>;
  /** Params that the caller gave for all of it, redacted. */
  given?: Record<string, unknown>;
  warnings: string[];
  /** Warnings that only help whoever decides: the answer after the writes leaves them out. */
  beforehand?: string[];
  /** What people outside Kibana notice. */
  outsideWorld: "none" | "costs" | "sends" | "creates" | "executes";
  /** Who must agree: nobody, a person, or a person who types the connector's name. */
  consequence: "free" | "person" | { typeName: string };
  /** What could not be looked at and may matter, a sentence of ours. It comes before everything else. */
  notSeen?: string;
  /**
   * What only a person who is asked (in a form or on a page) may agree to, in sentences: a token or an unattended run
   * is not enough. Shown before all other warnings.
   */
  inPerson?: string[];
  /** What only a person can know. It is asked in the same form or page; anything but yes refuses the plan. */
  onlyAPersonKnows?: Unknown;
  /** Why a person must agree although nothing is replaced. */
  asksBecause?: string[];
  /** What the decision depends on besides the ops: if it changes, the plan is a different one. */
  facts: unknown;
  /** Secrets that leave this server with this plan. */
  flows: SecretFlow[];
  /** Secrets to be typed before the plan is complete: until then it is shown, not written. */
  asks: Field[];
  /** Hosts that people have agreed to before: connectors of the space use them already. */
  knownHosts: string[];
  /** Whether the ops after a failed one are performed anyway. Default: stop. */
  onError?: "stop" | "continue";
  /** The change that it undoes. */
  undoes?: string;
  /** What the journal knows of the secrets that it stores (secrets-by-journal.ts). */
  byJournal?: string[] | undefined;
  /** The same call again goes on with what is left: it may begin although the changes of this hour do not suffice for all. */
  resumable?: true;
}

/** All warnings of a plan that is not done yet. */
export function warningsBefore({ beforehand = [], warnings }: Plan): string[] {
  return [...beforehand, ...warnings];
}

/** A question to a person: whether secrets are stored that Kibana does not show and the plan would lose. */
export interface Unknown {
  /** What a person answers yes, no or "do not know" to: `Nothing else is stored in "Hook": no user, no password`. */
  statement: string;
  /** What to do if the answer is not yes. */
  fix: string;
  detail: Record<string, unknown>;
}

/** Nothing to write: the answer is known already. */
export interface NoChange {
  noChange: true;
  /** `plan_changed`: what was to be undone is no longer as it was. */
  status?: "no_change" | "plan_changed";
  message?: string;
  space: string;
  result: Record<string, unknown>;
  warnings: string[];
  next: NextCall[];
}

/** A ready call. */
export type NextCall = {
  tool: string;
  args: Record<string, unknown>;
  why: string;
};

/** The result of an execute: every attempt, in order. */
export interface Runs {
  attempts: Execution[];
  /** Where Kibana itself failed or refused instead of saying how the last one went: why, and what to do. */
  ended?: { cause: string; fix: string; not_known?: string };
  /** When Kibana asks to wait longer than this server does. */
  retryAfter?: string;
}

/** What is known of one op after its turn. */
export interface OpResult {
  op: Op;
  /** As in the journal: an undo is made from it. */
  recorded?: Recorded;
  outcome: "done" | "not_done" | "unknown";
  /** Why the rest is not started after it: the time of the call, or the changes of the hour, ran out, or the journal is gone. */
  ended?: "time" | "hour" | "journal";
  /** What Kibana answered. */
  data?: unknown;
  error?: Error;
  /** The read-back differs from what was written, or could not be made. */
  warning?: string;
  /** What somebody else changed it to at the same moment. */
  seen?: { name: string; config: Record<string, unknown> };
  /** A created or updated connector from the list, which alone says how many uses it has; undefined if it cannot be read. */
  stored?: Connector;
  /** Rules that began to use the connector while it was being deleted. */
  leftBehind?: RuleUse[];
  /** What else began to use it meanwhile. */
  takenBy?: Use[];
  /** What could not be looked at for that afterwards, and why, in words. */
  unread?: string[];
  /** Workflows that began to name a connector by the name that it no longer has. */
  oldName?: Use[] | "unknown";
  /** What differs in a rule unintentionally; `byOthers`: somebody else saved it too. */
  unmeant?: { fields: Unmeant; byOthers: boolean };
}
