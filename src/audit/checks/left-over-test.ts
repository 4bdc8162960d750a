import { quoted } from "../../plain-text.ts";
import { type ConnectorCheck, refTo } from "../check.ts";
import { deletion } from "../fitting-calls.ts";
import { isIdle, notSeen } from "../idle.ts";

/** Whole words: not in Contest, latest or Attestation. */
const testWord =
  /(?<![\p{L}\p{N}])(tests?|testing|tester|tmp|temp|temporary|dummy|foo|foobar|asdf\w*|qwerty|demo|poc|delete[\s_-]?me|to[\s_-](be[\s_-])?deleted?|do[\s_-]?not[\s_-]?use|untitled|try[\s_-]?out)(?![\p{L}])/iu;

/** A connector for tests that a rule uses is in use. */
export const leftOverTest: ConnectorCheck = {
  name: "left_over_test",
  finds: "unused connectors named test, tmp, demo and the like",
  ignores: "those that something uses",
  supersedes: ["unused", "unused_as_far_as_seen", "generic_name"],
  of: "connector",
  group: "untidy",
  needs: ["connectors"],
  weighs: ["rules", "users"],
  why: "A connector made for a test keeps its credentials, and people mistake it for a real one.",
  fix: "Ask its owner, search programs for its id, then delete it in Stack Management > Connectors.",
  tool: "safe_delete_connector",
  find(facts, space) {
    const { connector } = facts;
    const word = testWord.exec(connector.name)?.[1] ?? testWord.exec(connector.id)?.[1];
    const idle = word === undefined ? false : isIdle(facts, space);
    if (word === undefined || idle === false) return undefined;
    return {
      severity: "low",
      confidence: "likely",
      connector: refTo(connector),
      evidence: `Its name or id says ${quoted(word, 20)}, and ${idle === "surely" ? "nothing in Kibana uses it" : `nothing that could be looked at uses it; ${notSeen(facts)}`}.`,
      ...(idle === "surely" ? { next: deletion(connector, space.space) } : {}),
    };
  },
};
