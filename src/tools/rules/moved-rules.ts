import { connectorType } from "../../catalog/index.ts";
import { firstUnread } from "../../catalog/validate.ts";
import { asOfVersion } from "../../catalog/when.ts";
import { isProtectedRule } from "../../change/policy.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { isDetectionRule } from "../../kibana/detection.ts";
import type { Rule } from "../../kibana/rules.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { isSystem } from "../../rules/rule-state.ts";
import { freeRule, modelsOf } from "../../usage/assistant-actions.ts";
import type { SpaceContext } from "../define.ts";
import type { NewParams } from "./carried-over.ts";
import type { MeantRules } from "./filtered-rules.ts";
import { ruleTest } from "./filtered-rules.ts";
import { askedRules, isNamed } from "./find-rules.ts";
import { movedActions } from "./replaced-actions.ts";
import { detectionRow, type Left, row } from "./replaced-report.ts";
import { obstacle } from "./rule-changes.ts";

interface Chosen {
  todo: Rule[];
  left: Left[];
  /** What could not be looked at. */
  notes: string[];
}

/**
 * Which of the rules that use a connector are meant: all, those that a filter means, or those that are named, some of which may not use it.
 * @param from.isGone whether the connector is: then Elastic Security cannot save the rule either, so it is done here (reference/kibana-api.md §5.4)
 * @throws ToolError rule_not_found
 */
export async function chosenRules(
  asked: MeantRules | undefined,
  using: readonly Rule[],
  { id, isGone }: { id: string; isGone: boolean },
  context: SpaceContext,
): Promise<Chosen> {
  if (Array.isArray(asked)) {
    const others = asked.filter((one) => !using.some((rule) => isNamed(rule, one)));
    const without = others.length > 0 ? await askedRules(others, context.space, context) : [];
    return {
      todo: using.filter((rule) => asked.some((one) => isNamed(rule, one))),
      left: without.map((rule) =>
        row(rule, "unchanged", modelsOf(rule, context.space).some(({ names }) => names === id) ? namesIt : noUser),
      ),
      notes: [],
    };
  }
  const { fits, notes } = asked ? await ruleTest(asked, context) : { fits: () => true, notes: [] };
  const against = (rule: Rule): Left | undefined => {
    if (isDetectionRule(rule) && !isGone) return detectionRow(rule);
    return asked && isProtectedRule(rule, context.settings.protectRules) ? row(rule, "skipped", "The operator protects it.") : undefined;
  };
  const meant = using.filter(fits);
  return {
    todo: meant.filter((rule) => against(rule) === undefined),
    left: meant.flatMap((rule) => against(rule) ?? []),
    notes,
  };
}

const noUser = "It does not use that connector, or no longer does.";
/** Why such a rule stays. */
export const namesIt = `It names that connector in the params of an action, which is not moved. ${freeRule}`;

interface Moving {
  from: { id: string };
  to: Connector | undefined;
  params: NewParams;
  dropMissing: boolean;
  status: Status;
}

/** The actions that each rule would have, and why Kibana would not save it. */
export async function movedIn(
  rules: readonly Rule[],
  { from, to, params, dropMissing, status }: Moving,
  known: ReadonlyMap<string, Connector>,
  { kibana, space }: SpaceContext,
) {
  const [ruleTypes, entry] = to ? await Promise.all([kibana.ruleTypes(space), connectorType(to.type)]) : [[]];
  const types = new Map(ruleTypes.map((type) => [type.id, type]));
  const mayKnowMore = isAtLeast(status, firstUnread);
  const withType = (rule: Rule) => ({ rule, ruleType: types.get(rule.rule_type_id) });
  const target = to && {
    to,
    entry: entry && asOfVersion(entry, (since) => isAtLeast(status, since)),
    mayKnowMore,
    rules: rules.map(withType),
  };
  return Promise.all(
    rules.map(async (rule) => {
      const moved = await movedActions(rule, from, target, params, types.get(rule.rule_type_id));
      const actions = dropMissing ? moved.actions.filter((action) => isSystem(action.id) || known.has(action.id)) : moved.actions;
      return { ...moved, rule, actions, obstacle: obstacle(rule, actions, known) };
    }),
  );
}
