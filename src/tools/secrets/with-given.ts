import { isPlainObject } from "../../plain-object.ts";
import { mapSealed, type Sealed } from "../../sealed.ts";
import type { Resolved } from "../../secrets/resolve.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { asReference, offeredReference, type Proposal } from "./proposed-secrets.ts";

export type GivenSecrets = Pick<Resolved, "secrets" | "asked">;

/** What a call proposes for the secrets that are missing, together with those that it gives: as it stands it can be passed. */
export function withGiven(proposal: Proposal, { secrets, asked }: GivenSecrets, source: SecretSource): Proposal {
  // Plain text is not repeated.
  const reference = ({ source: name }: Sealed) => (/^(file )?\S+$/.test(name) ? asReference(name) : offeredReference(source));
  const whole: Record<string, unknown> = { ...Object(mapSealed(secrets, reference)) };
  for (const path of asked) {
    const [, field = path, ...rest] = path.split(".");
    const there = whole[field];
    whole[field] = rest.length > 0 ? { ...(isPlainObject(there) ? there : {}), [rest.join(".")]: { $ask: true } } : { $ask: true };
  }
  return { ...proposal, secrets: { ...whole, ...proposal.secrets } };
}
