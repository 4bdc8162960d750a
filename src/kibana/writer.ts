import { connectorWrites } from "./connectors.ts";
import type { Send } from "./http.ts";
import { ruleWrites } from "./rules.ts";
import { workflowWrites } from "./workflows.ts";

/** Every write this server can make. Given to src/change/ops and nowhere else. */
export function createWriter(send: Send) {
  return { ...connectorWrites(send), ...ruleWrites(send), ...workflowWrites(send) };
}

export type Writer = ReturnType<typeof createWriter>;
