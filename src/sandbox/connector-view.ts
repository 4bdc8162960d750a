import type { Connector, InMemoryConnector, State } from "./types.ts";
import { atLeast } from "./version.ts";

/** A saved connector as Kibana answers it: never a secret, on no endpoint (reference/kibana-api.md §1.2). */
export function savedView(connector: Connector, state: State) {
  return {
    ...commonView(connector, state),
    config: connector.config,
    is_missing_secrets: connector.missingSecrets,
    is_preconfigured: false,
    is_deprecated: isDeprecated(connector),
    is_system_action: false,
  };
}

/** A connector from kibana.yml hides its config. */
export function inMemoryView(connector: InMemoryConnector, state: State) {
  return {
    ...commonView(connector, state),
    is_preconfigured: !connector.system,
    is_deprecated: isDeprecated(connector),
    is_system_action: connector.system,
  };
}

function commonView({ id, name, type }: Connector | InMemoryConnector, { version }: State) {
  return {
    id,
    name,
    connector_type_id: type,
    ...(atLeast(version, 9, 2) && { is_connector_type_deprecated: false }),
    ...(atLeast(version, 9, 4) && { auth_mode: "shared" }),
  };
}

/** ServiceNow through its old table API. */
function isDeprecated({ type, config }: Connector | InMemoryConnector): boolean {
  return (type === ".servicenow" || type === ".servicenow-sir") && config.usesTableApi !== false;
}

/** Documents that hold a reference, over all spaces: rules once each, cases, queued runs (reference/kibana-api.md §5.1). */
export function referencedBy(id: string, state: State): number {
  const rules = [...state.rules.values()].filter((rule) => rule.actions.some((action) => action.id === id));
  return rules.length + state.references.filter((reference) => reference.connectorId === id).length;
}
