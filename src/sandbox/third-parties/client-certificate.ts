import type { Dict } from "../types.ts";

/**
 * What TLS says of a client certificate that Kibana decoded into garbage; undefined if it can be read. Sources:
 * stack_connectors/common/auth/utils.ts (base64 of every file), Node's tls (PEM for cert and key, DER for pfx).
 */
export function certificateProblem({ hasAuth, authType, ca }: Dict, { crt, key, pfx }: Dict): string | undefined {
  if (typeof ca === "string" && !isPem(decoded(ca))) return "[UNABLE_TO_GET_ISSUER_CERT_LOCALLY] unable to get local issuer certificate";
  if (hasAuth === false || authType !== "webhook-authentication-ssl") return undefined;
  if (typeof pfx === "string") return decoded(pfx)[0] === derSequence ? undefined : "[ERR_CRYPTO_OPERATION_FAILED] not enough data";
  const unread = [crt, key].some((file) => typeof file === "string" && !isPem(decoded(file)));
  return unread ? "[ERR_OSSL_PEM_NO_START_LINE] error:0480006C:PEM routines::no start line" : undefined;
}

/** The first byte of every DER file. */
const derSequence = 0x30;

function decoded(file: string): Buffer {
  return Buffer.from(file, "base64");
}

function isPem(content: Buffer): boolean {
  return content.includes("-----BEGIN ");
}
