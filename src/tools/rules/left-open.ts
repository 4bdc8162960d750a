import { targetOf } from "../../audit/same-target.ts";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";
import { closingParams, keyInOneForm, keyOf, opens } from "../../rules/incidents.ts";
import { someRules } from "./rules-in-words.ts";

const rulesNamed = 5;

/**
 * Incidents that may be open at the old connector when its actions go: the recovery goes elsewhere from then on. All that
 * Kibana says is how many alerts each rule's last run found active.
 * @param from `known` is undefined if the connector is gone
 */
export async function leftOpen(
  rules: readonly Rule[],
  from: { id: string; known: Connector | undefined },
  to: Connector | undefined,
): Promise<string[]> {
  const ours = (rule: Rule) => rule.actions.filter((action) => action.id === from.id);
  const typeId = from.known?.type ?? rules.flatMap(ours).find((action) => action.connector_type_id)?.connector_type_id;
  const type = await connectorType(typeId ?? "");
  if (!type?.recovery || (from.known && to && areOne(from.known, to, type))) return [];
  const opening = rules
    .map((rule) => ({ rule, actions: ours(rule).filter((action) => opens(type, action.params ?? {})) }))
    .filter(({ actions }) => actions.length > 0);
  const active = opening.filter(({ rule }) => hadAlerts(rule) === "yes");
  const unseen = opening.filter(({ rule }) => rule.enabled && hadAlerts(rule) === "unknown").map(({ rule }) => rule);
  return [
    ...(active.length > 0 ? [stayOpen(active, from, to, type)] : []),
    ...(unseen.length > 0 ? [`Of ${someRules(unseen, rulesNamed)} the last run failed: whether incidents are open cannot be seen.`] : []),
  ];
}

/** Whether both sign in at the same place, where no secret decides which: then each closes what the other opened. */
function areOne(from: Connector, to: Connector, type: ConnectorType): boolean {
  const target = targetOf(from, type);
  return target !== undefined && from.type === to.type && target === targetOf(to, type);
}

/** Whether the last run found active alerts. A rule that is pending and has none never ran. */
function hadAlerts({ last_run: last, execution_status: execution }: Rule): "yes" | "no" | "unknown" {
  const count = last?.alerts_count?.active;
  const status = execution?.status;
  if (count != null ? count > 0 : status === "active") return "yes";
  return count != null || status === "ok" || (status === "pending" && !last) ? "no" : "unknown";
}

function stayOpen(
  active: readonly { rule: Rule; actions: RuleAction[] }[],
  { id, known }: { id: string; known: Connector | undefined },
  to: Connector | undefined,
  type: ConnectorType,
): string {
  const keys = active.flatMap(({ actions }) => actions.flatMap(({ params }) => keyOf(type, params ?? {}) ?? []));
  const [key = "…", ...others] = new Map(keys.map((one) => [keyInOneForm(one), one])).values();
  const params = closingParams(type, others.length > 0 ? "…" : key);
  const rules = someRules(
    active.map(({ rule }) => rule),
    rulesNamed,
  );
  const theOld = known ? quoted(known.name, 60) : "the old connector";
  const why =
    to?.type === type.id
      ? `unless ${quoted(to.name, 60)} reaches the same account`
      : `since recovery ${to ? `goes to ${quoted(to.name, 60)}` : "closes nothing"} from now on`;
  const way =
    known && !known.missingSecrets
      ? `in ${type.name}, or by execute_connector ${JSON.stringify({ id, params })} for each alert, with its ${type.dedupField ?? "key"} filled in. Keep ${theOld} until then.`
      : `in ${type.name}.`;
  return `${rules} had active alerts at the last run. What ${theOld} opened for them has to be closed there, ${why}: ${way}`;
}
