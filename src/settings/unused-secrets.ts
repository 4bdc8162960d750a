import type { Sealed } from "../sealed.ts";
import { readPrivateFile } from "./files.ts";
import { tokensInVain } from "./http.ts";
import { proxyPasswords } from "./proxy.ts";
import type { Values } from "./rows.ts";

/** Credentials that are set for this server, whether they are of use to it or not: somebody may repeat them. */
export function unusedSecrets(values: Values, env: Record<string, string | undefined>): Sealed[] {
  return [...proxyPasswords(env), ...tokensInVain(values, (path) => readPrivateFile(path, "", []))];
}
