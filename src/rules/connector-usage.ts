import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { plainText, quoted } from "../plain-text.ts";
import { type RuleUse, rulesUsing } from "./find-rules.ts";

/** Most rules that an error lists. */
const rulesNamed = 20;

/**
 * Why Kibana's count of references is above the rules that were found, undefined when it is not
 * (reference/kibana-api.md §5.1: the count spans rules, cases and queued runs, seen by Kibana itself).
 */
export function explainReferences({ references, preconfigured }: Connector, rules: number): string | undefined {
  if (preconfigured || references === undefined || references <= rules) return undefined;
  const more = references - rules;
  return `Kibana counts ${references} reference${references === 1 ? "" : "s"}, ${more} more than the ${rules} rule${rules === 1 ? "" : "s"} found: cases, runs that are still queued, or rules that this key may not read. Kibana does not say which.`;
}

/** The rules that use a connector; undefined where the key may not read rules. */
export async function visibleRules(
  reader: Reader,
  space: string,
  connector: { id: string; preconfigured: boolean },
): Promise<RuleUse[] | undefined> {
  try {
    return await rulesUsing(reader, space, connector);
  } catch (error) {
    if (error instanceof ToolError && error.code === "forbidden") return undefined;
    throw error;
  }
}

/**
 * Why a connector may not be deleted, undefined where nothing that leaves a trace uses it.
 * @param found as a list has it: with Kibana's count of references
 * @param rules undefined where the key may not read rules
 * @returns in_use or references_unknown
 */
export function whyNotFree(found: Connector, rules: readonly RuleUse[] | undefined, space: string): ToolError | undefined {
  if (rules && rules.length > 0) return inUse(found, rules, space);
  return found.references === 0 ? undefined : referencesUnknown(found, rules?.length);
}

/** @param ways where its rules could go */
export function inUse(
  found: Connector,
  rules: readonly RuleUse[],
  space: string,
  ways: { next?: readonly object[]; same_type?: readonly object[] } = {},
): ToolError {
  const total = rules.length;
  const note = explainReferences(found, total);
  return new ToolError(
    "in_use",
    `${named(found)} is used by ${total} rule${total > 1 ? "s" : ""}: ${ruleNames(rules)}. Without it they fail silently, their other actions too.`,
    "The user decides where these rules go: replace_connector moves them to another connector (`to`), or removes its actions from them (`remove`). Then repeat the call.",
    {
      rules: rules.slice(0, rulesNamed).map((rule) => ({ ...rule, name: plainText(rule.name, 120) })),
      rules_total: total,
      ...(note === undefined ? {} : { note }),
      space,
      ...Object.fromEntries(Object.entries(ways).filter(([, list]) => list.length > 0)),
    },
  );
}

function referencesUnknown(found: Connector, rules: number | undefined): ToolError {
  return new ToolError(
    "references_unknown",
    rules === undefined
      ? `${named(found)} may be used: this key may not read rules.`
      : `No rule that this key can see uses ${named(found)}, but something refers to it. ${explainReferences(found, rules) ?? "Kibana does not say how often."}`,
    rules === undefined
      ? "Give the key read access to rules (e.g. Stack Rules: Read), or look in Kibana under Stack Management > Rules."
      : "Look in Kibana under Stack Management > Cases and Rules (with a user who sees all rules) and remove it there; if runs were queued, repeat the call in a minute.",
    { references: found.references, rules_found: rules ?? "unknown" },
  );
}

/** `"A", "B" (disabled), "C" and more` */
export function ruleNames(rules: readonly Pick<RuleUse, "name" | "enabled">[]): string {
  const first = rules.slice(0, 3).map((rule) => `${quoted(rule.name, 60)}${rule.enabled ? "" : " (disabled)"}`);
  return `${first.join(", ")}${rules.length > 3 ? " and more" : ""}`;
}

function named({ name, id }: Pick<Connector, "name" | "id">): string {
  return `${quoted(name)} (${id})`;
}
