import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { RequestId } from "../http-body.ts";

export interface Session {
  /** The session's owner: the id alone gives no access. */
  principal: string;
  /** The protocol revision that was agreed on. */
  version: string;
  server: Server;
  transport: StreamableHTTPServerTransport;
  /** Requests that are not answered yet, and whether each has a stream of its own. */
  unanswered: Map<RequestId, boolean>;
  /** The number of unfinished responses. */
  open: number;
  /** Milliseconds since 1970. */
  lastUsed: number;
}

export interface Sessions {
  /** The session with this id, if it belongs to this principal. */
  find(id: string, principal: string): Session | undefined;
  add(id: string, session: Session): void;
  delete(id: string): void;
  /** Ends all of them. */
  close(): Promise<void>;
}

/**
 * Sessions of HTTP clients, in memory. One that has no open response is ended after `idle` milliseconds.
 * @param now milliseconds since 1970
 */
export function createSessions(idle: number, now: () => number): Sessions {
  const all = new Map<string, Session>();

  const sweep = setInterval(
    () => {
      for (const [id, session] of all) {
        if (session.open > 0 || session.lastUsed + idle > now()) continue;
        all.delete(id);
        void session.server.close();
      }
    },
    Math.min(idle, 10_000),
  );
  sweep.unref();

  return {
    find(id, principal) {
      const session = all.get(id);
      return session?.principal === principal ? session : undefined;
    },
    add: (id, session) => void all.set(id, session),
    delete: (id) => void all.delete(id),
    async close() {
      clearInterval(sweep);
      await Promise.all([...all.values()].map((session) => session.server.close()));
      all.clear();
    },
  };
}
