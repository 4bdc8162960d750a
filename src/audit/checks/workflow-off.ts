import { quoted } from "../../plain-text.ts";
import { type Draft, type SpaceCheck, startedBy } from "../check.ts";

export const workflowOff: SpaceCheck = {
  name: "workflow_off",
  finds: "rules and action policies whose workflow is switched off or not valid",
  ignores: "low where the rule or the policy is off too",
  of: "space",
  group: "broken_now",
  needs: ["connectors", "rules", "users"],
  why: "The workflow does not run, so nobody is told through it.",
  fix: "Switch the workflow on in Kibana under Workflows, after its errors are corrected, or choose another one.",
  find({ workflows }) {
    return (workflows?.starting ?? []).flatMap(({ user, workflows: started }): Draft[] => {
      const off = started.flatMap((id) => workflows?.seen?.get(id) ?? []).filter(({ enabled, valid }) => !enabled || !valid);
      if (off.length === 0) return [];
      const each = off.map(({ name, valid }) => `${quoted(name, 60)} (${valid ? "switched off" : "not valid"})`);
      return [
        { ...startedBy(user), covers: off.map(({ id }) => id), evidence: `It starts a workflow that does not run: ${each.join(", ")}.` },
      ];
    });
  },
};
