import * as z from "zod";
import type { Query } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Backfills = z.object({
  total: z.number(),
  data: listOf(
    z.object({ rule: z.object({ id: z.string(), name: z.string(), actions: z.array(z.object({ id: z.string() })).nullish() }) }),
  ),
});

/** A run of a rule over the past that is still to come, with the connectors of its copy of the rule's actions. */
interface Backfill {
  rule: { id: string; name: string };
  connectors: string[];
}

const backfillPath = "/internal/alerting/rules/backfill/_find";
const most = 100;

export function backfillReads(query: Query) {
  return {
    /** The first that are pending: Kibana drops those that are over. */
    async backfills(space: string): Promise<{ total: number; backfills: Backfill[] }> {
      const { total, data } = readAs(Backfills, await query({ path: backfillPath, space, query: { page: 1, per_page: most }, body: {} }));
      const all = data.map(({ rule: { id, name, actions } }) => ({ rule: { id, name }, connectors: (actions ?? []).map((one) => one.id) }));
      return { total, backfills: all };
    },
  };
}
