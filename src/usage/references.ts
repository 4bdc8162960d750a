import type { Connector } from "../kibana/connectors.ts";
import { plainText, quoted, word } from "../plain-text.ts";
import type { RuleUse } from "../rules/find-rules.ts";
import { discoveryAction } from "./assistants.ts";
import type { Use } from "./use.ts";

/**
 * Why Kibana's count of references is above the rules that were found, undefined when it is not
 * (reference/kibana-api.md §5.1: the count spans rules, cases and queued runs, seen by Kibana itself).
 */
export function explainReferences({ references, preconfigured }: Connector, rules: number): string | undefined {
  if (preconfigured || references === undefined || references <= rules) return undefined;
  const more = references - rules;
  return `Kibana counts ${references} reference${references === 1 ? "" : "s"}, ${more} more than the ${rules} rule${rules === 1 ? "" : "s"} found: cases, runs that are still queued, or rules that this key may not read. Workflows are never among them.`;
}

/** How many of those that were found Kibana counts: they account for references to a connector. */
export function countedAmong(uses: readonly Use[]): number {
  return uses.some(({ kind }) => kind === "case") ? Number.POSITIVE_INFINITY : uses.filter(isCounted).length;
}

function isCounted({ kind, how }: Use): boolean {
  return kind === "case_settings" || (kind === "attack_discovery" && how === discoveryAction);
}

/** `"A", "B" (disabled), "C" and more` */
export function ruleNames(rules: readonly Pick<RuleUse, "id" | "name" | "enabled">[]): string {
  return namesOf(rules, "disabled");
}

/** Characters of a name that are shown. */
const longest = 60;

/** The first names, with what those that are off are called. A name that is cut, or is none, comes with its id. */
export function namesOf(all: readonly { id: string; name: string; enabled: boolean }[], off: string): string {
  const first = all.slice(0, 3).map(({ id, name, enabled }) => {
    const more = [...(isWhole(name) ? [] : [word(id)]), ...(enabled ? [] : [off])];
    return `${quoted(name, longest)}${more.length > 0 ? ` (${more.join(", ")})` : ""}`;
  });
  return `${first.join(", ")}${all.length > 3 ? " and more" : ""}`;
}

function isWhole(name: string): boolean {
  const shown = plainText(name, longest + 1);
  return shown !== "" && [...shown].length <= longest;
}
