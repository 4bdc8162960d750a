import * as z from "zod";
import type { RuleFilter } from "../../rules/rule-filter.ts";
import { atMost, idOrName, widens } from "../fields.ts";

/** The arguments of every tool that means rules by what they are: put them into its input with a spread. */
export const ruleFilter = {
  text: widens(z.string().optional().describe("Part of a rule's name or id"), "all rules"),
  tags: widens(atMost(50, z.array(z.string())).optional().describe("Any of these"), "all tags"),
  type: widens(z.string().optional().describe("Rule type id; v2: the new alerting"), "all types"),
  consumer: widens(z.string().optional(), "all consumers"),
  enabled: widens(z.boolean().optional(), "enabled and disabled ones"),
  notified_by: widens(idOrName.optional().describe("Connector"), "all connectors"),
  without_actions: widens(z.literal(true).optional(), "all rules"),
};

/** The filter among the arguments of a call. */
export function filterOf({ text, tags, type, consumer, enabled, notified_by, without_actions }: RuleFilter): RuleFilter {
  return { text, tags, type, consumer, enabled, notified_by, without_actions };
}
