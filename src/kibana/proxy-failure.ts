import type { ProxySettings } from "../proxy.ts";

/** What went wrong between this server, the proxy and Kibana. `applied`: whether Kibana may have done what it was asked. */
interface Failure {
  cause: string;
  fix: string;
  applied: "no" | "maybe";
}

const unreached: Record<string, string> = {
  ECONNREFUSED: "nothing listens at that address",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name cannot be looked up now",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  ETIMEDOUT: "no connection in time",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
};
const cut = ["ECONNRESET", "UND_ERR_SOCKET", "EPIPE"];
const timedOut = ["TimeoutError", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"];

/**
 * A failure of a request that went to a proxy, told as the proxy's: whoever looks at Kibana looks in the wrong place.
 * @returns undefined for what is between this server and Kibana alone, such as Kibana's certificate
 */
export function throughProxy(error: unknown, code: string, url: string, { address, variable }: ProxySettings): Failure | undefined {
  const proxy = `The proxy ${address} (${variable})`;
  const { host } = new URL(url);
  const around = `or name ${host} in NO_PROXY, where no proxy is needed`;
  const status = refusal(error);
  if (status !== undefined) return refused(status, proxy, host, variable, around);
  if (unreached[code]) {
    return {
      cause: `${proxy} is not reached: ${unreached[code]} (${code}). Kibana was not asked.`,
      fix: `Correct ${variable}, ${around}; then restart the server.`,
      applied: "no",
    };
  }
  if (cut.includes(code)) {
    return {
      cause: `${proxy} ended the connection to ${host} before an answer came (${code}).`,
      fix: `Repeat the call; if it stays, ask whoever runs the proxy whether it lets connections to ${host} pass, ${around}.`,
      applied: "maybe",
    };
  }
  if (timedOut.includes(code)) {
    return {
      cause: `No answer from Kibana at ${url} in time through the proxy ${address} (${variable}): the proxy does not pass the connection on, or Kibana behind it is slow.`,
      fix: `Ask whoever runs the proxy whether it lets connections to ${host} pass, ${around}. KIBANA_TIMEOUT sets the limit.`,
      applied: "maybe",
    };
  }
  if (/^(ERR_SSL_|EPROTO)/.test(code) && address.startsWith("https:")) {
    return {
      cause: `${proxy} does not speak TLS on that port (${code}). Kibana was not asked.`,
      fix: `Write http:// in ${variable}: what goes to an https:// Kibana is encrypted all the same.`,
      applied: "no",
    };
  }
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code)) {
    return {
      cause: `The certificate that comes through the proxy ${address} (${variable}) is from an authority unknown here (${code}).`,
      fix: "Give the authority's certificate with KIBANA_CA_FILE: Kibana's own, or the proxy's where it opens TLS connections to look inside.",
      applied: "no",
    };
  }
  return undefined;
}

function refused(status: number, proxy: string, host: string, variable: string, around: string): Failure {
  const applied = "no";
  if (status === 407) {
    return {
      cause: `${proxy} wants credentials, or does not accept those that it got (407). Kibana was not asked.`,
      fix: `Write them into ${variable}, as http://user:password@proxy.example.com:8080 with special characters percent-encoded, ${around}; then restart the server.`,
      applied,
    };
  }
  if (status === 502 || status === 503 || status === 504) {
    return {
      cause: `${proxy} could not reach ${host} (${status}).`,
      fix: `Check the host and port in KIBANA_URL as the proxy sees them, ${around}.`,
      applied,
    };
  }
  return {
    cause: `${proxy} refuses to connect to ${host} (${status}). Kibana was not asked.`,
    fix: `Ask whoever runs the proxy to allow CONNECT to ${host}, ${around}.`,
    applied,
  };
}

/** The status with which a proxy refused the tunnel: undici tells it in its message alone. */
function refusal(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, status] = /^Proxy response \((\d{3})\)/.exec(error.message) ?? [];
  return status === undefined ? refusal(error.cause) : Number(status);
}
