import type { DeleteOp } from "../plan.ts";
import { assertUntouched, connectorOrNone, replacing } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const remove: OpKind<DeleteOp> = {
  async write(op, { writer, reader }) {
    await assertUntouched(op.before, op.space, reader);
    return replacing(writer.deleteConnector(op.space, op.id));
  },

  record: ({ space, id, before, secretsBefore }) => ({
    op: "delete",
    space,
    id,
    name: before.name,
    type: before.type,
    config: before.config ?? {},
    secretsBefore,
  }),

  happened: async ({ space, id }, reader) => ((await connectorOrNone(reader, space, id)) ? "not_done" : "done"),

  inverse: ({ space, id, name, type, config, secretsBefore }) => ({ op: "create", space, id, name, type, config, secrets: secretsBefore }),
};
