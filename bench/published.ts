import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Command } from "./stdio-server.ts";

/** Published servers to compare with, and what they need to start; no tool of theirs is called. */
const servers: { name: string; args: string[]; env?: Record<string, string> }[] = [
  { name: "@modelcontextprotocol/server-filesystem", args: [tmpdir()] },
  { name: "@modelcontextprotocol/server-everything", args: ["stdio"] },
  { name: "@elastic/mcp-server-elasticsearch", args: [], env: { ES_URL: "http://127.0.0.1:9", ES_API_KEY: "none" } },
];

type Found = { name: string; command: Command } | { name: string; skipped: string };

/** Milliseconds that an installation may take. */
const patience = 180_000;

/** Installs them into a folder that is deleted at exit; one that cannot be installed is skipped with the reason. */
export async function published(): Promise<Found[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-published-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const found: Found[] = [];
  for (const { name, args, env } of servers) {
    const prefix = join(folder, name.replace(/\W+/g, "-"));
    try {
      await promisify(execFile)("npm", ["install", "--prefix", prefix, "--no-audit", "--no-fund", "--ignore-scripts", name], {
        timeout: patience,
      });
      const home = join(prefix, "node_modules", name);
      const { bin, version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
      const [file] = typeof bin === "string" ? [bin] : Object.values<string>(bin);
      if (file === undefined) throw new Error("it has no executable");
      found.push({ name: `${name} ${version}`, command: { args: [join(home, file), ...args], ...(env && { env }) } });
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error))
        .split("\n")
        .filter((line) => !line.startsWith("Command failed"));
      found.push({ name, skipped: `not installed: ${reason ?? "npm failed; is there a network?"}` });
    }
  }
  return found;
}
