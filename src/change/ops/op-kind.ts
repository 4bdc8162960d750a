import type { Reader } from "../../kibana/reader.ts";
import type { Rule } from "../../kibana/rules.ts";
import type { WorkflowRoutes } from "../../kibana/workflows.ts";
import type { Writer } from "../../kibana/writer.ts";
import type { RuleState } from "../../rules/rule-state.ts";
import type { Settings } from "../../settings/index.ts";
import type { Clock } from "../clock.ts";
import type { ArtifactsRead, Op } from "../op.ts";
import type { FieldDigests, RecordOf, StoredDigests } from "./records.ts";
import type { OtherConnectors } from "./touched-connectors.ts";

/**
 * `and_more`: it is as written, with more in its config than the type's known defaults add. `differs`: it is neither as
 * before nor as written. `unknown`: Kibana does not show it.
 */
export type Happened = "done" | "not_done" | "and_more" | "differs" | "unknown";

/**
 * How to undo an op. `secrets`: whether values that nobody keeps have to be given again; `lost`: what does not come back all the
 * same, a sentence; `expect`: the state in which the undo undoes just this; `stored`: its config with what Kibana added to it by
 * itself, where that is known.
 */
export type Inverse =
  /** `inPerson`: why only a person who is asked may agree, a sentence. */
  | {
      op: "delete";
      space: string;
      id: string;
      expect: { name: string; config: Record<string, unknown> };
      stored?: Record<string, unknown>;
      inPerson?: string;
    }
  /** `unusable`: why Kibana refused connectors of the type when this one went; it takes it once that has changed. */
  | {
      op: "create";
      space: string;
      id: string;
      name: string;
      type: string;
      config: Record<string, unknown>;
      secrets: boolean;
      /** Secrets that it may have had although it needs none. */
      possible?: string[] | undefined;
      /** The names of its secret headers, where Kibana listed them. */
      headers?: readonly string[];
      unusable?: string;
      lost?: string;
    }
  | {
      op: "update";
      space: string;
      id: string;
      expect: { name: string; config: Record<string, unknown> };
      stored?: Record<string, unknown>;
      to: { name: string; config: Record<string, unknown> };
      secrets: boolean;
      /** Fields of secrets that the change filled where nothing was. */
      first: string[];
      /** The names of secret headers, as Kibana listed them before it, and those that it stored. */
      headers: { before?: readonly string[]; stored: readonly string[] };
      lost?: string;
      /** The fields of secrets that the change itself stored. */
      gave: string[];
      /** The references that the change itself used, by path, and the digests of what it stored. */
      used: Record<string, string>;
      digests: StoredDigests | undefined;
    }
  | { op: "execute"; space: string; id: string; params: Record<string, unknown> }
  /**
   * `needs`: connectors that were gone when their actions went; Kibana saves them only once those are back. `refused`: what else
   * would have stopped an undo then, a sentence.
   */
  | {
      op: "put_rule";
      space: string;
      id: string;
      artifacts: ArtifactsRead;
      expect: RuleState;
      to: RuleState;
      needs: string[];
      refused?: string | undefined;
      /** Of what the journal marks in the actions of `to` and of `expect`. */
      digests: { before: FieldDigests[]; after: FieldDigests[] };
    }
  /** `back`: ids or names of the connectors that it names again; `were`: the ids of those then; `needs` and `refused` as of a rule. */
  | {
      op: "put_workflow";
      space: string;
      id: string;
      routes: WorkflowRoutes;
      expect: string;
      to: string;
      back: string[];
      were: ReadonlyMap<string, string>;
      needs: string[];
      refused?: string | undefined;
    }
  /** `onlyRead`: it changed nothing. */
  | { none: string; onlyRead?: true };

/** What a write needs; the reader is for a last look just before it. */
export interface Means {
  writer: Writer;
  reader: Reader;
  connectors: OtherConnectors;
  settings: Pick<Settings, "protect" | "protectRules">;
  clock: Clock;
  /** When the time for the writes of the call is over, by the clock: nothing is repeated after it. */
  until: number;
  /** Receives the rule as the last look saw it, for a comparison as a whole, even after a write without an answer. */
  saw(rule: Rule): void;
}

/** One kind of write: how it is made, verified, recorded and undone. */
export interface OpKind<O extends Op> {
  write(op: O, means: Means): Promise<unknown>;
  record(op: O): RecordOf<O["op"]>;
  /**
   * Verification after a write, doubt after a time-out and recovery after a crash ask the same question.
   * @param key the journal's, for what is marked in the record
   */
  happened(record: RecordOf<O["op"]>, reader: Reader, key: Buffer | undefined): Promise<Happened>;
  inverse(record: RecordOf<O["op"]>): Inverse;
}
