import { type ConnectorCheck, refTo, usedBy } from "../check.ts";

export const deprecated: ConnectorCheck = {
  name: "deprecated",
  finds: "connectors or types that Kibana marks as deprecated",
  ignores: "",
  of: "connector",
  group: "will_break",
  needs: ["connectors", "types"],
  weighs: ["rules", "users"],
  why: "It works today; a future version of Kibana or of the service behind it may drop it.",
  fix: "Create its successor, move what uses it (get_connector names it), then delete this one.",
  tool: "replace_connector",
  find(facts, space) {
    const { connector, type, usage } = facts;
    if (!connector.deprecated && !type?.deprecated) return undefined;
    const tableApi = connector.config?.usesTableApi === true ? " It still uses ServiceNow's old table API." : "";
    return {
      severity: usage.enabled > 0 ? "medium" : "low",
      connector: refTo(connector),
      evidence: `Kibana marks ${type?.deprecated ? `the type ${type.id}` : "it"} as deprecated; ${usedBy(facts, space)}.${tableApi}`,
    };
  },
};
