import type { JournalEntry } from "../../change/journal.ts";
import { recordedIn } from "../../change/undo.ts";
import { firstFew } from "../../first-few.ts";
import type { Rule } from "../../kibana/rules.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { isAnotherRule } from "../../rules/same-rule.ts";

/** How far Kibana's clock may be from this server's, in milliseconds. */
const clocksDiffer = 5 * 60_000;

/** Why a change of a rule says nothing of what has its id now; undefined where that is it, as far as can be told. */
export function nowOfAnotherRule(entry: JournalEntry, rule: Rule): string | undefined {
  const record = recordedIn(entry);
  if (record?.op !== "put_rule") return undefined;
  const { name, rule_type_id: type, created_at: created } = rule;
  // Records of older versions do not have `created`.
  const isLater = record.created === undefined && created != null && Date.parse(created) > Date.parse(entry.begin.at) + clocksDiffer;
  if (!isLater && !isAnotherRule(record, rule)) return undefined;
  const at = created == null ? "" : `, created ${plainText(created, 40)}`;
  return `The id now belongs to another rule, ${quoted(name, 60)} (${word(type)}${at}).`;
}

/** Rules that had other names when they were changed. */
export function renamedSince(rules: readonly { was: string; rule: Rule }[]): string[] {
  const renamed = rules.filter(({ was, rule }) => was !== rule.name);
  if (renamed.length === 0) return [];
  return [`Called otherwise now: ${firstFew(renamed, 5, ({ was, rule }) => `rule ${quoted(was, 60)} is ${quoted(rule.name, 60)}`)}.`];
}
