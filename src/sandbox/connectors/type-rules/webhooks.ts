import type { KibanaSettings } from "../../kibana-yml.ts";
import type { Dict } from "../../types.ts";
import { notAllowed, unreadable } from "../allowed-hosts.ts";
import { type Check, firstOf, type Misfit } from "./rule.ts";

/** Config of .webhook and .http, which does not read its token URL; sources: webhook/validations.ts, http/validations.ts. */
export function webhookConfig(name: "webhook" | "http"): Check {
  return (config, settings) => {
    const { url, hasAuth = true, authType, certType, additionalFields } = config;
    const problem = firstOf(
      urlProblem(url, settings),
      Boolean(authType) && hasAuth === false && "authType must be null or undefined if hasAuth is false",
      pfxProblem(certType, settings),
      Boolean(additionalFields) && !isFilledObjectText(additionalFields) && "additionalFields must be a non-empty JSON object.",
      authType === "webhook-oauth2-client-credentials" && oauthProblem(config, name === "webhook" ? settings : undefined),
    );
    return problem && `error validation ${name} action config: ${problem}`;
  };
}

/** Source: cases_webhook/validators.ts. */
export const casesWebhookConfig: Check = (config, settings) => {
  if (config.authType === "webhook-oauth2-client-credentials") return "OAuth2 authentication is not supported for cases webhook connector";
  const { createIncidentUrl, createCommentUrl, viewIncidentUrl, getIncidentUrl, updateIncidentUrl, certType } = config;
  const urls = [createIncidentUrl, createCommentUrl, viewIncidentUrl, getIncidentUrl, updateIncidentUrl].filter(Boolean);
  const problem = firstOf(
    ...urls.map((url) => {
      const text = String(url).replace(/\/$/, "");
      const cause = unreadable(text);
      return cause ? `unable to parse ${text}: ${cause}` : notAllowed(text, settings);
    }),
    pfxProblem(certType, settings),
  );
  return problem && `error configuring cases webhook action: ${problem}`;
};

export function casesWebhookConnector({ hasAuth }: Dict, secrets: Dict): string | undefined {
  return hasAuth === true && Object.keys(secrets).length === 0 ? "must specify a secrets configuration" : undefined;
}

/** Secrets of the webhook family: common/auth/schemas/v1.ts. */
export function oneGroupOfCredentials(secrets: Dict): Misfit[] {
  const given = ["user", "password", "crt", "key", "pfx", "clientSecret"].filter((name) => secrets[name] != null).join(" ");
  const fits = ["", "user password", "crt key", "password crt key", "pfx", "password pfx", "clientSecret"];
  return fits.includes(given) ? [] : [{ path: [], message: credentials }];
}

const credentials =
  "must specify one of the following schemas: user and password; crt and key (with optional password); pfx (with optional password); or clientSecret (for OAuth2)";

/** @param settings undefined: the token URL is not read */
function oauthProblem({ accessTokenUrl, clientId }: Dict, settings: KibanaSettings | undefined): string | undefined {
  const missing = [...(accessTokenUrl ? [] : ["Access Token URL (accessTokenUrl)"]), ...(clientId ? [] : ["Client ID (clientId)"])];
  if (missing.length > 0) return `missing ${missing.join(", ")} fields`;
  return settings && urlProblem(accessTokenUrl, settings);
}

function urlProblem(url: unknown, settings: KibanaSettings): string | undefined {
  const cause = unreadable(url);
  return cause ? `unable to parse url: ${cause}` : notAllowed(url, settings);
}

function pfxProblem(certType: unknown, { pfxEnabled }: KibanaSettings): string | undefined {
  return certType === "ssl-pfx" && !pfxEnabled ? 'certType "ssl-pfx" is disabled' : undefined;
}

function isFilledObjectText(text: unknown): boolean {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  } catch {
    return false;
  }
}
