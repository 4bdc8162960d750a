import { localPrincipal, type Principal, principalOf } from "../change/principal.ts";
import type { HttpEntry, Timing } from "../mcp/http.ts";
import { createMcpServer } from "../mcp/server.ts";
import type { HttpSettings } from "../settings/http.ts";
import type { Settings } from "../settings/index.ts";
import type { Backend } from "./backend.ts";

/** Serves MCP over HTTP until a signal comes; then finishes what was begun. @returns the exit code */
export async function serveHttp(backend: Backend, settings: Settings, http: HttpSettings): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve()).once("SIGTERM", () => resolve());
  });
  let entry: HttpEntry;
  try {
    entry = await listenFor(backend, settings, http);
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown cause";
    process.stderr.write(`kibana-connectors-mcp cannot listen on ${http.host}:${http.port}: ${why}\n`);
    await backend.close();
    return 2;
  }
  process.stderr.write(`kibana-connectors-mcp serves ${entry.url}\n`);
  await ended;
  await entry.drain();
  await backend.close();
  return 0;
}

/** Starts to serve; tests shorten the time-outs. HTTP code is loaded here because stdio does not need it. */
export async function listenFor(backend: Backend, settings: Settings, http: HttpSettings, timing?: Timing): Promise<HttpEntry> {
  const holders = http.tokens.map((holder) => ({ token: holder.token, principal: principalOf(holder, settings) }));
  const everybody = localPrincipal(settings);
  /** Compares with every token, so that the time reveals nothing. */
  const holderOf = (token: string): Principal | undefined => holders.filter((holder) => holder.token.is(token))[0]?.principal;
  const { startHttp } = await import("../mcp/http.ts");
  return startHttp(
    {
      whoIs: (token) => (holders.length === 0 ? everybody : token === undefined ? undefined : holderOf(token)),
      connect: (principal) => createMcpServer(backend, principal),
      pages: await backend.shared,
      ready: () => backend.ready(),
      holders: Math.max(1, holders.length),
      running: backend.running,
      failed: (error) => backend.log.error("http", { error: error instanceof Error ? error.message : "unknown" }),
    },
    http,
    timing,
  );
}
