import type { Reader } from "../kibana/reader.ts";

/** A rule that uses a connector. */
export interface RuleUse {
  id: string;
  name: string;
  space: string;
  enabled: boolean;
  /** The action groups in which it uses the connector. */
  groups: string[];
}

export interface RulesUsing {
  rules: RuleUse[];
  /** How many there are; more than `rules` beyond Kibana's window of 10,000. */
  total: number;
}

const perPage = 500;
const window = 10_000;

/**
 * The rules of a space that use a connector, enabled or not, as far as the key may read them.
 * Saved connectors are found by reference, preconfigured ones by the text that rules keep instead
 * (reference/kibana-api.md §5.1, §5.2).
 */
export async function rulesUsing(
  reader: Reader,
  space: string,
  connector: { id: string; preconfigured: boolean },
  signal?: AbortSignal,
): Promise<RulesUsing> {
  const which = connector.preconfigured
    ? {
        filter: `alert.attributes.actions:{ actionRef: "preconfigured:${connector.id.replace(/["\\]/g, "\\$&")}" }`,
      }
    : { connector: connector.id };
  const rules: RuleUse[] = [];
  for (let page = 1; page * perPage <= window; page++) {
    const answer = await reader.rules(space, { ...which, page, perPage }, signal);
    for (const rule of answer.rules) {
      const groups = rule.actions.filter((action) => action.id === connector.id).map((action) => action.group ?? "every");
      rules.push({
        id: rule.id,
        name: rule.name,
        space,
        enabled: rule.enabled,
        groups: [...new Set(groups)],
      });
    }
    if (answer.rules.length < perPage || rules.length >= answer.total) return { rules, total: Math.max(answer.total, rules.length) };
  }
  const { total } = await reader.rules(space, { ...which, page: 1, perPage: 0 }, signal);
  return { rules, total };
}
