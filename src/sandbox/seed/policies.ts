import { scopesByTags } from "../alerting-v2/gate.ts";
import type { ActionPolicy } from "../alerting-v2/policy.ts";
import type { V2Rule } from "../alerting-v2/rule-routes.ts";
import type { State } from "../types.ts";
import { has } from "../version-changes.ts";

const made = { createdBy: "elastic", createdAt: "2026-06-02T09:00:00.000Z", updatedBy: "elastic", updatedAt: "2026-06-02T09:00:00.000Z" };

const rule: V2Rule = {
  ...{ id: "checkout-latency", space: "default", kind: "alert", enabled: true, name: "Checkout latency" },
  ...{ tags: ["checkout"], routingTags: ["checkout"], schedule: { every: "1m", lookback: "5m" }, ...made, revision: 1 },
  query: { format: "standalone", breach: { query: "FROM traces-* | STATS p95 = PERCENTILE(duration, 95) | WHERE p95 > 900" } },
};

/** A rule, a policy that tells somebody about it, and one for rules that are not there. Somebody has switched the new alerting on. */
export function seedPolicies(state: State): void {
  if (!has(state.version, "new alerting")) return;
  for (const space of state.spaces.keys()) state.advancedSettings.set(space, { "alerting:v2:enabled": true });
  state.v2Rules.set(rule);
  state.policies.set(policy("checkout-to-on-call", "Checkout to on-call", "checkout", state));
  state.policies.set(policy("billing-to-on-call", "Billing to on-call", "billing", state));
}

function policy(id: string, name: string, tag: string, state: State): ActionPolicy {
  return {
    ...{ id, space: "default", name, description: "", enabled: true },
    destinations: [{ type: "workflow", id: "mail-on-call" }],
    matcher: scopesByTags(state) ? { tags: [tag] } : { expression: `rule.tags: "${tag}"` },
    grouping: { mode: "per_alert", fields: [] },
    throttle: { strategy: "on_status_change" },
    ...{ tags: null, snoozedUntil: null, auth: { owner: "elastic", created_by_user: false }, ...made, revision: 1 },
  };
}
