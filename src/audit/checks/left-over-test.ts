import { quoted } from "../../plain-text.ts";
import { type ConnectorCheck, refTo } from "../check.ts";
import { isIdle } from "../idle.ts";

/** Whole words: not in Contest, latest or Attestation. */
const testWord =
  /(?<![\p{L}\p{N}])(tests?|testing|tester|tmp|temp|temporary|dummy|foo|foobar|asdf\w*|qwerty|demo|poc|delete[\s_-]?me|to[\s_-](be[\s_-])?deleted?|do[\s_-]?not[\s_-]?use|untitled|try[\s_-]?out)(?![\p{L}])/iu;

/** A connector for tests that a rule uses is in use. */
export const leftOverTest: ConnectorCheck = {
  name: "left_over_test",
  finds: "unused connectors named test, tmp, demo and the like",
  ignores: "those that a rule or case uses",
  supersedes: ["unused", "generic_name"],
  of: "connector",
  group: "untidy",
  needs: ["connectors"],
  weighs: ["rules"],
  why: "A connector made for a test keeps its credentials, and people mistake it for a real one.",
  fix: "Ask its owner, search workflows and programs for its id, then delete it in Stack Management > Connectors.",
  find(facts, space) {
    const { connector } = facts;
    const word = testWord.exec(connector.name)?.[1] ?? testWord.exec(connector.id)?.[1];
    if (word === undefined || !isIdle(facts, space)) return undefined;
    return {
      severity: "low",
      confidence: "likely",
      connector: refTo(connector),
      evidence: `Its name or id says ${quoted(word, 20)}, and no rule or case refers to it.`,
      next: {
        tool: "safe_delete_connector",
        args: { ids: [connector.id], space: space.space },
        why: "Checks once more whether something uses it, and asks a person.",
      },
    };
  },
};
