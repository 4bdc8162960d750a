import type { Rule, RuleType } from "../../kibana/rules.ts";
import { plainJson, plainText } from "../../plain-text.ts";
import type { RehearsedAction } from "../../rules/rehearsed.ts";
import { hideInText, hideSecrets } from "../../secrets/detect.ts";
import { compact } from "../fields.ts";

/** Characters of a text that are shown: fewer where there are many. */
const [fullText, shortText, mostShown] = [1200, 200, 6000];
const mostProblems = 30;

/** What an answer says of a rehearsal: what each action sends, what is wrong with it. Redacted and cut. */
export function inShort(rule: Rule, type: RuleType, actions: readonly RehearsedAction[], connector: string): Record<string, unknown> {
  const sent = actions.map(({ params }) => hideSecrets(params).config);
  const long = JSON.stringify(sent).length > mostShown;
  const problems = actions.flatMap(({ problems: all, group, role }) =>
    all.map((one) => ({
      on: role === "summary" ? "summary" : group,
      path: plainText(hideInText(one.path), 200),
      problem: plainText(hideInText(one.problem), 400),
      fix: hideInText(one.fix),
    })),
  );
  const notes = [...new Set(actions.flatMap((one) => one.notes))];
  const recovers = type.recoveryGroup !== undefined && !type.detection;
  const silent = recovers && actions.every(({ role }) => role === "active");
  return compact({
    rule: { id: rule.id, name: plainText(rule.name, 120), type: rule.rule_type_id, enabled: rule.enabled },
    connector,
    sample: "The alert is made up: ids and values that begin with sample, dates and numbers. What belongs to the rule is real.",
    actions: actions.map(({ action, role, group }, at) => ({
      on: role === "summary" ? "summary" : plainText(group, 80),
      role,
      often: often(action, rule),
      sends: plainJson(sent[at], long ? shortText : fullText),
    })),
    ...(silent ? { on_recovery: "nothing is sent" } : {}),
    problems: problems.slice(0, mostProblems),
    problems_left_out: Math.max(0, problems.length - mostProblems) || undefined,
    notes: [
      ...notes.map((note) => plainText(hideInText(note), 300)).slice(0, mostProblems),
      ...(rule.enabled ? [] : ["The rule is disabled: it sends nothing until it is enabled."]),
      ...(rule.mute_all === true ? ["The rule is muted: it sends nothing until it is unmuted."] : []),
    ],
  });
}

function often({ frequency }: RehearsedAction["action"], rule: Rule): string {
  const notify = frequency?.notify_when ?? rule.notify_when ?? "onActiveAlert";
  const throttle = frequency ? frequency.throttle : rule.throttle;
  return plainText(`${notify}${throttle ? ` ${throttle}` : ""}`, 60);
}
