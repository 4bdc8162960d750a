import * as z from "zod";
import { ToolError } from "../../errors.ts";
import type { RuleFilter } from "../../rules/rule-filter.ts";
import { atMost, idOrName, widens } from "../fields.ts";
import type { MeantRules } from "./filtered-rules.ts";

/** The arguments of every tool that means rules by what they are: put them into its input with a spread. */
export const ruleFilter = {
  /** Part of a rule's name or id. */
  text: widens(z.string().optional(), "all rules"),
  /** Any of these. */
  tags: widens(atMost(50, z.array(z.string())).optional(), "all tags"),
  type: widens(z.string().optional(), "all types"),
  consumer: widens(z.string().optional(), "all consumers"),
  enabled: widens(z.boolean().optional(), "enabled and disabled ones"),
  /** A connector. */
  notified_by: widens(idOrName.optional(), "all connectors"),
  without_actions: widens(z.boolean().optional(), "all rules"),
};

/** Rules by what they are, in place of a list of them. */
export const rulesLike = z
  .strictObject(ruleFilter)
  .refine((filter) => Object.keys(filter).length > 0, "names nothing: all rules are {enabled: true} and {enabled: false}");

/**
 * Which rules a call means: those of the list, or those like the filter, which may also stand in place of the list.
 * @throws ToolError invalid_arguments if both are given
 */
export function rulesOf({ rules, filter }: { rules?: MeantRules | undefined; filter?: RuleFilter | undefined }): MeantRules | undefined {
  if (rules === undefined || filter === undefined) return rules ?? filter;
  throw new ToolError(
    "invalid_arguments",
    "Both `rules` and `filter` are given.",
    "Give one of them: a list of rules, or what they have in common.",
  );
}

/** The filter among the arguments of a call. */
export function filterOf({ text, tags, type, consumer, enabled, notified_by, without_actions }: RuleFilter): RuleFilter {
  return { text, tags, type, consumer, enabled, notified_by, without_actions };
}
