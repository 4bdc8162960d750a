import type { Connector, InMemoryConnector, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** A saved connector as `create` and `update` return it: without secrets, as everywhere (reference/kibana-api.md §1.2). */
export function storedView(connector: Connector, state: State) {
  return {
    ...commonView(connector, state),
    config: connector.config,
    is_missing_secrets: connector.missingSecrets,
    ...flags(connector, false, state),
  };
}

/** The same as GET and the list return it. */
export function savedView(connector: Connector, state: State) {
  return { ...storedView(connector, state), ...authentication(state, connector) };
}

/** A connector from kibana.yml hides its config unless the file says otherwise. */
export function inMemoryView(connector: InMemoryConnector, state: State) {
  return {
    ...commonView(connector, state),
    ...(connector.exposeConfig && { config: connector.config }),
    ...flags(connector, !connector.system, state),
    ...authentication(state),
  };
}

function commonView({ id, name, type }: Connector | InMemoryConnector, { version }: State) {
  return {
    id,
    name,
    connector_type_id: type,
    ...(has(version, "deprecated connector types") && { is_connector_type_deprecated: false }),
  };
}

function authentication({ version }: State, { perUser }: Pick<Connector, "perUser"> = {}) {
  if (!has(version, "authentication per user")) return {};
  return perUser ? { auth_mode: "per-user", user_auth_status: perUser.connected ? "connected" : "not_connected" } : { auth_mode: "shared" };
}

function flags(connector: Connector | InMemoryConnector, preconfigured: boolean, { version }: State) {
  return {
    is_preconfigured: preconfigured,
    is_deprecated: isDeprecated(connector),
    ...(has(version, "system connectors") && { is_system_action: "system" in connector && connector.system }),
  };
}

/** ServiceNow through its old table API. */
function isDeprecated({ type, config }: Connector | InMemoryConnector): boolean {
  return (type === ".servicenow" || type === ".servicenow-sir") && config.usesTableApi !== false;
}

/**
 * How many documents refer to each connector, over all spaces: rules and schedules once each, cases, their configurations,
 * queued runs (reference/kibana-api.md §5.1). A connector in a template of cases is not counted.
 */
export function referenceCounts(state: State): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (id: string) => counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const { actions } of [...state.rules.values(), ...state.discoverySchedules.values()]) {
    for (const id of new Set(actions.map((action) => action.id))) count(id);
  }
  for (const { connector } of [...state.cases.values(), ...state.caseConfigurations.values()]) count(connector.id);
  for (const run of state.references.filter(isWaiting)) count(run.connectorId);
  return counts;
}

/** Milliseconds for which a queued run waits, from when it is first counted on. */
const waits = 400;
const countedAt = new WeakMap<object, number>();

function isWaiting(run: object): boolean {
  const now = Date.now();
  const since = countedAt.get(run) ?? now;
  countedAt.set(run, since);
  return now - since < waits;
}
