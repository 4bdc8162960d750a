import type { SpecType } from "../../src/sandbox/connectors/spec-types.ts";

/** A type that nobody has heard of, in the form in which Kibana describes one (zod's JSON Schema of what is stored). */
export const inventedType: SpecType = {
  metadata: {
    id: ".acme-beacon",
    display_name: "Acme Beacon",
    description: "Lights a beacon in Acme's towers.",
    minimum_license: "gold",
    supported_feature_ids: ["workflows", "alerting"],
  },
  schema: {
    properties: {
      config: {
        type: "object",
        properties: {
          url: { type: "string", format: "uri", description: "Address of the tower" },
          region: { type: "string", enum: ["north", "south"], label: "Region" },
          retries: { type: "integer", minimum: 0, maximum: 5, default: 2 },
        },
        required: ["url", "region", "retries"],
        additionalProperties: false,
      },
      secrets: {
        oneOf: [
          {
            type: "object",
            properties: {
              authType: { type: "string", const: "beacon_key" },
              beaconKey: { type: "string", minLength: 1, sensitive: true, label: "Key of the tower" },
            },
            required: ["authType", "beaconKey"],
            additionalProperties: false,
          },
          {
            type: "object",
            properties: {
              authType: { type: "string", const: "basic" },
              username: { type: "string", minLength: 1 },
              password: { type: "string", minLength: 1, sensitive: true },
            },
            required: ["authType", "username", "password"],
            additionalProperties: false,
          },
        ],
        label: "Authentication",
      },
    },
  },
  is_testable: true,
  is_inbound_only: false,
  actions: {
    light: {
      description: "Lights the beacon",
      is_tool: true,
      input: {
        type: "object",
        properties: {
          watchers: { type: "array", items: { type: "string" } },
          colour: { type: "string", enum: ["red", "green"], default: "red" },
          text: { type: "string", maxLength: 200 },
        },
        required: ["watchers", "colour"],
        additionalProperties: false,
      },
    },
    look: { input: { type: "object", properties: {}, additionalProperties: false } },
  },
};

/** One that each user authorises with an account of their own. */
export const perUserType: SpecType = {
  ...inventedType,
  metadata: { ...inventedType.metadata, id: ".acme-drive", display_name: "Acme Drive", description: "Keeps papers" },
  schema: {
    properties: {
      config: { type: "object", properties: {}, additionalProperties: false },
      secrets: {
        oneOf: [
          {
            type: "object",
            properties: {
              authType: { type: "string", const: "oauth_authorization_code" },
              authorizationUrl: { type: "string", format: "uri" },
              tokenUrl: { type: "string", format: "uri" },
              scope: { type: "string" },
              clientId: { type: "string" },
              clientSecret: { type: "string", sensitive: true },
            },
            required: ["authType", "authorizationUrl", "tokenUrl", "clientId", "clientSecret"],
            additionalProperties: false,
          },
        ],
      },
    },
  },
};
