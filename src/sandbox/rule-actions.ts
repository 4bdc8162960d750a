import { randomUUID } from "node:crypto";
import * as z from "zod";
import { Refusal } from "./envelope.ts";
import type { RuleType } from "./rule-types.ts";
import type { RuleAction, State } from "./types.ts";

export const actionBody = z.strictObject({
  group: z.string().optional(),
  id: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  frequency: z
    .strictObject({
      summary: z.boolean(),
      notify_when: z.enum(["onActionGroupChange", "onActiveAlert", "onThrottleInterval"]),
      throttle: z.string().nullable(),
    })
    .optional(),
  uuid: z.string().optional(),
  alerts_filter: z.record(z.string(), z.unknown()).optional(),
  use_alert_data_for_template: z.boolean().optional(),
});

type GivenAction = z.infer<typeof actionBody>;
interface GivenRule {
  actions: GivenAction[];
  notify_when?: string | null | undefined;
  throttle?: string | null | undefined;
}

/** The actions as they are stored, or the 400 that Kibana gives (reference/kibana-api.md §5.4, §6.1). */
export function storedActions(rule: GivenRule, space: string, type: RuleType, state: State): RuleAction[] {
  const given = rule.actions;
  const found = given.map((action) => ({ action, connector: actionConnector(action.id, space, state) }));
  const grouped = found.filter(({ connector }) => !connector.system).map(({ action }) => action);
  const problems = [
    listProblem(
      "Invalid connectors",
      found.filter(({ connector }) => connector.missingSecrets).map(({ connector }) => connector.name),
    ),
    listProblem("Invalid action groups", invalidGroups(grouped, type)),
    new Set(given.map(({ uuid }) => uuid)).size < given.length && given.every(({ uuid }) => uuid)
      ? "Actions have duplicated UUIDs"
      : undefined,
    frequencyProblem(grouped, rule.notify_when !== undefined || Boolean(rule.throttle)),
  ].filter((problem) => problem !== undefined);
  if (problems.length === 1) throw new Refusal(400, `Failed to validate actions due to the following error: ${problems[0]}`);
  if (problems.length > 1) {
    throw new Refusal(400, `Failed to validate actions due to the following ${problems.length} errors:\n- ${problems.join("\n- ")}`);
  }
  return found.map(({ action, connector }) => ({ ...action, uuid: action.uuid ?? randomUUID(), connector_type_id: connector.type }));
}

function actionConnector(id: string, space: string, state: State) {
  const inMemory = state.inMemory.find((connector) => connector.id === id);
  if (inMemory) return { ...inMemory, missingSecrets: false };
  const saved = state.connectors.get(id);
  if (saved?.space !== space) throw new Refusal(400, `Failed to load action ${id} (404): Saved object [action/${id}] not found`);
  return { ...saved, system: false };
}

function invalidGroups(actions: GivenAction[], type: RuleType): string[] {
  return actions.map(({ group }) => group ?? "undefined").filter((group) => !type.action_groups.some(({ id }) => id === group));
}

function listProblem(title: string, names: string[]): string | undefined {
  return names.length > 0 ? `${title}: ${names.join(", ")}` : undefined;
}

/** Each action has a frequency, or the rule speaks for all; a `notify_when` of null counts as speaking (reference/kibana-api.md §6.1). */
function frequencyProblem(actions: GivenAction[], ruleSpeaks: boolean): string | undefined {
  const wrong = actions.filter(({ frequency }) => Boolean(frequency) === ruleSpeaks).map(({ group }) => group ?? "undefined");
  const both = "Cannot specify per-action frequency params when notify_when or throttle are defined at the rule level";
  return listProblem(ruleSpeaks ? both : "Actions missing frequency parameters", wrong);
}
