import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { daysAgo } from "../../kibana/executions.ts";
import type { Reader } from "../../kibana/reader.ts";
import { plainText, quoted } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { hasSafeTest } from "./safe-test.ts";

const days = 7;

type Log = Pick<ToolContext, "kibana">;

/** The newest run of the last days, undefined if there is none; or why the log could not be read. */
type LastRun = { run: { at: string; ok: boolean; message: string } | undefined } | { unread: string };

/** Reasons not to rely on a connector yet, from Kibana's log of its runs: the last run failed, or it has not run. */
export async function doubtsAbout(connector: Connector, space: string, log: Log): Promise<string[]> {
  const { id, name } = connector;
  const last = await lastRun(id, space, log);
  if ("unread" in last)
    return [`Whether ${quoted(name)} works could not be looked up: the execution log could not be read. ${last.unread}`];
  const testable = await hasSafeTest(connector);
  if (!last.run)
    return [
      `${quoted(name)} has not run in the last ${days} days: ${testable ? "test it before rules rely on it" : "nothing shows that it works, and its type has no test that touches nothing outside"}.`,
    ];
  if (last.run.ok) return [];
  const said = plainText(last.run.message, 200);
  return [
    `The last run of ${quoted(name)} failed (${plainText(last.run.at, 40)}): ${said}. Fix ${testable ? "and test it" : "it"} before rules rely on it.`,
  ];
}

/** Whether the last run shows that a connector works. */
export type Proof = "works" | "unproven" | "fails";

export async function proofOf(id: string, space: string, log: Log): Promise<Proof> {
  const last = await lastRun(id, space, log);
  if ("unread" in last || !last.run) return "unproven";
  return last.run.ok ? "works" : "fails";
}

/** The request that `doubtsAbout` makes. */
export function newestRun(id: string, space: string, kibana: Reader) {
  return kibana.newestRuns(space, { from: daysAgo(days, Date.now()), of: [id], most: 1 });
}

async function lastRun(id: string, space: string, { kibana }: Log): Promise<LastRun> {
  try {
    const { runs } = await newestRun(id, space, kibana);
    return { run: runs[0] };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return { unread: plainText(error.message, 200) };
  }
}
