import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { withRules } from "../shared/fields.ts";
import { description } from "../shared/recipe.ts";
import {
  choicesEffect,
  choicesParams,
  defaultGroupingKey,
  exampleKey,
  serviceNowConfig,
  serviceNowConfigRules,
  serviceNowConnector,
  serviceNowCredentials,
  serviceNowSecrets,
} from "../shared/servicenow.ts";
import { nullableText, subActionParams } from "../shared/sub-actions.ts";

/** reference: .servicenow-itom; schema servicenow_itom/schemas/v1.ts, rules lib/servicenow/validators.ts. */
export const servicenowItom: ConnectorType = {
  id: ".servicenow-itom",
  name: "ServiceNow ITOM",
  aliases: ["itom", "servicenow event management", "snow"],
  category: "Incident management",
  license: "platinum",
  features: ["alerting", "siem", "workflows"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(z.strictObject(serviceNowConfig()), serviceNowConfigRules),
    secrets: serviceNowSecrets(),
    params: subActionParams({
      addEvent: z.strictObject({
        source: nullableText(),
        event_class: nullableText(),
        resource: nullableText(),
        node: nullableText(),
        metric_name: nullableText(),
        type: nullableText(),
        severity: nullableText("0 clear, 1 critical to 5 info"),
        description: nullableText(),
        additional_info: nullableText(),
        message_key: z.string().nullable().default(defaultGroupingKey).describe("ServiceNow groups events by it"),
        time_of_event: nullableText("Date and time"),
      }),
      getChoices: choicesParams(),
    }),
    connector: serviceNowConnector,
  }),
  allowedHosts: ["config.apiUrl"],
  target: { kind: "config", fields: ["apiUrl"] },
  recipients: [
    ...["params.subActionParams.message_key", "params.subActionParams.node", "params.subActionParams.resource"],
    ...["additional_info", "source", "event_class", "type"].map((field) => `params.subActionParams.${field}.**`),
  ],
  acting: ["params.subActionParams.message_key"],
  credentials: serviceNowCredentials,
  subActions: { addEvent: { effect: "creates" }, getChoices: choicesEffect },
  headlines: ["subActionParams.description"],
  tests: {
    safe: {
      params: { subAction: "getChoices", subActionParams: { fields: ["severity"] } },
      effect: "Touches nothing: one read call",
      proves: ["URL and credentials are right"],
      doesNotProve: ["that the account may create events"],
    },
    loud: {
      params: {
        subAction: "addEvent",
        subActionParams: { source: "connector test", severity: "5", description: "Connector test", message_key: "connector-test-{unique}" },
      },
      effect: "Creates one event",
      proves: ["the account may create events"],
      doesNotProve: ["what ServiceNow makes of an event"],
      undo: {
        params: {
          subAction: "addEvent",
          subActionParams: { source: "connector test", severity: "0", message_key: "connector-test-{unique}" },
        },
      },
    },
  },
  recovery: { params: { subAction: "addEvent", subActionParams: { severity: "0", message_key: exampleKey } } },
  dedupField: "message_key",
  defaultKey: defaultGroupingKey,
  recipe: {
    workflows: ["itsm", "on_call"],
    opens: true,
    params: (about) => ({
      subAction: "addEvent",
      subActionParams: {
        source: "Elastic",
        node: about.role === "summary" ? "{{rule.name}}" : "{{alert.id}}",
        resource: "{{rule.name}}",
        severity: about.main ? "1" : "4",
        description: description(about),
        message_key: about.key,
      },
    }),
  },
  groupsWithoutKey: true,
  traps: [
    "usesTableApi is not a field of this type: sending it is refused.",
    "The fields of an event are directly in subActionParams, without incident.",
    "Recovery relies on ServiceNow taking severity 0 for clear.",
    "The default message_key is a template: over _execute it is sent as it is.",
  ],
  exampleConfig: { apiUrl: "https://instance.service-now.com", isOAuth: false },
  exampleSecrets: ["username", "password"],
};
