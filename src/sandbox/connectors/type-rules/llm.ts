import { readUrl } from "../../../read-url.ts";
import type { Dict } from "../../types.ts";
import { notAllowed } from "../allowed-hosts.ts";
import { type Check, firstOf } from "./rule.ts";

/** Config of .bedrock, .gemini and .gen-ai; source: actions/server/sub_action_framework/helpers/validators.ts. */
export function modelConfig(name: string): Check {
  return ({ apiUrl }, settings) => {
    const hosts = notAllowed(apiUrl, settings);
    const problem = httpProblem(String(apiUrl)) ?? (hosts && `error validating url: ${hosts}`);
    return problem && `Error configuring ${name} action: Error: ${problem}`;
  };
}

function httpProblem(url: string): string | undefined {
  if (!readUrl(url)) return "URL Error: Invalid URL";
  return /^https?:$/.test(new URL(url).protocol) ? undefined : "URL Error: Invalid protocol";
}

/** Source: gemini/index.ts. */
export const geminiSecrets: Check = ({ credentialsJson }) => {
  const problem = credentialsProblem(String(credentialsJson));
  return problem && `Error configuring Google Gemini secrets: Error: ${problem}`;
};

function credentialsProblem(text: string): string | undefined {
  try {
    const { type } = Object(JSON.parse(text));
    if (!type || type === "service_account") return undefined;
    return `Invalid credential type. Only "service_account" credentials are supported. Type was "${String(type)}".`;
  } catch {
    return "Invalid JSON format for credentials.";
  }
}

/** Source: openai/lib/other_openai_utils.ts. */
export const genAiSecrets: Check = ({ apiKey, certificateData, privateKeyData, caData }: Dict) => {
  if (!certificateData) return apiKey ? undefined : "[apiKey]: expected value of type [string] but got [undefined]";
  return firstOf(
    !privateKeyData && "Private key data must be provided for PKI",
    pemProblem("Certificate data", "CERTIFICATE", certificateData),
    pemProblem("Private key data", "PRIVATE KEY", privateKeyData),
    pemProblem("CA certificate data", "CERTIFICATE", caData),
  );
};

function pemProblem(name: string, kind: string, data: unknown): string | undefined {
  const begin = `-----BEGIN ${kind}-----`;
  if (!data || Buffer.from(String(data), "base64").includes(begin)) return undefined;
  return `Invalid ${name} file format: The file must be a PEM-encoded certificate beginning with "${begin}".`;
}
