import { ToolError } from "../errors.ts";
import { type SealedRecord, type SealedTree, seal } from "../sealed.ts";
import { redactionMark } from "./detect.ts";

/** Where references lead. */
export interface SecretSource {
  /** The server's environment. */
  env: Record<string, string | undefined>;
  /** Names begin so. */
  prefix: string;
}

const ways = (prefix: string) =>
  `Put the value into the environment of this server as ${prefix}SOMETHING and pass {"$env": "${prefix}SOMETHING"}.`;

/**
 * Replaces the references in the `secrets` argument of a tool by sealed values.
 * @throws ToolError literal_secret_refused, secret_refused; never with a value in it
 */
export function resolveSecrets(given: Record<string, unknown>, source: SecretSource): SealedRecord {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, resolve(value, `secrets.${key}`, source)]));
}

function resolve(value: unknown, path: string, source: SecretSource): SealedTree {
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") {
    // Which way to authenticate is no secret; spec types keep it among the secrets (reference/connector-types.md).
    if (path === "secrets.authType") return value;
    const mark = value.includes(redactionMark);
    throw new ToolError(
      mark ? "secret_refused" : "literal_secret_refused",
      mark
        ? `${path} holds the redaction mark, which is not a value.`
        : `${path} is given as plain text. A secret that passes through the conversation stays in its transcript.`,
      ways(source.prefix),
      { path },
    );
  }
  if (Array.isArray(value)) return value.map((item, index) => resolve(item, `${path}.${index}`, source));
  if (typeof value !== "object") throw new ToolError("invalid_arguments", `${path} is not JSON.`, ways(source.prefix), { path });
  const entries = Object.entries(value);
  const [first] = entries;
  if (first?.[0].startsWith("$")) {
    if (entries.length === 1 && first[0] === "$env" && typeof first[1] === "string") return fromEnvironment(first[1], path, source);
    throw new ToolError("secret_refused", `${path} is not a reference that this server knows.`, ways(source.prefix), { path });
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item, `${path}.${key}`, source)]));
}

function fromEnvironment(name: string, path: string, { env, prefix }: SecretSource): SealedTree {
  const refuse = (cause: string) => {
    const available = Object.keys(env)
      .filter((key) => key.startsWith(prefix) && env[key])
      .sort()
      .slice(0, 30);
    return new ToolError(
      "secret_refused",
      cause,
      available.length > 0
        ? "Use one of the names in `available`, or have the operator add the variable and restart the server."
        : `The operator adds ${prefix}… to the environment of this server and restarts it.`,
      { path, available },
    );
  };
  if (!name.startsWith(prefix))
    throw refuse(`${path} names a variable that does not begin with ${prefix}: no other variable can be reached.`);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) throw refuse(`${path} names a variable that is not set in the environment of this server.`);
  if (value.trim() === "") throw refuse(`${path} names a variable that is empty.`);
  return seal(value, name);
}
