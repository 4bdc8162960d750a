import * as z from "zod";
import type { Query } from "./http.ts";
import { readAs } from "./read-as.ts";

const Counts = z.object({ success: z.number(), failure: z.number() });
export type ExecutionCounts = z.output<typeof Counts>;

export function executionReads(query: Query) {
  return {
    /**
     * Runs of a space's connectors since then, at most 10,000. What failed before it ran is not among them
     * (reference/kibana-api.md §8.1).
     * @param since ISO or relative, such as now-24h
     */
    async executionCounts(space: string, since: string, signal?: AbortSignal): Promise<ExecutionCounts> {
      const path = "/internal/actions/_global_connector_execution_kpi";
      return readAs(Counts, await query({ path, space, body: { date_start: since }, ...(signal && { signal }) }));
    },
  };
}
