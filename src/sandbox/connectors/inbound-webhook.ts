import type { SpecType } from "./spec-types.ts";

const nothing = { type: "object", properties: {}, additionalProperties: false };

/** As Kibana has it while `xpack.actions.inboundEvents.enabled` is on: kbn-connector-specs, src/specs/inbound_webhook. */
export const inboundWebhook: SpecType = {
  metadata: {
    id: ".inboundWebhook",
    display_name: "Inbound Webhook",
    description: "Receive HTTP requests from external systems",
    minimum_license: "gold",
    supported_feature_ids: ["workflows"],
  },
  schema: {
    type: "object",
    properties: {
      config: nothing,
      secrets: {
        oneOf: [
          {
            type: "object",
            properties: { authType: { type: "string", const: "none" } },
            required: ["authType"],
            additionalProperties: false,
          },
        ],
      },
    },
  },
  is_testable: false,
  is_inbound_only: true,
  actions: {},
};
