import type { JournalEntry } from "../change/journal.ts";
import type { NoChange, Plan, PutRuleOp } from "../change/plan.ts";
import { type Inverse, inverseOfEntry } from "../change/undo.ts";
import { ToolError } from "../errors.ts";
import type { Rule } from "../kibana/rules.ts";
import { quoted, word } from "../plain-text.ts";
import { ruleState, sameState } from "../rules/rule-state.ts";
import type { ToolContext } from "./define.ts";
import { compact } from "./fields.ts";
import { effectOnRule, keyWarning, obstacle, obstacleInWords, putRule } from "./rule-changes.ts";

type PutBack = Extract<Inverse, { op: "put_rule" }>;

/** Rules of a change, to be put back together; undefined where the change was of something else. */
export function ruleInverses(entries: readonly JournalEntry[]): PutBack[] | undefined {
  const inverses = entries
    .map(inverseOfEntry)
    .filter((inverse): inverse is PutBack => inverse !== undefined && "op" in inverse && inverse.op === "put_rule");
  return inverses.length > 0 ? inverses : undefined;
}

/** Gives each rule the actions back that it had; one that somebody changed since, or that is gone, is left as it is. */
export async function planUndoRules(inverses: readonly PutBack[], space: string, context: ToolContext): Promise<Plan | NoChange> {
  const { kibana, settings, signal } = context;
  const [connectors, rules] = await Promise.all([
    kibana.connectors(space, signal),
    Promise.all(inverses.map((inverse) => ruleOrNone(inverse.id, space, context))),
  ]);
  const known = new Map(connectors.map((one) => [one.id, one]));
  const wanted = inverses.map((inverse, index) => ({ inverse, rule: rules[index] }));
  const gone = wanted.filter(({ rule }) => rule === undefined).map(({ inverse }) => inverse.id);
  const there = wanted.flatMap(({ inverse, rule }) => (rule ? [{ inverse, rule }] : []));
  const already = there.filter(({ inverse, rule }) => sameState(ruleState(rule), inverse.to));
  const changed = there.filter((one) => !already.includes(one) && !sameState(ruleState(one.rule), one.inverse.expect));
  const todo = there.filter((one) => !already.includes(one) && !changed.includes(one));
  const obstacles = todo.flatMap(({ inverse, rule }) => obstacle(rule, inverse.to.actions, known) ?? []);
  const ops = todo
    .filter(({ rule }) => !obstacles.some((one) => one.rule === rule))
    .map(({ inverse, rule }) => ({ rule, op: putRule(rule, space, inverse.to, touched(inverse, known)) }));
  const left = [
    ...(changed.length > 0
      ? [
          `${rulesInWords(changed.map(({ rule }) => rule))} changed since and stay as they are: an undo would take back what somebody else did.`,
        ]
      : []),
    ...(gone.length > 0 ? [`${gone.length} rule${gone.length > 1 ? "s are" : " is"} gone: ${gone.slice(0, 5).map(word).join(", ")}.`] : []),
  ];
  const [first, ...rest] = ops;
  if (!first) {
    const [worst] = obstacles;
    if (worst) {
      throw new ToolError(
        "connector_not_found",
        `Kibana would not save ${obstacles.length === 1 ? "the rule" : `${obstacles.length} rules`} as before: ${obstacles.slice(0, 5).map(obstacleInWords).join("; ")}.`,
        "Make the connector again under its id first (undo_change of its deletion, or create_connector with that id), or enter its secrets again.",
        { rules: obstacles.map((one) => one.rule.id) },
      );
    }
    return {
      noChange: true,
      ...(changed.length > 0 ? { status: "plan_changed" } : {}),
      message: left.length > 0 ? `Nothing was written. ${left.join(" ")}` : "The rules are as they were before that change.",
      space,
      result: compact({ changed_since: changed.map(({ rule }) => rule.id), gone }),
      warnings: [],
      next: [],
    };
  }
  const blocked = obstacles.map((one) => `Kibana would not save ${obstacleInWords(one)}: it stays as it is.`);
  return {
    summary: `Put back the actions of ${ops.length === 1 ? `rule ${quoted(first.rule.name)}` : `${ops.length} rules`} in space ${space}.`,
    ops: [first.op, ...rest.map(({ op }) => op)],
    effects: ops.map(({ rule, op }) => effectOnRule(rule, op, connectors, settings)),
    warnings: [...left, ...blocked.slice(0, 5), ...keyWarning(settings, ops.length)],
    outsideWorld: "none",
    reversible: ops.every(({ rule }) => obstacle(rule, rule.actions, known) === undefined) ? "yes" : "no",
    consequence: "person",
    facts: ops.map(({ rule }) => ({ id: rule.id, owner: rule.api_key_owner })),
    flows: [],
    asks: [],
    knownHosts: [],
  };
}

async function ruleOrNone(id: string, space: string, { kibana, signal }: ToolContext): Promise<Rule | undefined> {
  try {
    return await kibana.rule(space, id, signal);
  } catch (error) {
    if (error instanceof ToolError && error.code === "rule_not_found") return undefined;
    throw error;
  }
}

/** The connectors whose actions come or go with it. */
function touched({ expect, to }: PutBack, known: ReadonlyMap<string, { name: string }>): PutRuleOp["touches"] {
  const [now, then] = [expect, to].map(({ actions }) => new Set(actions.map((action) => action.id)));
  const ids = [...new Set([...(now ?? []), ...(then ?? [])])].filter((id) => now?.has(id) !== then?.has(id));
  return ids.map((id) => compact({ id, name: known.get(id)?.name }) as PutRuleOp["touches"][number]);
}

function rulesInWords(rules: readonly Rule[]): string {
  const names = rules.slice(0, 3).map((rule) => quoted(rule.name, 60));
  return `${rules.length} rule${rules.length > 1 ? "s" : ""} (${names.join(", ")}${rules.length > 3 ? " and more" : ""})`;
}
