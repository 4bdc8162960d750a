import { join } from "node:path";
import type { Settings } from "../settings/index.ts";

/** The folder of passkeys: beside the journal. The sandbox's journal goes with its process, its passkeys do not. */
export async function passkeyDir({ journalDir }: Settings): Promise<string> {
  if (journalDir) return join(journalDir, "passkeys");
  const { default: envPaths } = await import("env-paths");
  return join(envPaths("kibana-connectors-mcp", { suffix: "" }).log, "passkeys");
}
