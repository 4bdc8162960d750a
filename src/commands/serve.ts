import * as z from "zod";
import { localPrincipal } from "../change/principal.ts";
import { serveStdio } from "../mcp/stdio.ts";
import { oneLine } from "../plain-text.ts";
import type { Settings } from "../settings/index.ts";
import { unknownToolNames } from "../tools/visible.ts";
import { createBackend } from "./backend.ts";

/** Serves MCP over stdio, or over HTTP if the settings ask for it. @returns the exit code */
export async function serve(settings: Settings, env: NodeJS.ProcessEnv): Promise<number> {
  const problems = unknownToolNames(settings);
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(`kibana-connectors-mcp: ${oneLine(problem)}\n`);
    return 2;
  }
  for (const warning of settings.warnings) process.stderr.write(`kibana-connectors-mcp: ${oneLine(warning)}\n`);
  // The signal would have Node open its debugger, through which any program of this user could approve.
  if (settings.approveWith) process.on("SIGUSR1", () => {});
  // The SDKs read a few small messages: to compile a function for each of their schemas would take longer than it saves.
  z.config({ jitless: true });
  const backend = createBackend(settings, env);
  // Its code is loaded here because stdio does not need it.
  if (settings.http) return (await import("./serve-http.ts")).serveHttp(backend, settings, settings.http);
  if (process.stdin.isTTY) process.stderr.write((await import("./hello.ts")).hello);
  await serveStdio(backend, localPrincipal(settings));
  await backend.close();
  return 0;
}
