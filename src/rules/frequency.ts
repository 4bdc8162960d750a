import { ToolError } from "../errors.ts";
import type { Rule, RuleType } from "../kibana/rules.ts";
import type { Frequency, Wanted } from "./wanted.ts";

/** Once when it begins and once when it ends: what pages, tickets and messages need. */
export const onChange: Frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const everyRun: Frequency = { ...onChange, notify_when: "onActiveAlert" };
const digest: Frequency = { summary: true, notify_when: "onThrottleInterval", throttle: "30m" };

/** Whether a call says that it wants one message for all alerts, or one for each. */
export function asksKind({ frequency, workflow }: Wanted): boolean {
  return frequency?.summary !== undefined || workflow === "chat_digest";
}

/** Whether a call says how often an action runs. */
export function asksHowOften({ frequency }: Wanted): boolean {
  return frequency?.notify_when !== undefined || frequency?.throttle !== undefined;
}

/** The frequency that suits a channel. Each alert of a detection rule is a new one that never changes: there is no change to wait for. */
function usualFrequency({ workflow, type: entry }: Wanted, type: RuleType): Frequency {
  if (workflow === "chat_digest") return digest;
  if (workflow === "audit_log") return everyRun;
  if (!type.detection) return onChange;
  return entry?.recipe?.opens ? everyRun : { ...everyRun, summary: true };
}

/**
 * The frequency for a channel, with what was asked for laid over it.
 * @throws ToolError invalid_arguments for what Kibana refuses or never runs (reference/kibana-api.md §6.1)
 */
export function frequencyFor(wanted: Wanted, rule: Pick<Rule, "schedule">, type: RuleType): Frequency {
  const { frequency: asked } = wanted;
  const usual = usualFrequency(wanted, type);
  const summary = asked?.summary ?? usual.summary;
  const often = asked?.throttle != null || (summary && !usual.summary) ? "onThrottleInterval" : usual.notify_when;
  const notify_when = asked?.notify_when ?? (asked?.summary === false && usual.summary ? onChange.notify_when : often);
  const interval = rule.schedule.interval;
  if (summary && notify_when === "onActionGroupChange") {
    throw wrong(
      "a summary has no status of its own to change",
      'Use notify_when "onThrottleInterval" with a throttle, or "onActiveAlert".',
    );
  }
  if (summary && !type.alertsAsData) {
    throw wrong(`rules of type ${type.id} cannot summarize their alerts: Kibana would never run the action`, "Leave summary out.");
  }
  if (notify_when !== "onThrottleInterval") {
    if (asked?.throttle == null) return { summary, notify_when, throttle: null };
    throw wrong("throttle works only with onThrottleInterval", 'Use notify_when "onThrottleInterval", or leave throttle out.');
  }
  const throttle = asked?.throttle ?? longer(digest.throttle ?? "30m", interval);
  if (milliseconds(throttle) === undefined) throw wrong(`"${throttle}" is not a duration`, 'Write it as "30m", "1h" or "1d".');
  if (longer(throttle, interval) !== throttle) {
    throw wrong(`the throttle ${throttle} is shorter than the rule's interval of ${interval}: Kibana refuses it`, "Use a longer one.");
  }
  return { summary, notify_when, throttle };
}

/** The longer one of two durations, the first where they are equal. */
export function longer(one: string, other: string | undefined): string {
  return other !== undefined && (milliseconds(other) ?? 0) > (milliseconds(one) ?? 0) ? other : one;
}

/** Of a duration such as "5m"; undefined for anything else. */
export function milliseconds(duration: string): number | undefined {
  const [, number, unit = ""] = /^([1-9]\d*)([smhd])$/.exec(duration) ?? [];
  return number === undefined ? undefined : Number(number) * ({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 0);
}

function wrong(what: string, fix: string): ToolError {
  return new ToolError("invalid_arguments", `frequency: ${what}.`, fix);
}
