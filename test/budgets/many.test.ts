import { expect, test } from "vitest";
import { danglingReference } from "../../src/audit/checks/dangling-reference.ts";
import { duplicateTarget } from "../../src/audit/checks/duplicate-target.ts";
import { genericName } from "../../src/audit/checks/generic-name.ts";
import { noisyFrequency } from "../../src/audit/checks/noisy-frequency.ts";
import { connectorType } from "../../src/catalog/index.ts";
import { assertFewRecipients } from "../../src/catalog/recipients.ts";
import { hostsInParams } from "../../src/catalog/request-destinations.ts";
import { checkPart } from "../../src/catalog/validate.ts";
import { question, whatMatters } from "../../src/change/consent/question.ts";
import { reachOf } from "../../src/change/consent/reach.ts";
import type { ActionPolicy } from "../../src/kibana/alerting-v2.ts";
import type { Connector } from "../../src/kibana/connectors.ts";
import type { Rule } from "../../src/kibana/rules.ts";
import { mapV2 } from "../../src/map/v2.ts";
import { routesOver, workflowsLeadingTo } from "../../src/map/workflow-routes.ts";
import { ruleState } from "../../src/rules/rule-state.ts";
import { createRedactor } from "../../src/secrets/redact.ts";
import { goneActions, losses } from "../../src/tools/rules/lost-by-rules.ts";
import { movedActions } from "../../src/tools/rules/replaced-actions.ts";
import { putRule, touched, unknownFields } from "../../src/tools/rules/rule-changes.ts";
import { effectsOnRules } from "../../src/tools/rules/shown-actions.ts";
import { actionFlows } from "../../src/tools/secrets/run-flows.ts";
import { referencesOf } from "../../src/usage/workflow-references.ts";
import { connectorsOf as connectorsIn, factsOf, mail, policy, tangles, v2Rule, workflowsOf } from "../map/many-workflows.ts";
import { anybody, inSpace, plan } from "../support/plan.ts";
import { timesAsLong } from "./growth.ts";

const webhook = await connectorType(".webhook");
if (!webhook) throw new Error("the type is missing");

/** A rule with so many actions of two connectors, some of them gone, each with texts of its own. */
function ruleWith(count: number, moved = false): Rule {
  return {
    ...{ id: "r", name: "Rule", rule_type_id: ".es-query", consumer: "alerts", enabled: true, tags: [], params: {} },
    schedule: { interval: "1m" },
    actions: Array.from({ length: count }, (_none, n) => ({
      ...{
        id: n % 3 === 0 ? `gone-${n}` : n % 2 === 0 || moved ? "chat" : "hook",
        uuid: n % 5 === 0 ? null : `u${n}`,
        group: "query matched",
      },
      ...{ connector_type_id: ".mcp", params: { subAction: "callTool", subActionParams: { name: "t", arguments: { text: `text ${n}` } } } },
      frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
    })),
  };
}

const connectorsOf = (count: number): Connector[] =>
  ["chat", "hook", ...Array.from({ length: count }, (_none, n) => `c${n}`)].map((id) => ({
    ...{ id, name: `Name ${id.length}`, type: ".mcp", config: { serverUrl: `https://${id}.example.com/mcp` } },
    ...{ references: 0, preconfigured: false, system: false, deprecated: false, missingSecrets: false },
  }));

const spaceOf = (count: number) => connectorsIn("mail", ...Array.from({ length: count }, (_none, n) => `w${n}`));

/** So many rules, each of which one of so many policies fits. */
function mapped(count: number, matcher: (id: string) => Partial<ActionPolicy["matcher"]>) {
  const ids = Array.from({ length: count }, (_none, n) => `t${n}`);
  const facts = factsOf(
    workflowsOf({ w: [mail] }),
    ids.map((id) => policy(id, "w", matcher(id))),
    matcher("x").tags !== undefined,
  );
  const routes = ids.flatMap((id) => mapV2(v2Rule(id, id), facts).routes);
  expect(routes).toHaveLength(count);
}

/** Work of one call on so many actions, rules, connectors or hosts. */
const counts: Record<string, (count: number) => unknown> = {
  "a plan that changes every action of a rule": async (count) => {
    const [rule, connectors] = [ruleWith(count), connectorsOf(10)];
    const known = new Map(connectors.map((one) => [one.id, one]));
    const after = { ...ruleState(ruleWith(count, true)), actions: ruleWith(count, true).actions.reverse() };
    const op = putRule({ rule, artifacts: "public" }, inSpace("default"), after, known);
    const effects = effectsOnRules([{ rule, op }], connectors, "ann");
    await actionFlows(op.before.actions, op.after.actions, known);
    const shown = plan({ ops: [op], effects: [...effects, ...effects] });
    const reach = await reachOf(shown, createRedactor(), anybody);
    return [losses([op], known), question(shown, whatMatters(shown, reach, "k"))];
  },
  "an undo of it": (count) => {
    const [rule, other] = [ruleWith(count), ruleWith(count, true)];
    return [touched(ruleState(other), ruleState(rule)), goneActions(ruleState(other), ruleState(rule), new Map())];
  },
  "moving every action of a rule": (count) => {
    const [to] = connectorsOf(0);
    return movedActions(
      ruleWith(count),
      { id: "hook" },
      to && { to, entry: undefined, mayKnowMore: false },
      { params: undefined, recovery: undefined },
      undefined,
    );
  },
  "many rules among many connectors": (count) => {
    const connectors = connectorsOf(count);
    const known = new Map(connectors.map((one) => [one.id, one]));
    const rules = Array.from({ length: count }, () => {
      const rule = ruleWith(2);
      return { rule, op: putRule({ rule, artifacts: "public" }, inSpace("default"), ruleState(ruleWith(2, true)), known) };
    });
    return [
      effectsOnRules(rules, connectors, "ann"),
      losses(
        rules.map(({ op }) => op),
        known,
      ),
      unknownFields(rules),
    ];
  },
  "an audit of a rule with many actions": (count) => {
    const connectors = new Map(connectorsOf(0).map((one) => [one.id, one]));
    const context = {
      space: "default",
      connectors,
      ruleTypes: new Map(),
      entries: new Map(),
      mayKnowMore: false,
      actionFrequencies: true,
      now: 0,
    };
    return [danglingReference.find(ruleWith(count), context), noisyFrequency.find(ruleWith(count), context)];
  },
  "an audit of many connectors of one name and target": (count) => {
    const all = connectorsOf(count).map((connector) => [
      connector.id,
      {
        connector: { ...connector, config: { url: "https://a.example/x" }, type: ".webhook" },
        entry: webhook,
        usage: { rules: 0, enabled: 0 },
      },
    ]);
    const facts = { space: "default", connectors: new Map(all as never), rulesKnown: true } as never;
    return [genericName.find(facts), duplicateTarget.find(facts)];
  },
  "many hosts in params, more than are accepted": (count) => {
    const hosts = Array.from({ length: count }, (_none, n) => `https://h${n}.example.org/x`);
    try {
      assertFewRecipients(undefined, { hosts });
      return hostsInParams(undefined, {}, { hosts });
    } catch (error) {
      return expect(error).toMatchObject({ code: "limit_reached" });
    }
  },
  ...Object.fromEntries(
    Object.entries(tangles).map(([name, tangle]) => [
      `the map of ${name}`,
      (count: number) => {
        const [workflows, connectors] = [workflowsOf(tangle(count)), spaceOf(count)];
        return [routesOver("w0", workflows, connectors), workflowsLeadingTo("mail", workflows, connectors)];
      },
    ]),
  ),
  "the map of rules and a policy for each of them": (count) => mapped(count, (id) => ({ expression: `rule.tags: ${id}` })),
  "the map of rules and a policy for the tag of each": (count) => mapped(count, (id) => ({ tags: [id] })),
  "a text in a workflow with many paths and a constant": (count) => {
    const paths = Array.from({ length: count }, (_none, n) => `/api/actions/connector/c${n}/_execute`).join(" ");
    const step = { name: "ask", type: "kibana.request", with: { path: `/x?y={{consts.one}}${paths}` } };
    return referencesOf({ consts: { one: "1" }, steps: [step] });
  },
  "many empty fields of a config": (count) =>
    checkPart(webhook, "config", Object.fromEntries(Array.from({ length: count }, (_none, n) => [`k${n}`, ""]))),
};

test.each(Object.entries(counts))("%s: the time grows as their number, not as its square", { timeout: 60_000 }, async (_name, work) => {
  expect(await timesAsLong(work, 250, 2000)).toBeLessThan(30);
});

test("the guard tells quadratic from linear work", async () => {
  const square = (count: number) => {
    const all = Array.from({ length: count }, (_none, n) => ({ n, text: `text ${n}` }));
    return all.filter((one) => !all.some((other) => JSON.stringify(other) === `${one.n}`));
  };
  expect(await timesAsLong(square, 250, 2000)).toBeGreaterThan(30);
});
