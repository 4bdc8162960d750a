import { type ConnectorCheck, refTo } from "../check.ts";
import { deletion } from "../fitting-calls.ts";
import { isIdle, ranInWords } from "../idle.ts";

export const unused: ConnectorCheck = {
  name: "unused",
  finds: "connectors that nothing uses, where all that could use them was looked at",
  ignores: "programs that run them through the API",
  of: "connector",
  group: "untidy",
  needs: ["connectors"],
  weighs: ["rules", "log", "users", "types"],
  // Of a type that is not known, private agents may use it.
  findsBy: ["users", "types"],
  why: "Credentials that it has stay valid, and nobody looks after them.",
  fix: "Ask its owner, search programs for its id, then delete it in Stack Management > Connectors.",
  tool: "safe_delete_connector",
  find(facts, space) {
    if (isIdle(facts, space) !== "surely") return undefined;
    const { connector, ran } = facts;
    return {
      severity: ran ? "info" : "low",
      confidence: "likely",
      connector: refTo(connector),
      evidence: `Nothing in Kibana uses it${ran ? ranInWords(ran, space) : ". Programs leave no reference"}.`,
      // What ran lately is a person's to look into first.
      ...(ran ? {} : { next: deletion(connector, space.space) }),
    };
  },
};
