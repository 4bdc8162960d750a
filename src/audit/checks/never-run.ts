import { probesFor } from "../../catalog/when.ts";
import { type ConnectorCheck, refTo } from "../check.ts";

/** Only what the log covers: rules younger than the window, or with a connector known to be broken, prove nothing. */
export const neverRun: ConnectorCheck = {
  name: "never_run",
  finds: "connectors that enabled rules use, but that did not run within the window",
  ignores: "rules younger than the window",
  of: "connector",
  group: "untidy",
  needs: ["connectors", "rules", "log"],
  why: "Either nothing happened, or the rules do not reach it. Only a run proves that people would be told.",
  fix: "Test it in Stack Management > Connectors.",
  tool: "test_connector",
  find({ connector, entry, usage, ran }, { window, space }) {
    if (ran !== false || connector.missingSecrets || connector.preconfigured || usage.enabled === 0) return undefined;
    if (usage.since !== undefined && usage.since > window.from) return undefined;
    return {
      severity: "info",
      confidence: "likely",
      connector: refTo(connector),
      evidence: `${usage.enabled} enabled rule${usage.enabled > 1 ? "s use" : " uses"} it, and it did not run once within ${window.days} days.`,
      ...(entry && probesFor(entry, connector.config ?? {}).safe
        ? { next: { tool: "test_connector", args: { id: connector.id, space }, why: "A safe test shows whether it would work." } }
        : {}),
    };
  },
};
