import * as z from "zod";
import { isDeeperThan } from "../json-depth.ts";

const Begin = z.looseObject({
  v: z.literal(1),
  kind: z.literal("begin"),
  change: z.string(),
  /** The op's place in its plan, from 0. */
  n: z.number(),
  at: z.string(),
  deployment: z.string(),
  tool: z.string(),
  principal: z.string(),
  client: z.string().optional(),
  /** The process that began it, its machine, and what tells it apart from an earlier process with the same id. */
  pid: z.number().optional(),
  host: z.string().optional(),
  run: z.string().optional(),
  consent: z.string(),
  /** The nonce of the continuation that was spent for it. */
  nonce: z.string().optional(),
  summary: z.string(),
  op: z.looseObject({
    op: z.string(),
    space: z.string(),
    id: z.string().optional(),
    name: z.string(),
    type: z.string(),
  }),
});
const End = z.looseObject({
  v: z.literal(1),
  kind: z.literal("end"),
  change: z.string(),
  n: z.number(),
  at: z.string(),
  outcome: z.enum(["done", "not_done", "unknown"]),
  /** The id that Kibana chose, where it did. */
  id: z.string().optional(),
  error: z.string().optional(),
  /** What a save changed in a rule unintentionally, by field. */
  unmeant: z.record(z.string(), z.object({ was: z.unknown(), is: z.unknown() })).optional(),
  /** Nothing was sent: it was one too many, or another change spent the same continuation. It does not count. */
  withdrawn: z.boolean().optional(),
});
const Line = z.discriminatedUnion("kind", [Begin, End]);

export type BeginRecord = z.output<typeof Begin>;
export type EndRecord = z.output<typeof End>;

/** Deeper than any rule: this server never writes such a line. */
const deepest = 250;

/** @returns undefined for a line that is torn or not a record of this version */
export function parseLine(line: string): BeginRecord | EndRecord | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return isDeeperThan(deepest, json) ? undefined : Line.safeParse(json).data;
  } catch {
    // A line torn by a crash; the caller reports which one.
    return undefined;
  }
}
