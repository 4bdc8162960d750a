import { KibanaError } from "../../kibana/errors.ts";
import type { DeleteOp } from "../plan.ts";
import { recreateCall } from "./create.ts";
import type { OpKind } from "./op-kind.ts";

export const remove: OpKind<DeleteOp> = {
  write: (op, writer) => writer.deleteConnector(op.space, op.id),

  async happened(op, reader) {
    try {
      await reader.connector(op.space, op.id);
      return "not_done";
    } catch (error) {
      if (error instanceof KibanaError && error.code === "connector_not_found") return "done";
      throw error;
    }
  },

  record: (op) => ({
    op: "delete",
    space: op.space,
    id: op.id,
    name: op.before.name,
    type: op.before.type,
    config: op.before.config ?? {},
  }),

  undo({ space, id, name, type, config }) {
    const kept = config !== null && typeof config === "object" ? { ...config } : {};
    return recreateCall({ space, id: id ?? "", name, type, config: kept });
  },

  target: (op) => `${op.space}/${op.id}`,
};
