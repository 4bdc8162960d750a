import type { Sealed } from "../sealed.ts";

/** Makes the digest of a value, the same for the same one; undefined for a short value. */
export type DigestOf = (value: Sealed) => string | undefined;

/** What is known of a value without having it. */
export interface Known {
  /** The variable's name, or `file ` and the file's; undefined: a person typed it, or it was plain text. */
  source: string | undefined;
  /** Undefined where none was recorded, or not under the journal's present key. */
  digest?: string | undefined;
}

/** A secret that this server stored in a connector, by its journal. */
export interface StoredSecret extends Known {
  /** `token`, `secretHeaders.X-Key` */
  path: string;
  space: string;
  connector: string;
  /** The change that stored it, of this server. */
  change: string;
  /** When that was, ISO. */
  at: string;
  /** Whether this server deleted the connector; undefined: that is not known. */
  isGone: boolean | undefined;
  /** Whether this server wrote nothing else to the connector since, for certain: it is there, or was until the delete, unless somebody took it out in Kibana. */
  isLatest: boolean;
  /** Whether its own write, or one since, happened is not known: others of the same field, by another change, may be there instead. */
  isUncertain?: true;
  /** For an undo: stored after the change, which had left the field as it was. */
  isSince?: true;
  /** For an undo: what a later change stored there, or may have, and the undo replaces. */
  replaced?: { source: string; isUncertain: boolean };
  /** For an undo: the change itself stored a new value of the reference that was there; what that held before may be gone. */
  hasNewValue?: true;
}

/** A secret that this server stored in a connector and replaced there, by its journal. */
export interface FormerSecret extends Known, Pick<StoredSecret, "space" | "connector" | "at"> {
  /** What took its place; undefined: a person typed it, or it was plain text. */
  by: string | undefined;
  /** Whether that happened, or was taken back since, is not known. */
  isUncertain?: true;
}

/** The field that it is in: `secretHeaders` of `secretHeaders.X-Key`. */
export function fieldOf({ path }: Pick<StoredSecret, "path">): string {
  return path.split(".")[0] ?? path;
}

type Place = Pick<StoredSecret, "path" | "source" | "digest">;

/** Whether two secrets have one value; undefined where the digests do not tell. */
export function haveSameValue(one: Known, other: Known): boolean | undefined {
  return one.digest === undefined || other.digest === undefined ? undefined : one.digest === other.digest;
}

/** Whether two are one secret: by their values, or else by the reference that both have. */
export function isSameSecret(one: Known, other: Known): boolean {
  return haveSameValue(one, other) ?? (one.source !== undefined && one.source === other.source);
}

/** Whether both are the same secrets at the same places, in any order; what has neither digest nor reference may be. */
export function mayBeSame(some: readonly Place[], others: readonly Place[]): boolean {
  return matches(some, others, (one, other) => haveSameValue(one, other) ?? one.source === other.source);
}

/** The same where it is known of each. */
export function areSame(some: readonly Place[], others: readonly Place[]): boolean {
  return matches(some, others, isSameSecret);
}

function matches(some: readonly Place[], others: readonly Place[], isSame: (one: Place, other: Place) => boolean): boolean {
  const left = [...others];
  for (const one of some) {
    const at = left.findIndex((other) => other.path === one.path && isSame(one, other));
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
}
