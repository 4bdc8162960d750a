import { connectorTypeReads } from "./connector-types.ts";
import { connectorReads } from "./connectors.ts";
import type { Get } from "./http.ts";
import { ruleReads } from "./rules.ts";
import { spaceReads } from "./spaces.ts";
import { statusReads } from "./status.ts";

/** Everything that can be read from Kibana, made from `get` alone: a reader has no way to write, at run time either. */
export function createReader(get: Get) {
  return {
    ...statusReads(get),
    ...spaceReads(get),
    ...connectorReads(get),
    ...connectorTypeReads(get),
    ...ruleReads(get),
  };
}

export type Reader = ReturnType<typeof createReader>;
