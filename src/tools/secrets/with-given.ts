import { isPlainObject } from "../../plain-object.ts";
import { mapSealed, type Sealed } from "../../sealed.ts";
import type { Resolved } from "../../secrets/resolve.ts";
import { hasName, headersField, headersIn } from "../../secrets/secret-headers.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { asReference, offeredReference, type Proposal } from "./proposed-secrets.ts";

/** `dropped`: names of secret headers that are null. */
export type GivenSecrets = Pick<Resolved, "secrets" | "asked"> & { dropped?: readonly string[] };

/** The names of the secret headers that are given or asked for. */
export function headersGiven({ secrets, asked }: GivenSecrets): string[] {
  const path = `secrets.${headersField}.`;
  return [...headersIn(secrets), ...asked.flatMap((one) => (one.startsWith(path) ? [one.slice(path.length)] : []))];
}

/** What a call proposes for the secrets that are missing, together with those that it gives: as it stands it can be passed. */
export function withGiven(proposal: Proposal, given: GivenSecrets, source: SecretSource): Proposal {
  const { secrets, asked, dropped = [] } = given;
  // Plain text is not repeated.
  const reference = ({ source: name }: Sealed) => (/^(file )?\S+$/.test(name) ? asReference(name) : offeredReference(source));
  const whole: Record<string, unknown> = { ...Object(mapSealed(secrets, reference)) };
  for (const path of asked) {
    const [, field = path, ...rest] = path.split(".");
    const there = whole[field];
    whole[field] = rest.length > 0 ? { ...(isPlainObject(there) ? there : {}), [rest.join(".")]: { $ask: true } } : { $ask: true };
  }
  const all: Record<string, unknown> = { ...whole, ...proposal.secrets };
  const more = proposal.secrets[headersField];
  if (isPlainObject(more)) {
    const own = headersGiven(given);
    const missing = Object.entries(more).filter(([name]) => !hasName(own, name));
    const there = isPlainObject(whole[headersField]) ? whole[headersField] : {};
    all[headersField] = { ...there, ...Object.fromEntries([...dropped.map((name) => [name, null]), ...missing]) };
  }
  return { ...proposal, secrets: all };
}
