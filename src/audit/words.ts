import { type Finding, type Group, groupTitles, type Severity, severities } from "./finding.ts";

export const worstFirst: readonly Severity[] = [...severities].reverse();

export const severityWords: Record<Severity, string> = { critical: "Critical", high: "High", medium: "Medium", low: "Low", info: "Info" };

export const groupWords: Record<Group, { title: string; some: string; none: string }> = {
  broken_now: {
    title: groupTitles.broken_now,
    some: "Somebody relies on these, and they fail today, often silently.",
    none: "Nothing that was checked fails today.",
  },
  will_break: {
    title: groupTitles.will_break,
    some: "Nothing relies on these yet, or they still work. They will fail, or be missed, once that changes.",
    none: "Nothing is waiting to fail.",
  },
  untidy: {
    title: groupTitles.untidy,
    some: "These break nothing, but they take attention and hide what matters.",
    none: "Nothing needs tidying.",
  },
};

const titles: Record<string, string> = {
  insecure_url: "Insecure URL",
  no_dedup_key: "No de-duplication key",
  deprecated_rule_notify: "Deprecated notify setting of a rule",
};

/** `missing_secrets` as a heading: `Missing secrets`. */
export function titleOf(check: string): string {
  const words = check.replaceAll("_", " ");
  return titles[check] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a finding is about besides a connector: `rule`, `action policy`. */
export function kindOf({ rule, user }: Pick<Finding, "rule" | "user">): string {
  return rule ? "rule" : (user?.kind.replaceAll("_", " ") ?? "");
}

/** `1 finding`, `2,000 findings` */
export function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : nouns}`;
}

/** `22 November 2026, 03:12 UTC`, of an ISO time. */
export function moment(iso: string): string {
  return `${day(iso)}, ${iso.slice(11, 16)} UTC`;
}

/** `22 November 2026` */
export function day(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

/** A space id, or words for a finding that concerns several. */
export function spaceWords(space: string): string {
  return space === "*" ? "Several spaces" : space;
}
