import type { Effect } from "../../change/plan.ts";
import { connectorProtected } from "../../change/undo-here.ts";
import { ToolError } from "../../errors.ts";
import { type LiveType, unusable } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import type { Settings } from "../../settings/index.ts";
import { compact } from "../fields.ts";

export const states = ["missing_secrets", "deprecated", "unusable", "preconfigured", "unused"] as const;

/** The settings that a row depends on. */
type Protecting = Pick<Settings, "protect" | "auditConnector">;

/**
 * One connector in a list. `uses` is Kibana's count of references: rules, including disabled ones, but also cases and queued
 * runs. It is left out where it is 0: a workflow may use the connector all the same.
 */
export function connectorRow(connector: Connector, space: string, types: readonly LiveType[], settings: Protecting) {
  return compact({
    id: connector.id,
    name: plainText(connector.name, 120),
    type: connector.type,
    space,
    uses: connector.preconfigured ? undefined : connector.references || undefined,
    ...authorisationOf(connector),
    flags: [
      ...flagsOf(connector, types),
      ...(connectorProtected(connector.id, [connector.name], settings) !== undefined ? ["protected"] : []),
    ],
  });
}

/** How each user authorises it, where they do not share its secrets. */
function authorisationOf({ authMode, userAuthStatus }: Pick<Connector, "authMode" | "userAuthStatus">) {
  return {
    auth_mode: authMode && plainText(authMode, 40),
    user_auth_status: userAuthStatus && plainText(userAuthStatus, 40),
  };
}

export function flagsOf(connector: Connector, types: readonly LiveType[]): string[] {
  const type = types.find((one) => one.id === connector.type);
  return [
    connector.preconfigured && "preconfigured",
    connector.missingSecrets && "missing_secrets",
    connector.deprecated && "deprecated",
    unusable(type, connector.preconfigured) !== undefined && "unusable",
  ].filter((flag) => flag !== false);
}

/** @throws ToolError type_unusable */
export function assertUsable(type: LiveType): void {
  const why = unusable(type);
  if (!why) return;
  throw new ToolError(
    "type_unusable",
    `Connectors of type ${type.id} cannot be used here: ${why}.`,
    type.enabledInLicense
      ? `An operator adds ${type.id} to xpack.actions.enabledActionTypes in kibana.yml.`
      : "Use a type that the licence covers (describe_connector_types says which), or upgrade the licence.",
    { type: type.id, minimum_license: type.license },
  );
}

/** @throws ToolError type_unusable if the connector cannot run here; preconfigured ones run even if their type is switched off */
export function assertRunnable(connector: Connector, types: readonly LiveType[]): void {
  const live = types.find((one) => one.id === connector.type);
  if (!live) {
    throw new ToolError(
      "type_unusable",
      `This Kibana does not have the type ${connector.type} of ${quoted(connector.name)}: it cannot run here.`,
      "Use a connector of a type that this Kibana has.",
    );
  }
  assertUsable(connector.preconfigured ? { ...live, enabledInConfig: true } : live);
}

/** @param so what that leads to @throws ToolError secrets_needed for one that lost them in an import */
export function assertHasSecrets({ id, name, missingSecrets }: Connector, so: "Kibana saves no rule with it" | "a run fails"): void {
  if (!missingSecrets) return;
  throw new ToolError(
    "secrets_needed",
    `${quoted(name)} (${word(id)}) has lost its secrets: ${so}.`,
    "Enter them again with update_connector first.",
    { connector: id },
  );
}

/** One connector as shown in the answer to a change. */
export function connectorView(
  {
    id,
    name,
    type,
    config,
    references,
    ...more
  }: Pick<Connector, "id" | "name" | "type" | "config" | "authMode" | "userAuthStatus"> & { references?: number | undefined },
  space: string,
) {
  const shown = hideInConfig(config ?? {}).config;
  return compact({ id, name: plainText(name, 120), type, space, uses: references || undefined, ...authorisationOf(more), config: shown });
}

/** What a plan does to an existing connector. */
export function effectOn(
  verb: Effect["verb"],
  { id, name, type }: Connector,
  space: string,
  states: Pick<Effect, "before" | "after">,
): Effect {
  return { verb, kind: "connector", id, name, type, space, ...states };
}
