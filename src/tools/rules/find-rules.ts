import { didYouMean } from "../../did-you-mean.ts";
import { ToolError } from "../../errors.ts";
import type { Rule } from "../../kibana/rules.ts";
import { plainText, quoted, showsWords } from "../../plain-text.ts";
import { quotedKql } from "../../rules/quoted-kql.ts";
import type { ToolContext } from "../define.ts";

const namesLooked = 200;
const namesShown = 10;

/**
 * The rules that arguments name by id, by exact name or, as `tag:NAME`, by a tag; each once.
 * @throws ToolError rule_not_found with all that are missing, invalid_arguments if a name is not unique or a tag is on
 * too many rules
 */
export async function askedRules(asked: readonly string[], space: string, context: Pick<ToolContext, "kibana">): Promise<Rule[]> {
  const found = await Promise.all([...new Set(asked)].map(async (one) => ({ asked: one, rules: await rulesNamed(one, space, context) })));
  const missing = found.filter(({ rules }) => rules.length === 0).map((one) => one.asked);
  if (missing.length > 0) throw await notFound(missing, space, context);
  const several = found.filter(({ asked: one, rules }) => rules.length > 1 && tagOf(one) === undefined);
  if (several.length > 0) {
    throw new ToolError(
      "invalid_arguments",
      `Several rules of the space "${space}" are called ${several.map((one) => quoted(one.asked)).join(", ")}.`,
      "Use the ids of those you mean.",
      { candidates: several.flatMap(({ rules }) => rules.map(({ id, name, tags }) => ({ id, name: plainText(name, 80), tags }))) },
    );
  }
  return [...new Map(found.flatMap(({ rules }) => rules).map((rule) => [rule.id, rule])).values()];
}

/** Whether an argument means this rule: its id, its exact name, or `tag:` with one of its tags. */
export function isNamed({ id, name, tags }: Rule, asked: string): boolean {
  const tag = tagOf(asked);
  return tag === undefined ? asked === id || asked === name : tags.includes(tag);
}

/** `tag:payments` → `payments` */
function tagOf(asked: string): string | undefined {
  return asked.startsWith("tag:") ? asked.slice("tag:".length).trim() : undefined;
}

async function rulesTagged(tag: string, space: string, { kibana }: Pick<ToolContext, "kibana">): Promise<Rule[]> {
  const { rules, total } = await kibana.rules(space, { filter: `alert.attributes.tags: ${quotedKql(tag)}`, page: 1, perPage: namesLooked });
  if (total > namesLooked) {
    throw new ToolError(
      "invalid_arguments",
      `${total} rules of the space "${space}" have the tag ${quoted(tag)}: one call takes at most ${namesLooked}.`,
      "Name the rules in several calls.",
    );
  }
  // Kibana compares tags by word and ignores case.
  return rules.filter(({ tags }) => tags.includes(tag));
}

/** The rules with that tag, the rule with that id, or the rules with that name. */
async function rulesNamed(idOrName: string, space: string, context: Pick<ToolContext, "kibana">): Promise<Rule[]> {
  const { kibana } = context;
  const tag = tagOf(idOrName);
  if (tag !== undefined) return rulesTagged(tag, space, context);
  try {
    return [await kibana.rule(space, idOrName)];
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "rule_not_found") throw error;
  }
  const filter = `alert.attributes.name: ${quotedKql(idOrName)}`;
  const { rules } = await kibana.rules(space, { filter, page: 1, perPage: namesLooked });
  return rules.filter((rule) => rule.name === idOrName);
}

async function notFound(missing: readonly string[], space: string, { kibana }: Pick<ToolContext, "kibana">): Promise<ToolError> {
  const { rules, total } = await kibana.rules(space, { page: 1, perPage: namesLooked });
  const tags = missing.flatMap((one) => tagOf(one) ?? []);
  if (tags.length === missing.length && total > 0) return noSuchTag(tags, rules, space);
  const meant = [...new Set(missing.flatMap((one) => meantBy(one, rules)))];
  const listed = meant.length > 0 ? meant : rules;
  const candidates = listed.slice(0, namesShown).map(({ id, name }) => ({ id, name: plainText(name, 80) }));
  const named = `${missing.length > 1 ? "are no rules" : "is no rule"} ${missing.map((one) => quoted(one, 100)).join(", ")}`;
  return new ToolError(
    "rule_not_found",
    `There ${named} in the space "${space}" that this key can see.`,
    meant.length > 0
      ? `Did you mean ${candidates.map(({ id, name }) => `${quoted(name)} (${id})`).join(" or ")}?`
      : total > 0
        ? `Give ids or exact names of rules of this space: ${candidates.length} of ${total} are in \`candidates\`.`
        : "This key sees no rule in this space: create rules in Kibana.",
    { missing: missing.map((one) => plainText(one, 100)), ...(candidates.length > 0 ? { candidates } : {}) },
  );
}

/** Nobody who asks for a tag means a rule by its name. */
function noSuchTag(tags: readonly string[], rules: readonly Rule[], space: string): ToolError {
  const times = new Map<string, number>();
  for (const tag of rules.flatMap((rule) => rule.tags)) times.set(tag, (times.get(tag) ?? 0) + 1);
  const known = [...times.keys()].sort((one, other) => (times.get(other) ?? 0) - (times.get(one) ?? 0));
  const near = tags.flatMap((tag) => didYouMean(tag, known) ?? []);
  const candidates = (near.length > 0 ? near : known).slice(0, namesShown).map((tag) => plainText(tag, 80));
  return new ToolError(
    "rule_not_found",
    `No rule in the space "${space}" that this key can see has the tag ${tags.map((tag) => quoted(tag, 100)).join(", ")}.`,
    near.length > 0
      ? `Did you mean ${candidates.map((tag) => quoted(`tag:${tag}`)).join(" or ")}?`
      : known.length > 0
        ? `Give one of the tags of its rules: ${candidates.length} of ${known.length} are in \`candidates\`.`
        : "Its rules have no tags: give ids or exact names.",
    { missing: tags.map((tag) => plainText(`tag:${tag}`, 100)), ...(candidates.length > 0 ? { candidates } : {}) },
  );
}

/** The rule with the nearest name or id, else those whose name has all its words, else those with its longest word. */
function meantBy(asked: string, rules: readonly Rule[]): Rule[] {
  const near = didYouMean(
    asked,
    rules.flatMap(({ id, name }) => [id, name]),
  );
  if (near !== undefined) return rules.filter(({ id, name }) => id === near || name === near).slice(0, 1);
  const words = asked.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  const [longest] = [...words].sort((one, other) => other.length - one.length);
  if (longest === undefined) return [];
  const having = (all: readonly string[]) => rules.filter(({ name }) => all.every((word) => showsWords(name, word)));
  const all = having(words);
  return all.length > 0 ? all : having([longest]);
}
