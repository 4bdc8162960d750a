import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Rule } from "../../kibana/rules.ts";
import { plainText, shownJson } from "../../plain-text.ts";
import { isMeant, type RuleFilter, roughly } from "../../rules/rule-filter.ts";
import { type RulePage, rulePages } from "../../rules/rule-pages.ts";
import type { SpaceContext } from "../define.ts";

/** Which rules are meant: named one by one, or by what they are. */
export type MeantRules = string[] | RuleFilter;

/** For the question: `like {"tags":["prod"]}`. */
export function likeInWords(filter: RuleFilter): string {
  return `like ${shownJson(filter)}${(filter.tags?.length ?? 0) > 1 ? " (any of the tags)" : ""}`;
}

/** The most rules among which one call looks for those it has to change. */
const mostRead = 5_000;

/**
 * The rules that a filter means, as `map_notifications` understands it, by name; the new alerting has no actions to change.
 * @returns `notes`: what could not be looked at, so that rules may be missing
 * @throws ToolError rule_not_found where there is none, invalid_arguments for too many
 */
export async function filteredRules(filter: RuleFilter, context: SpaceContext): Promise<{ rules: Rule[]; notes: string[] }> {
  const { kibana, space } = context;
  const read = async () => {
    const all: Rule[] = [];
    for await (const page of pagesOf(filter, kibana, space)) {
      all.push(...page.rules.filter((rule) => says(rule, filter)));
      if (all.length > mostRead) throw tooMany(space);
    }
    return all;
  };
  const [{ fits, notes }, found] = await Promise.all([ruleTest(filter, context), read()]);
  const rules = found.filter(fits);
  if (rules.length === 0) throw noneLikeThat(space, notes);
  return { rules: rules.sort((one, other) => one.name.localeCompare(other.name) || one.id.localeCompare(other.id)), notes };
}

/** The rules of a space, page by page, less most that are not meant. */
export function pagesOf(filter: RuleFilter, reader: Reader, space: string): AsyncGenerator<RulePage, void> {
  const rough = roughly(filter);
  return rulePages(reader, space, rough === undefined ? {} : { filter: rough });
}

/** Tells whether a rule is meant. @returns `notes` as above */
export async function ruleTest(filter: RuleFilter, context: SpaceContext): Promise<{ fits: (rule: Rule) => boolean; notes: string[] }> {
  if (filter.notified_by === undefined && filter.without_actions === undefined) return { fits: (rule) => says(rule, filter), notes: [] };
  const { ids, notes } = await mapped(filter, context);
  return { fits: ({ id }) => ids.has(id), notes };
}

/** As far as the rule says so itself. */
function says(rule: Rule, filter: RuleFilter): boolean {
  return isMeant({ ...rule, type: rule.rule_type_id }, filter);
}

/** Whom a rule reaches, over workflows too, is what the map knows. */
async function mapped(filter: RuleFilter, { kibana, space, signal }: SpaceContext): Promise<{ ids: Set<string>; notes: string[] }> {
  const { mapRules } = await import("../../map/run.ts");
  const ids = new Set<string>();
  const options = { spaces: [space], filter, now: Date.now(), signal, onProgress: () => undefined };
  const notSeen = await mapRules(kibana, options, { rule: ({ id }) => ids.add(id).size > 0 });
  const missing = notSeen.filter(({ what }) => ["rules", "connectors", "workflows"].includes(what));
  return { ids, notes: missing.map(({ what, why }) => `Rules may be missing: ${what} could not be read. ${plainText(why, 200)}`) };
}

function noneLikeThat(space: string, notes: readonly string[]): ToolError {
  return new ToolError(
    "rule_not_found",
    `No rule of the space "${space}" that this key can see is like that.${notes.map((note) => ` ${note}`).join("")}`,
    "map_notifications takes the same filter and shows what it finds.",
  );
}

function tooMany(space: string): ToolError {
  return new ToolError(
    "invalid_arguments",
    `More than ${mostRead} rules of the space "${space}" are like that.`,
    "Narrow the filter, and make several calls.",
  );
}
