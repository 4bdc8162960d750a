import { Agent, buildConnector, type Dispatcher } from "undici";
import type { KibanaSettings } from "../settings/index.ts";
import { openTunnel } from "./tunnel.ts";
import { createTurns, type Turns } from "./turns.ts";

/** How requests get to Kibana. */
export interface Connections {
  dispatcher: Dispatcher;
  /** Something was answered: connections in vain are counted anew. */
  answered(): void;
  /** For requests under way: as many as there are connections. */
  turns: Turns;
  close(): Promise<void>;
}

const maxConnections = 8;
const maxBytes = 128 * 1024 * 1024;
/** Milliseconds for one connection, and for the way through a proxy. */
const longestConnect = 10_000;
/** undici repeats a connection that is cut before a request is on it, without end: that many in a row are enough. */
const mostInVain = 3 * maxConnections;
/** Milliseconds; a socket that does not close holds nobody up. */
const lastWait = 1_000;

/** One pool for Kibana's origin, through the proxy where there is one. */
export function openConnections(settings: KibanaSettings, timeout: number): Connections {
  // Below the limit of the request, so that the failure says what gave no answer.
  const connectTimeout = Math.min(0.8 * timeout, longestConnect);
  const direct = buildConnector({
    timeout: connectTimeout,
    ...(settings.ca ? { ca: settings.ca } : {}),
    rejectUnauthorized: !settings.skipTlsVerification,
  });
  const { proxy } = settings;
  let inVain = 0;

  const connect: buildConnector.connector = (options, done) => {
    inVain += 1;
    if (inVain > mostInVain) {
      inVain = 0;
      return done(Object.assign(new Error("cut again and again"), { code: "ECONNABORTED" }), null);
    }
    if (!proxy) return direct(options, done);
    const { hostname, protocol, port } = options;
    openTunnel(proxy, { hostname, port: Number(port || (protocol === "https:" ? 443 : 80)) }, connectTimeout).then(
      (socket) => (protocol === "https:" ? direct({ ...options, httpSocket: socket }, done) : done(null, socket)),
      (error: Error) => done(error, null),
    );
  };
  // Requests have one limit for all of it; undici's own begin anew with every byte.
  const dispatcher = new Agent({ connect, connections: maxConnections, maxResponseSize: maxBytes, headersTimeout: 0, bodyTimeout: 0 });
  return {
    dispatcher,
    turns: createTurns(maxConnections),
    answered() {
      inVain = 0;
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise((resolve) => {
        timer = setTimeout(resolve, lastWait);
      });
      await Promise.race([dispatcher.destroy(), patience]);
      clearTimeout(timer);
    },
  };
}
