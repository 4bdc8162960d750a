import type { Reader } from "../kibana/reader.ts";
import type { Rule, RuleAction } from "../kibana/rules.ts";
import { isAtLeast } from "../kibana/status.ts";
import { rulePages } from "../rules/rule-pages.ts";
import { isLanguageModel } from "./assistants.ts";
import type { Found, Holder, Source } from "./use.ts";

const type = ".observability-ai-assistant";
const itself = `system-connector-${type}`;

/** What its pages call the action. */
export const assistantsName = "Observability AI Assistant";

/** What frees a connector of such a rule. */
export const freeRule = `In Kibana, edit the rule: choose another connector in its action of the ${assistantsName}, or remove the action.`;

/** KQL for the rules that have the assistant look at their alerts. */
export const askingAssistant = `alert.attributes.actions:{ actionTypeId: "${type}" }`;

/**
 * The model that a rule's action asks; undefined for any other action. Of Kibana's system actions only this one names a
 * connector in its params, of which Kibana keeps no reference (observability_ai_assistant_app/server/rule_connector).
 */
export function modelOf({ id, params }: Pick<RuleAction, "id" | "params">): string | undefined {
  const named = id === itself ? params?.connector : undefined;
  return typeof named === "string" && named !== "" ? named : undefined;
}

/** The rules of a space that have the assistant look at their alerts. @throws ToolError */
export async function rulesAsking(reader: Reader, space: string): Promise<Rule[]> {
  const found: Rule[] = [];
  for await (const { rules } of rulePages(reader, space, { filter: askingAssistant })) found.push(...rules);
  return found;
}

/** The connectors that a rule's actions name in their params. */
export function modelsOf({ id, name, enabled, actions }: Rule, space: string): Holder[] {
  const how = `its action of the ${assistantsName}`;
  const use = { kind: "rule" as const, id, name, space, enabled, how, can_be_moved: false };
  return [...new Set(actions.flatMap((action) => modelOf(action) ?? []))].map((names) => ({ use, names, asModel: true }));
}

/** What was seen of all rules of a space. @param whyNot why some were not; undefined where all were */
export function seenOfRules(holders: Holder[], whyNot: string | undefined): Found {
  return { holders, unseen: whyNot === undefined ? [] : [{ what: assistantActions.what, why: whyNot, permanent: false, whole: false }] };
}

/** Rules that ask a model. Whoever reads all rules takes `modelsOf` instead. */
export const assistantActions: Source = {
  what: `rules with the ${assistantsName}`,
  canHold: (where) => isAtLeast(where.status, "8.13") && isLanguageModel(where),
  async look(reader: Reader, space: string) {
    const rules = await rulesAsking(reader, space);
    return { holders: rules.flatMap((rule) => modelsOf(rule, space)), unseen: [] };
  },
};
