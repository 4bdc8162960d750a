import type { NoChange } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Rule } from "../kibana/rules.ts";
import { quoted } from "../plain-text.ts";
import type { SecretSource } from "../secrets/resolve.ts";
import { reenterSecrets } from "./reenter-secrets.ts";
import { inWords } from "./replaced-report.ts";
import { type Obstacle, obstacleInWords } from "./rule-changes.ts";

export async function cannotBeSaved(obstacles: readonly Obstacle[], inSpace: string, source: SecretSource): Promise<ToolError> {
  const gone = [...new Set(obstacles.flatMap((one) => one.gone))];
  const without = [...new Map(obstacles.flatMap((one) => one.withoutSecrets).map((one) => [one.id, one])).values()];
  const rulesWith = (id: string) => obstacles.filter((one) => one.gone.includes(id)).map((one) => one.rule.id);
  return new ToolError(
    gone.length > 0 ? "connector_not_found" : "secrets_needed",
    `Nothing was written: Kibana would not save ${inWords(obstacles.map((one) => one.rule))}. ${obstacles.slice(0, 5).map(obstacleInWords).join("; ")}.`,
    [
      ...(gone.length > 0
        ? ["Mend the rules first: replace_connector moves the dead actions to another connector (to) or removes them (remove: true)."]
        : []),
      ...(without.length > 0 ? ["Enter the missing secrets again with update_connector."] : []),
      "Then repeat this call, or leave these rules out.",
    ].join(" "),
    {
      rules: obstacles.slice(0, 20).map((one) => one.rule.id),
      next: [
        ...gone.map((id) => ({
          tool: "replace_connector",
          args: { from: id, remove: true, rules: rulesWith(id), drop_missing: true, space: inSpace },
          why: `Takes the dead actions of ${quoted(id, 60)} out of these rules${alsoDropped(id, obstacles)}.`,
        })),
        ...(await Promise.all(without.map((one) => reenterSecrets(one, inSpace, source)))),
      ].slice(0, 3),
    },
  );
}

/** What `drop_missing` takes along beside the connector that the call names. */
function alsoDropped(id: string, obstacles: readonly Obstacle[]): string {
  const others = new Set(obstacles.filter((one) => one.gone.includes(id)).flatMap((one) => one.gone));
  others.delete(id);
  return others.size > 0 ? `, and those of ${[...others].map((one) => quoted(one, 60)).join(", ")}, which are gone too` : "";
}

export function nothingToDo(
  found: Connector,
  already: string[],
  inSpace: string,
  { warnings, next }: Pick<NoChange, "warnings" | "next">,
): NoChange {
  return {
    noChange: true,
    message: `${quoted(found.name)} is attached already to ${already.length === 1 ? "the rule" : `all ${already.length} rules`}${warnings.length > 0 ? "" : ", with everything that was asked for"}.`,
    space: inSpace,
    result: { connector: found.id, already },
    warnings,
    next: [...next, { tool: "get_connector", args: { id: found.id, space: inSpace, include: ["rules"] }, why: "See who uses it." }],
  };
}

/** Each note once; with the rules that it is about where it is not about all of them. */
export function perRule(all: readonly { rule: Rule; notes: readonly string[] }[]): string[] {
  const about = new Map<string, string[]>();
  for (const { rule, notes } of all)
    for (const note of new Set(notes)) about.set(note, [...(about.get(note) ?? []), quoted(rule.name, 40)]);
  return [...about].map(([note, names]) =>
    names.length === all.length
      ? note
      : `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}: ${note}`,
  );
}
