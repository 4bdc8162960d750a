import type { Connector } from "../../kibana/connectors.ts";
import { readUrl } from "../../read-url.ts";
import { type ConnectorCheck, refTo } from "../check.ts";
import { type Reach, reachOf } from "../hosts.ts";

/**
 * Only addresses: text in a header or a template is not one. A loopback host needs no TLS, and a proxy is asked by http://
 * for a tunnel, which carries the TLS of the address itself.
 */
export const insecureUrl: ConnectorCheck = {
  name: "insecure_url",
  finds: "`http://` beyond this machine, and `verificationMode: none`",
  ignores: "loopback; low in private networks",
  of: "connector",
  group: "will_break",
  needs: ["connectors"],
  weighs: ["rules"],
  why: "Everybody on the way can read or change the messages and the credentials in them.",
  fix: "Edit the connector: use https://, and have the certificate checked.",
  tool: "update_connector",
  find({ connector, entry, usage }) {
    const { config } = connector;
    if (!config) return undefined;
    const plain = plainAddresses(config);
    if (plain.length > 0) {
      const isPublic = plain.some(({ reach }) => reach === "public");
      const signsIn = config.hasAuth === true || config.authType != null || !entry?.openAddress;
      const fields = plain.map(({ field }) => `config.${field}`).join(", ");
      return {
        severity: !isPublic ? "low" : signsIn ? "high" : "medium",
        connector: refTo(connector),
        covers: plain.map(({ field }) => `config.${field}`),
        evidence: `${fields} begin${plain.length > 1 ? "" : "s"} with http://, to ${isPublic ? "a public host" : "a host of a private network"}${isPublic && signsIn ? ", and credentials go with it" : ""}${usage.enabled === 0 ? "" : `; ${usage.enabled} enabled rule${usage.enabled > 1 ? "s use" : " uses"} it`}.`,
      };
    }
    if (config.verificationMode === "none") {
      return {
        severity: "low",
        connector: refTo(connector),
        covers: ["config.verificationMode"],
        evidence: "config.verificationMode is none: any certificate is accepted.",
      };
    }
    return undefined;
  },
};

function plainAddresses(config: NonNullable<Connector["config"]>): { field: string; reach: Reach }[] {
  return Object.entries(config).flatMap(([field, value]) => {
    if (field === "proxyUrl" || !/ur[li]$/i.test(field) || typeof value !== "string" || !/^\s*http:/i.test(value) || !readUrl(value.trim()))
      return [];
    const reach = reachOf(new URL(value.trim()).hostname);
    return reach === "loopback" ? [] : [{ field, reach }];
  });
}
