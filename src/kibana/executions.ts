import * as z from "zod";
import { KibanaError } from "./errors.ts";
import type { Query } from "./http.ts";
import { readAs } from "./read-as.ts";
import { said } from "./said.ts";

const Counts = z.object({ success: z.number(), failure: z.number(), unknown: z.number().default(0), warning: z.number().default(0) });
export type ExecutionCounts = z.output<typeof Counts>;

const Log = z.object({
  total: z.number(),
  data: z.array(
    z.object({
      timestamp: z.string(),
      status: z.string(),
      message: z.string().transform(said).nullish(),
      connector_id: z.string().nullish(),
      connector_name: z.string().nullish(),
    }),
  ),
});

/** Which runs: since when, with which outcome and of which connectors. */
export interface RunQuery {
  /** ISO. */
  from: string;
  outcome?: "success" | "failure";
  /** Only runs of these connectors. */
  of?: readonly string[];
  /** No runs of these connectors. */
  notOf?: readonly string[];
}

/** One run, as logged. */
export interface Run {
  connector: string;
  /** ISO. */
  at: string;
  ok: boolean;
  /** Text from outside, read by `said`. */
  message: string;
}

/** How many connectors one query may name: ids have up to about 36 characters, and a filter 8,192. */
export const idsInOneQuestion = 150;

/** Days that Kibana keeps the log, unless somebody set it otherwise (reference/kibana-api.md §8.2). */
export const logReach = 90;

/** The part by which Kibana's estimate of a total may be too high. */
const inexact = 0.1;

const hour = 3_600_000;

/** ISO. The full hour so many days ago: the same question a moment later is the same, and can be begun ahead. */
export function daysAgo(days: number, now: number): string {
  const at = now - days * 24 * hour;
  return new Date(at - (at % hour)).toISOString();
}

/** The execution log of connectors (reference/kibana-api.md §8.3). It needs only read access to connectors. */
export function executionReads(query: Query) {
  async function ask(space: string, which: RunQuery, most: number, order: "asc" | "desc"): Promise<{ total: number; runs: Run[] }> {
    const body = await query({
      path: "/internal/actions/_global_connector_execution_logs",
      space,
      body: {
        date_start: which.from,
        filter: filterOf(which),
        per_page: most,
        page: 1,
        sort: [{ timestamp: { order } }],
      },
    });
    const { total, data } = readAs(Log, body);
    const expected = Math.min(total, most);
    if (data.length < expected * (1 - inexact)) {
      const message = `Kibana counts ${total} runs and lists ${data.length} of the ${expected} that were asked for.`;
      throw new KibanaError("kibana_error", message, "Repeat the call.", { applied: "no" });
    }
    return {
      total,
      runs: data.map((raw) => ({
        connector: raw.connector_id ?? "",
        at: raw.timestamp,
        ok: raw.status === "success",
        message: raw.message ?? "",
      })),
    };
  }

  return {
    /**
     * Counts the runs of a space's connectors since then, at most 10,000. What failed before it ran is not counted
     * (reference/kibana-api.md §8.1).
     * @param since ISO or relative, such as now-24h
     */
    async executionCounts(space: string, since: string): Promise<ExecutionCounts> {
      const path = "/internal/actions/_global_connector_execution_kpi";
      return readAs(Counts, await query({ path, space, body: { date_start: since } }));
    },
    /** The first of these runs, and how many there are by Kibana's estimate. */
    async oldestRun(space: string, which: RunQuery): Promise<(Run & { total: number }) | undefined> {
      const { total, runs } = await ask(space, which, 1, "asc");
      return runs[0] && { ...runs[0], total };
    },
    /** The newest runs. `total` is Kibana's estimate; only the newest 1,000 can be paged, and this reads one page of at most 100. */
    newestRuns(space: string, { most, ...which }: RunQuery & { most: number }): Promise<{ total: number; runs: Run[] }> {
      return ask(space, which, most, "desc");
    },
  };
}

/** KQL on fields of the event log; undefined: everything. */
function filterOf({ outcome, of, notOf }: RunQuery): string | undefined {
  const ids = (list: readonly string[]) => `kibana.action.id: (${list.map((id) => JSON.stringify(id)).join(" or ")})`;
  const terms = [
    outcome && `event.outcome: ${outcome}`,
    of && of.length > 0 && ids(of),
    notOf && notOf.length > 0 && `not ${ids(notOf)}`,
  ].filter(Boolean);
  return terms.length > 0 ? terms.join(" and ") : undefined;
}
