import { type Sealed, seal } from "../sealed.ts";
import { readApiKey } from "./api-key.ts";
import { readPrivateFile, readText } from "./files.ts";
import type { ProxySettings } from "./proxy.ts";
import { rows, type SettingName, type Values } from "./rows.ts";
import type { Read } from "./values.ts";

export interface KibanaSettings {
  /** Without a trailing slash; with the base path. */
  url: string;
  label: string | undefined;
  auth: Credentials;
  /** PEM text. */
  ca: string | undefined;
  skipTlsVerification: boolean;
  proxy: ProxySettings | undefined;
}

export type Credentials =
  /** `why`: what is wrong with credentials that are set but count as empty. */
  | { kind: "none"; why?: string }
  | { kind: "api_key"; key: Sealed; from?: "command" | { file: string } }
  /** A command that prints the key. It is run before the first request, and the key takes its place. */
  | { kind: "command"; line: string }
  | { kind: "basic"; username: string; password: Sealed };

export interface Connection {
  kibana: Omit<KibanaSettings, "proxy"> | undefined;
  /** Why no Kibana can be used although one is configured: the server starts anyway, and its tools report it. */
  unusable: { message: string; fix: string } | undefined;
}

/** How to reach Kibana, if that is configured and usable. */
export function kibanaSettings(values: Values, blank: Read["blank"], problems: string[]): Connection {
  const about = [
    ...(["kibanaLabel", "apiKey", "apiKeyFile", "apiKeyCommand", "username", "password"] as const),
    ...(["caFile", "insecureSkipTlsVerification"] as const),
  ];
  const but = (key: SettingName) => `but ${rows[key].env} is not.${blank.has(key) ? ` ${blank.get(key)}.` : ""}`;
  if (!values.kibanaUrl) {
    const without = about.filter((key) => values[key] !== undefined && values[key] !== false).map((key) => rows[key].env);
    if (without.length > 0 && !values.sandbox && !problems.some((problem) => /KIBANA_URL|--kibana-url/.test(problem))) {
      problems.push(`${without.join(" and ")} ${without.length > 1 ? "are" : "is"} set, ${but("kibanaUrl")}`);
    }
    const why = values.sandbox ? undefined : blank.get("kibanaUrl");
    return {
      kibana: undefined,
      unusable: why === undefined ? undefined : { message: `There is no Kibana to ask: ${why}.`, fix: howToSet },
    };
  }
  const ways = [
    values.apiKey && "KIBANA_API_KEY",
    values.apiKeyFile && "KIBANA_API_KEY_FILE",
    values.apiKeyCommand && "KIBANA_API_KEY_COMMAND",
    (values.username ?? values.password) && "KIBANA_USERNAME with KIBANA_PASSWORD",
  ].filter(Boolean);
  if (ways.length > 1) problems.push(`${ways.join(" and ")} are set: set one way to authenticate.`);
  if (values.username && !values.password) problems.push(`KIBANA_USERNAME is set, ${but("password")}`);
  if (values.password && !values.username) problems.push(`KIBANA_PASSWORD is set, ${but("username")}`);
  const given = values.apiKey ?? (values.apiKeyFile ? readPrivateFile(values.apiKeyFile, "KIBANA_API_KEY_FILE", problems) : undefined);
  const key = given === undefined ? undefined : readApiKey(given);
  if (key && "problem" in key) {
    const variable = values.apiKey === undefined ? "KIBANA_API_KEY_FILE" : "KIBANA_API_KEY";
    return { kibana: undefined, unusable: { message: `${variable} ${key.problem}.`, fix: whichKey } };
  }
  const why = (["apiKey", "apiKeyFile", "apiKeyCommand", "password"] as const).flatMap((one) => blank.get(one) ?? []).join("; ");
  const kibana = {
    url: values.kibanaUrl,
    label: values.kibanaLabel,
    auth: credentials(values, key?.encoded, why),
    ca: values.caFile ? readAuthority(values.caFile, problems) : undefined,
    skipTlsVerification: values.insecureSkipTlsVerification ?? false,
  };
  return { kibana, unusable: undefined };
}

/** TLS passes over what is no certificate without a word, and then knows no authority. */
function readAuthority(path: string, problems: string[]): string | undefined {
  const text = readText(path, "KIBANA_CA_FILE", problems);
  if (text === undefined) return undefined;
  const [first] = /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END/.exec(text) ?? [];
  if (first === undefined)
    problems.push(
      `KIBANA_CA_FILE: ${path} holds no certificate in PEM: give the authority's (openssl x509 -inform der -in ca.der converts it to PEM).`,
    );
  return text;
}

function credentials({ apiKeyFile, apiKeyCommand, username, password }: Values, encoded: string | undefined, why: string): Credentials {
  if (encoded !== undefined) return { kind: "api_key", key: seal(encoded, "API key"), ...(apiKeyFile && { from: { file: apiKeyFile } }) };
  if (apiKeyCommand) return { kind: "command", line: apiKeyCommand };
  if (username && password) return { kind: "basic", username, password: seal(password, "password") };
  return { kind: "none", ...(why ? { why } : {}) };
}

const howToSet =
  "The operator sets KIBANA_URL and KIBANA_API_KEY to values in the server's environment (in the MCP client's configuration) and restarts it.";
const whichKey =
  "The operator sets it to the `encoded` value of the answer to POST /_security/api_key (in Kibana: Stack Management > API keys, format Encoded), or to id:api_key, and restarts the server; `kibana-connectors-mcp doctor --key` prints the request that makes one.";
