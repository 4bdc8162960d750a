import { ToolError } from "../../errors.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Rule } from "../../kibana/rules.ts";
import { ruleBody, ruleState, sameState } from "../../rules/rule-state.ts";
import type { PutRuleOp, RuleSaved } from "../plan.ts";
import { connectorOrNone, replacing } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const putRule: OpKind<PutRuleOp> = {
  /** Reads the rule once more: what others changed beside its actions meanwhile stays, a change of the actions ends it. */
  async write({ space, id, before, after, gone }, { writer, reader }): Promise<RuleSaved> {
    const [now, back] = await lastLook(Promise.all([ruleOrNone(reader, space, id), backAgain(gone, space, reader)]));
    if (!now || !sameState(ruleState(now), before)) {
      throw new ToolError(
        "confirmation_invalid",
        `Somebody ${now ? "changed the actions of" : "deleted"} the rule "${id}" a moment ago. Nothing was written: what was agreed to no longer holds.`,
        "Repeat the call to decide on the new plan.",
        { reason: "target_changed" },
      );
    }
    if (back !== undefined) {
      throw new ToolError(
        "confirmation_invalid",
        `The connector "${back}", which was gone, is there again: its actions in the rule "${id}" work, and would have been lost. Nothing was written.`,
        "Repeat the call to decide on the new plan.",
        { reason: "target_changed" },
      );
    }
    const saved = await replacing(writer.updateRule(space, id, ruleBody(now, after)));
    return { read: now.revision ?? undefined, saved: saved.revision ?? undefined };
  },

  record: ({ space, id, name, type, before, after, gone }) => ({
    op: "put_rule",
    space,
    id,
    name,
    type,
    before,
    after,
    gone: gone.map((one) => one.id),
  }),

  async happened({ space, id, before, after }, reader) {
    const rule = await ruleOrNone(reader, space, id);
    if (!rule) return "differs";
    const now = ruleState(rule);
    if (sameState(now, after)) return "done";
    return sameState(now, before) ? "not_done" : "differs";
  },

  inverse: ({ space, id, before, after, gone }) => ({ op: "put_rule", space, id, expect: after, to: before, needs: gone }),
};

/** A failed read says nothing of a write, which was not made. */
async function lastLook<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw error instanceof KibanaError ? new ToolError(error.code, error.message, error.fix, error.detail) : error;
  }
}

/** The id of the first whose actions are dropped and that is there again: somebody made it, or a list that Kibana cut did not hold it. */
async function backAgain(gone: PutRuleOp["gone"], space: string, reader: Reader): Promise<string | undefined> {
  const dropped = gone.filter(({ actions }) => actions > 0);
  const found = await Promise.all(dropped.map(({ id }) => connectorOrNone(reader, space, id)));
  return found.find((one) => one !== undefined)?.id;
}

/** The rule, or undefined where there is none by that id. */
async function ruleOrNone(reader: Reader, space: string, id: string): Promise<Rule | undefined> {
  try {
    return await reader.rule(space, id);
  } catch (error) {
    if (error instanceof KibanaError && error.code === "rule_not_found") return undefined;
    throw error;
  }
}
