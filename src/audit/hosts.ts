/** Where a host is reached from: this machine alone, a private network, or anywhere. */
export type Reach = "loopback" | "private" | "public";

const privateNames =
  /(^|\.)(local|internal|intranet|lan|corp|home|localdomain|private|svc|cluster\.local|home\.arpa|test|example|invalid)$/;

/** By its name or address alone; nothing is looked up. Single words are names within a network. */
export function reachOf(hostname: string): Reach {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
  if (host === "localhost" || host.endsWith(".localhost") || host === "::1" || host === "0.0.0.0" || /^127\./.test(host)) return "loopback";
  if (/^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$/.test(host)) return "private";
  if (host.includes(":")) return /^f[cd]|^fe[89ab]/.test(host) ? "private" : "public";
  return privateNames.test(host) || !host.includes(".") ? "private" : "public";
}
