import { hideSecrets } from "../../secrets/detect.ts";
import type { ExecuteOp } from "../plan.ts";
import type { OpKind } from "./op-kind.ts";

export const execute: OpKind<ExecuteOp> = {
  write: (op, writer) => writer.executeConnector(op.space, op.id, op.params),
  // Whether a third party was reached is not to be read from Kibana.
  happened: () => Promise.resolve("unknown"),
  record: ({ template: _, ...op }) => ({ ...op, params: hideSecrets(op.params).config }),
  undo: () => ({ none: "What was sent cannot be called back from here." }),
  target: (op) => `${op.space}/${op.id}`,
};
