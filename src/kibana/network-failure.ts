import type { ProxySettings } from "../settings/proxy.ts";
import { KibanaError } from "./errors.ts";
import { throughProxy } from "./proxy-failure.ts";

const tlsFix = "Set KIBANA_CA_FILE to the authority's certificate.";
const networkCauses: Record<string, { cause: string; fix: string; applied?: "maybe" }> = {
  ECONNREFUSED: {
    cause: "nothing listens at that address",
    fix: "Check that Kibana is up and that the host and port in KIBANA_URL are right.",
  },
  ENOTFOUND: {
    cause: "the host name is not known",
    fix: "Check the host in KIBANA_URL.",
  },
  EAI_AGAIN: {
    cause: "the host name cannot be resolved right now",
    fix: "Check the network and the host in KIBANA_URL.",
  },
  EHOSTUNREACH: {
    cause: "there is no route to the host",
    fix: "Check the network, a VPN for example.",
  },
  ENETUNREACH: {
    cause: "there is no route to the network",
    fix: "Check the network, a VPN for example.",
  },
  UND_ERR_CONNECT_TIMEOUT: {
    cause: "no connection in time",
    fix: "Check the host and port in KIBANA_URL, firewalls and proxies.",
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    cause: "its certificate is self-signed",
    fix: tlsFix,
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    cause: "its certificate comes from an authority unknown here",
    fix: tlsFix,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    cause: "its certificate comes from an authority unknown here",
    fix: tlsFix,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    cause: "its certificate comes from an authority unknown here",
    fix: tlsFix,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    cause: "its certificate is for another host name",
    fix: "Use the name in the certificate in KIBANA_URL.",
  },
  CERT_HAS_EXPIRED: {
    cause: "its certificate has expired",
    fix: "Renew Kibana's certificate.",
  },
  CERT_NOT_YET_VALID: {
    cause: "its certificate is not valid yet",
    fix: "Set the clock of this machine, or renew Kibana's certificate.",
  },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    cause: "it does not speak TLS on that port",
    fix: "Use http:// in KIBANA_URL, or the TLS port.",
  },
  EPROTO: {
    cause: "it does not speak TLS on that port",
    fix: "Use http:// in KIBANA_URL, or the TLS port.",
  },
  ECONNRESET: {
    cause: "the connection was cut",
    fix: "Repeat the call; if it happens again, look at the proxy in front of Kibana.",
    applied: "maybe",
  },
  UND_ERR_SOCKET: {
    cause: "the connection was cut",
    fix: "Repeat the call; with https in front of the port, use https:// in KIBANA_URL.",
    applied: "maybe",
  },
  EPIPE: {
    cause: "the connection was cut",
    fix: "Repeat the call.",
    applied: "maybe",
  },
  TimeoutError: {
    cause: "no answer in time",
    fix: "Kibana or the service behind the connector is slow; KIBANA_TIMEOUT sets the limit.",
    applied: "maybe",
  },
  UND_ERR_HEADERS_TIMEOUT: {
    cause: "no answer in time",
    fix: "Kibana or the service behind the connector is slow; KIBANA_TIMEOUT sets the limit.",
    applied: "maybe",
  },
  UND_ERR_BODY_TIMEOUT: {
    cause: "the answer stopped halfway",
    fix: "Repeat the call.",
    applied: "maybe",
  },
  ECONNABORTED: {
    cause: "the connection is cut again and again before anything is sent",
    fix: "Check that Kibana is up, and the proxies and firewalls in front of it.",
  },
};

/** What TLS says where the other side wants a certificate of its client. */
const refusesClients = /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE)$/;
const noCertificate = {
  cause: "it ends the TLS handshake, as where it wants a certificate of its clients",
  fix: "This server has none to show: Kibana's server.ssl.clientAuthentication, or the proxy in front of it, must not require one.",
  applied: "no",
} as const;

/** A request without a complete answer: refused, cut, timed out, TLS. @param proxy the one in between */
export function fromNetwork(error: unknown, url: string, proxy?: ProxySettings): KibanaError {
  const code = networkCode(error);
  const known = networkCauses[code] ?? (refusesClients.test(code) ? noCertificate : undefined);
  const found = proxy && throughProxy(error, code, url, proxy);
  if (found) {
    const { cause, fix, applied } = found;
    return new KibanaError("kibana_unreachable", cause, fix, { applied, detail: { cause: code, proxy: proxy.address } });
  }
  return new KibanaError(
    "kibana_unreachable",
    `No answer from Kibana at ${url}${proxy === undefined ? "" : ` through the proxy ${proxy.address} (${proxy.variable})`}: ${known?.cause ?? "the connection failed"} (${code}).`,
    known?.fix ?? "Check KIBANA_URL and the network.",
    {
      applied: known ? (known.applied ?? "no") : "maybe",
      detail: { cause: code, ...(proxy === undefined ? {} : { proxy: proxy.address }) },
    },
  );
}

/** The system's code for a failed request, searched for in causes and aggregate errors. */
function networkCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.name === "TimeoutError") return "TimeoutError";
  if ("code" in error && typeof error.code === "string") return error.code;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner === undefined ? error.name : networkCode(inner);
}
