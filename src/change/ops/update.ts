import type { Reader } from "../../kibana/reader.ts";
import { fieldsWithValue, referencesIn } from "../../sealed.ts";
import { lookAtWorkflows } from "../../usage/look.ts";
import { namedBy } from "../../usage/renamed.ts";
import type { UpdateOp } from "../op.ts";
import type { OpResult } from "../plan.ts";
import { asSent, assertUntouched, connectorOrNone, isStill, replacing } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const update: OpKind<UpdateOp> = {
  async write(op, { writer, reader }) {
    const { tokenHash } = await assertUntouched(op.before, op.space, reader);
    return replacing(
      writer.updateConnector(op.space, op.id, { ...op.after, secrets: op.secrets, ...(tokenHash !== undefined && { tokenHash }) }),
    );
  },

  record: ({ space, id, before, after, secrets, secretsBefore, secretsFirst, lost }) => ({
    op: "update",
    space,
    id,
    name: before.name,
    type: before.type,
    before: { name: before.name, config: before.config ?? {} },
    after,
    secretFields: fieldsWithValue(secrets),
    secretSources: referencesIn(secrets),
    secretsBefore,
    secretsFirst,
    ...(lost !== undefined && { lost }),
  }),

  async happened({ space, id, type, before, after }, reader) {
    const found = await connectorOrNone(reader, space, id);
    if (!found) return "differs";
    const now = await asSent(found, { type, ...after });
    if (!isStill(found, { type, ...before })) return now;
    // A rotation cannot be seen, nor can a removed key whose default is its old value: Kibana shows nothing about
    // secrets (reference/kibana-api.md §4).
    return now === "differs" ? "not_done" : "unknown";
  },

  inverse: ({ space, id, before, after, secretsBefore, secretsFirst, secretSources, digests, lost }) => ({
    op: "update",
    space,
    id,
    expect: after,
    to: before,
    secrets: secretsBefore,
    first: secretsFirst,
    ...(lost !== undefined && { lost }),
    used: secretSources,
    digests,
  }),
};

/** Workflows that began to use the old name since the plan was made; "unknown" where they can no longer be read. */
export async function namedSince({ space, before, renames }: UpdateOp, reader: Reader): Promise<OpResult["oldName"]> {
  if (!renames) return undefined;
  try {
    const { uses, missed } = namedBy(before, [], await lookAtWorkflows(reader, space, renames.status));
    if (missed.some((one) => !renames.missed.includes(one))) return "unknown";
    const since = uses.filter(({ id }) => !renames.known.includes(id));
    return since.length > 0 ? since : undefined;
  } catch {
    return "unknown";
  }
}
