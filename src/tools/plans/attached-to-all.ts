import { ToolError } from "../../errors.ts";
import { rulePrivilege } from "../../kibana/rule-privilege.ts";
import type { Rule, RuleType } from "../../kibana/rules.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { type Attachment, attach } from "../../rules/attach.ts";
import type { ParseTemplate, Wanted } from "../../rules/wanted.ts";

/** What becomes of each rule, and why some cannot take the attachment. */
export function attachedToAll(rules: readonly Rule[], ruleTypes: readonly RuleType[], wanted: Wanted, parse: ParseTemplate) {
  const types = new Map(ruleTypes.map((type) => [type.id, type]));
  const fitting: { rule: Rule; attachment: Attachment }[] = [];
  const refused: { rule: Rule; error: ToolError }[] = [];
  for (const rule of rules) {
    const ruleType = types.get(rule.rule_type_id);
    try {
      if (!ruleType?.changeable) throw notChangeable(rule);
      fitting.push({ rule, attachment: attach(rule, ruleType, wanted, parse) });
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      refused.push({ rule, error });
    }
  }
  return { fitting, refused };
}

function notChangeable({ name, rule_type_id: type, consumer }: Rule): ToolError {
  return new ToolError(
    "forbidden",
    `This key may not change rules of type ${plainText(type, 80)}, such as ${quoted(name)}.`,
    `Use a key with ${rulePrivilege(consumer, "all")}.`,
  );
}
