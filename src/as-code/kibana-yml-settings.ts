import type { Exported } from "./exported.ts";
import { commentText } from "./visible-text.ts";

/** Settings of `xpack.actions` that affect connectors, as comments to decide on (reference/kibana-api.md §9). */
export function settingsAround(connectors: readonly Exported[], seen: number): string {
  const hosts = [...new Set(connectors.flatMap((one) => one.hosts))].sort();
  const types = [...new Set(connectors.map((one) => one.type))].sort();
  const hidden = connectors.filter((one) => one.hostInSecret).length;
  const listed = (values: readonly string[]) => `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
  const certificate = hosts[0] ?? "service.example.com";
  const lines = [
    "Settings that affect connectors: decide on each. Kibana's default follows it.",
    `They cover ${connectors.length} of ${seen} connectors seen. The others, and those in spaces that this key cannot see, need`,
    "their hosts and types too: a list that is too narrow cuts them off.",
    "",
    ...(hidden > 0
      ? [
          `${hidden} connector${hidden === 1 ? " has a secret address" : "s have secret addresses"}: add ${hidden === 1 ? "its host" : "their hosts"} to allowedHosts.`,
        ]
      : []),
    `xpack.actions.allowedHosts: ${listed(hosts)}  # ["*"]`,
    `xpack.actions.enabledActionTypes: ${listed(types)}  # ["*"]; preconfigured connectors run even if their type is not listed`,
    "",
    "If Kibana reaches these hosts only through a proxy:",
    'xpack.actions.proxyUrl: "http://proxy.example.com:3128"  # none',
    'xpack.actions.proxyBypassHosts: ["internal.example.com"]  # none; or proxyOnlyHosts, not both',
    'xpack.actions.proxyHeaders: { "X-Proxy": "kibana" }  # none',
    'xpack.actions.ssl.proxyVerificationMode: "full"  # full',
    "",
    "If a host's certificate comes from a private authority:",
    "xpack.actions.customHostSettings:  # none",
    `  - url: ${JSON.stringify(`https://${certificate}`)}`,
    "    ssl:",
    '      verificationMode: "full"',
    '      certificateAuthoritiesFiles: ["/etc/kibana/ca.pem"]',
    "",
    'xpack.actions.ssl.verificationMode: "full"  # full, for all hosts',
    'xpack.actions.responseTimeout: "60s"  # 60s',
    'xpack.actions.maxResponseContentLength: "1mb"  # 1mb',
  ];
  return lines.map((line) => (line === "" ? "#\n" : `# ${commentText(line)}\n`)).join("");
}
