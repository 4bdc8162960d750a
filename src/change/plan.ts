import type { Connector } from "../kibana/connectors.ts";
import type { SealedRecord } from "../sealed.ts";

/** Every write this server can make, each with what it replaces. Data: what was planned is what is applied. */
export type Op = CreateOp | DeleteOp | ExecuteOp;

export interface CreateOp {
  op: "create";
  space: string;
  /** Undefined below 8.8, where Kibana chooses. */
  id: string | undefined;
  name: string;
  type: string;
  config: Record<string, unknown>;
  secrets: SealedRecord;
}

export interface DeleteOp {
  op: "delete";
  space: string;
  id: string;
  before: Connector;
}

export interface ExecuteOp {
  op: "execute";
  space: string;
  id: string;
  name: string;
  type: string;
  params: Record<string, unknown>;
  /** The params before fresh words and times were filled in: a plan made again has others, and is the same plan. */
  template?: Record<string, unknown>;
  /** A safe test may run where nothing else may. */
  safe: boolean;
}

/** One line of what a plan does, fit for a person and for an agent. Values are redacted. */
export interface Effect {
  verb: "create" | "delete" | "run";
  kind: "connector";
  id: string | undefined;
  name: string;
  type: string;
  space: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** A stored or referenced secret and where it would go. */
export interface SecretFlow {
  /** `secrets.routingKey` */
  field: string;
  /** What the person sees: the variable's name. */
  source: string;
  hosts: string[];
  /** The operator bound the secret to just this, or the person types it for just this. */
  agreed?: true;
}

/** A secret that a person is asked to type. */
export interface AskedField {
  /** `secrets.routingKey` */
  path: string;
  label: string;
  help?: string;
  required: boolean;
  multiline: boolean;
}

export interface Plan {
  /** One sentence; names in it are cleaned. */
  summary: string;
  ops: [Op, ...Op[]];
  effects: Effect[];
  warnings: string[];
  /** What people outside Kibana notice. */
  outsideWorld: "none" | "costs" | "sends" | "creates" | "executes";
  reversible: "yes" | "needs_secrets" | "no";
  /** Who must agree: nobody, a person, or a person who types the connector's name. */
  consequence: "free" | "person" | { typeName: string };
  /** What the decision rests on beside the ops: if it changes, the plan is another one. */
  facts: unknown;
  /** Secrets that leave this server with this plan. */
  flows: SecretFlow[];
  /** Secrets to be typed before the plan is whole: it is shown, and not written. */
  asks: AskedField[];
  /** Hosts that people have agreed to before: connectors of the space use them already. */
  knownHosts: string[];
}

/** Nothing to write: the answer is known already. */
export interface NoChange {
  noChange: true;
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

/** What is known of one op after its turn. */
export interface OpResult {
  op: Op;
  outcome: "done" | "not_done" | "unknown";
  /** What Kibana answered. */
  data?: unknown;
  error?: Error;
  /** The read-back differs from what was written, or could not be made. */
  warning?: string;
}
