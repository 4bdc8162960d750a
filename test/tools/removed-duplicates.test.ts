import { expect, test } from "vitest";
import { question, whatMatters } from "../../src/change/consent/question.ts";
import { reachOf } from "../../src/change/consent/reach.ts";
import type { Rule, RuleAction } from "../../src/kibana/rules.ts";
import { ruleState } from "../../src/rules/rule-state.ts";
import { createRedactor } from "../../src/secrets/redact.ts";
import { goneActions, losses } from "../../src/tools/rules/lost-by-rules.ts";
import { putRule, touched } from "../../src/tools/rules/rule-changes.ts";
import { effectsOnRules } from "../../src/tools/rules/shown-actions.ts";
import { anybody, connector, inSpace, plan } from "../support/plan.ts";

const chat = connector({ id: "chat", name: "Chat" });
const known = new Map([[chat.id, chat]]);
const action = (more: Partial<RuleAction> = {}): RuleAction => ({
  id: "chat",
  connector_type_id: ".slack",
  group: "fired",
  params: { message: "m" },
  ...more,
});
const withActions = (actions: RuleAction[]): Rule => ({
  ...{ id: "r", name: "Rule", rule_type_id: ".es-query", consumer: "alerts", enabled: true, tags: [], params: {}, actions },
  schedule: { interval: "1m" },
});
const made = (before: RuleAction[], after: RuleAction[]) => {
  const rule = withActions(before);
  return { rule, op: putRule({ rule, artifacts: "public" }, inSpace("default"), ruleState(withActions(after)), known) };
};

// Before 8.7 actions have no uuid: two alike cannot be told apart, but counted.
test.each<[string, Partial<RuleAction>, Partial<RuleAction>]>([
  ["without uuids", {}, {}],
  ["with uuids", { uuid: "1" }, { uuid: "2" }],
])("of two equal actions %s one that goes is counted, shown and asked about", async (_what, one, other) => {
  const change = made([action(one), action(other)], [action(other)]);
  expect(losses([change.op], known)).toEqual(['1 action of "Chat" (chat)']);
  expect(change.op.touches).toEqual([{ id: "chat", name: "Chat", type: ".slack", config: {} }]);
  expect(goneActions(change.op.before, change.op.after, new Map())).toEqual([{ id: "chat", type: ".slack", actions: 1 }]);
  const effects = effectsOnRules([change], [chat], "ann");
  expect(effects[0]?.before.goes).toEqual([{ action: "Chat: fired", params: { message: "m" } }]);
  const shown = plan({ ops: [change.op], effects: [...effects, ...effects] });
  const reach = await reachOf(shown, createRedactor(), anybody);
  expect(question(shown, whatMatters(shown, reach, "k"))).toContain(': removes "Chat: fired"');
});

test("one that comes a second time is shown too", async () => {
  const change = made([action({ uuid: "1" })], [action({ uuid: "1" }), action()]);
  const effects = effectsOnRules([change], [chat], "ann");
  expect(effects[0]?.after.comes).toEqual([{ action: "Chat: fired", params: { message: "m" } }]);
  expect(losses([change.op], known)).toEqual([]);
  const shown = plan({ ops: [change.op], effects: [...effects, ...effects] });
  const reach = await reachOf(shown, createRedactor(), anybody);
  expect(question(shown, whatMatters(shown, reach, "k"))).toContain(': adds "Chat: fired"');
});

test("other params of the same action are no action that comes", async () => {
  const change = made([action({ params: { message: "old" } })], [action({ params: { message: "new" } })]);
  const effects = effectsOnRules([change], [chat], "ann");
  const shown = plan({ ops: [change.op], effects: [...effects, ...effects] });
  const reach = await reachOf(shown, createRedactor(), anybody);
  expect(question(shown, whatMatters(shown, reach, "k"))).toContain(": changes its actions' contents");
});

test("a frequency that moves from the rule into its actions touches no connector, and another frequency does", () => {
  const often = (notify_when: string) => ({ frequency: { summary: false, notify_when, throttle: null } });
  const state = (...actions: RuleAction[]) => ruleState(withActions(actions));
  expect(touched(state(action(), action()), state(action(often("onActiveAlert")), action(often("onActiveAlert"))))).toEqual([]);
  expect(touched(state(action()), state(action(often("onActiveAlert")), action(often("onActiveAlert"))))).toEqual(["chat"]);
  expect(touched(state(action(often("onActiveAlert"))), state(action(often("onActionGroupChange"))))).toEqual(["chat"]);
});
