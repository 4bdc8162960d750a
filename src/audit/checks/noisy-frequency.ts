import type { ConnectorType } from "../../catalog/connector-type.ts";
import { isDetectionType } from "../../kibana/detection.ts";
import type { Rule } from "../../kibana/rules.ts";
import { type Action, byConnector, minutesBetween, recoveryGroupOf } from "../actions.ts";
import { type Draft, type RuleCheck, refTo, ruleRef } from "../check.ts";
import type { RuleContext } from "../facts.ts";
import type { ReadyCall } from "../finding.ts";

/** A message each hour or less often is what people ask for. */
const fineMinutes = 60;

/** On each run, to people: not to an index, a log or a program, and not where a key makes one incident of many messages. */
export const noisyFrequency: RuleCheck = {
  name: "noisy_frequency",
  finds: "people are notified on each run, more often than hourly",
  ignores: "throttled actions, indices, logs, programs, incidents with a key",
  of: "rule",
  group: "untidy",
  needs: ["connectors", "rules"],
  weighs: ["rule_types"],
  why: "People stop reading a channel that repeats itself, and miss the alert that counts.",
  fix: "Edit the rule: run the action on status changes only, or send a summary.",
  tool: "attach_connector",
  find(rule, context) {
    const minutes = minutesBetween(rule);
    if (!rule.enabled || isDetectionType(rule.rule_type_id) || minutes === undefined || minutes >= fineMinutes) return [];
    const recovered = recoveryGroupOf(rule, context);
    return [...byConnector(rule, context)].flatMap(([id, actions]): Draft[] => {
      const connector = context.connectors.get(id);
      const entry = connector && context.entries.get(connector.type);
      if (!connector || !entry || !reachesPeople(entry)) return [];
      const eachRun = actions.filter((one) => one.group !== recovered && frequencyOf(one, rule, context) === "onActiveAlert");
      if (eachRun.length === 0) return [];
      const summaries = eachRun.every((one) => one.frequency?.summary === true);
      return [
        {
          severity: minutes <= 5 && !summaries ? "medium" : "low",
          connector: refTo(connector),
          rule: ruleRef(rule),
          evidence: `Notifies on each run, every ${rule.schedule.interval}, as long as an alert is active.`,
          // Where the connector does something else in the rule too, a person decides what becomes of that.
          ...(eachRun.length === actions.length && { next: quieter(rule, id, eachRun, context) }),
        },
      ];
    });
  },
};

function quieter(rule: Rule, connector: string, eachRun: readonly Action[], { space }: RuleContext): ReadyCall {
  const groups = [...new Set(eachRun.flatMap(({ group }) => group ?? []))];
  return {
    tool: "attach_connector",
    args: { connector, rules: [rule.id], groups, frequency: { summary: false, notify_when: "onActionGroupChange" }, replace: true, space },
    why: `Notifies once when an alert begins, with the same words, in place of its ${eachRun.length === 1 ? "action" : `${eachRun.length} actions`} in the rule.`,
  };
}

/** The rule's own setting is the only one before 8.7; later it is deprecated, and another check says so. */
function frequencyOf({ frequency }: Action, rule: Rule, { actionFrequencies }: RuleContext): string | null | undefined {
  return frequency || actionFrequencies ? frequency?.notify_when : rule.notify_when;
}

function reachesPeople({ category, dedupField }: ConnectorType): boolean {
  return category === "Messaging" || (category === "Incident management" && dedupField === undefined);
}
