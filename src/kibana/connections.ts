import { buildConnector, type Dispatcher, Pool } from "undici";
import type { KibanaSettings } from "../settings/index.ts";
import { openTunnel } from "./tunnel.ts";
import { createTurns, type Turns } from "./turns.ts";

/** How requests get to Kibana. */
export interface Connections {
  dispatcher: Dispatcher;
  /** An answer came: the count of connections without one starts again. */
  answered(): void;
  /** For requests under way: as many as there are connections. */
  turns: Turns;
  close(): Promise<void>;
}

const maxConnections = 8;
/** Milliseconds for one connection, and for the tunnel through a proxy. */
const longestConnect = 10_000;
/** undici endlessly repeats a connection that is cut before it carries a request: this many in a row are enough. */
const mostUnanswered = 3 * maxConnections;
/** Milliseconds to wait for sockets to close. */
const lastWait = 1_000;

/** One pool for Kibana's origin, through the proxy where there is one. */
export function openConnections(settings: KibanaSettings, timeout: number): Connections {
  // Below the limit of the request, so that the failure says what did not answer.
  const connectTimeout = Math.min(0.8 * timeout, longestConnect);
  const direct = buildConnector({
    timeout: connectTimeout,
    ...(settings.ca ? { ca: settings.ca } : {}),
    rejectUnauthorized: !settings.skipTlsVerification,
  });
  const { proxy } = settings;
  let unanswered = 0;

  const connect: buildConnector.connector = (options, done) => {
    unanswered += 1;
    if (unanswered > mostUnanswered) {
      unanswered = 0;
      return done(Object.assign(new Error("cut again and again"), { code: "ECONNABORTED" }), null);
    }
    if (!proxy) return direct(options, done);
    const { hostname, protocol, port } = options;
    openTunnel(proxy, { hostname, port: Number(port || (protocol === "https:" ? 443 : 80)) }, connectTimeout).then(
      (socket) => (protocol === "https:" ? direct({ ...options, httpSocket: socket }, done) : done(null, socket)),
      (error: Error) => done(error, null),
    );
  };
  // A request has one limit overall; undici's own start again with every byte.
  const dispatcher = new Pool(new URL(settings.url).origin, { connect, connections: maxConnections, headersTimeout: 0, bodyTimeout: 0 });
  return {
    dispatcher,
    turns: createTurns(maxConnections),
    answered() {
      unanswered = 0;
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
