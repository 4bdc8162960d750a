import type { State } from "../types.ts";

/** What holds connectors beside rules, as a call can change it: without times, and without whose rights a workflow has. */
export function dumpHolders(state: State) {
  return {
    workflows: sorted(state.workflows.values()).map(({ createdAt: _created, lastUpdatedAt: _updated, runsAs, ...workflow }) => ({
      ...workflow,
      runs_as: runsAs.name,
    })),
    workflow_runs: state.workflowRuns.map(({ workflowId, status, error, executedBy, steps }) => ({
      ...{ workflowId, status, error, executedBy },
      steps,
    })),
    policies: sorted(state.policies.values()).map(({ createdAt: _created, updatedAt: _updated, ...policy }) => policy),
    v2_rules: sorted(state.v2Rules.values()).map(({ createdAt: _created, updatedAt: _updated, ...rule }) => rule),
    cases: sorted(state.cases.values()).map(({ createdAt: _created, ...one }) => one),
    case_configurations: sorted(state.caseConfigurations.values()).map(({ createdAt: _created, ...one }) => one),
    case_templates: sorted(state.caseTemplates.values()),
    agents: sorted(state.agents.values()),
    tools: sorted(state.tools.values()),
    conversations: sorted(state.conversations.values()).map(({ createdAt: _created, ...one }) => one),
    discovery_schedules: sorted(state.discoverySchedules.values()).map(({ createdAt: _created, ...one }) => one),
    advanced_settings: Object.fromEntries(state.advancedSettings),
    monitoring_settings: Object.fromEntries(state.monitoringSettings),
    model_settings: Object.fromEntries(state.modelSettings),
    playgrounds: sorted(state.playgrounds.values()),
    migrations: sorted(state.migrations.values()).map(({ createdAt: _created, ...one }) => one),
  };
}

function sorted<T extends { id: string }>(items: Iterable<T>): T[] {
  return [...items].sort((one, other) => (one.id < other.id ? -1 : 1));
}
