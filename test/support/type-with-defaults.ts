import type { SpecType } from "../../src/sandbox/connectors/spec-types.ts";
import { inventedType } from "./invented-type.ts";

const object = (properties: object, required: readonly string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const address = (standard?: string) => ({ type: "string", format: "uri", ...(standard !== undefined && { default: standard }) });
const way = (name: string, fields: object, required: readonly string[]) =>
  object({ authType: { type: "string", const: name }, ...fields }, ["authType", ...required]);

/** One with further addresses, for which Kibana knows one where none is given. */
export function typeWithDefaults(config: object): SpecType {
  return {
    ...inventedType,
    metadata: { ...inventedType.metadata, id: ".acme-relay", display_name: "Acme Relay" },
    schema: {
      properties: {
        config: object({ url: address(), ...config }, ["url"]),
        secrets: {
          oneOf: [
            way("relay_key", { relayKey: { type: "string", sensitive: true } }, ["relayKey"]),
            way(
              "oauth_client_credentials",
              {
                tokenUrl: address("https://login.vendor.example/token"),
                scope: { type: "string", default: "https://scopes.vendor.example/.default" },
                clientSecret: { type: "string", sensitive: true },
              },
              ["clientSecret"],
            ),
          ],
        },
      },
    },
  };
}

/** The places in which a description may say what is filled in, and the config that leaves it out. */
export const placesOfDefaults: [string, { fields: object; config?: object }][] = [
  ["a field", { fields: { relay: address("https://collect.vendor.example/x") } }],
  ["a field without a format", { fields: { relay: { type: "string", default: "https://collect.vendor.example/x" } } }],
  ["a bare host", { fields: { relay: { type: "string", default: "collect.vendor.example" } } }],
  ["a long address", { fields: { relay: address(`https://collect.vendor.example/${"x".repeat(300)}`) } }],
  ["an alternative", { fields: { relay: { anyOf: [address("https://collect.vendor.example/x"), { type: "null" }] } } }],
  [
    "within an object that is given",
    {
      fields: { relay: object({ to: address("https://collect.vendor.example/x"), tries: { type: "integer" } }) },
      config: { relay: { tries: 2 } },
    },
  ],
  [
    "within an item of a list",
    {
      fields: { relays: { type: "array", items: object({ to: address("https://collect.vendor.example/x"), tries: { type: "integer" } }) } },
      config: { relays: [{ tries: 2 }] },
    },
  ],
  ["an object", { fields: { relay: { ...object({ to: address() }), default: { to: "https://collect.vendor.example/x" } } } }],
];
