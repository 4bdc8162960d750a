import * as z from "zod";
import { catalogType } from "../../catalog/index.ts";
import { runConnector } from "../connectors/run.ts";
import { refuseDisabled, refuseUnlicensed, registeredType } from "../connectors/types-api.ts";
import { Refusal } from "../http/envelope.ts";
import { parsePart } from "../http/request-schema.ts";
import { isInMaintenance } from "../maintenance-windows/window.ts";
import type { Connector, Dict, InMemoryConnector, Reply, Rule, RuleAction, State } from "../types.ts";
import { milliseconds } from "./action-problems.ts";
import { runningSnoozes, unexpired } from "./snoozes.ts";
import { rendered } from "./templates.ts";
import { type RuleType, ruleTypes } from "./types.ts";
import { startWorkflow } from "./workflow-action.ts";

const alert = z.union([
  z.string().transform((id) => ({ id, group: undefined, context: {} })),
  z.strictObject({ id: z.string(), group: z.string().optional(), context: z.record(z.string(), z.unknown()).default({}) }),
]);
const order = z.strictObject({ state: z.enum(["active", "recovered"]), alerts: z.array(alert).min(1).optional() });

/** One alert of this run. */
interface Alert {
  id: string;
  group: string;
  context: Dict;
  is: "new" | "ongoing" | "recovered";
}

/** What one run of an action is about: one alert, or all of them in a summary. */
type Planned = { action: RuleAction; alerts: Alert[] };

/** When throttled actions last ran, by uuid; and when the last action of any kind did. */
type Dated = { date: string };
interface LastScheduled extends Dated {
  group: string;
  actions: Record<string, Dated>;
}
/** What a rule remembers from run to run: its active alerts, and when its throttled summaries last went out. */
interface Memory {
  alerts: Map<string, { group: string; last: LastScheduled | undefined }>;
  summaries: Record<string, Dated>;
}
const memories = new WeakMap<State, Map<string, Memory>>();

/** Makes a rule find these alerts active or recovered, and runs its actions as Kibana would. */
export async function fireRule(id: string, body: unknown, state: State): Promise<Reply> {
  const given = parsePart(order, body, "body", state.version);
  const rule = state.rules.get(id);
  if (!rule) throw new Refusal(404, `Saved object [alert/${id}] not found`);
  if (!rule.enabled) throw new Refusal(400, `Rule ${id} is disabled: it never runs.`);
  const type = ruleTypes.find((one) => one.id === rule.rule_type_id) ?? ruleTypes[0];
  const memory = memoryOf(id, state);
  const found = (given.alerts ?? defaults(given.state, memory)).map((one) => alertOf(one, given.state, type, memory));
  const now = Date.now();
  const silent = rule.mute_all || runningSnoozes(rule, now).length > 0 || isInMaintenance(rule.space, state, now);
  const heard = found.filter((one) => !isSilenced(one.id, rule, now));
  const planned = silent ? [] : rule.actions.flatMap((action) => runsOf(action, heard, rule, state, memory));
  for (const { id: alertId, is, group } of found) {
    if (is === "recovered") memory.alerts.delete(alertId);
    else memory.alerts.set(alertId, { group, last: memory.alerts.get(alertId)?.last });
  }
  remember(planned, memory);
  const missing = planned.find(({ action }) => !connectorOf(action.id, rule.space, state));
  const outcomeMessage = missing ? `Saved object [action/${missing.action.id}] not found` : null;
  const after: Rule = {
    ...rule,
    snooze_schedule: unexpired(rule, now),
    outcome: missing ? "failed" : "succeeded",
    outcomeMessage,
    activeAlerts: memory.alerts.size,
    lastRunAt: new Date().toISOString(),
    pendingSince: undefined,
  };
  state.rules.set(after);
  if (missing) state.log.push(`Executing Rule ${rule.space}:${type.id}:${id} has resulted in Error: ${outcomeMessage}`);
  // One missing connector fails the whole batch (reference/kibana-api.md §5.4).
  const actions = [];
  for (const one of missing ? [] : planned) actions.push(await run(one, rule, type, state));
  return { status: 200, body: { rule: id, outcome: after.outcome, outcome_msg: outcomeMessage, alerts: found, actions } };
}

/** The alerts that are active now. */
export function activeAlerts(rule: string, state: State): string[] {
  return [...memoryOf(rule, state).alerts.keys()];
}

function isSilenced(alert: string, { muted_alert_ids, snoozed_instances = [] }: Rule, now: number): boolean {
  const snoozed = snoozed_instances.find(({ instance_id }) => instance_id === alert);
  return muted_alert_ids.includes(alert) || (snoozed !== undefined && !(Date.parse(snoozed.expires_at ?? "") <= now));
}

function memoryOf(id: string, state: State): Memory {
  const rules = memories.get(state) ?? new Map<string, Memory>();
  memories.set(state, rules);
  const memory = rules.get(id) ?? { alerts: new Map(), summaries: {} };
  rules.set(id, memory);
  return memory;
}

/** If the order names no alerts: one for "active", all active ones for "recovered". */
function defaults(state: "active" | "recovered", memory: Memory): z.infer<typeof alert>[] {
  const ids = state === "active" ? ["alert-1"] : [...memory.alerts.keys()];
  return ids.map((id) => ({ id, group: undefined, context: {} }));
}

function alertOf(given: z.infer<typeof alert>, now: "active" | "recovered", type: RuleType, memory: Memory): Alert {
  const { id, context } = given;
  if (now === "recovered") return { id, context, group: type.recovery_action_group.id, is: "recovered" };
  return { id, context, group: given.group ?? type.default_action_group_id, is: memory.alerts.has(id) ? "ongoing" : "new" };
}

/** Once for a summary of everything, else once for each alert of the action's group, as its frequency allows. */
function runsOf(action: RuleAction, alerts: readonly Alert[], rule: Rule, state: State, memory: Memory): Planned[] {
  const notify = action.frequency?.notify_when ?? rule.notify_when ?? "onActiveAlert";
  const throttle = action.frequency ? action.frequency.throttle : rule.throttle;
  const waits = (last: Dated | undefined) =>
    notify === "onThrottleInterval" &&
    throttle !== null &&
    last !== undefined &&
    Date.now() - Date.parse(last.date) < milliseconds(throttle);
  const system = state.inMemory.some((connector) => connector.system && connector.id === action.id);
  if (system || action.frequency?.summary)
    return alerts.length > 0 && !waits(memory.summaries[action.uuid]) ? [{ action, alerts: [...alerts] }] : [];
  return alerts
    .filter((one) => one.group === action.group)
    .filter((one) => notify !== "onActionGroupChange" || one.is === "recovered" || memory.alerts.get(one.id)?.group !== one.group)
    .filter((one) => {
      const last = memory.alerts.get(one.id)?.last;
      return one.is === "recovered" || last?.group !== one.group || !waits(action.frequency ? last.actions[action.uuid] : last);
    })
    .map((one) => ({ action, alerts: [one] }));
}

/** Notes what ran: alerting/server/alert/alert.ts, updateLastScheduledActions. An alert that is over is forgotten. */
function remember(planned: readonly Planned[], memory: Memory): void {
  const date = new Date().toISOString();
  for (const { action, alerts } of planned) {
    const noted = action.frequency?.throttle == null ? {} : { [action.uuid]: { date } };
    if (action.frequency?.summary) Object.assign(memory.summaries, noted);
    for (const { id, group } of action.frequency?.summary ? [] : alerts) {
      const known = memory.alerts.get(id);
      if (known) known.last = { group, date, actions: { ...(known.last?.group === group && known.last.actions), ...noted } };
    }
  }
}

/** What Kibana keeps of a rule between its runs; undefined before the first. */
export function taskState(rule: string, state: State): Dict | undefined {
  const memory = memories.get(state)?.get(rule);
  if (!memory) return undefined;
  const alerts = [...memory.alerts].map(([id, { last }]) => [id, { state: {}, meta: last ? { lastScheduledActions: last } : {} }]);
  return { rule_type_state: {}, alerts: Object.fromEntries(alerts), summaryActions: memory.summaries };
}

function connectorOf(id: string, space: string, state: State): Connector | InMemoryConnector | undefined {
  const inMemory = state.inMemory.find((connector) => connector.id === id);
  const saved = state.connectors.get(id);
  return inMemory ?? (saved?.space === space ? saved : undefined);
}

/** What stops a single action is only a line in Kibana's log (reference/kibana-api.md §4, §8.1). */
async function run({ action, alerts }: Planned, rule: Rule, type: RuleType, state: State): Promise<Dict> {
  const about = { connector_id: action.id, uuid: action.uuid, alerts: alerts.map(({ id }) => id) };
  const connector = connectorOf(action.id, rule.space, state);
  if (!connector) return about;
  const skip = (line: string) => {
    state.log.push(line);
    return { ...about, status: "skipped", message: line };
  };
  if (connector.type === ".workflows") return { ...about, ...(await startWorkflow(action, alerts, rule, state)) };
  if (connector.type === ".observability-ai-assistant") {
    // It has succeeded before its model answers: only the log tells that there is none (rule_connector/index.ts).
    const model = String(action.params.connector);
    if (!connectorOf(model, rule.space, state)) state.log.push(`Saved object [action/${model}] not found`);
    return { ...about, status: "ok" };
  }
  if ("system" in connector && connector.system) return skip(`the sandbox does not play the system action "${connector.type}"`);
  if ("missingSecrets" in connector && connector.missingSecrets) {
    return skip(`Unable to execute action because no secrets are defined for the "${connector.name}" connector.`);
  }
  const row = await registeredType(connector.type, state);
  try {
    if ("system" in connector) refuseUnlicensed(row, state);
    else refuseDisabled(row, state);
  } catch {
    return skip(`Rule "${rule.id}" skipped scheduling action "${action.id}" because it is disabled`);
  }
  const entry = await catalogType(connector.type);
  const params = rendered(action.params, variables(alerts, rule, type, Boolean(action.frequency?.summary), state), entry);
  const outcome = await runConnector(connector, params, { space: rule.space, source: "alert", delayMs: 3000 }, state);
  if (outcome.status === "error") state.log.push(`Action '${action.id}' failed: ${outcome.message}`);
  return { ...about, params, ...(outcome.status === "ok" ? { status: "ok" } : { status: "error", message: outcome.message }) };
}

/** The variables of templates: alerting/server/task_runner/transform_action_params.ts. */
function variables(alerts: readonly Alert[], rule: Rule, type: RuleType, summary: boolean, { settings: { publicBaseUrl } }: State): Dict {
  const inSpace = rule.space === "default" ? "" : `/s/${rule.space}`;
  const url = publicBaseUrl ? `${publicBaseUrl}${inSpace}/app/management/insightsAndAlerting/triggersActions/rule/${rule.id}` : "";
  const common = {
    rule: { id: rule.id, name: rule.name, spaceId: rule.space, tags: rule.tags, params: rule.params, type: type.id, url },
    date: new Date().toISOString(),
    kibanaBaseUrl: publicBaseUrl,
    params: rule.params,
    spaceId: rule.space,
    tags: rule.tags,
    alertId: rule.id,
    alertName: rule.name,
    state: {},
  };
  const [first] = alerts;
  if (summary || !first) {
    const of = (...kinds: Alert["is"][]) => {
      const data = alerts.filter(({ is }) => kinds.includes(is)).map(({ id, context }) => ({ id, ...context }));
      return { count: data.length, data };
    };
    const all = of("new", "ongoing", "recovered");
    return {
      ...common,
      ...{ alertInstanceId: rule.id, alertActionGroup: "default", alertActionGroupName: "Default" },
      alert: { id: rule.id, uuid: rule.id, actionGroup: "default", actionGroupName: "Default", flapping: false, consecutiveMatches: 0 },
      context: { alerts: all.data, results_link: url, rule: inSnakeCase({ ...rule.params, name: rule.name, id: rule.id }) },
      state: { signals_count: all.count },
      alerts: { new: of("new"), ongoing: of("ongoing"), recovered: of("recovered"), all },
    };
  }
  const actionGroupName = type.action_groups.find(({ id }) => id === first.group)?.name;
  const legacy = { alertInstanceId: first.id, alertActionGroup: first.group, alertActionGroupName: actionGroupName };
  const alertItself = { id: first.id, uuid: first.id, actionGroup: first.group, actionGroupName, flapping: false, consecutiveMatches: 1 };
  return { ...common, ...legacy, alert: alertItself, context: first.context };
}

function inSnakeCase(fields: Dict): Dict {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}
