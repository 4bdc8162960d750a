import { type MappedRule, type Verdict, verdictOn, verdicts } from "./route.ts";

/** Rules with a tag, or those of a space without any. */
export interface MapGroup {
  tag: string | undefined;
  space: string;
  counts: Record<Verdict, number>;
  /** How many of its rules reach a connector, by what it is called, most first; only routes that may get through. */
  connectors: { name: string; rules: number }[];
}

type Counting = Omit<MapGroup, "connectors"> & { connectors: Map<string, number> };

/** Groups and connectors that are counted; memory must not grow with the number of tags. */
const counted = 500;

/** Counts rules by their tags, one after the other. */
export function countByTag() {
  const groups = new Map<string, Counting>();

  function addTo(tag: string | undefined, { space, verdict }: MappedRule, reached: ReadonlySet<string>): void {
    const key = JSON.stringify(tag === undefined ? [space] : [null, tag]);
    const known = groups.get(key);
    if (!known && groups.size >= counted) return;
    const group = known ?? { tag, space, counts: { nobody: 0, perhaps: 0, told: 0 }, connectors: new Map<string, number>() };
    groups.set(key, group);
    group.counts[verdict] += 1;
    for (const name of reached) {
      if (group.connectors.has(name) || group.connectors.size < counted) group.connectors.set(name, (group.connectors.get(name) ?? 0) + 1);
    }
  }

  return {
    add(rule: MappedRule): void {
      const open = rule.verdict === "nobody" ? [] : rule.routes.filter(({ obstacles }) => verdictOn(obstacles) !== "nobody");
      const reached = new Set(open.map(({ connector, name }) => name ?? connector ?? "decided when it runs"));
      for (const tag of rule.tags.length > 0 ? rule.tags : [undefined]) addTo(tag, rule, reached);
    },
    /** The largest first. */
    groups: (): MapGroup[] =>
      [...groups.values()]
        .map((group) => ({
          ...group,
          connectors: [...group.connectors].map(([name, rules]) => ({ name, rules })).sort((one, other) => other.rules - one.rules),
        }))
        .sort((one, other) => total(other.counts) - total(one.counts)),
  };
}

export function total(counts: Record<Verdict, number>): number {
  return verdicts.reduce((sum, verdict) => sum + counts[verdict], 0);
}
