import { quoted } from "../../plain-text.ts";
import { type RuleCheck, ruleRef } from "../check.ts";

/** Enabling a rule creates a new key for it, and a rule without actions notifies nobody (reference/kibana-api.md §6.1). */
export const ruleKeyOwner: RuleCheck = {
  name: "rule_key_owner",
  finds: "rules that run with somebody's own API key; only as a note where this server's own save did that",
  ignores: "disabled rules: enabling makes a key",
  of: "rule",
  group: "will_break",
  needs: ["rules"],
  why: "The rule runs with an API key that somebody made for other purposes: when that key expires or is revoked, the rule stops.",
  fix: "Choose Update API key in the menu of the rule, signed in as a user who stays.",
  find(rule, { saved }) {
    if (!rule.enabled || rule.api_key_created_by_user !== true || rule.actions.length === 0) return [];
    const owner = rule.api_key_owner ? `of ${quoted(rule.api_key_owner, 60)}` : "of a user";
    const own = saved?.(rule.id);
    const isOwn = own !== undefined && !isLater(rule.updated_at, own.at);
    return [
      {
        // Whoever agreed to the save was told so.
        severity: isOwn ? "info" : "low",
        rule: ruleRef(rule),
        evidence: `Runs with an API key ${owner}, not with one that Kibana made for it${isOwn ? `: this server saved it with its own at ${own.at.slice(0, 16)}Z, as was said then. Before that key is revoked or expires, Update API key in the menu of the rule gives it another` : ""}.`,
      },
    ];
  },
};

/** Milliseconds by which Kibana's clock and ours may differ. */
const skew = 60_000;

/** Whether somebody saved a rule after that; where Kibana does not say, nobody did. */
function isLater(saved: string | null | undefined, at: string): boolean {
  return saved !== undefined && saved !== null && Date.parse(saved) > Date.parse(at) + skew;
}
