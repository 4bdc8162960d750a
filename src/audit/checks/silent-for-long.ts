import { silenceOf } from "../../kibana/silence.ts";
import { type Draft, type RuleCheck, ruleRef } from "../check.ts";
import type { Severity } from "../finding.ts";

const day = 86_400_000;
/** Days: longer than an upgrade or a holiday takes. */
const long = 7;
/** Days after which nobody remembers why. */
const forgotten = 30;

/** Kibana does not keep when a rule was muted, nor since when a policy is snoozed; that a rule was not changed since is kept (mute_all.ts). */
export const silentForLong: RuleCheck = {
  name: "silent_for_long",
  finds: "enabled rules that are muted, or snoozed, for a week or longer, and action policies that are snoozed for another week or longer",
  ignores: "disabled rules, single alerts, snoozes that recur, maintenance windows; a rule that was muted and changed in the last week",
  of: "rule",
  group: "will_break",
  needs: ["rules"],
  weighs: ["users"],
  findsBy: ["users"],
  why: "The rule runs and its alerts are written, but nobody is told: what was meant for a while is easily forgotten.",
  fix: "End the snooze or unmute the rule, or disable it if nobody has to hear of it.",
  find(rule, { now }) {
    const { muted, mutedSince, snoozedSince, snoozedUntil } = silenceOf(rule, now);
    const has = rule.actions.length > 0;
    if (!rule.enabled || !has) return [];
    if (muted) {
      const days = daysBetween(mutedSince, now);
      return days < long
        ? []
        : [
            {
              severity: severityOf(days),
              rule: ruleRef(rule),
              evidence: `Muted since ${moment(mutedSince)} or earlier, until somebody ends it.`,
            },
          ];
    }
    // One that recurs has no beginning here.
    if (snoozedUntil === undefined || snoozedSince === undefined) return [];
    if (daysBetween(snoozedSince, Date.parse(snoozedUntil)) < long) return [];
    return [
      {
        severity: severityOf(daysBetween(snoozedSince, now)),
        rule: ruleRef(rule),
        evidence: `Snoozed since ${moment(snoozedSince)} until ${moment(snoozedUntil)}.`,
      },
    ];
  },
  findInWorkflows({ snoozed, now }) {
    return snoozed
      .filter(({ user, until }) => user.enabled && daysBetween(new Date(now).toISOString(), Date.parse(until)) >= long)
      .map(({ user, until }): Draft => ({ severity: "low", user, evidence: `The action policy is snoozed until ${moment(until)}.` }));
  },
};

function daysBetween(since: string | undefined, until: number): number {
  return since === undefined ? 0 : (until - Date.parse(since)) / day;
}

const moment = (at: string | undefined) => `${(at ?? "").slice(0, 16)}Z`;

function severityOf(days: number): Severity {
  return days >= forgotten ? "medium" : "low";
}
