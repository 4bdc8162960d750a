import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { Socket } from "node:net";
import { unseal } from "../sealed.ts";
import type { ProxySettings } from "../settings/proxy.ts";

/** The proxy did not connect to Kibana; nothing was sent to Kibana. */
export class ProxyFailed extends Error {
  /** The system's code, or "ETIMEDOUT"; the proxy's status if it answered. */
  readonly code: string;
  readonly status: number | undefined;

  constructor(code: string, status?: number) {
    super(`no connection through the proxy: ${code}`);
    this.code = code;
    this.status = status;
  }
}

/**
 * A connection through the proxy to a host and port.
 * @param timeout milliseconds
 * @throws ProxyFailed
 */
export function openTunnel(proxy: ProxySettings, target: { hostname: string; port: number }, timeout: number): Promise<Socket> {
  const { protocol, hostname, port, username, password } = new URL(String(unseal(proxy.uri)));
  const to = `${target.hostname.includes(":") ? `[${target.hostname}]` : target.hostname}:${target.port}`;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return new Promise((resolve, reject) => {
    const ask = (protocol === "https:" ? requestTls : requestPlain)({
      method: "CONNECT",
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port || (protocol === "https:" ? 443 : 80),
      path: to,
      headers: {
        host: to,
        ...(username ? { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` } : {}),
      },
      agent: false,
    });
    const end = (failure: ProxyFailed) => {
      clearTimeout(limit);
      ask.destroy();
      reject(failure);
    };
    // One limit for all of it, however slowly bytes arrive.
    const limit = setTimeout(() => end(new ProxyFailed("ETIMEDOUT")), timeout);
    ask.on("error", (error: NodeJS.ErrnoException) => end(new ProxyFailed(error.code ?? error.name)));
    ask.once("connect", ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      clearTimeout(limit);
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.on("error", () => undefined).destroy();
      reject(new ProxyFailed(String(statusCode), statusCode));
    });
    ask.end();
  });
}
