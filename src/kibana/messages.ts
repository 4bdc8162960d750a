import type { ErrorCode } from "../errors.ts";

interface Translation {
  pattern: RegExp;
  code: ErrorCode;
  message: (found: RegExpExecArray) => string;
  fix: string;
}

/** Kibana's messages and what they mean. Source: reference/kibana-api.md §0, §1.4, §9. */
export const translations: readonly Translation[] = [
  row(
    /Saved object \[action\/(.+)\] not found|Connector (.+) not found/,
    "connector_not_found",
    (m) => `There is no connector "${m[1] ?? m[2]}" in this space.`,
    "Call list_connectors to see the ids of this space; the connector may live in another space.",
  ),
  row(
    /Saved object \[alert\/(.+)\] not found/,
    "rule_not_found",
    (m) => `There is no rule "${m[1]}" in this space, or the key may not read it.`,
    "Check the rule's id and space.",
  ),
  row(
    /\bWorkflow (?:with id .+ )?not found/,
    "workflow_not_found",
    () => "There is no such workflow in this space.",
    "Look in Kibana under Workflows.",
  ),
  row(
    /Saved object \[action\/(.+)\] conflict/,
    "id_taken",
    (m) => `The id "${m[1]}" is taken. Ids are unique over all spaces: its owner may be in a space that this key cannot see.`,
    "Choose another id, or leave it out and give another name.",
  ),
  row(
    /This (.+) already exists in a preconfigured action/,
    "id_taken",
    (m) => `The id "${m[1]}" belongs to a preconfigured connector.`,
    "Choose another id.",
  ),
  row(
    /Action type "(.+)" is not registered/,
    "type_unknown",
    (m) => `This Kibana has no connector type "${m[1]}".`,
    "Call describe_connector_types for the types that it has.",
  ),
  row(
    /action type "(.+)" is not enabled in the Kibana config/,
    "type_unusable",
    (m) => `The type ${m[1]} is switched off in this Kibana's configuration.`,
    "An operator adds it to xpack.actions.enabledActionTypes in kibana.yml.",
  ),
  row(
    /Action type (.+) is disabled because (.+)/,
    "type_unusable",
    (m) => `The type ${m[1]} cannot be used: ${m[2]}`,
    "Use a type that the licence covers (describe_connector_types says which), or upgrade the licence.",
  ),
  row(
    /target (?:url|hostname) "(.+?)" is not added to the Kibana config/,
    "invalid_config",
    (m) => `Kibana does not allow the target ${m[1]}.`,
    "An operator adds its host to xpack.actions.allowedHosts in kibana.yml.",
  ),
  row(
    /Preconfigured action (.+) (?:is not allowed to delete|can not be updated)/,
    "preconfigured",
    (m) => `The connector ${m[1]} is preconfigured and cannot be changed through the API.`,
    "Where Kibana is self-managed, an operator changes it in kibana.yml (xpack.actions.preconfigured); on Elastic Cloud and Serverless it is managed by Elastic.",
  ),
  row(
    /System action creation is forbidden|Execution of system action is not allowed|^System action/,
    "system_action",
    () => "System connectors are made and run by Kibana itself.",
    "Use it in a rule's actions in Kibana; it needs no set-up.",
  ),
  row(
    /\[request params\.id\]: (.+)/,
    "id_invalid",
    (m) => `Kibana refuses the id: ${m[1]}`,
    "Use 1 to 36 lower-case letters, digits and inner hyphens, or leave the id out.",
  ),
  row(
    /not (?:in the )?(?:allowed|allow-?listed).*(?:domain|recipient|address)|(?:domain|recipient)s? .*not allowed/i,
    "invalid_config",
    () => "Kibana does not allow mail to one of these addresses.",
    "Use an allowed address, or an operator extends xpack.actions.email.domain_allowlist (or recipient_allowlist) in kibana.yml.",
  ),
  row(
    /error validating (?:action|connector) type (config|secrets|connector): ([\s\S]+)/,
    "invalid_config",
    (m) => `Kibana refuses the connector's ${m[1] === "connector" ? "config with its secrets" : m[1]}: ${m[2]}`,
    "Correct the named fields; describe_connector_types with this type lists them.",
  ),
  row(
    /error validating action params: ([\s\S]+)/,
    "invalid_arguments",
    (m) => `Kibana refuses the params: ${m[1]}`,
    "Correct the named fields; describe_connector_types with this type lists them.",
  ),
  row(/^\[request (?:body|params|query)/, "invalid_arguments", () => "Kibana refuses the request.", "Correct the named field."),
  row(
    /kbn-xsrf/,
    "kibana_error",
    () => "A proxy in front of Kibana removed the kbn-xsrf header.",
    "Let the proxy pass on the header kbn-xsrf.",
  ),
  row(
    /is not available with the current configuration/,
    "kibana_error",
    () => "This Kibana does not offer that route.",
    "It may be too old, or an internal route that is restricted.",
  ),
];

function row(pattern: RegExp, code: ErrorCode, message: Translation["message"], fix: string): Translation {
  return { pattern, code, message, fix };
}
