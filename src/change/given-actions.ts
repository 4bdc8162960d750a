import { destinations } from "../catalog/destinations.ts";
import { connectorType } from "../catalog/index.ts";
import type { RuleAction } from "../kibana/rules.ts";
import { ofRuleItself } from "../rules/old-frequency.ts";
import { actionKey, type Paired, paired } from "../rules/same-action.ts";
import type { PutRuleOp, PutWorkflowOp, TouchedConnector } from "./op.ts";

/** The actions that come, go and stay. The frequency of the rule itself, once it stands in each action, changes nothing of whom they reach. */
export function changedActions(op: PutRuleOp | PutWorkflowOp): Paired<RuleAction> {
  const often = op.op === "put_rule" ? { ...ofRuleItself(op.before) } : undefined;
  const asOften = (action: RuleAction) => actionKey({ ...action, frequency: action.frequency ?? often });
  return paired(op.before.actions, op.after.actions, actionKey, asOften);
}

/** The connectors that a question names as where a rule or workflow sends: of those it gets actions, or they move to one that has the same already. */
export function givenConnectors(op: PutRuleOp | PutWorkflowOp): TouchedConnector[] {
  const { gone, fresh } = changedActions(op);
  const ids = (actions: readonly RuleAction[]) => new Set(actions.map(({ id }) => id));
  const [comes, goes, has] = [ids(fresh), ids(gone), ids(op.after.actions)];
  return op.touches.filter(({ id }) => comes.has(id) || (has.has(id) && !goes.has(id)));
}

/** Where these send, as far as Kibana shows it, by id. */
export async function hostsGiven(op: PutRuleOp | PutWorkflowOp): Promise<Record<string, string[]>> {
  const each = givenConnectors(op).map(async ({ id, type = "", config = {} }) => {
    const entry = await connectorType(type, config);
    return [id, entry ? destinations(entry, config, () => undefined) : []] as const;
  });
  return Object.fromEntries((await Promise.all(each)).filter(([, hosts]) => hosts.length > 0));
}
