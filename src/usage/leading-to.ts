import { ToolError } from "../errors.ts";
import type { ActionPolicy } from "../kibana/alerting-v2.ts";
import type { Reader } from "../kibana/reader.ts";
import type { RuleAction } from "../kibana/rules.ts";
import { isAtLeast } from "../kibana/status.ts";
import { isPlainObject } from "../plain-object.ts";
import { rulePages } from "../rules/rule-pages.ts";
import type { Use, Where } from "./use.ts";
import { wholeList } from "./whole-list.ts";

/** The action policies of a space: from 9.5 on; none where the new alerting is switched off. @throws ToolError */
export async function policiesOf(reader: Reader, space: string, status: Where["status"]): Promise<ActionPolicy[]> {
  if (!isAtLeast(status, "9.5")) return [];
  const { items, total, complete } = await wholeList(async (at) => {
    const page = await reader.actionPolicies(space, at);
    return page && { total: page.total, items: page.policies };
  });
  if (!complete) throw notAll("action policies", items.size, total);
  return [...items.values()];
}

/** For lists of which nothing may be missing. */
export function notAll(what: string, listed: number, total: number): ToolError {
  return new ToolError("kibana_error", `Kibana lists ${listed} of ${total} ${what}.`, "Ask again when nobody changes them.");
}

/** KQL for the rules that start workflows. */
export const startingWorkflows = 'alert.attributes.actions:{ actionTypeId: ".workflows" }';

/** What starts these workflows and so reaches a connector through them: rules and action policies, as far as the key may read them. */
export async function leadingTo(
  reader: Reader,
  space: string,
  status: Where["status"],
  workflows: ReadonlyMap<string, string>,
): Promise<Use[]> {
  const through = (id: string) => ({ kind: "workflow" as const, id, name: workflows.get(id) ?? id });
  const ofPolicies = policiesOf(reader, space, status).then((all) =>
    all.flatMap(({ id, name, enabled, workflows: started }) =>
      started
        .filter((one) => workflows.has(one))
        .map((one): Use => {
          const about = { kind: "action_policy" as const, id, name, space, enabled };
          return { ...about, through: through(one), how: "its destinations", can_be_moved: false };
        }),
    ),
  );
  const ofRules = async () => {
    const found: Use[] = [];
    for await (const { rules } of rulePages(reader, space, { filter: startingWorkflows })) {
      for (const { id, name, enabled, actions } of rules) {
        const started = actions.map(workflowOf).find((one) => one !== undefined && workflows.has(one));
        if (started === undefined) continue;
        found.push({ kind: "rule", id, name, space, enabled, through: through(started), how: "its actions", can_be_moved: false });
      }
    }
    return found;
  };
  const both = await Promise.all([ofPolicies.catch(() => []), ofRules().catch(() => [])]);
  return both.flat();
}

/** The workflow that a rule's action starts; undefined for any other action. */
export function workflowOf({ connector_type_id: type, params }: RuleAction): string | undefined {
  if (type !== ".workflows") return undefined;
  const given = params?.subActionParams;
  return isPlainObject(given) && typeof given.workflowId === "string" ? given.workflowId : undefined;
}
