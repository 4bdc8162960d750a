import type { CheckedSpace } from "../../change/checked-space.ts";
import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import { isMarked } from "../../change/marked-rules.ts";
import type { PutRuleOp } from "../../change/op.ts";
import type { NextCall, NoChange, Plan } from "../../change/plan.ts";
import { type Inverse, inverseOfEntry, mayHaveHappened } from "../../change/undo.ts";
import { ToolError } from "../../errors.ts";
import { unusable } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule } from "../../kibana/rules.ts";
import { ownValue } from "../../plain-object.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { sameField } from "../../rules/rule-state.ts";
import { doubtsAbout } from "../connectors/last-run.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { nowOfAnotherRule, renamedSince } from "../rules/another-rule.ts";
import { keyWarning, ownerAfter } from "../rules/key-owner.ts";
import { losses } from "../rules/lost-by-rules.ts";
import { inWords } from "../rules/replaced-report.ts";
import { erasing, type WholeRule, withArtifacts } from "../rules/rule-artifacts.ts";
import { obstacle, obstacleInWords, putRule, unknownFields } from "../rules/rule-changes.ts";
import { besideInWords, cannotTell, nowOfAnotherType, outInWords, ruleSince } from "../rules/rule-since.ts";
import { effectsOnRules } from "../rules/shown-actions.ts";
import { silencedWarning } from "../rules/silenced.ts";
import { openWaysBack, unagreedHosts } from "../secrets/alert-hosts.ts";
import { actionFlows, eachOnce } from "../secrets/run-flows.ts";
import { type Later, rulesSince, sinceInWords, undoOf } from "./later-changes.ts";
import { asBeforeIt, neitherNor } from "./undo-workflows.ts";

/** The most connectors whose last runs are looked up. */
const doubtsLooked = 5;

type PutBack = Extract<Inverse, { op: "put_rule" }>;

/** What of a change's rules is put back together. */
export interface RulesBack {
  inverses: PutBack[];
  /** Names of rules that cannot be, and why. */
  left: { name: string; why: string }[];
  /** What this server did later to each, by its id. */
  later: ReadonlyMap<string, readonly Later[]>;
  /** What the journal has of each, by its id. */
  entryOf: ReadonlyMap<string, JournalEntry>;
  /** Ids of those that the change may not have reached. */
  uncertain: ReadonlySet<string | undefined>;
}

/** Rules of a change; undefined where the change was of something else, or did nothing to them. */
export function ruleInverses(entries: readonly JournalEntry[], laterThan: (entry: JournalEntry) => Later[]): RulesBack | undefined {
  const ofRules = entries.filter(({ begin }) => begin.op.op === "put_rule");
  const all = ofRules.map((entry) => ({ name: entry.begin.op.name, inverse: inverseOfEntry(entry) }));
  const inverses = all.flatMap(({ inverse }) => (inverse && "op" in inverse && inverse.op === "put_rule" ? [inverse] : []));
  const left = all.flatMap(({ name, inverse }) => (inverse && "none" in inverse ? [{ name, why: inverse.none }] : []));
  const uncertain = new Set(ofRules.filter(mayHaveHappened).map(({ begin }) => begin.op.id));
  const later = new Map(ofRules.map((entry) => [idIn(entry) ?? "", laterThan(entry)]));
  const entryOf = new Map(ofRules.map((entry) => [idIn(entry) ?? "", entry]));
  return inverses.length + left.length > 0 ? { inverses, left, later, entryOf, uncertain } : undefined;
}

/** Gives each rule back the actions it had; rules that somebody changed or made anew since, or that are gone, are left as they are. */
export async function planUndoRules(
  { inverses, left: unable, later, entryOf, uncertain }: RulesBack,
  space: CheckedSpace,
  context: ToolContext,
): Promise<Plan | NoChange> {
  const { kibana, settings, journal } = context;
  const [connectors, key, rules] = await Promise.all([
    kibana.connectors(space),
    journal.key(),
    Promise.all(inverses.map((inverse) => ruleOrNone(inverse.id, space, context))),
  ]);
  const known = new Map(connectors.map((one) => [one.id, one]));
  const wanted = inverses.map((inverse, index) => ({ inverse, rule: rules[index] }));
  const gone = wanted.filter(({ rule }) => rule === undefined).map(({ inverse }) => inverse.id);
  const found = wanted.flatMap(({ inverse, rule }) => {
    const entry = entryOf.get(inverse.id);
    if (!rule || !entry) return [];
    return [{ inverse, rule, was: entry.begin.op.name, other: nowOfAnotherRule(entry, rule) }];
  });
  const others = found.flatMap(({ rule, other }) => (other === undefined ? [] : [{ rule, name: rule.name, why: other }]));
  const there = (
    await withArtifacts(
      found.filter(({ other }) => other === undefined),
      space,
      context,
    )
  ).map((one) => ({ ...one, ...fieldsOf(one), ...ruleSince(one.inverse, one.rule, key) }));
  const already = there.filter(({ isBefore, back }) => isBefore && Object.keys(back).length === 0);
  const unsure = there.filter(({ isUnsure }) => isUnsure);
  const open = there.filter(({ inverse, isAfter, isUnsure }) => uncertain.has(inverse.id) && !isAfter && !isUnsure);
  const out = there.filter((one) => one.isOut && !open.includes(one));
  const changed = there.filter((one) => ![...already, ...open, ...out].includes(one) && !one.isAfter && !one.isBeside && !one.isUnsure);
  const since = changed.map((one) => {
    const made = rulesSince(one.inverse, later.get(one.inverse.id) ?? [], one.rule, key);
    return { ...one, way: made.way, why: sinceInWords(made, "It was changed since: an undo would revert what somebody else did.") };
  });
  const possible = there.filter((one) => (one.isAfter || one.isBeside) && ![...already, ...open].includes(one));
  const ofOthers = possible.flatMap(({ inverse, rule }) => {
    const why = nowOfAnotherType(rule.actions, inverse.to.actions, known);
    return why === undefined ? [] : [{ rule, name: rule.name, why }];
  });
  const todo = possible.filter(({ rule }) => !ofOthers.some((one) => one.rule === rule));
  const obstacles = todo.flatMap(({ inverse, rule }) => obstacle(rule, inverse.to.actions, known) ?? []);
  const ops = todo
    .filter(({ rule }) => !obstacles.some((one) => one.rule === rule))
    .map((one) => ({ ...one, op: putRule(one, space, { ...one.inverse.to, fields: one.back }, known) }));
  const alsoBack = [...new Set(ops.flatMap(({ back }) => Object.keys(back)))].map((name) => plainText(name, 60));
  const kept = [...new Set(ops.flatMap(({ stays }) => stays))];
  const beside = ops.filter(({ isBeside }) => isBeside).map(({ rule }) => rule.name);
  const left = [
    ...(unsure.length > 0
      ? [`${rulesInWords(unsure.map(({ rule }) => rule.name))} ${unsure.length > 1 ? "stay as they are" : "stays as it is"}: ${cannotTell}`]
      : []),
    ...eachReason([
      ...others,
      ...since.map(({ rule, why }) => ({ name: rule.name, why })),
      ...out.map(({ rule }) => ({ name: rule.name, why: outInWords })),
      ...unable,
      ...ofOthers,
      ...open.map(({ rule, isBefore }) => ({ name: rule.name, why: isBefore ? asBeforeIt : neitherNor })),
    ]),
    ...(gone.length > 0 ? [`${gone.length} rule${gone.length > 1 ? "s are" : " is"} gone: ${gone.slice(0, 5).map(word).join(", ")}.`] : []),
  ];
  const [first, ...rest] = ops;
  if (!first) {
    const [worst] = obstacles;
    if (worst) {
      throw new ToolError(
        "connector_not_found",
        `Kibana would not save ${obstacles.length === 1 ? "the rule" : `${obstacles.length} rules`} as before: ${obstacles.slice(0, 5).map(obstacleInWords).join("; ")}.`,
        "First restore the connector under its id (undo_change of its deletion, or create_connector with that id), or enter its secrets again.",
        { rules: obstacles.map((one) => one.rule.id) },
      );
    }
    return {
      noChange: true,
      ...(others.length + changed.length + unsure.length + ofOthers.length > 0 ? { status: "plan_changed" } : {}),
      message: left.length > 0 ? `Nothing was written. ${left.join(" ")}` : "The rules are as they were before that change.",
      space,
      result: compact({ changed_since: changed.map(({ rule }) => rule.id), gone }),
      warnings: [],
      next: nextInstead(since, space),
    };
  }
  const owner = await ownerAfter(context);
  const ways = await Promise.all(ops.map(({ rule, op }) => actionFlows(rule.actions, op.after.actions, known)));
  const blocked = obstacles.map((one) => `Kibana would not save ${obstacleInWords(one)}: it stays as it is.`);
  const writes = ops.map(({ op }) => op);
  const lost = losses(writes, known);
  return {
    resumable: true,
    rulesMeant: { words: "of that change", namedOnPage: true },
    summary: `Put back the actions${alsoBack.length > 0 ? `, and ${alsoBack.join(", ")},` : ""} of ${ops.length === 1 ? inWords([first.rule]) : `${ops.length} rules`} in space ${space}.${lost.length > 0 ? ` It removes ${lost.join(", ")}.` : ""}`,
    ops: [first.op, ...rest.map(({ op }) => op)],
    effects: effectsOnRules(ops, connectors, owner),
    beforehand: await doubtsAboutReturning(writes, space, known, context),
    warnings: [
      ...(await openWaysBack(writes, known)),
      ...left,
      ...renamedSince(ops),
      ...(kept.length > 0 ? [`These stay as they are, since somebody changed them or they held a secret: ${kept.join(", ")}.`] : []),
      ...(beside.length > 0 ? [`${rulesInWords(beside)}: ${besideInWords}`] : []),
      ...unknownFields(ops),
      ...blocked.slice(0, 5),
      ...(await silencedWarning(ops, { connectors: known }, { ...context, space })),
      ...keyWarning(
        ops.map(({ rule }) => rule),
        owner,
        settings,
      ),
    ],
    ...erasing(ops),
    outsideWorld: "none",
    consequence: "person",
    asksBecause: await unagreedHosts(writes, known, { ...context, space }),
    facts: ops.map(({ rule }) => ({ id: rule.id, owner: rule.api_key_owner })),
    flows: eachOnce(ways.flat()),
    asks: [],
    knownHosts: [],
  };
}

/** The newest of this server's later changes, which is undone first; or, where the change only added a connector, its removal. */
function nextInstead(since: readonly { inverse: PutBack; rule: Rule; way: readonly Later[] | undefined }[], space: string): NextCall[] {
  const [first] = since;
  const newest = first?.way?.[0];
  const ids = (actions: Rule["actions"]) => new Set(actions.map(({ id }) => id));
  const added = since.map(({ inverse: { expect, to }, rule }) => {
    const [then, left, now] = [ids(to.actions), ids(expect.actions), ids(rule.actions)];
    return [...then].every((id) => left.has(id)) ? [...left].filter((id) => !then.has(id) && now.has(id)) : [];
  });
  const [connector, ...more] = [...new Set(added.flat())];
  const args = { from: connector, remove: true, rules: since.map(({ rule }) => rule.id), space };
  return [
    ...(first && newest ? [undoOf(newest, first.rule.id)] : []),
    ...(connector !== undefined && more.length === 0 && args.rules.length <= 50 && added.every(({ length }) => length > 0)
      ? [{ tool: "replace_connector", args, why: "Takes its actions out of these; those of other connectors stay." }]
      : []),
  ];
}

async function ruleOrNone(id: string, space: string, { kibana }: ToolContext): Promise<Rule | undefined> {
  try {
    return await kibana.rule(space, id);
  } catch (error) {
    if (error instanceof ToolError && error.code === "rule_not_found") return undefined;
    throw error;
  }
}

/** Reasons not to rely on the connectors that come back, as for connectors that a call attaches. */
async function doubtsAboutReturning(
  ops: readonly PutRuleOp[],
  space: CheckedSpace,
  known: ReadonlyMap<string, Connector>,
  context: ToolContext,
): Promise<string[]> {
  const used = (state: PutRuleOp["before"]) => new Set(state.actions.map(({ id }) => id));
  const ids = ops.flatMap(({ touches, before, after }) => {
    const [then, now] = [used(before), used(after)];
    return touches.map(({ id }) => id).filter((id) => now.has(id) && !then.has(id));
  });
  const back = [...new Set(ids)].flatMap((id) => known.get(id) ?? []).slice(0, doubtsLooked);
  if (back.length === 0) return [];
  const types = await context.kibana.connectorTypes(space);
  const doubts = await Promise.all(
    back.map(async (one) => {
      const why = unusable(
        types.find(({ id }) => id === one.type),
        one.preconfigured,
      );
      return why === undefined ? doubtsAbout(one, space, context) : [`${quoted(one.name, 60)} (${one.id}) cannot run here: ${why}.`];
    }),
  );
  return doubts.flat();
}

/**
 * The fields to put back: those that the save changed unintentionally, unless somebody changed them since.
 * Fields that the save kept are not touched.
 */
function fieldsOf({ rule, artifacts, inverse: { expect, to } }: WholeRule & { inverse: PutBack }) {
  const { artifacts: recorded, ...others } = to.fields ?? {};
  const fields = Object.entries(artifacts === "unreadable" ? others : (to.fields ?? {}));
  // The artifacts in the journal are better than none.
  const unread = artifacts === "unreadable" && recorded !== undefined && !isMarked(recorded) ? { artifacts: recorded } : {};
  const stays = fields
    .filter(([name, value]) => isMarked([name, value]) || !sameField(name, ownValue(rule, name), ownValue(expect.fields, name)))
    .map(([name]) => name);
  const back = fields.filter(([name, value]) => !stays.includes(name) && !sameField(name, value, ownValue(expect.fields, name)));
  return { back: { ...Object.fromEntries(back), ...unread }, stays };
}

/** One sentence for all rules that stay for the same reason. */
function eachReason(left: RulesBack["left"]): string[] {
  return [...new Set(left.map(({ why }) => why))].map((why) => {
    const names = left.filter((one) => one.why === why).map(({ name }) => name);
    return `${rulesInWords(names)} ${names.length > 1 ? "stay as they are" : "stays as it is"}: ${why}`;
  });
}

function rulesInWords(rules: readonly string[]): string {
  const names = rules.slice(0, 3).map((name) => quoted(name, 60));
  return `${rules.length} rule${rules.length > 1 ? "s" : ""} (${names.join(", ")}${rules.length > 3 ? " and more" : ""})`;
}
