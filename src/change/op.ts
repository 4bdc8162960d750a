import type { Connector } from "../kibana/connectors.ts";
import type { RuleAction } from "../kibana/rules.ts";
import type { WorkflowRoutes } from "../kibana/workflows.ts";
import type { RuleState } from "../rules/rule-state.ts";
import type { SealedRecord } from "../sealed.ts";
import type { Where } from "../usage/use.ts";
import type { CheckedSpace } from "./checked-space.ts";

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
  /** Fields of secrets that are filled where nothing was: an undo takes them out again. */
  secretsFirst: string[];
  /** The names of its secret headers, where Kibana lists them: the last look before the write compares them. */
  headersBefore?: readonly string[];
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
  /** The names of its secret headers, where Kibana lists them. */
  headersBefore?: readonly string[];
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
  /** The params before unique words and times are filled in: by them a refusal is known again in another call. */
  template?: Record<string, unknown>;
  /** A safe test may run where nothing else may. */
  safe: boolean;
  /** It changes nothing outside. Default: `safe`. */
  onlyReads?: boolean;
  /** Params of a run that undoes this one. */
  undo?: Record<string, unknown>;
  /** The hosts that its question names; none where nobody is asked about one. */
  hosts?: readonly string[];
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
