import { mailboxes } from "../../../catalog/mail-address.ts";
import { emailServiceHost } from "../../../catalog/shared/email-services.ts";
import type { KibanaSettings } from "../../kibana-yml.ts";
import type { Dict } from "../../types.ts";
import { fitsWildcard } from "../../wildcard.ts";
import { isAllowed, notAllowed } from "../allowed-hosts.ts";
import { type Check, firstOf } from "./rule.ts";

/** What `xpack.actions.email.services.enabled` calls the services. */
const settingNames: Readonly<Record<string, string>> = {
  elastic_cloud: "elastic-cloud",
  exchange_server: "microsoft-exchange",
  gmail: "google-mail",
  outlook365: "microsoft-outlook",
  ses: "amazon-ses",
  other: "other",
};

/** In Kibana's order; source: stack_connectors/server/connector_types/email/index.ts. */
export const emailConfig: Check = ({ service = "other", from, oauthTokenUrl, allowHtml, ...server }, settings) => {
  const name = settingNames[String(service)];
  const { enabledMailServices: enabled } = settings;
  const sender = addressProblem([from], domains(settings));
  return firstOf(
    name !== undefined &&
      !enabled.includes("*") &&
      !enabled.includes(name) &&
      `[service]: "${name}" is not in the list of enabled email services: ${enabled.join(",")}`,
    sender && `[from]: ${sender}`,
    service === "elastic_cloud" && allowHtml === true && '[allowHtml]: cannot be true when [service] is "elastic_cloud"',
    Boolean(oauthTokenUrl) &&
      notAllowed(oauthTokenUrl, settings) &&
      `[oauthTokenUrl]: host name value for '${String(oauthTokenUrl)}' is not in the allowedHosts configuration`,
    serverProblem(String(service), server, settings),
  );
};

function serverProblem(service: string, { host, port, secure, clientId, tenantId }: Dict, settings: KibanaSettings): string | undefined {
  if (service === "__json") return undefined;
  if (service === "exchange_server") return bothRequired("clientId", clientId, "tenantId", tenantId);
  if (service === "ses" && settings.ses) {
    const { ses } = settings;
    return firstOf(
      ses.host !== host && ses.port !== port && "[ses.host]/[ses.port] does not match with the configured AWS SES host/port combination",
      ses.host !== host && "[ses.host] does not match with the configured AWS SES host",
      ses.port !== port && "[ses.port] does not match with the configured AWS SES port",
      secure !== true && "[ses.secure] must be true for AWS SES",
    );
  }
  if (service === "other") {
    return firstOf(
      bothRequired("host", host, "port", port),
      !isAllowed(String(host), settings) && `[host] value '${String(host)}' is not in the allowedHosts configuration`,
    );
  }
  const known = emailServiceHost(service);
  if (!known) return `[service] value '${service}' is not valid`;
  return isAllowed(known, settings)
    ? undefined
    : `[service] value '${service}' resolves to host '${known}' which is not in the allowedHosts configuration`;
}

function bothRequired(first: string, one: unknown, second: string, other: unknown): string | undefined {
  if (one == null && other == null) return `[${first}]/[${second}] is required`;
  if (one == null) return `[${first}] is required`;
  return other == null ? `[${second}] is required` : undefined;
}

/** Blank entries count as absent; those with a template are checked only once it is rendered. */
export const emailParams: Check = ({ to, cc, bcc, replyTo }, settings) => {
  const people = [to, cc, bcc].flatMap((list) => (Array.isArray(list) ? list : [])).filter((one) => String(one).trim() !== "");
  if (people.length === 0) return "At least one entry in [to], [cc], or [bcc] is required";
  const replies = Array.isArray(replyTo) ? replyTo : [];
  const patterns = settings.recipientAllowlist ?? domains(settings);
  const checked = [...people, ...replies].filter((one) => !String(one).includes("{{"));
  const problem = addressProblem(checked, patterns);
  return problem && `[to/cc/bcc${replies.length > 0 ? "/replyTo" : ""}]: ${problem}`;
};

export function emailConnector(config: Dict, secrets: Dict): string | undefined {
  if (config.service === "exchange_server") return secrets.clientSecret == null ? "[clientSecret] is required" : undefined;
  if (!config.hasAuth) return undefined;
  if (secrets.user == null) return "[user] is required";
  return secrets.password == null ? "[password] is required" : undefined;
}

function domains({ domainAllowlist }: KibanaSettings): readonly string[] | undefined {
  return domainAllowlist?.map((domain) => `*@${domain}`);
}

/** Source: actions/common/validate_email_addresses.ts. */
function addressProblem(entries: readonly unknown[], patterns: readonly string[] | undefined): string | undefined {
  const bad = entries.filter((one) => mailboxes(String(one)) === undefined);
  const strange = entries.filter((one) =>
    mailboxes(String(one))?.some(({ address }) => patterns && !patterns.some((pattern) => fits(address, pattern))),
  );
  const parts = [
    bad.length > 0 ? `not valid emails: ${bad.join(", ")}` : "",
    strange.length > 0 ? `not allowed emails: ${strange.join(", ")}` : "",
  ];
  return parts.filter(Boolean).join("; ") || undefined;
}

function fits(text: string, pattern: string): boolean {
  return fitsWildcard(text.toLowerCase(), pattern.toLowerCase());
}
