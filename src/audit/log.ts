import { ToolError } from "../errors.ts";
import { failedSince, type Ran, type RunCounts, type Runs, runsOf, runsOfFirst, whoRan } from "../kibana/connector-runs.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Deployment } from "./deployment.ts";
import type { Usage } from "./facts.ts";

/** How a space's connectors failed. */
interface Failures {
  counts: RunCounts;
  runs: Map<string, Runs>;
}

interface Logged extends Pick<Deployment, "window" | "runsOfShared" | "isOwnRun"> {
  connectors: ReadonlyMap<string, Connector>;
  /** What a check could not look at. */
  skip(check: string, why: string): void;
}

/** The execution log of a space's connectors. */
export function logOf(reader: Reader, space: string, { connectors, window, runsOfShared, isOwnRun, skip }: Logged) {
  return {
    /** @throws ToolError */
    async failures(): Promise<Failures> {
      const { success, failure, unknown, warning } = await reader.executionCounts(space, window.from);
      const counts = { runs: success + failure + unknown + warning, failures: failure };
      const runsOfOne = (id: string) => {
        if (!connectors.get(id)?.preconfigured) return runsOf(reader, space, id, window);
        const known = runsOfShared.get(id) ?? runsOf(reader, space, id, window);
        runsOfShared.set(id, known);
        return known;
      };
      if (counts.failures === 0) return { counts, runs: new Map() };
      const { ids, more } = await failedSince(reader, space, window);
      // What was counted was there before the list was asked for.
      if (ids.length === 0) throw new ToolError("kibana_error", `Kibana counts ${failure} failed runs and lists none.`, "Repeat the call.");
      const wanted = ids.filter((id) => connectors.has(id));
      const { runs, left } = await runsOfFirst(wanted, runsOfOne);
      if (more || left.length > 0)
        skip("failing", "More connectors failed than could be looked up in the execution log: these are the latest.");
      return { counts, runs };
    },

    /** Which connectors ran, as far as a check asks: those that did not fail, and that rules use or nothing does. */
    async whoRan(failed: Failures, usage: ReadonlyMap<string, Usage>): Promise<Failures & { ran: Map<string, Ran> }> {
      const doubtful = [...connectors.values()]
        .filter(({ id, preconfigured, references }) => !preconfigured && !failed.runs.has(id) && (references === 0 || usage.has(id)))
        .map(({ id }) => id);
      const ran = await whoRan(reader, space, doubtful, failed.counts, window, (run) => isOwnRun(space, run));
      if (doubtful.some((id) => !ran.has(id))) skip("never_run", "Too many runs to tell for every connector whether it ran.");
      return { ...failed, ran };
    },
  };
}
