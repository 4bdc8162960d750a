import { ToolError } from "../errors.ts";
import { type Sealed, seal } from "../sealed.ts";
import { type Binding, bindingSuffix, readBindings } from "../settings/bindings.ts";
import { isMailAddress, isOfPlainWords } from "./open-values.ts";
import { holds, isSame } from "./redact.ts";
import { nameTold, type SecretSource } from "./secret-source.ts";

/** A variable whose value goes to some hosts alone. */
export interface Bound {
  source: string;
  bindings: Binding[];
}

/** Values of this server that are not any connector's to have, whatever names them. */
export interface ReservedValues {
  /** The server's own credential that a secret is, or holds; undefined: none. */
  own(secret: Sealed): Sealed | undefined;
  /** The bound variables whose value a secret is, or holds; of plain words or a mail address, which others have too, only the whole value of words counts. */
  bound(secret: Sealed): Bound[];
}

/** @param own the server's own credentials */
export function reservedValues(own: readonly Sealed[], env: Record<string, string | undefined>, prefix: string): ReservedValues {
  const bound = Object.keys(env)
    .filter((name) => name.startsWith(prefix) && name.endsWith(bindingSuffix))
    .flatMap((name) => {
      const source = name.slice(0, -bindingSuffix.length);
      const [value, bindings] = [env[source]?.replace(/\r?\n$/, ""), readBindings(env[name] ?? "")];
      return value?.trim() && bindings ? [{ source, bindings, sealed: seal(value, source) }] : [];
    })
    .filter(({ sealed }) => !isMailAddress(sealed));
  // Each of several variables with the same value may go where it is bound to.
  const allOf = (sealed: Sealed) =>
    bound.filter((one) => one.sealed === sealed || isSame(one.sealed, sealed)).flatMap(({ bindings }) => bindings);
  return {
    own: (secret) => own.find((one) => holds(secret, one)),
    bound: (secret) =>
      bound
        .filter(({ sealed }) => (isOfPlainWords(sealed) ? isSame(secret, sealed) : holds(secret, sealed)))
        .map(({ source, sealed }) => ({ source, bindings: allOf(sealed) })),
  };
}

/** In place of the server's own. */
export const anotherOne = "Give the connector a credential of its own, with no more rights than it needs.";

/**
 * Whatever names it, the server's own credential goes to no connector.
 * @param ways how else a secret is passed
 * @throws ToolError secret_refused
 */
export function assertNotOwn(secret: Sealed, path: string, source: SecretSource, ways: string): void {
  const own = source.reserved?.own(secret);
  if (own === undefined) return;
  const problem = `has the value of ${nameTold(own.source, source)}, or holds it: no connector gets that`;
  const problems = [{ path, problem, suggestion: anotherOne }];
  throw new ToolError("secret_refused", `${path} ${problem}.`, `${anotherOne} ${ways}`, { path, problems });
}

/** The bound secrets whose value a secret has or holds, called as the caller may know them. */
export function boundIn(secret: Sealed, source: SecretSource): Bound[] {
  return (source.reserved?.bound(secret) ?? []).map((one) => ({ ...one, source: nameTold(one.source, source) }));
}
