import { createHash } from "node:crypto";
import { logExecution } from "../connectors/executions.ts";
import { knowsArtifacts } from "../rules/view.ts";
import { failed, type Outcome } from "../third-parties/outcome.ts";
import type { InMemoryConnector, Rule, RuleAction, State } from "../types.ts";
import { seedCases } from "./cases.ts";
import { copyInPayments, onlyForWorkflows, seedConnectors } from "./connectors.ts";
import { seedPolicies } from "./policies.ts";
import { type SeedAction, type SeedRule, seedRules } from "./rules.ts";
import { hasWorkflows, seedWorkflowsInto } from "./workflows.ts";

/** A realistic deployment: three spaces, some of it neglected. The same at every start. */
export function seed(state: State): void {
  for (const [id, name, color] of [
    ["team-payments", "Team Payments", "#54b399"],
    ["security", "Security", "#e7664c"],
  ] as const) {
    state.spaces.set(id, { id, name, color, disabledFeatures: [] });
  }
  for (const connector of [...seedConnectors, copyInPayments]) state.connectors.set({ ...connector });
  if (hasWorkflows(state)) state.connectors.set({ ...onlyForWorkflows });
  for (const rule of seedRules) state.rules.set(storedRule(rule, state));
  seedRuns(state);
  seedCases(state);
  seedWorkflowsInto(state);
  seedPolicies(state);
  for (const [at, connectorId] of ["ops-pagerduty", copyInPayments.id].entries())
    state.references.push({ kind: "action_task_params", id: `queued-run-${at + 1}`, connectorId });
}

/** Hourly runs up to now; two connectors fail every time, and unused ones have no runs. */
const history = [
  ["ops-pagerduty", 6, undefined],
  ["ops-slack", 24, undefined],
  ["deploy-hook", 4, "[401] Unauthorized"],
  ["payments-pagerduty", 2, undefined],
  ["soc-slack", 9, "[429] Too Many Requests"],
] as const;

function seedRuns(state: State): void {
  for (const [id, count, problem] of history) {
    const connector = state.connectors.get(id);
    for (let hour = count; connector && hour > 0; hour -= 1) {
      const bad: Outcome | undefined = problem && failed("error calling the third party", { serviceMessage: problem });
      const run = {
        at: Date.now() - hour * 3_600_000,
        durationMs: 180 + hour,
        delayMs: 2900,
        source: "alert",
        space: connector.space,
      } as const;
      logExecution(connector, bad ?? { status: "ok" }, run, state);
    }
  }
}

/** As if from `xpack.actions.preconfigured` in kibana.yml. */
export const preconfigured: readonly InMemoryConnector[] = [
  {
    id: "ops-mail-preconfigured",
    type: ".email",
    name: "Ops mail",
    config: { service: "other", host: "smtp.example.com", port: 587, secure: false, from: "kibana@example.com", hasAuth: true },
    secrets: { user: "kibana@example.com", password: "seed-mail-password" },
    system: false,
  },
];

/** A stored rule, from the fields in which it differs from the defaults. */
export function storedRule({ artifacts, ...rule }: SeedRule, state: State): Rule {
  return {
    tags: [],
    params: {},
    throttle: null,
    notify_when: null,
    api_key_owner: "elastic",
    api_key_created_by_user: false,
    enabled: true,
    mute_all: false,
    muted_alert_ids: [],
    snooze_schedule: [],
    ...(rule.enabled !== false && { scheduled_task_id: rule.id }),
    outcome: "succeeded",
    outcomeMessage: null,
    ...rule,
    ...(artifacts && knowsArtifacts(state.version) && { artifacts }),
    schedule: { interval: "1m" },
    actions: rule.actions.map((action, at) => storedAction(action, `${rule.id}/${at}`, state)),
    created_by: "elastic",
    updated_by: "elastic",
    revision: 3,
    createdAt: "2026-03-02T08:00:00.000Z",
    updatedAt: "2026-09-14T09:30:00.000Z",
  };
}

function storedAction({ id, type, ...action }: SeedAction, place: string, state: State): RuleAction {
  const known = state.connectors.get(id) ?? state.inMemory.find((connector) => connector.id === id);
  return { uuid: uuidOf(place), ...action, id, connector_type_id: known?.type ?? type ?? ".webhook" };
}

function uuidOf(place: string): string {
  const hex = createHash("sha256").update(place).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
