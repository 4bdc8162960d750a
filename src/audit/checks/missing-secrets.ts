import { credentialsFor } from "../../catalog/when.ts";
import { type ConnectorCheck, type Draft, groupOfFailure, isUsedNow, nobodyElse, refTo, untoldRules, usedBy } from "../check.ts";
import type { ConnectorFacts } from "../facts.ts";

/** An import brings no secrets (reference/kibana-api.md §4, §7.4), and such runs leave no trace in the log (§8.1). */
export const missingSecrets: ConnectorCheck = {
  name: "missing_secrets",
  finds: "secrets lost in an import: Kibana skips each run and logs nothing",
  ignores: "types without secrets",
  of: "connector",
  group: "broken_now",
  needs: ["connectors"],
  weighs: ["rules", "users"],
  why: "Imports carry no secrets. Until they are entered again Kibana skips every run, and logs nothing. An import with random ids creates new connectors: existing rules keep pointing to the old ones. If a preconfigured connector has the same id, it wins, and the imported one is removed.",
  fix: "In Stack Management > Connectors, choose Fix beside it and enter its secrets again (in the API: a PUT of /api/actions/connector/<id> with name, config and all secrets).",
  tool: "update_connector",
  find(facts, space) {
    const { connector, usage } = facts;
    if (!connector.missingSecrets) return undefined;
    const used = isUsedNow(facts);
    return {
      severity: used ? "critical" : usage.rules > 0 || (connector.references ?? 0) > 0 ? "high" : "medium",
      group: groupOfFailure(facts, space),
      connector: refTo(connector),
      ...untoldRules(facts),
      evidence: `Its secrets are missing; ${usedBy(facts, space)}${nobodyElse(facts)}.`,
      ...reenter(facts, space.space),
    };
  },
};

/** Where the config decides which secrets there are. */
function reenter({ entry, connector: { id, config } }: ConnectorFacts, space: string): Pick<Draft, "next"> {
  const ways = entry && config ? credentialsFor(entry, config) : [];
  const [way] = ways;
  if (!way || ways.length > 1 || way.fields.length === 0) return {};
  const secrets = Object.fromEntries(way.fields.map((field) => [field, { $ask: true }]));
  return { next: { tool: "update_connector", args: { id, space, secrets }, why: "Enters its secrets again." } };
}
