import type { Dict } from "../../types.ts";
import { notAllowed, unreadable } from "../allowed-hosts.ts";
import { type Check, firstOf } from "./rule.ts";

/** .slack and .teams, whose address is the secret. */
export function webhookUrl(name: string): Check {
  return ({ webhookUrl: url }, settings) => {
    const problem = unreadable(url) ? "unable to parse host name from webhookUrl" : notAllowed(url, settings);
    return problem && `error configuring ${name} action: ${problem}`;
  };
}

export const pagerdutyConfig: Check = ({ apiUrl }, settings) => {
  const problem = notAllowed(apiUrl || "https://events.pagerduty.com/v2/enqueue", settings);
  return problem && `error configuring pagerduty action: ${problem}`;
};

export const torqConfig: Check = ({ webhookIntegrationUrl: url }, settings) => {
  const cause = unreadable(url);
  const problem = firstOf(
    cause && `unable to parse url: ${cause}`,
    notAllowed(url, settings),
    !cause &&
      !torqHosts.includes(new URL(String(url)).hostname) &&
      `url must begin with https://${torqHosts[0]} or https://${torqHosts[1]}`,
  );
  return problem && `error configuring send to Torq action: ${problem}`;
};

const torqHosts = ["hooks.torq.io", "hooks.eu.torq.io", "localhost"];

export const xmattersConfig: Check = ({ configUrl: url, usesBasic = true }, settings) => {
  if (!usesBasic || !url) return undefined;
  const problem = unreadable(url) ? "unable to parse url: Invalid URL" : notAllowed(url, settings);
  return problem && `Error configuring xMatters action: ${problem}`;
};

export const xmattersSecrets: Check = ({ user, password, secretsUrl }, settings) => {
  if (!secretsUrl && !user && !password) return "Provide either secretsUrl link or user/password to authenticate";
  if (!secretsUrl) return user && password ? undefined : "Both user and password must be specified.";
  const cause = unreadable(secretsUrl);
  return firstOf(
    Boolean(user || password) && "Cannot use user/password for URL authentication. Provide valid secretsUrl or use Basic Authentication.",
    cause && `Invalid secretsUrl: ${cause}`,
    notAllowed(secretsUrl, settings),
  );
};

export function xmattersConnector({ usesBasic, configUrl }: Dict, { user, password, secretsUrl }: Dict): string | undefined {
  if (usesBasic) {
    return firstOf(
      Boolean(secretsUrl) && "secretsUrl should not be provided when usesBasic is true",
      user == null && "Provide valid Username",
      password == null && "Provide valid Password",
      configUrl == null && "Provide valid configUrl",
    );
  }
  return firstOf(
    Boolean(user || password) && "Username and password should not be provided when usesBasic is false",
    Boolean(configUrl) && "configUrl should not be provided when usesBasic is false",
    secretsUrl == null && "Provide valid secretsUrl with API Key",
  );
}
