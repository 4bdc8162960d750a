import { ToolError } from "../../errors.ts";
import { rulePrivilege } from "../../kibana/rule-privilege.ts";
import type { Rule, RuleType } from "../../kibana/rules.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { type Attachment, attach } from "../../rules/attach.ts";
import type { ParseTemplate, Wanted } from "../../rules/wanted.ts";
import { compact } from "../fields.ts";

/** @throws ToolError of the first rule that cannot take the attachment, with those that can */
export function attachedToAll(rules: readonly Rule[], ruleTypes: readonly RuleType[], wanted: Wanted, parse: ParseTemplate) {
  const fitting: { rule: Rule; attachment: Attachment }[] = [];
  const refused: ToolError[] = [];
  for (const rule of rules) {
    try {
      fitting.push({ rule, attachment: attachedTo(rule, ruleTypes, wanted, { parse, count: rules.length }) });
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      refused.push(error);
    }
  }
  const [first, ...more] = refused;
  if (!first) return fitting;
  throw new ToolError(
    first.code,
    first.message,
    first.fix,
    compact({
      ...first.detail,
      also_refused: more.slice(0, 20).map(({ message }) => message),
      could_go: fitting.map(({ rule }) => rule.id),
    }),
  );
}

/** @throws ToolError that begins with the rule's name if there are several */
function attachedTo(
  rule: Rule,
  ruleTypes: readonly RuleType[],
  wanted: Wanted,
  { parse, count }: { parse: ParseTemplate; count: number },
): Attachment {
  const ruleType = ruleTypes.find((one) => one.id === rule.rule_type_id);
  if (!ruleType?.changeable) {
    throw new ToolError(
      "forbidden",
      `This key may not change rules of type ${plainText(rule.rule_type_id, 80)}, such as ${quoted(rule.name)}.`,
      `Use a key with ${rulePrivilege(rule.consumer, "all")}.`,
    );
  }
  try {
    return attach(rule, ruleType, wanted, parse);
  } catch (error) {
    if (!(error instanceof ToolError) || count === 1) throw error;
    throw new ToolError(error.code, `${quoted(rule.name, 60)} (${word(rule.id)}): ${error.message}`, error.fix, {
      rule: rule.id,
      ...error.detail,
    });
  }
}
