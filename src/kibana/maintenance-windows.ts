import * as z from "zod";
import { KibanaError } from "./errors.ts";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Public = z.object({
  total: z.number(),
  maintenanceWindows: listOf(z.object({ id: z.string(), title: z.string(), status: z.string(), scope: z.unknown().optional() })),
});
const Active = listOf(
  z.object({
    id: z.string(),
    title: z.string(),
    event_end_time: z.string().nullish(),
    scoped_query: z.unknown().optional(),
    category_ids: z.array(z.string()).nullish(),
  }),
);

/** A maintenance window that is on now: alerts that begin in it notify nobody. */
export interface RunningWindow {
  title: string;
  /** ISO; undefined where Kibana does not say. */
  until: string | undefined;
  /** It holds for some alerts only. */
  scoped: boolean;
}

/** The most that Kibana takes. */
const onAPage = 100;

export function maintenanceWindowReads(get: Get) {
  return {
    /** Those that are on now, as Kibana's own pages get them: from 8.8 on. */
    async activeWindows(space: string): Promise<RunningWindow[]> {
      const path = "/internal/alerting/rules/maintenance_window/_active";
      return readAs(Active, await get({ path, space, internal: true })).map(({ title, event_end_time, scoped_query, category_ids }) => ({
        title,
        until: event_end_time ?? undefined,
        scoped: scoped_query != null || category_ids != null,
      }));
    },
    /** The same over the public route: from 9.2 on. */
    async runningWindows(space: string): Promise<RunningWindow[]> {
      const query = { status: "running", per_page: onAPage };
      const { total, maintenanceWindows } = readAs(Public, await get({ path: "/api/maintenance_window/_find", space, query }));
      if (maintenanceWindows.length < total) {
        const message = `Kibana lists ${maintenanceWindows.length} of ${total} maintenance windows that are on.`;
        throw new KibanaError("kibana_error", message, "Repeat the call, or look at them in Kibana.", { applied: "no" });
      }
      return maintenanceWindows.map(({ title, scope }) => ({ title, until: undefined, scoped: scope != null }));
    },
  };
}
