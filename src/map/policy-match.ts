import type { ActionPolicy, V2Rule } from "../kibana/alerting-v2.ts";
import { type Kql, parseKql } from "./kql.ts";

/** Whether alerts of a rule pass the matcher of a policy: surely, perhaps, or surely not. */
export type Match = "all" | "perhaps" | "none";

/**
 * Decides only what is certain: what depends on an alert, or on how Kibana compares texts, is `perhaps`.
 * @param byTags policies have tags of their own, and their expression sees alerts only: from 9.6 on
 */
export function matchOf({ matcher }: ActionPolicy, rule: V2Rule, byTags: boolean): Match {
  const { tags, expression } = matcher;
  const byTag =
    tags.length === 0
      ? "all"
      : rule.routingTags === undefined
        ? "perhaps"
        : tags.some((tag) => rule.routingTags?.includes(tag))
          ? "all"
          : "none";
  if (byTag === "none" || expression === "") return byTag;
  const query = byTags ? undefined : parseKql(expression);
  const byExpression = query ? evaluate(query, { "rule.id": [rule.id], "rule.name": [rule.name], "rule.tags": rule.tags }) : "perhaps";
  return byExpression === "all" ? byTag : byExpression;
}

const opposite = { all: "none", none: "all", perhaps: "perhaps" } as const;

function evaluate(query: Kql, facts: Readonly<Record<string, readonly string[]>>): Match {
  if (query.kind === "not") return opposite[evaluate(query.term, facts)];
  if (query.kind === "is") return compared(query, facts[query.field]);
  const each = query.terms.map((term) => evaluate(term, facts));
  const decisive = query.kind === "and" ? "none" : "all";
  if (each.includes(decisive)) return decisive;
  return each.includes("perhaps") ? "perhaps" : opposite[decisive];
}

/** Kibana compares whole texts, and takes some for dates (kbn-eval-kql): what may be one, has a wildcard or another case is not certain. */
function compared({ value, exact }: Extract<Kql, { kind: "is" }>, values: readonly string[] | undefined): Match {
  if (values === undefined || !exact || /^now\b|^\d{4}(-|$)/.test(value)) return "perhaps";
  if (values.includes(value)) return "all";
  const wanted = value.toLowerCase();
  return values.some((one) => one.toLowerCase() === wanted) ? "perhaps" : "none";
}
