import type { Effect, OpResult, PutRuleOp, RuleSaved } from "../change/plan.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Rule, RuleAction } from "../kibana/rules.ts";
import { plainText, quoted, word } from "../plain-text.ts";
import { isSystem, type RuleState, ruleState } from "../rules/rule-state.ts";
import type { Settings } from "../settings.ts";

/** The write that gives a rule another state. */
export function putRule(rule: Rule, space: string, after: RuleState, touches: PutRuleOp["touches"]): PutRuleOp {
  const { id, name, rule_type_id: type, tags } = rule;
  return { op: "put_rule", space, id, name, type, tags, touches, before: ruleState(rule), after };
}

/** What a person and an agent see of it: who is notified when, and whose API key the rule runs with. */
export function effectOnRule(rule: Rule, op: PutRuleOp, connectors: readonly Connector[], { kibana }: Settings): Effect {
  const { id, name, type, space, before, after } = op;
  return {
    verb: "update",
    kind: "rule",
    id,
    name,
    type,
    space,
    before: { actions: inWords(before, connectors), api_key_owner: rule.api_key_owner ?? "unknown" },
    after: { actions: inWords(after, connectors), api_key_owner: ownerAfter(kibana) },
  };
}

function ownerAfter(kibana: Settings["kibana"]): string {
  if (kibana?.auth.kind === "basic") return kibana.auth.username;
  return "this server's user";
}

/** `Ops PagerDuty: query matched (onActionGroupChange)`, one line an action; with the id where a name is not the only one. */
function inWords({ actions }: RuleState, connectors: readonly Connector[]): string[] {
  return actions.map((action) => {
    const known = connectors.find((connector) => connector.id === action.id);
    const twins = connectors.filter((one) => one.name === known?.name).length > 1;
    const name = known
      ? `${plainText(known.name, 60)}${twins ? ` (${word(known.id)})` : ""}`
      : isSystem(action.id)
        ? action.id
        : `${plainText(action.id, 60)} (gone)`;
    const { summary, notify_when: often, throttle } = action.frequency ?? {};
    const frequency = often ? ` (${summary ? "summary, " : ""}${often}${throttle ? ` ${throttle}` : ""})` : "";
    return `${name}: ${action.group ?? "every run"}${frequency}`;
  });
}

/**
 * Saving a rule makes the caller's API key the rule's; a caller who has only a key lends it (reference/kibana-api.md §6.1).
 */
export function keyWarning(settings: Settings, rules: number): string[] {
  if (rules === 0 || settings.kibana?.auth.kind !== "api_key") return [];
  const which = rules === 1 ? "the rule runs" : "these rules run";
  return [
    `Kibana keeps this server's own API key in what it saves: from then on ${which} with that key and its privileges, and stop${rules === 1 ? "s" : ""} when it is revoked or expires. With a user name and password instead, Kibana makes a key of its own for each rule.`,
  ];
}

/** Rules of Elastic Security: they are edited in its own app (reference/kibana-api.md §6.1). */
export function isDetectionRule({ consumer, rule_type_id: type }: Rule): boolean {
  return consumer === "siem" || type.startsWith("siem.");
}

/** What keeps Kibana from saving a rule at all: actions whose connector is gone, or has lost its secrets (reference/kibana-api.md §6.1). */
export interface Obstacle {
  rule: Rule;
  /** Ids of connectors that are gone. */
  gone: string[];
  /** Connectors whose secrets are missing. */
  withoutSecrets: Connector[];
}

/** The obstacle that a list of actions would meet, undefined where there is none. */
export function obstacle(rule: Rule, actions: readonly RuleAction[], connectors: ReadonlyMap<string, Connector>): Obstacle | undefined {
  const ids = [...new Set(actions.map((action) => action.id))].filter((id) => !isSystem(id));
  const gone = ids.filter((id) => !connectors.has(id));
  const withoutSecrets = ids.map((id) => connectors.get(id)).filter((one): one is Connector => one?.missingSecrets === true);
  return gone.length + withoutSecrets.length > 0 ? { rule, gone, withoutSecrets } : undefined;
}

/** `"Checkout errors" (rule-1): its connector "old" is gone` */
export function obstacleInWords({ rule, gone, withoutSecrets }: Obstacle): string {
  const parts = [
    ...gone.map((id) => `the connector ${quoted(id, 60)} of one of its actions is gone`),
    ...withoutSecrets.map((one) => `the secrets of its connector ${quoted(one.name, 60)} (${word(one.id)}) are missing`),
  ];
  return `${quoted(rule.name, 60)} (${word(rule.id)}): ${parts.join(", ")}`;
}

/** Rules that somebody else saved between our reading and our writing, which Kibana has no lock against. */
export function overlapWarnings(results: readonly OpResult[]): string[] {
  const overlapping = results.filter(({ op, outcome, data }) => {
    if (op.op !== "put_rule" || outcome !== "done" || !isSaved(data)) return false;
    return data.read !== undefined && data.saved !== undefined && data.saved > data.read + 1;
  });
  return overlapping.map(
    ({ op }) =>
      `Somebody else saved the rule "${op.id}" in the same moment: their change may be overwritten. Look at the rule's history in Kibana.`,
  );
}

function isSaved(data: unknown): data is RuleSaved {
  return data !== null && typeof data === "object" && "read" in data && "saved" in data;
}
