import { didYouMean } from "../did-you-mean.ts";
import { ToolError } from "../errors.ts";
import type { RuleType } from "../kibana/rules.ts";
import type { Frequency, Wanted } from "./wanted.ts";

/**
 * The groups in which the connector is used: the rule type's main one, as in Kibana's own form, unless others are named;
 * all of them, recovery too, for an audit log.
 * @throws ToolError invalid_arguments
 */
export function groupsFor(type: RuleType, wanted: Wanted, { summary }: Frequency): { firing: string[]; recovered: string[] } {
  const main = type.defaultGroup ?? type.groups[0];
  const recovery = type.recoveryGroup === undefined ? [] : [type.recoveryGroup];
  if (main === undefined) throw wrong(`Rules of type ${type.id} have no action group.`, "Leave this rule out.");
  if (summary) {
    if (wanted.groups !== undefined)
      throw wrong("A summary is about the alerts of all groups.", "Leave groups out, or set frequency.summary to false.");
    if (wanted.type?.recipe?.opens) throw wrong("A summary cannot open an incident for each alert.", "Set frequency.summary to false.");
    return { firing: [main], recovered: [] };
  }
  if (wanted.groups === undefined) {
    if (wanted.workflow !== "audit_log") return { firing: [main], recovered: [] };
    return { firing: type.groups, recovered: wanted.recovery === "auto" ? recovery : [] };
  }
  const known = [...type.groups, ...recovery];
  const chosen = [...new Set(wanted.groups.map((asked) => meantGroup(asked, known, type)))];
  const recovered = chosen.filter((group) => recovery.includes(group));
  if (recovered.length > 0) assertMaySayRecovered(wanted);
  return { firing: chosen.filter((group) => !recovered.includes(group)), recovered };
}

function meantGroup(asked: string, known: readonly string[], type: RuleType): string {
  const exact = known.find((group) => group === asked) ?? known.find((group) => group.toLowerCase() === asked.trim().toLowerCase());
  if (exact !== undefined) return exact;
  const near = didYouMean(asked, known);
  throw wrong(
    `"${asked}" is not an action group of rules of type ${type.id}${near === undefined ? "" : `: did you mean "${near}"?`}`,
    `It has: ${known.map((group) => `"${group}"`).join(", ")}.`,
  );
}

/** What opens an incident opens another one on recovery, unless the type can close. */
function assertMaySayRecovered({ type, recovery }: Wanted): void {
  if (!type?.recipe?.opens) return;
  if (!type.recovery) {
    throw wrong(
      `${type.name} cannot close what it opened: an action on recovery would open another one.`,
      `Leave the recovery group out. ${type.recoveryHint ?? ""}`.trim(),
    );
  }
  if (recovery === "none") throw wrong('groups has the recovery group, but recovery is "none".', "Leave one of them out.");
}

function wrong(message: string, fix: string): ToolError {
  return new ToolError("invalid_arguments", message, fix);
}
