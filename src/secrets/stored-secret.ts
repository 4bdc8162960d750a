/** A secret that this server stored in a connector, by its journal. */
export interface StoredSecret {
  /** The variable's name, or `file ` and the file's; undefined: a person typed it, or it was plain text. */
  source: string | undefined;
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
  /** For an undo: the change itself stored new values of the references that were there; what they held before is not known. */
  hasNewValue?: true;
}

/** A secret that this server stored in a connector and replaced there, by its journal. */
export interface FormerSecret extends Pick<StoredSecret, "space" | "connector" | "at"> {
  source: string;
  /** What took its place; undefined: a person typed it, or it was plain text. */
  by: string | undefined;
  /** Whether that happened, or was taken back since, is not known. */
  isUncertain?: true;
}

/** The field that it is in: `secretHeaders` of `secretHeaders.X-Key`. */
export function fieldOf({ path }: Pick<StoredSecret, "path">): string {
  return path.split(".")[0] ?? path;
}

type Place = Pick<StoredSecret, "path" | "source">;

/** Whether both are the same references at the same places, in any order. */
export function areSame(some: readonly Place[], others: readonly Place[]): boolean {
  const inOrder = (all: readonly Place[]) => JSON.stringify(all.map(({ path, source }) => [path, source]).sort());
  return inOrder(some) === inOrder(others);
}
