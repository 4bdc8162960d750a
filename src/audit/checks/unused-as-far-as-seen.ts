import { type ConnectorCheck, refTo } from "../check.ts";
import { isIdle, notSeen, ranInWords } from "../idle.ts";

/** It proposes no delete: what was not seen may use it. */
export const unusedAsFarAsSeen: ConnectorCheck = {
  name: "unused_as_far_as_seen",
  finds: "connectors that nothing uses of what could be looked at",
  ignores: "",
  of: "connector",
  group: "untidy",
  needs: ["connectors"],
  weighs: ["rules", "log", "users"],
  why: "It may be forgotten, or used by what this key may not see.",
  fix: "Look at what was not seen with a user who may, or ask its owner, before it is deleted.",
  find(facts, space) {
    if (isIdle(facts, space) !== "as far as seen") return undefined;
    const { connector, ran } = facts;
    return {
      severity: "info",
      confidence: "likely",
      connector: refTo(connector),
      evidence: `Nothing that could be looked at uses it${ran ? ranInWords(ran, space) : ""}; ${notSeen(facts)}.`,
    };
  },
};
