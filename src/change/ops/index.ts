import type { Reader } from "../../kibana/reader.ts";
import type { Rule } from "../../kibana/rules.ts";
import { canGoBack, isMarked, secretMissing } from "../marked-rules.ts";
import { type Op, usesConnectors } from "../op.ts";
import type { OpResult } from "../plan.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { execute } from "./execute.ts";
import type { Happened, Inverse, Means, OpKind } from "./op-kind.ts";
import { putRule, readRuleBack } from "./put-rule.ts";
import { putWorkflow } from "./put-workflow.ts";
import type { Recorded } from "./records.ts";
import { rotate } from "./rotate.ts";
import { update } from "./update.ts";

const kinds = { create, update, rotate, delete: remove, execute, put_rule: putRule, put_workflow: putWorkflow } satisfies {
  [Name in Op["op"]]: OpKind<Extract<Op, { op: Name }>>;
};

/** Makes the write, once (an execute as often as it was told to). */
export function writeOp(op: Op, means: Means): Promise<unknown> {
  switch (op.op) {
    case "create":
      return kinds.create.write(op, means);
    case "update":
      return kinds.update.write(op, means);
    case "rotate":
      return kinds.rotate.write(op, means);
    case "delete":
      return kinds.delete.write(op, means);
    case "execute":
      return kinds.execute.write(op, means);
    case "put_rule":
      return kinds.put_rule.write(op, means);
    case "put_workflow":
      return kinds.put_workflow.write(op, means);
  }
}

/** What the journal keeps of an op. */
export function recordOf(op: Op): Recorded {
  switch (op.op) {
    case "create":
      return kinds.create.record(op);
    case "update":
      return kinds.update.record(op);
    case "rotate":
      return kinds.rotate.record(op);
    case "delete":
      return kinds.delete.record(op);
    case "execute":
      return kinds.execute.record(op);
    case "put_rule":
      return kinds.put_rule.record(op);
    case "put_workflow":
      return kinds.put_workflow.record(op);
  }
}

/**
 * Whether a recorded op happened, as far as Kibana shows.
 * @param key the journal's; undefined for a record without marks
 */
export function happened(record: Recorded, reader: Reader, key: Buffer | undefined): Promise<Happened> {
  switch (record.op) {
    case "create":
      return kinds.create.happened(record, reader, key);
    case "update":
      return kinds.update.happened(record, reader, key);
    case "rotate":
      return kinds.rotate.happened(record, reader, key);
    case "delete":
      return kinds.delete.happened(record, reader, key);
    case "execute":
      return kinds.execute.happened(record, reader, key);
    case "put_rule":
      return kinds.put_rule.happened(record, reader, key);
    case "put_workflow":
      return kinds.put_workflow.happened(record, reader, key);
  }
}

/** Whether an op happened, and what else in its target changed with it; `before`: the rule as it was just before. */
export async function readBack(
  op: Op,
  before: Rule | undefined,
  reader: Reader,
): Promise<{ happened: Happened } & Pick<OpResult, "unmeant">> {
  return op.op === "put_rule" ? readRuleBack(op, before, reader) : { happened: await happened(recordOf(op), reader, undefined) };
}

/** How to undo a recorded op; `none` where a redaction mark replaces something it needs. */
export function inverseOf(record: Recorded): Inverse {
  const inverse = inverseOfKind(record);
  return isWhole(record, inverse) ? inverse : { none: secretMissing };
}

function isWhole(record: Recorded, inverse: Inverse): boolean {
  // The text of a workflow may hold the mark itself.
  if (record.op === "put_workflow") return record.digests === undefined;
  return "op" in inverse && inverse.op === "put_rule" ? canGoBack(inverse) : !isMarked(inverse);
}

function inverseOfKind(record: Recorded): Inverse {
  switch (record.op) {
    case "create":
      return kinds.create.inverse(record);
    case "update":
      return kinds.update.inverse(record);
    case "rotate":
      return kinds.rotate.inverse(record);
    case "delete":
      return kinds.delete.inverse(record);
    case "execute":
      return kinds.execute.inverse(record);
    case "put_rule":
      return kinds.put_rule.inverse(record);
    case "put_workflow":
      return kinds.put_workflow.inverse(record);
  }
}

/** Changes of the same target wait for each other: those of a rule or workflow also for those of the connectors it gains or loses. */
export function targetsOf(op: Op): string[] {
  const connector = (id: string) => `${op.space}/${id}`;
  if (usesConnectors(op)) return [`${op.op}:${op.space}/${op.id}`, ...op.touches.map(({ id }) => connector(id))];
  // Without an id no other call can refer to it.
  return op.id === undefined ? [] : [connector(op.id)];
}
