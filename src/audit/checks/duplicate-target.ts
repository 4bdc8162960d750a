import { grouped } from "../../grouped.ts";
import { quoted, word } from "../../plain-text.ts";
import { type Draft, refTo, type SpaceCheck } from "../check.ts";
import type { ConnectorFacts } from "../facts.ts";
import type { ReadyCall } from "../finding.ts";
import { targetOf } from "../same-target.ts";

/** The whole target has to match, with path, project and sender: one host serves many. */
export const duplicateTarget: SpaceCheck = {
  name: "duplicate_target",
  finds: "two of one type with the same host, path, project, sender",
  ignores: "types whose secret decides the target: PagerDuty, Slack, Opsgenie, Teams",
  of: "space",
  group: "untidy",
  needs: ["connectors"],
  weighs: ["rules", "log"],
  why: "One connector per service can serve many rules; of two, one is forgotten when a password or an address changes.",
  fix: "Move the rules to one of them, then delete the others.",
  tool: "replace_connector",
  find({ connectors, space, rulesKnown }) {
    const byTarget = grouped(connectors.values(), ({ connector, entry }) => targetOf(connector, entry));
    // Nobody knows where these go.
    byTarget.delete(undefined);
    return [...byTarget.values()].filter((same) => same.length > 1).map((same) => draft([...same].sort(mostUsedLast), space, rulesKnown));
  },
};

function draft(same: ConnectorFacts[], space: string, rulesKnown: boolean): Draft {
  const all = same.map(({ connector }) => connector);
  const [first, ...others] = all;
  const keep = all.at(-1);
  const named = all.slice(0, 4).map((one) => `${quoted(one.name, 60)} (${word(one.id)})`);
  const next = first && keep && rulesKnown ? moveRules(same, space) : undefined;
  return {
    severity: "low",
    confidence: "likely",
    ...(first && { connector: refTo(first) }),
    others: others.map(refTo),
    evidence: `${all.length} connectors of type ${first?.type} have the same target: ${named.join(", ")}${all.length > 4 ? " and more" : ""}.`,
    ...(next && { next }),
  };
}

/** To the connector that most rules use, if it works; a person decides which of the others to delete. */
function moveRules(same: readonly ConnectorFacts[], space: string): ReadyCall | undefined {
  const keep = same.at(-1);
  const used = same.find((one) => one !== keep && one.usage.rules > 0);
  if (!keep || !used || keep.connector.missingSecrets || (keep.runs !== undefined && keep.runs.successesSince === 0)) return undefined;
  return {
    tool: "replace_connector",
    args: { from: used.connector.id, to: keep.connector.id, space },
    why: "Moves its rules to the one that most rules use.",
  };
}

function mostUsedLast(one: ConnectorFacts, other: ConnectorFacts): number {
  const references = ({ connector }: ConnectorFacts) => connector.references ?? 0;
  return (
    one.usage.enabled - other.usage.enabled ||
    one.usage.rules - other.usage.rules ||
    references(one) - references(other) ||
    (one.connector.id < other.connector.id ? 1 : -1)
  );
}
