import { showsWords } from "../plain-text.ts";
import { quotedKql } from "./quoted-kql.ts";

/** Which rules are meant; what is left out does not narrow. */
export interface RuleFilter {
  /** Part of name or id, in any case. */
  text?: string | undefined;
  /** Any of these. */
  tags?: readonly string[] | undefined;
  /** Its type's id; `v2` means all rules of the new alerting. */
  type?: string | undefined;
  consumer?: string | undefined;
  enabled?: boolean | undefined;
  /** A connector that it reaches, by id or exact name. */
  notified_by?: string | undefined;
  /** Whether it leads nowhere: without actions, or without an action policy that fits. */
  without_actions?: boolean | undefined;
}

/** What a filter looks at of a rule. */
export interface FilteredRule {
  id: string;
  name: string;
  tags: readonly string[];
  type: string;
  consumer: string;
  enabled: boolean;
}

/** Whether a rule is meant, as far as it says so itself: not by whom it reaches. */
export function isMeant(rule: FilteredRule, { text, tags, type, consumer, enabled }: RuleFilter): boolean {
  const wanted = text?.toLowerCase();
  return (
    (wanted === undefined || showsWords(rule.name, wanted) || showsWords(rule.id, wanted)) &&
    (tags === undefined || tags.some((tag) => rule.tags.includes(tag))) &&
    (type === undefined || rule.type === type || (type === "v2" && rule.type.startsWith("v2 "))) &&
    (consumer === undefined || rule.consumer === consumer) &&
    (enabled === undefined || rule.enabled === enabled)
  );
}

/** Words at which Kibana refuses a filter, wherever they stand in it (reference/workflows-and-policies.md §5.1). */
const refused = /snoozeSchedule|monitoring|mapped_params|activeSnoozes|snoozedInstances/i;

/** KQL with which Kibana leaves out most of what is not meant; `isMeant` decides. Undefined: nothing to leave out. */
export function roughly({ tags, type, enabled }: RuleFilter): string | undefined {
  const terms = [
    enabled === undefined ? undefined : `alert.attributes.enabled: ${enabled}`,
    type === undefined ? undefined : `alert.attributes.alertTypeId: ${quotedKql(type)}`,
    tags === undefined ? undefined : `alert.attributes.tags: (${tags.map(quotedKql).join(" or ")})`,
  ].filter((term) => term !== undefined && !refused.test(term));
  return terms.length > 0 ? terms.join(" and ") : undefined;
}
