import { isDeepStrictEqual } from "node:util";
import type { Connector, Facts, Rule, RuleAction, Verdict } from "./job.ts";

/** The first that is not true, else true. */
export async function all(...verdicts: readonly (Verdict | Promise<Verdict>)[]): Promise<Verdict> {
  return (await Promise.all(verdicts)).find((verdict) => verdict !== true) ?? true;
}

export function that(truth: unknown, otherwise: string): Verdict {
  return Boolean(truth) || otherwise;
}

export function named({ after }: Facts, name: string, space = "default"): Connector | undefined {
  return after.connectors.find((one) => one.name === name && one.space === space);
}

export function connector({ after }: Facts, id: string): Connector | undefined {
  return after.connectors.find((one) => one.id === id);
}

/** @throws where there is no such rule: then the job has not passed */
export function rule({ after }: Facts, id: string): Rule {
  const found = after.rules.find((one) => one.id === id);
  if (!found) throw new Error(`rule ${id} is gone`);
  return found;
}

export function actionsOf(facts: Facts, ruleId: string, connectorId: string): RuleAction[] {
  return rule(facts, ruleId).actions.filter(({ id }) => id === connectorId);
}

/** A connector of this type, with these parts of config, and exactly these secrets. */
export async function isStored(
  { kibana }: Facts,
  found: Connector | undefined,
  type: string,
  config: Record<string, unknown>,
  secrets: Record<string, unknown>,
): Promise<Verdict> {
  if (!found) return "the connector is not there";
  if (found.type !== type) return `its type is ${found.type}`;
  if (found.missingSecrets) return "its secrets are missing";
  for (const [key, value] of Object.entries(config)) {
    if (!isDeepStrictEqual(found.config[key], value)) return `config.${key} is ${JSON.stringify(found.config[key])}`;
  }
  return that(found.secrets === (await kibana.secretsHash(type, found.config, secrets)), "the stored secrets are not the right ones");
}

/** What an action does to an incident, and under which key. */
export type Step = (params: Record<string, unknown>) => { does?: "open" | "close" | undefined; key?: unknown };

export const pagerdutyStep: Step = ({ eventAction, dedupKey }) => ({
  does: eventAction === "trigger" ? "open" : eventAction === "resolve" ? "close" : undefined,
  key: dedupKey,
});

/** A rule opens an incident through this connector, and closes it on recovery under the same key, one for each alert. */
export function opensAndCloses(facts: Facts, ruleId: string, connectorId: string, step: Step): Verdict {
  const steps = actionsOf(facts, ruleId, connectorId).map(({ group, params }) => ({ group, ...step(params) }));
  const opens = steps.filter(({ does, group }) => does === "open" && group !== "recovered");
  const closes = steps.filter(({ does, group }) => does === "close" && group === "recovered");
  if (opens.length === 0) return `${ruleId} opens nothing`;
  if (closes.length === 0) return `${ruleId} closes nothing on recovery`;
  if (!opens.every(({ key }) => key && closes.some((one) => one.key === key))) return `${ruleId}: opening and closing have different keys`;
  return that(/\{\{/.test(String(opens[0]?.key)), `${ruleId}: the key is the same for all alerts`);
}

export function says(final: string, part: RegExp): Verdict {
  return that(part.test(final), `the last message does not say ${part}`);
}

/** The words behind the last `ANSWER:`, in any order, are exactly these. */
export function answers(final: string, expected: readonly string[]): Verdict {
  const last = [...final.matchAll(/ANSWER\W*:\W*(.*)/gi)].at(-1)?.[1] ?? "";
  const words = last
    .split(/[,;\s]+/)
    .map((word) => word.toLowerCase().replace(/^[`'"*([]+|[`'"*.)\]]+$/g, ""))
    .filter((word) => word !== "" && word !== "and");
  const given = [...new Set(words)].sort();
  return that(isDeepStrictEqual(given, [...expected].sort()), `ANSWER is [${given}], not [${[...expected].sort()}]`);
}

/** As Kibana stores a rule's action that reports each change of an alert. */
export const onChange = { summary: false, notify_when: "onActionGroupChange", throttle: null };
