import { connect, type PeerCertificate } from "node:tls";
import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Status } from "../../kibana/status.ts";
import { isLoopback } from "../../settings/http.ts";
import type { KibanaSettings } from "../../settings/index.ts";
import { type Finding, failed, failure, notChecked, ok, wantingKey, warning } from "./finding.ts";

const day = 86_400_000;
/** Milliseconds for reading the certificate. */
const longestLook = 5_000;
const later = "Not reached: see above.";

/**
 * Whether Kibana answers, the connection can be trusted, and the credentials are valid: one request shows all three.
 * @returns the findings, and the status if there is one
 */
export async function reach(kibana: KibanaSettings, reader: Reader): Promise<{ findings: Finding[]; status?: Status }> {
  try {
    const status = await reader.status();
    return { findings: [ok("url", `${kibana.url} is a Kibana.`), ...proxy(kibana), await tls(kibana), credentials(kibana)], status };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.code === "unauthorized" || error.code === "forbidden") {
      return { findings: [ok("url", `${kibana.url} is a Kibana.`), await tls(kibana), refused(kibana, error)] };
    }
    if (error.detail?.product !== undefined) {
      const answers = ok("url", `Something answers at ${kibana.url}.`);
      return { findings: [answers, ...proxy(kibana), await tls(kibana), notChecked("credentials", later), failure("version", error)] };
    }
    if (isTls(error)) {
      return {
        findings: [ok("url", `Something answers at ${kibana.url}.`), failure("tls", error), notChecked("credentials", later)],
      };
    }
    if (error.detail?.proxy !== undefined)
      return { findings: [failure("proxy", error), ...["url", "tls", "credentials"].map((check) => notChecked(check, later))] };
    return { findings: [failure("url", error), notChecked("tls", later), notChecked("credentials", later)] };
  }
}

function proxy({ proxy: through }: KibanaSettings): Finding[] {
  return through ? [ok("proxy", `Kibana is reached through ${through.address} (${through.variable}).`)] : [];
}

function isTls(error: ToolError): boolean {
  return /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(String(error.detail?.cause ?? ""));
}

function refused({ auth }: KibanaSettings, error: ToolError): Finding {
  if (auth.kind !== "none") return wantingKey(failure("credentials", error));
  return wantingKey(
    failed(
      "credentials",
      `None are set${auth.why ? ` (${auth.why})` : ""}, and this Kibana needs them.`,
      "Set KIBANA_API_KEY; the recipe below makes a key.",
    ),
  );
}

function credentials({ auth }: KibanaSettings): Finding {
  if (auth.kind === "api_key") return ok("credentials", "Kibana accepts the API key.");
  if (auth.kind === "basic") return ok("credentials", `Kibana accepts the password of ${auth.username}.`);
  return warning(
    "credentials",
    "None are set, and this Kibana lets everybody in.",
    "Fine for a trial. Otherwise set xpack.security.enabled: true in elasticsearch.yml, and KIBANA_API_KEY.",
  );
}

async function tls({ url, ca, skipTlsVerification }: KibanaSettings): Promise<Finding> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === "http:") {
    if (isLoopback(hostname)) return ok("tls", "Not used and not needed: Kibana is on this machine.");
    return warning("tls", "Not used: the credentials are sent unencrypted.", "Use https:// in KIBANA_URL.");
  }
  if (skipTlsVerification) {
    return warning(
      "tls",
      "Any certificate is accepted: anyone in between can read the credentials.",
      "Remove KIBANA_INSECURE_SKIP_TLS_VERIFICATION and give the authority's certificate with KIBANA_CA_FILE.",
    );
  }
  const by = ca ? "the authority in KIBANA_CA_FILE" : "an authority that Node knows";
  const certificate = await peer(hostname.replace(/^\[|\]$/g, ""), Number(port || 443), ca);
  if (!certificate) return ok("tls", `The certificate is signed by ${by}. Its expiry date could not be read.`);
  const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / day);
  if (days < 21) return warning("tls", `The certificate is signed by ${by} and expires in ${days} days.`, "Renew Kibana's certificate.");
  return ok("tls", `The certificate is signed by ${by} and valid until ${new Date(certificate.valid_to).toISOString().slice(0, 10)}.`);
}

/** The certificate; undefined if a direct connection fails, as behind a proxy. */
function peer(host: string, port: number, ca: string | undefined): Promise<PeerCertificate | undefined> {
  return new Promise((resolve) => {
    const end = (certificate?: PeerCertificate) => {
      clearTimeout(limit);
      socket.destroy();
      resolve(certificate);
    };
    const socket = connect({ host, port, ...(ca && { ca }), ...(/[a-z]/i.test(host) && { servername: host }) }, () =>
      end(socket.getPeerCertificate()),
    );
    socket.on("error", () => end());
    // For the whole attempt: the socket's own time-out restarts with every byte.
    const limit = setTimeout(() => end(), longestLook);
  });
}
