import { quoted, word } from "../../plain-text.ts";
import { isSystem } from "../../rules/rule-state.ts";
import { freeRule, modelsOf } from "../../usage/assistant-actions.ts";
import { howToFree } from "../../usage/free.ts";
import { endpointOf, isElasticsOwn } from "../../usage/inference-endpoints.ts";
import type { Use } from "../../usage/use.ts";
import { type Draft, type RuleCheck, ruleRef, startedBy } from "../check.ts";
import type { RuleContext } from "../facts.ts";
import type { ReadyCall } from "../finding.ts";

/** A rule whose connector is gone fails each time it should notify, its other actions too (reference/kibana-api.md §5.4). */
export const danglingReference: RuleCheck = {
  name: "dangling_reference",
  finds: "rules, workflows, open cases and other users whose connector is gone, rules and action policies whose workflow is",
  ignores:
    "system connectors, preconfigured ones, Elastic's own inference endpoints as models; low in what is disabled, and where a model may be another endpoint",
  of: "rule",
  group: "broken_now",
  needs: ["connectors", "rules", "users"],
  why: "The rule notifies nobody: Kibana drops its other actions of that run too, and the rule cannot be edited or enabled. A step of a workflow, and an action that names it in params, fails alone, and what else names it has nothing to ask or push to.",
  fix: "Create what is gone again under the same id, or choose another one in what names it.",
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
        evidence: `No connector of this space has the id or inference endpoint ${word(id)}, which ${how} names${mayBeEndpoint ? orEndpoint : "."} ${freeRule}`,
      };
    });
    const dead = [...byId.values()].map(({ id, connector_type_id: type }): Draft => {
      return {
        severity: rule.enabled ? "critical" : "low",
        ...(rule.enabled ? {} : { group: "will_break" }),
        connector: { id, name: undefined, type: type ?? undefined },
        rule: ruleRef(rule),
        evidence: `${rule.enabled ? "The" : "The rule is disabled; the"} connector is not in this space${others > 0 ? `; ${others} other connector${others > 1 ? "s" : ""} of the rule ${others > 1 ? "go" : "goes"} silent with it` : ""}.`,
        ...replacements(id, type ?? undefined, context),
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
          ...lighter(user),
          ...(mayBeEndpoint ? unlessEndpoint : {}),
          connector: { id: connector, name: undefined, type: undefined },
          evidence: `No connector of this space has the id or name ${word(connector)}, which ${quoted(user.name, 60)} names in ${quoted(user.how, 60)}${mayBeEndpoint ? orEndpoint : "."}${user.can_be_moved ? "" : ` ${howToFree([user]).join(" ")}`}`,
          ...(user.can_be_moved ? { next: shownThere(connector, { space: user.space }) } : { tool: undefined }),
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

/** The call that shows what could take the place of a connector; without one where the space has none. */
function replacements(id: string, type: string | undefined, { space, connectors }: RuleContext): Pick<Draft, "next" | "tool"> {
  const others = [...connectors.values()];
  if (others.length === 0) return { tool: "create_connector" };
  const hasSame = type !== undefined && others.some((one) => one.type === type);
  return {
    next: shownThere(id, { space, ...(hasSame ? { type } : {}) }, type === undefined || hasSame ? "" : `No other ${word(type)} is here. `),
  };
}

function shownThere(id: string, args: ReadyCall["args"], before = ""): ReadyCall {
  const why = `${before}Shows what could take its place: replace_connector with from ${word(id)} moves what used it there. Or create it again under the same id.`;
  return { tool: "list_connectors", args, why };
}

/** A case goes on without its connector: only its next push fails, which whoever pushes sees. */
function lighter({ kind }: Use): Pick<Draft, "severity" | "group"> | undefined {
  return kind === "case" ? { severity: "low", group: "will_break" } : undefined;
}

/** Which endpoints there are is not known here. */
const unlessEndpoint = { severity: "low", confidence: "likely", group: "will_break" } as const;
const orEndpoint = ": it may be an inference endpoint of Elasticsearch that goes with no connector.";

function isModel(text: string, { connectors, endpointsAreModels }: RuleContext): boolean {
  if (endpointsAreModels && isElasticsOwn(text)) return true;
  return connectors.has(text) || [...connectors.values()].some(({ config }) => endpointOf(config) === text);
}
