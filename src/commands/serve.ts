import { localPrincipal } from "../change/principal.ts";
import { serveStdio } from "../mcp/stdio.ts";
import { oneLine } from "../plain-text.ts";
import type { Settings } from "../settings/index.ts";
import { unknownToolNames } from "../tools/visible.ts";
import { createBackend } from "./backend.ts";
import { serveHttp } from "./serve-http.ts";

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
  const backend = createBackend(settings, env);
  if (settings.http) return serveHttp(backend, settings, settings.http);
  if (process.stdin.isTTY) process.stderr.write(hello);
  await serveStdio(backend, localPrincipal(settings));
  await backend.close();
  return 0;
}

const hello = `This is an MCP server: it speaks JSON-RPC on stdin and stdout, and a client starts it.
  Claude Code:  claude mcp add kibana -e KIBANA_URL=… -e KIBANA_API_KEY=… -- kibana-connectors-mcp
  Try it:       kibana-connectors-mcp demo
  Check it:     kibana-connectors-mcp doctor
  All settings: kibana-connectors-mcp --help
Waiting for a client. Ctrl-C ends it.
`;
