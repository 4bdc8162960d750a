import type { Rule } from "../kibana/rules.ts";
import type { Untold, Usage } from "./facts.ts";

export const unusedSoFar: Usage = { rules: 0, enabled: 0, since: undefined };

/** Adds a rule to what is known of the connectors that it uses. */
export function countUse({ actions, enabled, created_at: made, updated_at: changed }: Rule, usage: Map<string, Usage>): void {
  const since = (enabled ? (made ?? changed) : undefined) ?? undefined;
  for (const id of new Set(actions.map((action) => action.id))) {
    const known = usage.get(id) ?? unusedSoFar;
    const oldest = since !== undefined && (known.since === undefined || since < known.since) ? since : known.since;
    usage.set(id, { ...known, rules: known.rules + 1, enabled: known.enabled + (enabled ? 1 : 0), since: oldest });
  }
}

/** Names and destinations that are kept of one connector. */
const kept = 3;

/** Adds an enabled rule that tells nobody because this connector is broken. @param to whom it would tell, asked while some are missing */
export function countUntold(
  rule: { id: string; name: string },
  connector: string,
  to: () => readonly string[],
  usage: Map<string, Usage>,
): void {
  const known = usage.get(connector) ?? unusedSoFar;
  const more = (known.untold?.to.length ?? 0) < kept ? to() : [];
  usage.set(connector, {
    ...known,
    untold: joinedUntold(known.untold, { rules: 1, ids: new Set([rule.id]), names: [rule.name], to: more }),
  });
}

/** Takes the ids into the first one's: copies of them would grow with the square of the rules. */
export function joinedUntold(one: Untold | undefined, other: Untold | undefined): Untold | undefined {
  if (!one || !other) return one ?? other;
  for (const id of other.ids) one.ids.add(id);
  return {
    rules: one.rules + other.rules,
    ids: one.ids,
    names: [...one.names, ...other.names].slice(0, kept),
    to: [...new Set([...one.to, ...other.to])].slice(0, kept),
  };
}
