import { quoted, word } from "../../plain-text.ts";
import { isSystem } from "../../rules/rule-state.ts";
import { modelsOf } from "../../usage/assistant-actions.ts";
import { endpointOf, isElasticsOwn } from "../../usage/inference-endpoints.ts";
import { type Draft, type RuleCheck, ruleRef, startedBy } from "../check.ts";
import type { RuleContext } from "../facts.ts";

/** A rule whose connector is gone fails each time it should notify, its other actions too (reference/kibana-api.md §5.4). */
export const danglingReference: RuleCheck = {
  name: "dangling_reference",
  finds: "rules, workflows and other users whose connector is gone, rules and action policies whose workflow is",
  ignores:
    "system connectors, preconfigured ones, Elastic's own inference endpoints as models; low in what is disabled, and where a model may be another endpoint",
  of: "rule",
  group: "broken_now",
  needs: ["connectors", "rules", "users"],
  why: "The rule notifies nobody: Kibana drops its other actions of that run too, and the rule cannot be edited or enabled. A step of a workflow, and an action that names it in params, fails alone.",
  fix: "Create the connector again under the same id, or edit the rule and choose another connector for the action.",
  tool: "replace_connector",
  find(rule, context) {
    const gone = rule.actions.filter(({ id }) => !context.connectors.has(id) && !isSystem(id));
    const byId = new Map(gone.map((action) => [action.id, action]));
    const others = new Set(rule.actions.filter((action) => !byId.has(action.id)).map((action) => action.id)).size;
    const models = modelsOf(rule, context.space).filter(({ names }) => !isModel(names, context));
    const { endpointsAreModels: mayBeEndpoint = false } = context;
    const asking = models.map(({ use: { how }, names: id }): Draft => {
      return {
        ...startedBy({ kind: "rule", ...ruleRef(rule) }),
        ...(rule.enabled ? { severity: "high" } : {}),
        confidence: "likely",
        ...(mayBeEndpoint ? unlessEndpoint : {}),
        connector: { id, name: undefined, type: undefined },
        tool: undefined,
        evidence: `No connector of this space has the id or inference endpoint ${word(id)}, which ${how} names${mayBeEndpoint ? orEndpoint : "."}`,
      };
    });
    const dead = [...byId.values()].map(({ id, connector_type_id: type }): Draft => {
      return {
        severity: rule.enabled ? "critical" : "low",
        ...(rule.enabled ? {} : { group: "will_break" }),
        connector: { id, name: undefined, type: type ?? undefined },
        rule: ruleRef(rule),
        evidence: `${rule.enabled ? "The" : "The rule is disabled; the"} connector is not in this space${others > 0 ? `; ${others} other connector${others > 1 ? "s" : ""} of the rule ${others > 1 ? "go" : "goes"} silent with it` : ""}.`,
        next: {
          tool: "list_connectors",
          args: { space: context.space, ...(type ? { type } : {}) },
          why: `Shows what could take its place: replace_connector with from ${word(id)} moves the rule there. Or create it again under the same id.`,
        },
      };
    });
    return [...dead, ...asking];
  },
  findInWorkflows({ seen, mayBeMore, starting, dangling }) {
    const gone = starting.map(({ user, workflows }) => ({ user, workflows: workflows.filter((id) => seen?.has(id) === false) }));
    return [
      ...dangling.map(({ user, connector, mayBeEndpoint }): Draft => {
        return {
          ...startedBy(user),
          ...(mayBeEndpoint ? unlessEndpoint : {}),
          connector: { id: connector, name: undefined, type: undefined },
          evidence: `No connector of this space has the id or name ${word(connector)}, which ${quoted(user.name, 60)} names in ${quoted(user.how, 60)}${mayBeEndpoint ? orEndpoint : "."}`,
        };
      }),
      ...gone
        .filter(({ workflows }) => workflows.length > 0)
        .map(({ user, workflows }): Draft => {
          return {
            ...startedBy(user),
            tool: undefined,
            ...(mayBeMore ? { confidence: "likely" } : {}),
            covers: workflows,
            evidence: `It starts ${workflows.map(word).join(", ")}: ${mayBeMore ? "not among the workflows that this key may see" : "no workflow of this space"}.`,
          };
        }),
    ];
  },
};

/** Which endpoints there are is not known here. */
const unlessEndpoint = { severity: "low", confidence: "likely", group: "will_break" } as const;
const orEndpoint = ": it may be an inference endpoint of Elasticsearch that goes with no connector.";

function isModel(text: string, { connectors, endpointsAreModels }: RuleContext): boolean {
  if (endpointsAreModels && isElasticsOwn(text)) return true;
  return connectors.has(text) || [...connectors.values()].some(({ config }) => endpointOf(config) === text);
}
