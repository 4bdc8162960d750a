import type { ProxySettings } from "../settings/proxy.ts";
import { ProxyFailed } from "./tunnel.ts";

/** What went wrong between this server, the proxy and Kibana. `applied`: whether Kibana may have done what it was asked. */
interface Failure {
  cause: string;
  fix: string;
  applied: "no" | "maybe";
}

const unreached: Record<string, string> = {
  ECONNREFUSED: "nothing listens at that address",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name cannot be resolved right now",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
};
const cut = ["ECONNRESET", "UND_ERR_SOCKET", "EPIPE", "ECONNABORTED"];
const timedOut = ["TimeoutError", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"];
const unknownAuthority = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;

/**
 * Explains the failure of a request through a proxy as the proxy's, so that nobody searches for the cause in Kibana.
 * @returns undefined for a failure that the proxy has no part in, such as Kibana's certificate
 */
export function throughProxy(error: unknown, code: string, url: string, { address, variable }: ProxySettings): Failure | undefined {
  const proxy = `The proxy ${address} (${variable})`;
  const { hostname, port, protocol } = new URL(url);
  const host = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  const around = `or add ${hostname} to NO_PROXY if no proxy is needed`;
  if (error instanceof ProxyFailed) {
    const { says, fix } =
      error.status === undefined ? noWay(code, host, variable, address, around) : refused(error.status, host, variable, around);
    return { cause: `${proxy} ${says} (${code}). Nothing was sent to Kibana.`, fix, applied: "no" };
  }
  if (cut.includes(code)) {
    return {
      cause: `${proxy} closed the connection to ${host} before an answer came (${code}).`,
      fix: askItsOperator(host, around),
      applied: code === "ECONNABORTED" ? "no" : "maybe",
    };
  }
  if (timedOut.includes(code)) {
    return {
      cause: `No answer from Kibana at ${url} in time through the proxy ${address} (${variable}): the proxy does not pass the connection on, or Kibana behind it is slow (${code}).`,
      fix: `Ask whoever runs the proxy whether it allows connections to ${host}, ${around}. KIBANA_TIMEOUT sets the limit.`,
      applied: code === "UND_ERR_CONNECT_TIMEOUT" ? "no" : "maybe",
    };
  }
  if (unknownAuthority.test(code)) {
    return {
      cause: `The certificate received through the proxy ${address} (${variable}) is from an authority unknown here (${code}).`,
      fix: "Set KIBANA_CA_FILE to the authority's certificate: Kibana's own, or the proxy's if it inspects TLS connections.",
      applied: "no",
    };
  }
  return undefined;
}

interface Told {
  /** Continues the sentence after the proxy's name. */
  says: string;
  fix: string;
}

function askItsOperator(host: string, around: string): string {
  return `Repeat the call; if it happens again, ask whoever runs the proxy whether it allows connections to ${host}, ${around}.`;
}

/** The proxy did not answer the CONNECT request. */
function noWay(code: string, host: string, variable: string, address: string, around: string): Told {
  const correct = `Correct ${variable}, ${around}; then restart the server.`;
  if (unreached[code]) return { says: `cannot be reached: ${unreached[code]}`, fix: correct };
  if (code === "ETIMEDOUT") return { says: "does not answer in time", fix: correct };
  if (cut.includes(code)) return { says: `closed the connection before it connected to ${host}`, fix: askItsOperator(host, around) };
  if (address.startsWith("https:")) {
    if (/^(ERR_SSL_|EPROTO)/.test(code)) {
      return {
        says: "does not speak TLS on that port",
        fix: `Use http:// in ${variable}: what goes to an https:// Kibana is still encrypted.`,
      };
    }
    if (unknownAuthority.test(code)) {
      return {
        says: "has a certificate from an authority unknown here",
        fix: "Give the authority's certificate to Node with NODE_EXTRA_CA_CERTS, and restart the server.",
      };
    }
  }
  return { says: "does not answer like a proxy", fix: correct };
}

/** The proxy answered and did not connect. */
function refused(status: number, host: string, variable: string, around: string): Told {
  if (status === 407) {
    return {
      says: "requires credentials, or does not accept those it was given",
      fix: `Put them into ${variable}, such as http://user:password@proxy.example.com:8080 with special characters percent-encoded, ${around}; then restart the server.`,
    };
  }
  if (status === 502 || status === 503 || status === 504) {
    return { says: `could not reach ${host}`, fix: `Check the host and port in KIBANA_URL as the proxy sees them, ${around}.` };
  }
  return { says: `refuses to connect to ${host}`, fix: `Ask whoever runs the proxy to allow CONNECT to ${host}, ${around}.` };
}
