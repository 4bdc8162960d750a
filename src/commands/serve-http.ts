import { localPrincipal, type Principal } from "../change/principal.ts";
import { type HttpEntry, startHttp, type Timing } from "../mcp/http.ts";
import { createService } from "../mcp/service.ts";
import { accessLevels, type HttpSettings, type TokenHolder } from "../settings/http.ts";
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

/** Starts to serve; tests shorten the time-outs. */
export async function listenFor(backend: Backend, settings: Settings, http: HttpSettings, timing?: Timing): Promise<HttpEntry> {
  const holders = http.tokens.map((holder) => ({ token: holder.token, principal: principalOf(holder, settings) }));
  const everybody = localPrincipal(settings);
  /** Compares with every token, so that the time reveals nothing. */
  const holderOf = (token: string): Principal | undefined => holders.filter((holder) => holder.token.is(token))[0]?.principal;
  return startHttp(
    {
      whoIs: (token) => (holders.length === 0 ? everybody : token === undefined ? undefined : holderOf(token)),
      service: (principal) => createService(backend, principal),
      // Without them calls say why; it is logged already.
      pages: (await backend.passkeys?.catch(() => undefined))?.shared,
      ready: () => backend.ready(),
      holders: Math.max(1, holders.length),
      running: backend.running,
      failed: async (error) => (await backend.log()).error("http", { error: error instanceof Error ? error.message : "unknown" }),
    },
    http,
    timing,
  );
}

/** The holder of a token: what it was granted, and never more than the server itself may do. */
function principalOf(holder: TokenHolder, { access, spaces }: Pick<Settings, "access" | "spaces">): Principal {
  const lower = accessLevels.indexOf(holder.access ?? access) < accessLevels.indexOf(access);
  return {
    name: holder.name,
    access: lower ? (holder.access ?? access) : access,
    spaces: holder.spaces && spaces ? holder.spaces.filter((space) => spaces.includes(space)) : (holder.spaces ?? spaces),
    secrets: holder.secrets,
  };
}
