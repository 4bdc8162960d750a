import { isDeepStrictEqual } from "node:util";
import type { Reader } from "../../kibana/reader.ts";
import { fieldsWithValue, referencesIn } from "../../sealed.ts";
import { headersAmong, headersIn } from "../../secrets/secret-headers.ts";
import { lookAtWorkflows } from "../../usage/look.ts";
import { namedBy } from "../../usage/renamed.ts";
import type { UpdateOp } from "../op.ts";
import type { OpResult } from "../plan.ts";
import { asSent, assertUntouched, connectorOrNone, isStill, replacing } from "./connector-state.ts";
import { lastLook, outdated } from "./last-look.ts";
import type { OpKind } from "./op-kind.ts";

export const update: OpKind<UpdateOp> = {
  async write(op, { writer, reader }) {
    const [{ tokenHash }] = await Promise.all([assertUntouched(op.before, op.space, reader), assertSameHeaders(op, reader)]);
    return replacing(
      writer.updateConnector(op.space, op.id, { ...op.after, secrets: op.secrets, ...(tokenHash !== undefined && { tokenHash }) }),
    );
  },

  record: ({ space, id, before, after, secrets, secretsBefore, secretsFirst, headersBefore, lost }) => ({
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
    ...(headersBefore && { headersBefore: [...headersBefore] }),
    ...(headersIn(secrets).length > 0 && { headersStored: headersIn(secrets) }),
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

  inverse: ({
    space,
    id,
    before,
    after,
    secretsBefore,
    secretsFirst,
    secretFields,
    secretSources,
    digests,
    headersBefore,
    headersStored,
    lost,
  }) => ({
    op: "update",
    space,
    id,
    expect: after,
    to: before,
    secrets: secretsBefore,
    first: secretsFirst,
    headers: { ...(headersBefore && { before: headersBefore }), stored: headersStored ?? headersAmong(secretSources) },
    gave: secretFields,
    ...(lost !== undefined && { lost }),
    used: secretSources,
    digests,
  }),
};

/**
 * The last look at secret headers, where Kibana lists them: a write replaces them all.
 * @throws ToolError: nothing was written
 */
async function assertSameHeaders({ space, id, headersBefore }: UpdateOp, reader: Reader): Promise<void> {
  const now = headersBefore && (await lastLook(reader.secretHeaderNames(space, id)));
  if (now === undefined || isDeepStrictEqual([...now].sort(), [...(headersBefore ?? [])].sort())) return;
  throw outdated(
    `Somebody changed the secret headers of the connector "${id}" a moment ago. Nothing was written: what was agreed to no longer holds.`,
  );
}

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
