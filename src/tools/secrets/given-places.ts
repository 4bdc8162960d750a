import { type Sealed, type SealedRecord, sealedIn } from "../../sealed.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import type { DigestOf, Known } from "../../secrets/stored-secret.ts";
import { valuesNow } from "../../secrets/value-now.ts";

/** A value that a plan stores. */
export interface GivenPlace extends Known {
  path: string;
  value: Sealed;
}

/** The values of a plan, and what references stand for now, to compare with what the journal has. */
export async function compared(secrets: SealedRecord, source: SecretSource) {
  const digestOf: DigestOf = (await source.digest?.()) ?? (() => undefined);
  const given = sealedIn(secrets).map(([path, value]): GivenPlace => {
    const reference = /^(file )?\S+$/.test(value.source) ? value.source : undefined;
    // With plain text a caller could try out what others stored.
    const digest = value.source.endsWith("(plain text)") ? undefined : digestOf(value);
    return { path, value, source: reference, digest };
  });
  const values = valuesNow(source, digestOf);
  return {
    given,
    values,
    /** Whether the reference of a stored secret has its value still; undefined: that is not known. */
    holdsStill({ source: reference, digest }: Known): boolean | undefined {
      if (reference === undefined || digest === undefined) return undefined;
      const own = given.find((one) => one.source === reference && one.digest !== undefined);
      return own ? own.digest === digest : values.holds(reference, digest);
    },
  };
}
