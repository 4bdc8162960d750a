import { failingConnectors, lastError, runsOf } from "../../audit/runs.ts";
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
  const [{ runs, more }, connectors] = await Promise.all([
    failingConnectors(
      reader,
      space,
      within,
      () => true,
      (id) => runsOf(reader, space, id, within),
    ),
    reader.connectors(space).catch(() => []),
  ]);
  const named = (id: string) => {
    const name = connectors.find((one) => one.id === id)?.name;
    return name === undefined ? `${quoted(id)} (gone)` : `${quoted(name, 60)} (${id})`;
  };
  const rows = [...runs].map(([id, { failures, successesSince, lastFailure }]) => ({
    still: successesSince === 0,
    words: `${named(id)} ${failures} time${failures === 1 ? "" : "s"}${lastFailure ? `, last: ${lastError(lastFailure.message)}` : ""}`,
  }));
  const still = rows.filter((row) => row.still);
  const [about, what] = still.length > 0 ? [still, "failing"] : [rows, "failed, but have succeeded since"];
  const left = about.length - shown;
  const first = about.slice(0, shown).map(({ words }) => words);
  return `${about.length}${more ? " or more" : ""} ${what}: ${first.join("; ")}${left > 0 ? `; and ${left} more` : ""}.`;
}
