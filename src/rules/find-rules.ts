import { isDetectionRule } from "../kibana/detection.ts";
import type { Reader } from "../kibana/reader.ts";
import type { Rule } from "../kibana/rules.ts";
import { quotedKql } from "./quoted-kql.ts";
import { rulePages } from "./rule-pages.ts";

/** A rule that uses a connector. */
export interface RuleUse {
  id: string;
  name: string;
  space: string;
  enabled: boolean;
  /** The action groups in which it uses the connector. */
  groups: string[];
  /** It belongs to Elastic Security, so that it is changed only where it is named. */
  detection?: true;
}

/**
 * The rules of a space that use a connector, enabled or not, as far as the key may read them, by name.
 * Saved connectors are found by reference, one that is gone too; preconfigured ones by the text that rules keep instead
 * (reference/kibana-api.md §5.1, §5.2).
 * @throws ToolError kibana_error too where Kibana lists fewer than it counts
 */
export async function rulesUsing(reader: Reader, space: string, connector: { id: string; preconfigured: boolean }): Promise<RuleUse[]> {
  const rules = await rulesWith(reader, space, { id: connector.id, known: connector });
  return rules.map((rule) => ruleUse(rule, connector.id, space));
}

/** The same rules in full; for a connector that is gone (`known` undefined) it is not known whether it was preconfigured: both ways are tried. */
export async function rulesWith(
  reader: Reader,
  space: string,
  { id, known }: { id: string; known: { preconfigured: boolean } | undefined },
): Promise<Rule[]> {
  const ways = known ? [known.preconfigured ? byText(id) : { connector: id }] : [{ connector: id }, byText(id)];
  const rules = new Map<string, Rule>();
  for (const way of ways) {
    for await (const page of rulePages(reader, space, way)) {
      for (const rule of page.rules) if (rule.actions.some((action) => action.id === id)) rules.set(rule.id, rule);
    }
  }
  return [...rules.values()].sort((one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id));
}

/**
 * How many rules of a space use each of these preconfigured connectors, enabled or not: Kibana's own count leaves
 * them out (reference/kibana-api.md §5.1).
 */
export async function countUses(reader: Reader, space: string, ids: readonly string[]): Promise<Map<string, number>> {
  const uses = new Map(ids.map((id) => [id, 0]));
  for await (const { rules } of rulePages(reader, space, byText(...ids))) {
    for (const { actions } of rules)
      for (const id of new Set(actions.map((action) => action.id))) if (uses.has(id)) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  return uses;
}

/** KQL for rules with these: they keep a preconfigured connector as text (reference/kibana-api.md §5.2). */
export function byText(...ids: readonly string[]): { filter: string } {
  const texts = ids.map((id) => quotedKql(`preconfigured:${id}`));
  return { filter: `alert.attributes.actions:{ actionRef: ${texts.length === 1 ? texts[0] : `(${texts.join(" or ")})`} }` };
}

/** How a rule uses a connector. */
export function ruleUse(rule: Rule, connector: string, space: string): RuleUse {
  const groups = rule.actions.filter((action) => action.id === connector).map((action) => action.group ?? "every");
  const { id, name, enabled } = rule;
  return { id, name, space, enabled, groups: [...new Set(groups)], ...(isDetectionRule(rule) && { detection: true }) };
}
