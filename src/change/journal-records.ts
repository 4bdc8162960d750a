import * as z from "zod";
import { isDeeperThan } from "../json-depth.ts";

const Approval = z.object({
  /** Whose passkey it was, and how its owner called it. */
  by: z.string(),
  key: z.string(),
  proof: z
    .object({
      credential: z.string(),
      authenticatorData: z.string(),
      clientDataJSON: z.string(),
      signature: z.string(),
      /** What the challenge is the digest of, besides what the record says itself. */
      signed: z.object({
        plan: z.string(),
        confirm: z.string(),
        expires: z.number(),
        random: z.string(),
        /** The digest of each op as it is recorded, in the order of the plan; of what it is about where secrets were typed. */
        ops: z.array(z.string()),
        typed: z.boolean(),
      }),
    })
    .optional(),
});
export type Approval = z.output<typeof Approval>;

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
  /** Who approved it with a passkey; the first record of a change also has what is needed to check the signature again. */
  approval: Approval.optional(),
  /** The nonce of the continuation that was spent for it. */
  nonce: z.string().optional(),
  /** The `traceparent` that its call came with. */
  trace: z.string().optional(),
  /** The change that it undoes. */
  undoes: z.string().optional(),
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
  /** A connector's config as Kibana stored it, where it added to what was sent. */
  stored: z.record(z.string(), z.unknown()).optional(),
  /** What a save changed in a rule unintentionally, by field. */
  unmeant: z.record(z.string(), z.object({ was: z.unknown(), is: z.unknown() })).optional(),
  /** Nothing was sent: it was one too many, or another change spent the same continuation. It does not count. */
  withdrawn: z.boolean().optional(),
});
/** Which passkeys there are, so that a file that was exchanged does not go unnoticed. */
const Passkeys = z.looseObject({
  v: z.literal(1),
  kind: z.literal("passkeys"),
  at: z.string(),
  principal: z.string(),
  /** How many records their file has, and the digest of the newest. */
  count: z.number(),
  digest: z.string(),
  /** When these took the place of others, to which no enrolled key agreed. */
  startedOver: z.string().optional(),
});
const Line = z.discriminatedUnion("kind", [Begin, End, Passkeys]);

export type PasskeysRecord = z.output<typeof Passkeys>;
export type BeginRecord = z.output<typeof Begin>;
export type EndRecord = z.output<typeof End>;

/** Deeper than any rule: this server never writes such a line. */
const deepest = 250;

/** @returns undefined for a line that is torn or not a record of this version */
export function parseLine(line: string): BeginRecord | EndRecord | PasskeysRecord | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return isDeeperThan(deepest, json) ? undefined : Line.safeParse(json).data;
  } catch {
    // A line torn by a crash; the caller reports which one.
    return undefined;
  }
}
