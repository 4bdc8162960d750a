import type { UpdateOp } from "../plan.ts";
import { connectorOrNone, sameConfig } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const update: OpKind<UpdateOp> = {
  write: (op, writer) => writer.updateConnector(op.space, op.id, { ...op.after, secrets: op.secrets }),

  record: ({ space, id, before, after, secrets, secretsBefore }) => ({
    op: "update",
    space,
    id,
    name: before.name,
    type: before.type,
    before: { name: before.name, config: before.config ?? {} },
    after,
    secretFields: Object.keys(secrets),
    secretsBefore,
  }),

  async happened({ space, id, before, after }, reader) {
    const found = await connectorOrNone(reader, space, id);
    if (!found) return "unknown";
    const is = (state: typeof after) => found.name === state.name && sameConfig(found.config ?? {}, state.config);
    // A rotation leaves no trace that can be read: Kibana tells nothing of secrets (reference/kibana-api.md §4).
    if (is(after)) return is(before) ? "unknown" : "done";
    return is(before) ? "not_done" : "unknown";
  },

  inverse: ({ space, id, before, after, secretsBefore }) => ({
    op: "update",
    space,
    id,
    expect: after,
    to: before,
    secrets: secretsBefore,
  }),
};
