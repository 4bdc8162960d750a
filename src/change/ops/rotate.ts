import type { RotateOp } from "../op.ts";
import { assertUntouched, connectorOrNone } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const rotate: OpKind<RotateOp> = {
  async write({ space, id, before }, { writer, reader }) {
    await assertUntouched(before, space, reader);
    return writer.rotateIngestToken(space, id);
  },

  record: ({ space, id, name, type }) => ({ op: "rotate", space, id, name, type }),

  // Kibana shows nothing of the token.
  async happened({ space, id }, reader) {
    return (await connectorOrNone(reader, space, id)) ? "unknown" : "differs";
  },

  inverse: () => ({ none: "The token from before is gone, and nobody can put it back: senders need the new one." }),
};
