import { didYouMean } from "../did-you-mean.ts";
import { ToolError } from "../errors.ts";
import type { Rule } from "../kibana/rules.ts";
import { plainText, quoted } from "../plain-text.ts";
import type { ToolContext } from "./define.ts";

const namesLooked = 200;

/**
 * The rules that arguments name, by id or by exact name, each once.
 * @throws ToolError rule_not_found with all that are missing, invalid_arguments where a name is not unique
 */
export async function askedRules(
  asked: readonly string[],
  space: string,
  context: Pick<ToolContext, "kibana" | "signal">,
): Promise<Rule[]> {
  const found = await Promise.all([...new Set(asked)].map(async (one) => ({ asked: one, rules: await rulesNamed(one, space, context) })));
  const missing = found.filter(({ rules }) => rules.length === 0).map((one) => one.asked);
  if (missing.length > 0) throw await notFound(missing, space, context);
  const several = found.filter(({ rules }) => rules.length > 1);
  if (several.length > 0) {
    throw new ToolError(
      "invalid_arguments",
      `Several rules of the space "${space}" are called ${several.map((one) => quoted(one.asked)).join(", ")}.`,
      "Use the ids of those that are meant.",
      { candidates: several.flatMap(({ rules }) => rules.map(({ id, name, tags }) => ({ id, name: plainText(name, 80), tags }))) },
    );
  }
  return [...new Map(found.flatMap(({ rules }) => rules).map((rule) => [rule.id, rule])).values()];
}

/** The rule of that id, or those of that name. */
async function rulesNamed(idOrName: string, space: string, { kibana, signal }: Pick<ToolContext, "kibana" | "signal">): Promise<Rule[]> {
  try {
    return [await kibana.rule(space, idOrName, signal)];
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "rule_not_found") throw error;
  }
  const filter = `alert.attributes.name: "${idOrName.replace(/["\\]/g, "\\$&")}"`;
  const { rules } = await kibana.rules(space, { filter, page: 1, perPage: namesLooked }, signal);
  return rules.filter((rule) => rule.name === idOrName);
}

async function notFound(
  missing: readonly string[],
  space: string,
  { kibana, signal }: Pick<ToolContext, "kibana" | "signal">,
): Promise<ToolError> {
  const { rules } = await kibana.rules(space, { page: 1, perPage: namesLooked }, signal);
  const names = rules.flatMap(({ id, name }) => [id, name]);
  const near = missing.map((one) => didYouMean(one, names)).filter((one) => one !== undefined);
  return new ToolError(
    "rule_not_found",
    `There is no rule ${missing.map((one) => quoted(one, 100)).join(", ")} in the space "${space}" that this key can see.`,
    near.length > 0 ? `Did you mean ${near.map((one) => quoted(one)).join(" or ")}?` : "Give ids or exact names of rules of this space.",
    { missing: missing.map((one) => plainText(one, 100)) },
  );
}
