import { referencesIn } from "../../sealed.ts";
import type { UpdateOp } from "../plan.ts";
import { assertUntouched, connectorOrNone, holds, replacing } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const update: OpKind<UpdateOp> = {
  async write(op, { writer, reader }) {
    await assertUntouched(op.before, op.space, reader);
    return replacing(writer.updateConnector(op.space, op.id, { ...op.after, secrets: op.secrets }));
  },

  record: ({ space, id, before, after, secrets, secretsBefore }) => ({
    op: "update",
    space,
    id,
    name: before.name,
    type: before.type,
    before: { name: before.name, config: before.config ?? {} },
    after,
    secretFields: Object.keys(secrets),
    secretSources: referencesIn(secrets),
    secretsBefore,
  }),

  async happened({ space, id, before, after }, reader) {
    const found = await connectorOrNone(reader, space, id);
    if (!found) return "differs";
    const stored = found.config ?? {};
    const is = (state: typeof after) => found.name === state.name && holds(stored, state.config);
    const [isBefore, isAfter] = [is(before), is(after)];
    // A rotation cannot be seen, nor can a removed key whose default is its old value: Kibana shows nothing about
    // secrets (reference/kibana-api.md §4).
    if (isAfter) return isBefore ? "unknown" : "done";
    return isBefore ? "not_done" : "differs";
  },

  inverse: ({ space, id, before, after, secretsBefore, secretSources }) => ({
    op: "update",
    space,
    id,
    expect: after,
    to: before,
    secrets: secretsBefore,
    used: secretSources,
  }),
};
