import { endInWords, endOf } from "../../catalog/end-of-life.ts";
import { unusable } from "../../kibana/connector-types.ts";
import { type ConnectorCheck, type Draft, isUsedNow, refTo, usedBy } from "../check.ts";
import type { ConnectorFacts, SpaceFacts } from "../facts.ts";
import type { Severity } from "../finding.ts";

const day = 86_400_000;

export const endOfLife: ConnectorCheck = {
  name: "end_of_life",
  finds:
    "connectors whose service, or the way to it, has an announced end, the more severe the nearer it is: Opsgenie, Office 365 webhooks of Teams (seen by failing runs only: the URL is a secret), Slack webhooks",
  ignores: "what Kibana itself marks as deprecated; a type that is only to be replaced, where this deployment does not have its successor",
  of: "connector",
  group: "will_break",
  needs: ["connectors"],
  weighs: ["rules", "log", "types", "users"],
  findsBy: ["log", "types"],
  why: "Once it has ended nobody is told by it, and Kibana does not say so: the end is its vendor's to announce.",
  fix: "Create its successor, move the rules to it, keep both until what is open is closed, then delete this one.",
  tool: "replace_connector",
  find(facts, space) {
    const { connector, entry } = facts;
    if (connector.deprecated || !entry?.endOfLife) return undefined;
    return entry.endOfLife.hosts ? mayHaveEnded(facts, space) : ending(facts, space);
  },
};

function ending(facts: ConnectorFacts, space: SpaceFacts): Draft | undefined {
  const { connector, entry } = facts;
  const { config } = connector;
  if (!config && entry?.endOfLife?.when) return undefined;
  const end = endOf(entry, config ?? {});
  if (!end || !entry) return undefined;
  const { date, successor } = end;
  const offered = successor === undefined ? undefined : space.offers?.get(successor);
  const isOffered = offered !== undefined && unusable(offered) === undefined;
  if (date === undefined && !isOffered) return undefined;
  const missing = successor !== undefined && space.offers && !offered ? ` This Kibana does not have ${successor}.` : "";
  const now = nowOf(space);
  const left = date === undefined ? undefined : Math.ceil((Date.parse(date) - now) / day);
  const used = isUsedNow(facts);
  return {
    severity: left === undefined ? "info" : severityOf(left, used),
    ...(left === undefined ? { group: "untidy" as const } : left <= 0 && used ? { group: "broken_now" as const } : {}),
    connector: refTo(connector),
    evidence: `${endInWords(end, now)}${left !== undefined && left > 0 ? ` (${left} day${left === 1 ? "" : "s"} left)` : ""}; ${usedBy(facts, space)}.${missing}`,
    ...(isOffered
      ? {
          next: {
            tool: "describe_connector_types",
            args: { types: [offered.id] },
            why: "What its successor needs; replace_connector moves the rules.",
          },
        }
      : {}),
  };
}

/** The address is a secret: that it is one of the dead ones shows only by runs that all fail. */
function mayHaveEnded(facts: ConnectorFacts, space: SpaceFacts): Draft | undefined {
  const { connector, entry, runs } = facts;
  const end = entry?.endOfLife;
  if (!end?.hosts || !runs || runs.failures === 0 || runs.successes > 0) return undefined;
  return {
    severity: isUsedNow(facts) ? "high" : "low",
    confidence: "likely",
    connector: refTo(connector),
    evidence: `All its ${runs.failures} runs failed in ${space.window.days} days, as they do with a dead address (${end.hosts.join(", ")}). ${endInWords(end, nowOf(space))}.`,
  };
}

function severityOf(daysLeft: number, used: boolean): Severity {
  if (daysLeft <= 0) return used ? "critical" : "medium";
  if (daysLeft <= 60) return used ? "high" : "low";
  return daysLeft <= 180 && used ? "medium" : "low";
}

/** The end of the window that was looked at. */
function nowOf({ window }: SpaceFacts): number {
  return Date.parse(window.from) + window.days * day;
}
