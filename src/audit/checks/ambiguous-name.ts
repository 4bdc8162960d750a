import { quoted } from "../../plain-text.ts";
import { type Draft, refTo, type SpaceCheck } from "../check.ts";

/** The engine of workflows takes the first connector of a name, without a word (connector_executor.ts of workflows). */
export const ambiguousName: SpaceCheck = {
  name: "ambiguous_name",
  finds: "workflows whose `connector-id` is a name that several connectors of the space have",
  ignores: "a name that is also an id: the id counts; low in what is disabled",
  of: "space",
  group: "will_break",
  needs: ["connectors", "users"],
  why: "Kibana takes one of them without a word, and perhaps another one tomorrow: messages and secrets may go to the wrong place.",
  fix: "Put the id of the connector that is meant into the connector-id of the workflow.",
  find({ workflows }) {
    return (workflows?.ambiguous ?? []).map(({ user, name, connectors }): Draft => {
      const { kind, id, name: own, enabled, how } = user;
      return {
        severity: enabled ? "medium" : "low",
        user: { kind, id, name: own, enabled },
        others: connectors.map(refTo),
        evidence: `${connectors.length} connectors are called ${quoted(name, 60)}, which it names in ${quoted(how, 60)}.`,
      };
    });
  },
};
