import { firstFew } from "../../first-few.ts";
import { isOfNewAlerting, type Route } from "../../map/route.ts";
import { plainText } from "../../plain-text.ts";
import type { Draft, MappedCheck } from "../check.ts";
import type { Severity } from "../finding.ts";
import { whyUntold } from "../untold.ts";

/** Routes that evidence names. */
const shown = 3;

/** A rule whose only connector is broken is in the finding on that connector: one fault, one finding. */
export const notifiesNobody: MappedCheck = {
  name: "notifies_nobody",
  finds:
    "enabled rules of both alerting systems without any action or fitting action policy, whose alerts are only recorded in an index or a log, or of which no route gets through when they fire",
  ignores:
    "info where there is nothing to run, or all that runs is recorded; detection rules without other actions; rules with one broken connector, a connector of their own or a workflow that is gone, a workflow that is off, or only actions that Kibana refuses: those findings name them",
  of: "mapped_rule",
  group: "broken_now",
  needs: ["connectors", "types", "rules", "users"],
  weighs: ["log"],
  findsBy: ["log"],
  why: "The rule finds what it looks for, and nobody hears of it.",
  fix: "Edit the rule and choose a connector that works, or disable it if nobody has to hear of it.",
  tool: "attach_connector",
  find(rule) {
    const untold = whyUntold(rule);
    if (!untold || untold.why === "connector") return [];
    const about: Pick<Draft, "rule" | "tool"> = {
      rule: { id: rule.id, name: rule.name, enabled: rule.enabled },
      // Those of the new alerting get theirs by action policies.
      ...(isOfNewAlerting(rule) && { tool: undefined }),
    };
    if (untold.why === "no_route") {
      const what = rule.obstacles.some(({ kind }) => kind === "no_policy") ? "No action policy fits it" : "It has no actions";
      return [{ severity: "info", group: "untidy", ...about, evidence: `${what}: its alerts are only seen by who looks for them.` }];
    }
    if (untold.why === "recovery_only") {
      const evidence = "All its actions run when an alert is over: nobody hears when it fires.";
      return [{ severity: "medium", group: "will_break", ...about, evidence }];
    }
    const { routes } = untold;
    const each = firstFew(routes, shown, (route) => `${plainText(endOf(route), 60)} (${reasonOf(route)})`);
    if (untold.why === "recorded") {
      const evidence = `It tells nobody unless something reads what it records: ${each}.`;
      return [{ severity: "info", group: "untidy", ...about, evidence }];
    }
    const severity = severityOf(routes);
    return [
      {
        severity,
        ...(severity === "critical" ? {} : { group: "will_break" }),
        ...about,
        evidence: `${routes.length === 1 ? "Its only route does not get through" : `None of its ${routes.length} routes gets through`}: ${each}.`,
      },
    ];
  },
};

function endOf({ connector, via }: Route): string {
  return connector ?? via.at(-1)?.id ?? "?";
}

function reasonOf({ obstacles }: Route): string {
  const worst = obstacles.find((one) => one.stops === "all") ?? obstacles.find(({ kind }) => kind === "failing");
  return plainText(worst?.text ?? "", 120);
}

/** What is broken is worse than what somebody switched off, or built to tell nobody. */
function severityOf(routes: readonly Route[]): Severity {
  const kinds = new Set(routes.flatMap(({ obstacles }) => obstacles.map(({ kind }) => kind)));
  if (
    ["secrets_missing", "type_unusable", "connector_missing", "failing", "step_fails", "params_refused", "not_filled_in"].some((kind) =>
      [...kinds].some((one) => one === kind),
    )
  )
    return "critical";
  return kinds.has("policy_off") ? "medium" : "low";
}
