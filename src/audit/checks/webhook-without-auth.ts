import { plainText } from "../../plain-text.ts";
import { readUrl } from "../../read-url.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import { type ConnectorCheck, refTo } from "../check.ts";
import { reachOf } from "../hosts.ts";

/** Services whose addresses are the credential: long, random, given out once. */
const capabilityHosts =
  /(^|\.)(hooks\.slack\.com|webhook\.office\.com|logic\.azure\.com|discord(app)?\.com|hooks\.zapier\.com|hook\.[a-z0-9.]*make\.com|maker\.ifttt\.com|api\.telegram\.org|pipedream\.net|hc-ping\.com|chat\.googleapis\.com|webhook\.site|ntfy\.sh)$/i;
/** A part of a path that looks random: long, letters and digits mixed. */
const random = /^(?=.*\d)(?=.*[a-z])[\w-]{12,}$/i;

/** A token in the address, a header that signs in, or a secret header counts as authentication. */
export const webhookWithoutAuth: ConnectorCheck = {
  name: "webhook_without_auth",
  finds: "webhooks without any authentication",
  ignores: "tokens in the address, services whose address is the credential",
  of: "connector",
  group: "will_break",
  needs: ["connectors"],
  why: "Whoever finds the address can send alerts of their own.",
  fix: "Edit the connector: set the authentication that the service requires.",
  tool: "update_connector",
  find({ connector, entry }, { secretHeaders }) {
    const { config } = connector;
    if (!entry?.openAddress || !config || !isOpen(config) || hideInConfig(config).found.length > 0) return undefined;
    const address = [config.url, config.createIncidentUrl].find((value) => typeof value === "string");
    const url = typeof address === "string" ? readUrl(address) : undefined;
    if (!url) return undefined;
    const { hostname, pathname, username } = url;
    const reach = reachOf(hostname);
    if (reach === "loopback" || username !== "" || capabilityHosts.test(hostname)) return undefined;
    if (pathname.split("/").some((part) => random.test(part))) return undefined;
    // It may have headers that Kibana shows to nobody.
    const maybe = entry.openAddress.secretHeaders === "always" || secretHeaders;
    return {
      severity: reach === "private" ? "info" : maybe ? "low" : "medium",
      confidence: "likely",
      connector: refTo(connector),
      evidence: `It sends to ${plainText(hostname, 80)} without user, token or header that signs in${maybe ? ", unless it has secret headers, which Kibana does not show" : ""}.`,
    };
  },
};

function isOpen({ hasAuth, authType }: Record<string, unknown>): boolean {
  return hasAuth === false || (hasAuth === undefined && (authType === null || authType === "none"));
}
