import type { NextCall, NoChange } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { compact } from "../fields.ts";
import { reenterSecrets } from "../secrets/reenter-secrets.ts";
import { fewRows, inWords, type Left, rowsShown, whyOnce } from "./replaced-report.ts";
import { type Obstacle, obstacleInWords } from "./rule-changes.ts";

/**
 * @param deletions calls that undo deletions by this server, by the connector's id
 * @param free the rules that Kibana would save
 */
export async function cannotBeSaved(
  obstacles: readonly Obstacle[],
  inSpace: string,
  deletions: ReadonlyMap<string, readonly NextCall[]>,
  free: readonly Rule[],
  source: SecretSource,
): Promise<ToolError> {
  const gone = [...new Set(obstacles.flatMap((one) => one.gone))];
  const without = [...new Map(obstacles.flatMap((one) => one.withoutSecrets).map((one) => [one.id, one])).values()];
  return new ToolError(
    gone.length > 0 ? "connector_not_found" : "secrets_needed",
    `Nothing was written: Kibana would not save ${inWords(obstacles.map((one) => one.rule))}. ${obstacles.slice(0, 5).map(obstacleInWords).join("; ")}.`,
    [
      ...(gone.length > 0
        ? [
            "Fix the rules first: restore the connector under its id (undo_change of its deletion, or create_connector with that `id`), or move its actions to another with replace_connector (`to`); if nobody wants them back, `remove` removes them.",
          ]
        : []),
      ...(without.length > 0 ? ["Enter the missing secrets again with update_connector."] : []),
      "Then repeat this call, or leave these rules out.",
    ].join(" "),
    compact({
      rules: obstacles.slice(0, 20).map((one) => one.rule.id),
      could_go: free.slice(0, 20).map(({ id }) => id),
      next: [
        ...gone.flatMap((id) => deletions.get(id) ?? []),
        ...(await Promise.all(without.map((one) => reenterSecrets(one, inSpace, source)))),
      ].slice(0, 3),
    }),
  );
}

export function nothingToDo(
  found: Connector,
  { already, left }: { already: string[]; left: readonly Left[] },
  inSpace: string,
  { warnings, next }: Pick<NoChange, "warnings" | "next">,
): NoChange {
  const which = already.length === 1 ? "the rule" : `all ${already.length} rules`;
  return {
    noChange: true,
    message:
      already.length === 0
        ? `None of these ${left.length} rules can be changed.`
        : `${quoted(found.name)} is already attached to ${which}${left.length > 0 ? " that can be changed" : ""}${warnings.length > 0 ? "" : ", with everything that was asked for"}.`,
    space: inSpace,
    result: compact({ connector: found.id, ...unchanged(already), ...leftOut(left) }),
    warnings,
    next,
  };
}

/** The first ids of rules that have it already. */
export function unchanged(already: readonly string[]) {
  return { already: already.slice(0, rowsShown), already_left_out: Math.max(0, already.length - rowsShown) || undefined };
}

/** The first rules that a filter means and that stay as they are. */
export function leftOut(left: readonly Left[]) {
  return { left_out: whyOnce(left).slice(0, fewRows), left_out_more: Math.max(0, left.length - fewRows) || undefined };
}

/** Each note once, with the rules it is about unless it is about all of them. */
export function perRule(all: readonly { rule: Rule; notes: readonly string[] }[]): string[] {
  const each = all.flatMap(({ rule, notes }) => [...new Set(notes)].map((note) => ({ note, rule })));
  return [...grouped(each, ({ note }) => note)].map(([note, about]) => {
    return about.length === all.length ? note : `${firstFew(about, 3, ({ rule }) => quoted(rule.name, 40))}: ${note}`;
  });
}
