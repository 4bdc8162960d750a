import { emailServiceHost } from "../../catalog/shared/email-services.ts";
import { readUrl } from "../../read-url.ts";
import type { Dict } from "../types.ts";

/** A rule gives the problem in Kibana's words, or undefined. */
type Rule = (value: Dict) => string | undefined;
export type Part = "config" | "secrets" | "params";

interface TypeRules {
  /** Refinements of Kibana's schema: a zod 4 wording marks them like any other problem. */
  refine?: Partial<Record<Part, Rule>>;
  /** Kibana's own code after the schema: its message is used as it is. */
  check?: Partial<Record<Part, Rule>>;
  connector?: (config: Dict, secrets: Dict) => string | undefined;
}

/** What Kibana checks beyond the shape; sources: stack_connectors/server/connector_types/{type}/index.ts, webhook/validations.ts. */
export const typeRules: Readonly<Record<string, TypeRules>> = {
  ".slack": {
    check: {
      secrets: ({ webhookUrl }) =>
        parses(webhookUrl) ? undefined : "error configuring slack action: unable to parse host name from webhookUrl",
    },
  },
  ".webhook": { check: { config: webhookConfig }, refine: { secrets: oneGroupOfCredentials } },
  ".pagerduty": {
    check: {
      config: ({ apiUrl }) => (!apiUrl || parses(apiUrl) ? undefined : `error configuring pagerduty action: ${notAllowed(apiUrl)}`),
    },
    refine: { params: pagerdutyParams },
  },
  ".email": {
    check: { config: emailConfig, params: ({ to, cc, bcc }) => ([to, cc, bcc].some(hasRecipient) ? undefined : noRecipient) },
    connector: emailConnector,
  },
};

const noRecipient = "At least one entry in [to], [cc], or [bcc] is required";
const credentials =
  "must specify one of the following schemas: user and password; crt and key (with optional password); pfx (with optional password); or clientSecret (for OAuth2)";

function webhookConfig(config: Dict): string | undefined {
  const problem =
    urlProblem(config.url) ??
    (config.authType && config.hasAuth === false ? "authType must be null or undefined if hasAuth is false" : undefined) ??
    (config.additionalFields && !isFilledObjectText(config.additionalFields)
      ? "additionalFields must be a non-empty JSON object."
      : undefined) ??
    (config.authType === "webhook-oauth2-client-credentials" ? oauthProblem(config) : undefined);
  return problem && `error validation webhook action config: ${problem}`;
}

function oauthProblem({ accessTokenUrl, clientId }: Dict): string | undefined {
  const missing = [...(accessTokenUrl ? [] : ["Access Token URL (accessTokenUrl)"]), ...(clientId ? [] : ["Client ID (clientId)"])];
  return missing.length > 0 ? `missing ${missing.join(", ")} fields` : urlProblem(accessTokenUrl);
}

function urlProblem(url: unknown): string | undefined {
  try {
    new URL(String(url));
    return undefined;
  } catch (error) {
    return `unable to parse url: ${String(error)}`;
  }
}

function oneGroupOfCredentials(secrets: Dict): string | undefined {
  const given = ["user", "password", "crt", "key", "pfx", "clientSecret"].filter((name) => secrets[name] != null).join(" ");
  const fits = ["", "user password", "crt key", "password crt key", "pfx", "password pfx", "clientSecret"];
  return fits.includes(given) ? undefined : credentials;
}

function pagerdutyParams({ timestamp, eventAction, dedupKey }: Dict): string | undefined {
  const text = typeof timestamp === "string" ? timestamp.trim() : "";
  if (text && Number.isNaN(new Date(/^\d+$/.test(text) ? Number(text) : text).getTime()))
    return `error parsing timestamp "${String(timestamp)}"`;
  return (eventAction === "resolve" || eventAction === "acknowledge") && !dedupKey
    ? `DedupKey is required when eventAction is "${eventAction}"`
    : undefined;
}

function emailConfig(config: Dict): string | undefined {
  const { service = "other", host, port, clientId, tenantId, oauthTokenUrl, allowHtml } = config;
  if (service === "elastic_cloud" && allowHtml === true) return '[allowHtml]: cannot be true when [service] is "elastic_cloud"';
  if (oauthTokenUrl && !parses(oauthTokenUrl))
    return `[oauthTokenUrl]: host name value for '${String(oauthTokenUrl)}' is not in the allowedHosts configuration`;
  if (service === "exchange_server") return bothRequired("clientId", clientId, "tenantId", tenantId);
  if (service === "other") return bothRequired("host", host, "port", port);
  return service === "__json" || emailServiceHost(String(service)) ? undefined : `[service] value '${String(service)}' is not valid`;
}

function bothRequired(first: string, one: unknown, second: string, other: unknown): string | undefined {
  if (one == null && other == null) return `[${first}]/[${second}] is required`;
  if (one == null) return `[${first}] is required`;
  return other == null ? `[${second}] is required` : undefined;
}

function emailConnector(config: Dict, secrets: Dict): string | undefined {
  if (config.service === "exchange_server") return secrets.clientSecret == null ? "[clientSecret] is required" : undefined;
  if (config.hasAuth === false) return undefined;
  if (secrets.user == null) return "[user] is required";
  return secrets.password == null ? "[password] is required" : undefined;
}

/** What Kibana says of a URL without a host, even when every host is allowed. */
function notAllowed(url: unknown): string {
  return `target url "${String(url)}" is not added to the Kibana config xpack.actions.allowedHosts`;
}

function parses(url: unknown): boolean {
  return readUrl(String(url)) !== undefined;
}

function hasRecipient(list: unknown): boolean {
  return Array.isArray(list) && list.some((entry) => typeof entry === "string" && entry.trim() !== "");
}

function isFilledObjectText(text: unknown): boolean {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  } catch {
    return false;
  }
}
