import type { Reader } from "../kibana/reader.ts";
import type { Rule } from "../kibana/rules.ts";
import { rulePages } from "./rule-pages.ts";

/** A rule that uses a connector. */
export interface RuleUse {
  id: string;
  name: string;
  space: string;
  enabled: boolean;
  /** The action groups in which it uses the connector. */
  groups: string[];
}

/**
 * The rules of a space that use a connector, enabled or not, as far as the key may read them, by name.
 * Saved connectors are found by reference, one that is gone too; preconfigured ones by the text that rules keep instead
 * (reference/kibana-api.md §5.1, §5.2).
 */
export async function rulesUsing(
  reader: Reader,
  space: string,
  connector: { id: string; preconfigured: boolean },
  signal?: AbortSignal,
): Promise<RuleUse[]> {
  const rules: RuleUse[] = [];
  for await (const page of rulePages(reader, space, { ...usesOf(connector), signal })) {
    rules.push(...page.rules.map((rule) => ruleUse(rule, connector.id, space)));
  }
  return rules.sort((one, other) => one.name.localeCompare(other.name));
}

/** What Kibana is asked for the rules that use a connector. */
function usesOf({ id, preconfigured }: { id: string; preconfigured: boolean }): { connector: string } | { filter: string } {
  if (!preconfigured) return { connector: id };
  return { filter: `alert.attributes.actions:{ actionRef: "preconfigured:${id.replace(/["\\]/g, "\\$&")}" }` };
}

function ruleUse(rule: Rule, connector: string, space: string): RuleUse {
  const groups = rule.actions.filter((action) => action.id === connector).map((action) => action.group ?? "every");
  return { id: rule.id, name: rule.name, space, enabled: rule.enabled, groups: [...new Set(groups)] };
}
