import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { Socket } from "node:net";
import { ToolError } from "../errors.ts";

/** A proxy that the environment names. */
export interface EnvProxy {
  /** Where it came from, as the reader knows it. */
  variable: string;
  url: URL;
}

type Env = Record<string, string | undefined>;

/** The proxy did not give a way to Kibana; nothing was sent to Kibana. */
export class ProxyFailed extends Error {
  readonly fix: string;
  readonly code: string;

  constructor({ variable, url }: EnvProxy, why: string, code: string) {
    super(`The proxy ${url.origin} (${variable}) ${why} (${code}).`);
    this.fix = `Check ${variable} and the proxy, or name the host in NO_PROXY where Kibana is reached without it.`;
    this.code = code;
  }
}

/** The proxy for requests to `target`; undefined: none. @throws ToolError not_configured where it cannot be read */
export function proxyFor(target: URL, env: Env): EnvProxy | undefined {
  if (isExempt(target, env.no_proxy ?? env.NO_PROXY ?? "")) return undefined;
  const names = target.protocol === "https:" ? ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  const variable = names.find((name) => env[name]?.trim());
  if (variable === undefined) return undefined;
  const given = env[variable]?.trim() ?? "";
  // Without a scheme is how many write it.
  const whole = given.includes("://") ? given : `http://${given}`;
  if (!/^https?:/i.test(whole) || !URL.canParse(whole)) {
    throw new ToolError(
      "not_configured",
      `${variable} holds no address of an http or https proxy.`,
      `Set ${variable} to an address as http://proxy.example.com:8080, or unset it, and restart the server.`,
    );
  }
  return { variable, url: new URL(whole) };
}

/** NO_PROXY: hosts with commas, each with all below it; `*` for all; a port where only that one is meant. */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.toLowerCase();
  const wanted = port || (protocol === "https:" ? "443" : "80");
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const [, name = "", only] = /^(.+?)(?::(\d+))?$/.exec(entry.toLowerCase().replace(/^\*?\./, "")) ?? [];
    return name !== "" && (only === undefined || only === wanted) && (host === name || host === `[${name}]` || host.endsWith(`.${name}`));
  });
}

const causes: Record<string, string> = {
  ECONNREFUSED: "does not run: nothing listens at that address",
  ENOTFOUND: "is at a host name that is not known",
  EAI_AGAIN: "is at a host name that cannot be looked up now",
  ECONNRESET: "dropped the connection",
  EPIPE: "dropped the connection",
};

/**
 * A connection through the proxy to a host and port.
 * @param timeout milliseconds
 * @throws ProxyFailed
 */
export function openTunnel(proxy: EnvProxy, target: { hostname: string; port: number }, timeout: number): Promise<Socket> {
  const { protocol, hostname, port, username, password } = proxy.url;
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
    // The whole of it, however slowly bytes come.
    const limit = setTimeout(() => end(new ProxyFailed(proxy, "does not answer in time", "ETIMEDOUT")), timeout);
    ask.on("error", (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.name;
      end(new ProxyFailed(proxy, causes[code] ?? "failed", code));
    });
    ask.once("connect", ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      clearTimeout(limit);
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.on("error", () => undefined).destroy();
      reject(new ProxyFailed(proxy, refusal(statusCode), String(statusCode)));
    });
    ask.end();
  });
}

function refusal(status: number): string {
  if (status === 407) return "wants a name and a password";
  if (status >= 500) return "cannot reach Kibana";
  return "refuses the way to Kibana";
}
