import { type Sealed, seal } from "../sealed.ts";
import { readPrivateFile } from "./files.ts";
import { tokensInVain } from "./http.ts";
import type { Settings } from "./index.ts";
import { proxyPasswords } from "./proxy.ts";
import type { Values } from "./rows.ts";

type OwnSettings = Pick<Settings, "kibana" | "confirmKey" | "unusedSecrets" | "http">;

/**
 * Credentials that are set for this server, whether they are of use to it or not: somebody may repeat them.
 * @param isUsed whether there is a Kibana that those for it are used with
 */
export function unusedSecrets(values: Values, env: Record<string, string | undefined>, isUsed: boolean): Sealed[] {
  return [
    ...proxyPasswords(env),
    ...tokensInVain(values, (path) => readPrivateFile(path, "", [])),
    ...(isUsed ? [] : ofKibanaInVain(values)),
  ];
}

function ofKibanaInVain({ apiKey, apiKeyFile, password }: Values): Sealed[] {
  const key = apiKey ?? (apiKeyFile === undefined ? undefined : readPrivateFile(apiKeyFile, "", []));
  return [...(key === undefined ? [] : [seal(key, "API key")]), ...(password === undefined ? [] : [seal(password, "password")])];
}

/** The server's own credentials: in nobody's answers, and given to no connector. */
export function ownCredentials({ kibana, confirmKey, unusedSecrets: unused, http }: OwnSettings): Sealed[] {
  const { auth, proxy } = kibana ?? {};
  return [
    ...(auth?.kind === "api_key" ? [auth.key] : []),
    ...(auth?.kind === "basic" ? [auth.password] : []),
    ...(proxy?.password ? [proxy.password] : []),
    ...(confirmKey ? [confirmKey] : []),
    ...unused,
    ...(http?.tokens ?? []).map(({ token }) => token),
  ];
}
