import { type ConnectorCheck, groupOfFailure, nobodyElse, refTo, untoldRules, usedBy } from "../check.ts";
import type { ConnectorFacts } from "../facts.ts";

/** Runs that the licence or the configuration refuses leave no trace in the log (reference/kibana-api.md §8.1). */
export const typeUnusable: ConnectorCheck = {
  name: "type_unusable",
  finds: "types that the licence or `enabledActionTypes` rules out, or that Kibana does not have",
  ignores: "preconfigured connectors of a type that is switched off: they run",
  of: "connector",
  group: "broken_now",
  needs: ["connectors", "types"],
  weighs: ["rules", "users"],
  why: "Kibana refuses to run connectors of such a type, and logs nothing.",
  fix: "Change the licence or kibana.yml, or move its rules to a connector of another type.",
  tool: "replace_connector",
  find(facts, space) {
    const { connector, usage } = facts;
    const problem = problemOf(facts);
    if (problem === undefined) return undefined;
    const used = usage.enabled > 0;
    // Elastic's own preconfigured connectors exist even where the licence does not cover them.
    const idle = connector.preconfigured ? "info" : "medium";
    return {
      severity: used ? "critical" : usage.rules > 0 ? "medium" : idle,
      group: groupOfFailure(facts, space),
      connector: refTo(connector),
      ...untoldRules(facts),
      evidence: `${problem}; ${usedBy(facts, space)}${nobodyElse(facts)}.`,
    };
  },
};

/** Preconfigured connectors run even if their type is switched off, but not without the licence (§2). */
function problemOf({ connector, type }: ConnectorFacts): string | undefined {
  if (!type) return `This Kibana does not have its type ${connector.type}`;
  if (!type.enabledInLicense) return `The licence does not cover ${type.id}: it needs ${type.license}`;
  if (!type.enabledInConfig && !connector.preconfigured) return `xpack.actions.enabledActionTypes in kibana.yml leaves out ${type.id}`;
  return undefined;
}
