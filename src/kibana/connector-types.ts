import * as z from "zod";
import type { Get } from "./http.ts";
import { readAs } from "./read-as.ts";

const ConnectorTypeRow = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  enabled_in_config: z.boolean(),
  enabled_in_license: z.boolean(),
  minimum_license_required: z.string(),
  supported_feature_ids: z.array(z.string()).nullish(),
  is_system_action_type: z.boolean().nullish(),
  is_deprecated: z.boolean().nullish(),
});

const ConnectorTypeRows = z.array(ConnectorTypeRow);

/** A connector type as this deployment offers it. */
export interface LiveType {
  id: string;
  name: string;
  enabledInConfig: boolean;
  enabledInLicense: boolean;
  license: string;
  /** Empty if the version does not list them. */
  features: string[];
  system: boolean;
  deprecated: boolean;
}

export function connectorTypeReads(get: Get) {
  return {
    /** The types of this deployment; Kibana leaves out system types. Needs no privilege (reference/kibana-api.md §2). */
    async connectorTypes(space: string): Promise<LiveType[]> {
      const body = await get({
        path: "/api/actions/connector_types",
        space,
      });
      return readAs(ConnectorTypeRows, body).map((raw) => ({
        id: raw.id,
        name: raw.name,
        enabledInConfig: raw.enabled_in_config,
        enabledInLicense: raw.enabled_in_license,
        license: raw.minimum_license_required,
        features: raw.supported_feature_ids ?? [],
        system: raw.is_system_action_type ?? false,
        deprecated: raw.is_deprecated ?? false,
      }));
    },
  };
}

/** Why connectors of a type cannot run here; undefined if they can (reference/kibana-api.md §2). */
export function unusable(type: LiveType | undefined, preconfigured = false): string | undefined {
  if (!type) return "this Kibana does not have its type";
  if (!type.enabledInLicense) return `the licence does not cover it: it needs ${type.license}`;
  if (!type.enabledInConfig && !preconfigured) return "it is switched off in xpack.actions.enabledActionTypes";
  return undefined;
}
