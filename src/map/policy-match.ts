import type { ActionPolicy, V2Rule } from "../kibana/alerting-v2.ts";
import { type Kql, parseKql } from "./kql.ts";

/** Whether alerts of a rule pass the matcher of a policy: surely, perhaps, or surely not. */
export type Match = "all" | "perhaps" | "none";

/** What a policy looks at, read once for all rules. */
export interface Matcher {
  match(rule: V2Rule): Match;
  /** A rule that has none of these surely does not fit (`traitsOf`); undefined where any may. */
  needs: readonly string[] | undefined;
}

/**
 * Decides only what is certain: what depends on an alert, or on how Kibana compares texts, is `perhaps`.
 * @param byTags policies have tags of their own, and their expression sees alerts only: from 9.6 on
 */
export function matcherOf({ matcher: { tags, expression } }: ActionPolicy, byTags: boolean): Matcher {
  const wanted = new Set(tags);
  const query = byTags || expression === "" ? undefined : parseKql(expression);
  const byTag = ({ routingTags }: V2Rule): Match => {
    if (wanted.size === 0) return "all";
    if (routingTags === undefined) return "perhaps";
    return routingTags.some((tag) => wanted.has(tag)) ? "all" : "none";
  };
  return {
    needs: wanted.size > 0 ? [untagged, ...[...wanted].map(routedBy)] : query && needsOf(query),
    match(rule) {
      const tagged = byTag(rule);
      if (tagged === "none" || expression === "") return tagged;
      const fits = query ? evaluate(query, { "rule.id": [rule.id], "rule.name": [rule.name], "rule.tags": rule.tags }) : "perhaps";
      return fits === "all" ? tagged : fits;
    },
  };
}

const untagged = "untagged";
const routedBy = (tag: string) => `routed by ${tag}`;
const traitOf = (field: string, value: string) => `${field}: ${value.toLowerCase()}`;

/** What a rule has that policies may need. */
export function traitsOf({ id, name, tags, routingTags }: V2Rule): string[] {
  return [
    ...[traitOf("rule.id", id), traitOf("rule.name", name)],
    ...tags.map((tag) => traitOf("rule.tags", tag)),
    ...(routingTags?.map(routedBy) ?? [untagged]),
  ];
}

/** Of these traits a rule must have one; undefined where it may have none. */
function needsOf(query: Kql): readonly string[] | undefined {
  if (query.kind === "not") return undefined;
  if (query.kind === "is") {
    const { field, value } = query;
    return /^rule\.(id|name|tags)$/.test(field) && isComparable(query) ? [traitOf(field, value)] : undefined;
  }
  const each = query.terms.map(needsOf);
  const known = each.flatMap((needs) => (needs ? [needs] : []));
  if (query.kind === "and") return known.sort((one, other) => one.length - other.length)[0];
  return known.length === each.length ? known.flat() : undefined;
}

type Comparison = Extract<Kql, { kind: "is" }>;

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
function isComparable({ value, exact }: Comparison): boolean {
  return exact && !/^now\b|^\d{4}(-|$)/.test(value);
}

function compared(query: Comparison, values: readonly string[] | undefined): Match {
  const { value } = query;
  if (values === undefined || !isComparable(query)) return "perhaps";
  if (values.includes(value)) return "all";
  const wanted = value.toLowerCase();
  return values.some((one) => one.toLowerCase() === wanted) ? "perhaps" : "none";
}
