import type { Reader } from "../../kibana/reader.ts";
import type { Writer } from "../../kibana/writer.ts";
import type { NextCall, Op } from "../plan.ts";

export type Happened = "done" | "not_done" | "unknown";

/** What the journal keeps of an op: everything an undo needs, and no secret. */
export type Recorded = {
  op: string;
  space: string;
  id?: string | undefined;
  name: string;
  type: string;
} & Record<string, unknown>;

/** The call that takes a change back, or why there is none. */
export type Undo = { call: NextCall; note?: string } | { none: string };

/** One kind of write, said once: how it is made, how one knows that it happened, what is recorded, how it is undone. */
export interface OpKind<O extends Op> {
  write(op: O, writer: Writer): Promise<unknown>;
  /** Verification after a write, ambiguity after a time-out and recovery after a crash ask the same question. */
  happened(op: O, reader: Reader): Promise<Happened>;
  record(op: O): Recorded;
  undo(record: Recorded): Undo;
  /** Changes of the same target wait for each other. Undefined: nobody else can mean it. */
  target(op: O): string | undefined;
}
