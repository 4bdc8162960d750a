/** Places (sessions, requests or connections) that the holders of tokens share. */
export interface Places {
  /** For all of them together. */
  most: number;
  /** The number of holders. */
  holders: number;
  /** By the holder's name. */
  taken: ReadonlyMap<string, number>;
}

/**
 * Whether a holder gets `wanted` more places. Half of all places are reserved in equal parts, one for each holder and of at
 * least one place if there are enough. The other half goes to whoever comes first.
 */
export function fits({ most, holders, taken }: Places, name: string, wanted: number): boolean {
  const part = Math.max(Math.floor(most / (2 * holders)), most >= holders ? 1 : 0);
  const others = [...taken].filter(([other]) => other !== name).map(([, count]) => count);
  const absent = holders - 1 - others.length;
  const keptFree = others.reduce((sum, count) => sum + Math.max(0, part - count), 0) + Math.max(0, absent) * part;
  const used = others.reduce((sum, count) => sum + count, 0);
  return used + keptFree + (taken.get(name) ?? 0) + wanted <= most;
}

/** Numbers by name. */
export interface Counts extends ReadonlyMap<string, number> {
  /** @param change may be negative */
  add(name: string, change: number): void;
}

export function createCounts(): Counts {
  const counts = new Map<string, number>();
  return Object.assign(counts, {
    add(name: string, change: number) {
      const now = (counts.get(name) ?? 0) + change;
      if (now > 0) counts.set(name, now);
      else counts.delete(name);
    },
  });
}
