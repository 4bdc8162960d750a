import * as z from "zod";
import { RuleAction } from "../../kibana/rule-shape.ts";

const Config = z.record(z.string(), z.unknown());
const Place = { space: z.string(), id: z.string(), name: z.string(), type: z.string() };
const RuleState = z.object({
  actions: z.array(RuleAction),
  notify_when: z.string().nullable(),
  throttle: z.string().nullable(),
  fields: Config.optional(),
});
/** By the name of a field. */
const FieldDigests = z.record(z.string(), z.string());
/** Of the connectors that get alerts, by id; records of older versions have none. */
const HostsGiven = z.record(z.string(), z.array(z.string())).default({});
/** Of secret headers; records of older versions have none. */
const Names = z.array(z.string());
/** Of the values that a connector got, by path, and which key they are under; records of older versions have none, nor have short values. */
const StoredDigests = z.object({ key: z.string(), values: z.record(z.string(), z.string()) });
const State = z.object({ name: z.string(), config: Config });

/**
 * What the journal keeps of an op: everything that verification and an undo need, and no known secret. Tokens that only
 * their shape gives away stay in config: redaction marks could not be restored.
 */
const Recorded = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("create"),
    ...Place,
    id: z.string().optional(),
    config: Config,
    secretFields: z.array(z.string()).default([]),
    secretSources: z.record(z.string(), z.string()).default({}),
    digests: StoredDigests.optional(),
    takesEvents: z.boolean().optional(),
  }),
  z.object({
    op: z.literal("update"),
    ...Place,
    before: State,
    after: State,
    secretFields: z.array(z.string()).default([]),
    secretSources: z.record(z.string(), z.string()).default({}),
    digests: StoredDigests.optional(),
    secretsBefore: z.boolean(),
    // Records of older versions have none.
    secretsFirst: z.array(z.string()).default([]),
    headersBefore: Names.optional(),
    headersStored: Names.optional(),
    lost: z.string().optional(),
  }),
  z.object({ op: z.literal("rotate"), ...Place }),
  z.object({
    op: z.literal("delete"),
    ...Place,
    config: Config,
    secretsBefore: z.boolean().default(true),
    secretsPossible: z.array(z.string()).optional(),
    headersBefore: Names.optional(),
    restorable: z.boolean().default(true),
    unusable: z.string().optional(),
    lost: z.string().optional(),
  }),
  z.object({
    op: z.literal("execute"),
    ...Place,
    params: z.unknown(),
    hosts: z.array(z.string()).default([]),
    undo: Config.optional(),
    safe: z.boolean().default(false),
    onlyReads: z.boolean().default(false),
  }),
  z.object({
    op: z.literal("put_rule"),
    ...Place,
    // Records from before artifacts were known have none.
    artifacts: z.enum(["public", "internal", "unreadable"]).default("public"),
    before: RuleState,
    after: RuleState,
    gone: z.array(z.string()).default([]),
    refused: z.string().optional(),
    created: z.string().optional(),
    // Of the marked fields of each action; records of older versions have none.
    digests: z.object({ before: z.array(FieldDigests), after: z.array(FieldDigests) }).default({ before: [], after: [] }),
    hosts: HostsGiven,
  }),
  z.object({
    op: z.literal("put_workflow"),
    ...Place,
    routes: z.enum(["public", "first"]),
    enabled: z.boolean(),
    // Records of older versions do not have `of`.
    moves: z.array(z.object({ how: z.string(), was: z.string(), is: z.string(), of: z.string().optional() })),
    before: z.string(),
    after: z.string(),
    // Records of older versions have neither.
    needs: z.array(z.string()).default([]),
    refused: z.string().optional(),
    hosts: HostsGiven,
    // Of texts that the journal may not keep whole.
    digests: z.object({ before: z.string(), after: z.string() }).optional(),
  }),
]);
export type FieldDigests = z.output<typeof FieldDigests>;
export type StoredDigests = z.output<typeof StoredDigests>;
export type Recorded = z.output<typeof Recorded>;
export type RecordOf<Name extends Recorded["op"]> = Extract<Recorded, { op: Name }>;

/** A rule's state as a journal holds it; undefined for anything else. */
export function readState(state: unknown): z.output<typeof RuleState> | undefined {
  return RuleState.safeParse(state).data;
}

/** A record as a journal holds it; undefined for kinds of a newer version. */
export function readRecord(op: unknown): Recorded | undefined {
  return Recorded.safeParse(op).data;
}
