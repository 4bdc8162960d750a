import type { SpecType } from "./spec-types.ts";

const indicatorType = {
  type: "string",
  enum: ["IPv4", "IPv6", "domain", "hostname", "url", "FileHash-MD5", "FileHash-SHA1", "FileHash-SHA256"],
  description: "Indicator type",
};
const indicator = { type: "string", description: "Indicator value" };

function input(properties: Record<string, object>, required: readonly string[]) {
  return { type: "object", properties, required, additionalProperties: false };
}

/** One of the types that each newer Kibana keeps as a specification. Source: kbn-connector-specs, specs/alienvault_otx. */
export const alienvaultOtx: SpecType = {
  metadata: {
    id: ".alienvault-otx",
    display_name: "AlienVault OTX",
    description: "Community-driven threat intelligence from Open Threat Exchange",
    minimum_license: "gold",
    supported_feature_ids: ["workflows", "agentBuilder"],
  },
  schema: {
    type: "object",
    properties: {
      config: input({}, []),
      secrets: {
        oneOf: [
          input(
            {
              authType: { type: "string", const: "api_key_header" },
              "X-OTX-API-KEY": { type: "string", sensitive: true, description: "API Key" },
            },
            ["authType", "X-OTX-API-KEY"],
          ),
        ],
      },
    },
  },
  is_testable: true,
  is_inbound_only: false,
  actions: {
    getIndicator: {
      is_tool: true,
      input: input({ indicatorType, indicator, section: { type: "string", description: "Specific section to retrieve" } }, [
        "indicatorType",
        "indicator",
      ]),
    },
    searchPulses: {
      is_tool: true,
      input: input(
        {
          query: { type: "string", description: "Search query" },
          page: { type: "integer", minimum: 1, default: 1, description: "Page number" },
          limit: { type: "integer", minimum: 1, maximum: 100, default: 20, description: "Results per page" },
        },
        ["page", "limit"],
      ),
    },
    getPulse: { is_tool: true, input: input({ pulseId: { type: "string", description: "Pulse ID" } }, ["pulseId"]) },
    getRelatedPulses: { is_tool: true, input: input({ indicatorType, indicator }, ["indicatorType", "indicator"]) },
  },
};
