import { failedSince, lastError, runsOf, runsOfFirst } from "../../kibana/connector-runs.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted } from "../../plain-text.ts";

const day = 86_400_000;
const shown = 5;

/**
 * The connectors of a space whose last run in 24 hours failed; if there are none, those that failed but have succeeded since.
 * @returns a sentence
 */
export async function failing(space: string, reader: Reader): Promise<string> {
  const within = { from: new Date(Date.now() - day).toISOString() };
  const [{ ids, more }, connectors] = await Promise.all([failedSince(reader, space, within), reader.connectors(space).catch(() => [])]);
  const { runs, left: notLooked } = await runsOfFirst(ids, (id) => runsOf(reader, space, id, within));
  const named = (id: string) => {
    const name = connectors.find((one) => one.id === id)?.name;
    return name === undefined ? `${quoted(id)} (gone)` : `${quoted(name, 60)} (${id})`;
  };
  const rows = [...runs].map(([id, { failures, failing: now, lastFailure }]) => ({
    still: now !== undefined,
    words: `${named(id)} ${failures} time${failures === 1 ? "" : "s"}${lastFailure ? `, last: ${lastError(lastFailure.message)}` : ""}`,
  }));
  const still = rows.filter((row) => row.still);
  const [about, what] = still.length > 0 ? [still, "failing"] : [rows, "failed, but have succeeded since"];
  const left = about.length - shown;
  const first = about.slice(0, shown).map(({ words }) => words);
  return `${about.length}${more || notLooked.length > 0 ? " or more" : ""} ${what}: ${first.join("; ")}${left > 0 ? `; and ${left} more` : ""}.`;
}
