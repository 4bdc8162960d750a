import { createSign } from "node:crypto";
import type { Dict } from "../types.ts";
import { messageOf } from "./conversation.ts";
import type { Run } from "./outcome.ts";
import { textValues } from "./requests.ts";
import { deliver, isLoopback } from "./transport.ts";

/** A token of a connector, kept until it expires. */
export interface Token {
  value: string;
  expiresAt: number;
  /** What it was asked for with: a connector that was changed gets another one. */
  with: string;
}

/** What a service gives that is not on this machine. */
export const canned = "Bearer sandbox-access-token";

/** Asks for a token. Throws what the service answered if it gives none: actions/server/lib/request_oauth_token.ts. */
export async function requestToken(url: string, form: Dict): Promise<Omit<Token, "with">> {
  const body = new URLSearchParams(textValues(form));
  body.sort();
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" };
  const asked = Date.now();
  const answer = await deliver({ url, method: "POST", headers, body: body.toString() });
  if ("code" in answer) throw new Error(answer.message);
  const data = parsed(answer.text ?? "");
  if (answer.status !== 200) throw new Error(JSON.stringify(data));
  const { token_type, access_token, expires_in } = Object(data);
  return { value: `${token_type} ${access_token}`, expiresAt: asked + Number(expires_in) * 1000 };
}

/** The connector's token, from before if it is still good. */
export async function remembered(
  { id, config, secrets, tokens }: Run,
  ask: () => Promise<Omit<Token, "with">>,
  renew = false,
): Promise<string> {
  const given = JSON.stringify([config, secrets]);
  const known = tokens.get(id);
  if (!renew && known && known.with === given && known.expiresAt > Date.now()) return known.value;
  const token = await ask();
  tokens.set(id, { ...token, with: given });
  return token.value;
}

/** A token of a service that may not be on this machine. */
async function tokenFor(run: Run, url: string, form: () => Dict): Promise<string> {
  return isLoopback(url) ? remembered(run, () => requestToken(url, form())) : canned;
}

/** A token for a private key: get_oauth_jwt_access_token.ts. */
export function jwtToken(run: Run, url: string): Promise<string> {
  return tokenFor(run, url, () => jwtForm(run.config, run.secrets));
}

/** What is sent for a token of a private key. */
export function jwtForm({ clientId, jwtKeyId, userIdentifierValue }: Dict, secrets: Dict): Dict {
  return {
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    client_id: clientId,
    client_secret: secrets.clientSecret,
    assertion: assertion({ sub: userIdentifierValue, aud: clientId, iss: clientId }, jwtKeyId, secrets),
  };
}

/** A client's token, as the webhook family gets it: webhook/get_axios_config.ts. */
export async function clientToken(run: Run): Promise<string> {
  const { accessTokenUrl, clientId, scope, additionalFields } = run.config;
  const client = { client_id: clientId, client_secret: run.secrets.clientSecret };
  try {
    const form = { scope: scope || undefined, ...Object(parsed(String(additionalFields ?? ""))), ...client };
    return await tokenFor(run, String(accessTokenUrl), () => ({ ...form, grant_type: "client_credentials" }));
  } catch (error) {
    throw new Error(`Unable to retrieve/refresh the access token: ${messageOf(error)}`);
  }
}

/** A signed claim: create_jwt_assertion.ts. */
function assertion(claims: Dict, keyId: unknown, { privateKey, privateKeyPassword }: Dict): string {
  const now = Math.floor(Date.now() / 1000);
  const text = [
    { alg: "RS256", typ: "JWT", ...(keyId ? { kid: keyId } : {}) },
    { ...claims, iat: now, exp: now + 3600 },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const signed = text.join(".");
  try {
    const key = { key: String(privateKey), ...(privateKeyPassword ? { passphrase: String(privateKeyPassword) } : {}) };
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
  } catch (error) {
    throw new Error(`Unable to generate JWT token. Error: ${String(error)}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
