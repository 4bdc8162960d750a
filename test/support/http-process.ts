import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { cleanEnv, serverBuild } from "./built-server.ts";

/** The built server over HTTP, in a process of its own; gone at the end of the test, or where `atEnd` says. `kibana`: its address; null if the flags name it. */
export async function startHttpProcess(
  args: string[],
  env: Record<string, string>,
  kibana: string | null,
  atEnd: (end: () => Promise<void>) => unknown = onTestFinished,
) {
  const home = mkdtempSync(join(tmpdir(), "kcm-http-"));
  const child = spawn(process.execPath, [serverBuild, "serve", ...args], {
    env: cleanEnv(home, { ...(kibana === null ? {} : { KIBANA_URL: kibana, KIBANA_API_KEY: "any" }), ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exit;
  };
  atEnd(async () => {
    await end("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  });
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      const found = /serves (\S+)\n/.exec(stderr)?.[1];
      if (found) resolve(found);
    });
    void exit.then((code) => reject(new Error(`the server ended with ${code}: ${stderr}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    /** Sends a signal. @returns the exit code; null if the signal killed it */
    end,
    stdout: () => stdout,
    stderr: () => stderr,
    /** Everything in its journal. */
    journal: () => filesIn(env.CONNECTORS_JOURNAL_DIR ?? join(home, "state/kibana-connectors-mcp/journal")),
  };
}

export function filesIn(folder: string): string {
  try {
    return readdirSync(folder)
      .filter((name) => name !== "key")
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
