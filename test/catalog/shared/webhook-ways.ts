import type { StoredExample } from "../type-examples.ts";
import { base64, certificatePem, container, privateKeyPem } from "./values.ts";

type Dict = Record<string, unknown>;

export const url = "https://hooks.example.com/kibana";
export const secretHeaders = { "X-Api-Key": "stored-header-value", Authorization: "stored-authorization" };

const ssl = { hasAuth: true, authType: "webhook-authentication-ssl" };
const oauth2 = {
  hasAuth: true,
  authType: "webhook-oauth2-client-credentials",
  accessTokenUrl: "https://login.example.com/token",
  clientId: "id",
};

/** The ways of .webhook, .cases-webhook and .http. Secret headers may be stored with each; `also` may be stored beside. */
export function webhookWays(
  base: Dict,
  patch: Dict,
  { also = [], oauth = true }: { also?: string[]; oauth?: boolean } = {},
): StoredExample[] {
  const way = (name: string, config: Dict, secrets: Dict, optional: Dict = {}): StoredExample => ({
    way: name,
    config: { ...base, ...config },
    secrets: { ...secrets, ...optional, secretHeaders },
    patch,
    required: Object.keys(secrets),
    possible: [...Object.keys(optional), "secretHeaders", ...also],
  });
  const password = { password: "stored-password" };
  return [
    way("none", { hasAuth: false }, {}),
    way("basic", { hasAuth: true, authType: "webhook-authentication-basic" }, { user: "kibana", ...password }),
    way("ssl-crt-key", { ...ssl, certType: "ssl-crt-key" }, { crt: base64(certificatePem), key: base64(privateKeyPem) }, password),
    way("ssl-pfx", { ...ssl, certType: "ssl-pfx" }, { pfx: container }, password),
    ...(oauth ? [way("oauth2", oauth2, { clientSecret: "stored-client-secret" })] : []),
  ];
}
