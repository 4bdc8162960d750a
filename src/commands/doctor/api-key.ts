import type { Access } from "../../settings/index.ts";

/** A request for a key that is valid only in these spaces. */
export interface KeyRequest {
  request: ReturnType<typeof apiKeyRequest>;
  spaces: readonly string[];
}

/**
 * The request that makes a key with the least privileges for an access level (reference/kibana-api.md §10): attaching
 * and moving rule actions needs `all` on the rules, everything else `read`, so that usage can be looked up.
 * @param spaces those in which the server is used: the key is valid in no other
 */
export function apiKeyRequest(access: Access, spaces: readonly string[]) {
  const level = access === "read" ? "read" : "all";
  return {
    name: "kibana-connectors-mcp",
    role_descriptors: {
      "kibana-connectors-mcp": {
        cluster: [],
        indices: [],
        applications: [
          {
            application: "kibana-.kibana",
            privileges: [`feature_actions.${level}`, `feature_stackAlerts.${level}`, "feature_workflowsManagement.read"],
            resources: spaces.map((space) => `space:${space}`),
          },
        ],
      },
    },
  };
}
