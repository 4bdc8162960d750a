import { connectorWrites } from "./connectors.ts";
import type { Send } from "./http.ts";
import { ruleWrites } from "./rules.ts";

/** Every write this server can make. Handed to src/change/ops and to nobody else. */
export function createWriter(send: Send) {
  return { ...connectorWrites(send), ...ruleWrites(send) };
}

export type Writer = ReturnType<typeof createWriter>;
