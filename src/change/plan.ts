import type { Connector, Execution } from "../kibana/connectors.ts";
import type { RuleAction } from "../kibana/rules.ts";
import type { WorkflowRoutes } from "../kibana/workflows.ts";
import type { RuleUse } from "../rules/find-rules.ts";
import type { RuleState } from "../rules/rule-state.ts";
import type { Unmeant } from "../rules/unmeant.ts";
import type { SealedRecord } from "../sealed.ts";
import type { Use, Where } from "../usage/use.ts";
import type { Field } from "../web/page.ts";
import type { CheckedSpace } from "./checked-space.ts";
import type { Recorded } from "./ops/records.ts";

/** Every write this server can make, each with what it replaces. Data: what was planned is what is applied. */
export type Op = CreateOp | UpdateOp | RotateOp | DeleteOp | ExecuteOp | PutRuleOp | PutWorkflowOp;

/** Whether an op changes what uses connectors, and no connector. */
export function usesConnectors(op: Op): op is PutRuleOp | PutWorkflowOp {
  return op.op === "put_rule" || op.op === "put_workflow";
}

export interface CreateOp {
  op: "create";
  space: CheckedSpace;
  /** Undefined before 8.8, where Kibana chooses. */
  id: string | undefined;
  name: string;
  type: string;
  config: Record<string, unknown>;
  secrets: SealedRecord;
  /** Of one that others send events to: whether Kibana is asked for their token, since a person can be shown it. */
  makesToken?: boolean;
}

/** Kibana makes another token for those who send events to a connector. */
export interface RotateOp {
  op: "rotate";
  space: CheckedSpace;
  id: string;
  name: string;
  type: string;
  before: Connector;
}

export interface UpdateOp {
  op: "update";
  space: CheckedSpace;
  id: string;
  before: Connector;
  after: { name: string; config: Record<string, unknown> };
  /** All of them: Kibana forgets what is not sent (reference/kibana-api.md §4). */
  secrets: SealedRecord;
  /** Whether there may have been secrets before: nobody can put those back. */
  secretsBefore: boolean;
  /** What no undo brings back, a sentence. */
  lost?: string;
  /** Of a new name: the workflows that are known to name the old one, by id, and what was not looked at. */
  renames?: { status: Where["status"]; known: string[]; missed: string[] };
}

export interface DeleteOp {
  op: "delete";
  space: CheckedSpace;
  id: string;
  before: Connector;
  /** Whether it has secrets: nobody can put those back. */
  secretsBefore: boolean;
  /** Secrets that it may have although it needs none. */
  secretsPossible?: readonly string[];
  /** What no undo brings back, a sentence. */
  lost?: string;
  /** Whether this Kibana would accept its id for a new connector. */
  restorable: boolean;
  /** Why Kibana would now refuse a connector of its type; absent where it would not. */
  unusable?: string;
  /** What decides what can use it. */
  where: Where;
  /** What could not be looked at when it was planned: the last look before the write may miss no more. */
  unseen: string[];
}

export interface ExecuteOp {
  op: "execute";
  space: CheckedSpace;
  id: string;
  name: string;
  type: string;
  params: Record<string, unknown>;
  /** The connector's, as read, where Kibana shows it: it may also name whom a run reaches. */
  config?: Record<string, unknown> | undefined;
  /** The params before unique words and times are filled in, so that a plan made again counts as the same. */
  template?: Record<string, unknown>;
  /** A safe test may run where nothing else may. */
  safe: boolean;
  /** It changes nothing outside. Default: `safe`. */
  onlyReads?: boolean;
  /** Params of a run that undoes this one. */
  undo?: Record<string, unknown>;
  /** How often to run again while Kibana calls the failure retryable. */
  retries?: number;
}

/** Saves a rule with other actions; everything else of it stays as it is at that moment. */
export interface PutRuleOp {
  op: "put_rule";
  space: CheckedSpace;
  id: string;
  name: string;
  /** The rule type. */
  type: string;
  /** When the rule was created, where Kibana shows it: by that it is known from another one that gets its id. */
  created?: string;
  tags: string[];
  /** The connectors whose actions come, go or change: they may be protected, and other writes to them wait. */
  touches: TouchedConnector[];
  /** Connectors of the rule that are gone: Kibana saves their actions again only once they are back. */
  gone: GoneActions[];
  /** What else would stop an undo as things are, a sentence. */
  refused?: string;
  artifacts: ArtifactsRead;
  before: RuleState;
  after: RuleState;
}

/** Saves a workflow with a text in which other connectors are named. */
export interface PutWorkflowOp {
  op: "put_workflow";
  space: CheckedSpace;
  id: string;
  name: string;
  type: "workflow";
  routes: WorkflowRoutes;
  /** It is switched on, and has to stay so. */
  enabled: boolean;
  /** As in a rule. */
  touches: TouchedConnector[];
  /** What is named otherwise. */
  moves: Move[];
  /** Connectors that it names before and that are gone: an undo needs them. */
  needs: string[];
  /** As in a rule. */
  refused?: string;
  before: WorkflowText;
  after: WorkflowText;
}

export interface WorkflowText {
  yaml: string;
  /** What the places that are named otherwise run, as actions of a rule would. */
  actions: RuleAction[];
}

/** A place in a workflow that names another connector. */
export interface Move {
  /** `step notify` */
  how: string;
  was: string;
  is: string;
  /** The id of the connector that `was` stood for; absent: none. */
  of?: string;
}

/** A connector as it is now; only its id where it is gone. */
export interface TouchedConnector {
  id: string;
  name?: string;
  type?: string;
  /** Undefined where Kibana does not show it. */
  config?: Connector["config"];
}

/** Actions of a rule whose connector is gone. */
export interface GoneActions {
  /** The connector's. */
  id: string;
  type?: string;
  /** How many of them the write drops; 0: they move to another connector. */
  actions: number;
}

/**
 * How a rule's dashboards and investigation guide are read (reference/corrections.md §1): with the rule, by the internal
 * route alone, or not at all, and then a save erases them.
 */
export type ArtifactsRead = "public" | "internal" | "unreadable";

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
