import { type ConnectorCheck, refTo } from "../check.ts";
import { isIdle } from "../idle.ts";

export const unused: ConnectorCheck = {
  name: "unused",
  finds: "connectors that nothing refers to",
  ignores: "types for assistants, agents, workflows, endpoint security: their users leave no reference",
  of: "connector",
  group: "untidy",
  needs: ["connectors"],
  weighs: ["rules", "log"],
  why: "Its credentials stay valid and nobody looks after them.",
  fix: "Ask its owner, search workflows and programs for its id, then delete it in Stack Management > Connectors.",
  find(facts, space) {
    if (!isIdle(facts, space)) return undefined;
    const { connector, ran } = facts;
    return {
      severity: ran === true ? "info" : "low",
      confidence: "likely",
      connector: refTo(connector),
      evidence:
        ran === true
          ? `No rule or case refers to it, but it ran within ${space.window.days} days: something may run it through the API.`
          : "No rule or case refers to it. Workflows and programs leave no reference.",
    };
  },
};
