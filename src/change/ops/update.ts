import type { UpdateOp } from "../plan.ts";
import { connectorOrNone, differingKeys, holds } from "./connector-state.ts";
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
    if (!found) return "differs";
    const stored = found.config ?? {};
    const is = (state: typeof after) => found.name === state.name && holds(stored, state.config);
    const kept = Object.keys(before.config).filter(
      (key) => !(key in after.config) && before.config[key] != null && differingKeys(stored, { [key]: before.config[key] }).length === 0,
    );
    // A rotation leaves no trace that can be read, nor does a removed key whose default is its old value: Kibana tells
    // nothing of secrets (reference/kibana-api.md §4).
    if (is(after) && kept.length === 0) return is(before) ? "unknown" : "done";
    if (is(before)) return "not_done";
    return is(after) ? "unknown" : "differs";
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
