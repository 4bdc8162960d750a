import type { Rule } from "../kibana/rules.ts";
import type { Usage } from "./facts.ts";

export const unusedSoFar: Usage = { rules: 0, enabled: 0, since: undefined };

/** Adds a rule to what is known of the connectors that it uses. */
export function countUse({ actions, enabled, created_at: made, updated_at: changed }: Rule, usage: Map<string, Usage>): void {
  const since = (enabled ? (made ?? changed) : undefined) ?? undefined;
  for (const id of new Set(actions.map((action) => action.id))) {
    const known = usage.get(id) ?? unusedSoFar;
    const oldest = since !== undefined && (known.since === undefined || since < known.since) ? since : known.since;
    usage.set(id, { rules: known.rules + 1, enabled: known.enabled + (enabled ? 1 : 0), since: oldest });
  }
}
