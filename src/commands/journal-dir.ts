import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Settings } from "../settings/index.ts";

/**
 * The folder of the journal: as set, otherwise under the user's state folder. The sandbox lives only as long as the process,
 * and so does its journal, in a folder of its own.
 */
export async function journalDir(settings: Settings): Promise<string> {
  if (settings.journalDir) return settings.journalDir;
  if (settings.sandbox) return mkdtemp(join(tmpdir(), "kibana-connectors-mcp-"));
  const { default: envPaths } = await import("env-paths");
  return join(envPaths("kibana-connectors-mcp", { suffix: "" }).log, "journal");
}
