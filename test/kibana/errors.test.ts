import { describe, expect, test } from "vitest";
import { fromAnswer } from "../../src/kibana/errors.ts";
import { fromNetwork } from "../../src/kibana/network-failure.ts";

const url = "https://kibana.example.com";

/** Kibana's messages from reference/kibana-api.md §0 and §1.4, and what they become. */
const texts: [status: number, message: string, code: string, cause: string, fix: string | RegExp][] = [
  [
    404,
    "Saved object [action/ops-slack] not found",
    "connector_not_found",
    'There is no connector "ops-slack" in this space.',
    "Call list_connectors to see the ids of this space; the connector may live in another space.",
  ],
  [
    404,
    "Connector system-connector-.cases not found",
    "connector_not_found",
    'There is no connector "system-connector-.cases" in this space.',
    /^Call list_connectors/,
  ],
  [
    404,
    "Saved object [alert/r-1] not found",
    "rule_not_found",
    'There is no rule "r-1" in this space, or the key may not read it.',
    "Check the rule's id and space.",
  ],
  [
    409,
    "Saved object [action/ops-slack] conflict",
    "id_taken",
    'The id "ops-slack" is taken. Ids are unique over all spaces: its owner may be in a space that this key cannot see.',
    "Choose another id, or leave it out and give another name.",
  ],
  [
    400,
    "This ops-mail already exists in a preconfigured action.",
    "id_taken",
    'The id "ops-mail" belongs to a preconfigured connector.',
    "Choose another id.",
  ],
  [
    400,
    'Action type ".slak" is not registered.',
    "type_unknown",
    'This Kibana has no connector type ".slak".',
    "Call describe_connector_types for the types that it has.",
  ],
  [
    403,
    'action type ".email" is not enabled in the Kibana config xpack.actions.enabledActionTypes',
    "type_unusable",
    "The type .email is switched off in this Kibana's configuration.",
    "An operator adds it to xpack.actions.enabledActionTypes in kibana.yml.",
  ],
  [
    403,
    "Action type .slack is disabled because your basic license does not support it. Please upgrade your license.",
    "type_unusable",
    "The type .slack cannot be used: your basic license does not support it. Please upgrade your license.",
    /upgrade the licence/,
  ],
  [
    403,
    "Action type .slack is disabled because your gold license has expired.",
    "type_unusable",
    "The type .slack cannot be used: your gold license has expired.",
    /upgrade the licence/,
  ],
  [
    403,
    "Action type .slack is disabled because license information is not available at this time.",
    "type_unusable",
    "The type .slack cannot be used: license information is not available at this time.",
    /licence/,
  ],
  [
    400,
    'error validating connector type config: Field "url": Required',
    "invalid_config",
    'Kibana refuses the connector\'s config: Field "url": Required',
    "Correct the named fields; describe_connector_types with this type lists them.",
  ],
  [
    400,
    "error validating action type config: [url]: expected value of type [string] but got [undefined]",
    "invalid_config",
    "Kibana refuses the connector's config: [url]: expected value of type [string] but got [undefined]",
    /^Correct the named fields/,
  ],
  [
    400,
    "error validating connector type secrets: 2 errors:\n [1]: a;\n [2]: b",
    "invalid_config",
    "Kibana refuses the connector's secrets: 2 errors: [1]: a; [2]: b",
    /^Correct the named fields/,
  ],
  [
    400,
    "error validating action type connector: [user] is required",
    "invalid_config",
    "Kibana refuses the connector's config with its secrets: [user] is required",
    /^Correct the named fields/,
  ],
  [
    400,
    'error validating connector type config: error validation webhook action config: target url "https://x.example/y" is not added to the Kibana config xpack.actions.allowedHosts',
    "invalid_config",
    "Kibana does not allow the target https://x.example/y.",
    "An operator adds its host to xpack.actions.allowedHosts in kibana.yml.",
  ],
  [
    400,
    'target hostname "smtp.example" is not added to the Kibana config xpack.actions.allowedHosts',
    "invalid_config",
    "Kibana does not allow the target smtp.example.",
    /allowedHosts/,
  ],
  [
    400,
    "error validating action params: [message]: expected value of type [string] but got [undefined]",
    "invalid_arguments",
    "Kibana refuses the params: [message]: expected value of type [string] but got [undefined]",
    /^Correct the named fields/,
  ],
  [
    400,
    "Preconfigured action ops-mail can not be updated.",
    "preconfigured",
    "The connector ops-mail is preconfigured and cannot be changed through the API.",
    "Where Kibana is self-managed, an operator changes it in kibana.yml (xpack.actions.preconfigured); on Elastic Cloud and Serverless it is managed by Elastic.",
  ],
  [
    400,
    "Preconfigured action ops-mail is not allowed to delete.",
    "preconfigured",
    "The connector ops-mail is preconfigured and cannot be changed through the API.",
    /kibana\.yml/,
  ],
  [
    400,
    "System action creation is forbidden. Action type: .cases.",
    "system_action",
    "System connectors are made and run by Kibana itself.",
    "Use it in a rule's actions in Kibana; it needs no set-up.",
  ],
  [
    400,
    "System action system-connector-.cases can not be updated.",
    "system_action",
    "System connectors are made and run by Kibana itself.",
    /rule's actions/,
  ],
  [
    400,
    "System action system-connector-.cases is not allowed to delete.",
    "system_action",
    "System connectors are made and run by Kibana itself.",
    /rule's actions/,
  ],
  [
    400,
    "Execution of system action is not allowed",
    "system_action",
    "System connectors are made and run by Kibana itself.",
    /rule's actions/,
  ],
  [
    400,
    "[request params.id]: Connector ID must be 36 characters or less.",
    "id_invalid",
    "Kibana refuses the id: Connector ID must be 36 characters or less.",
    "Use 1 to 36 lower-case letters, digits and inner hyphens, or leave the id out.",
  ],
  [
    400,
    "[request body.secrets]: expected value of type [object] but got [null]",
    "invalid_arguments",
    "Kibana refuses the request.",
    "Correct the named field.",
  ],
  [
    400,
    "Request must contain a kbn-xsrf header.",
    "kibana_error",
    "A proxy in front of Kibana removed the kbn-xsrf header.",
    "Let the proxy pass on the header kbn-xsrf.",
  ],
  [
    400,
    "uri [/internal/x] with method [get] exists but is not available with the current configuration",
    "kibana_error",
    "This Kibana does not offer that route.",
    /restricted/,
  ],
  [
    401,
    "[security_exception: unable to authenticate user [] for REST request [/_security/_authenticate]]",
    "unauthorized",
    "Kibana does not accept the credentials.",
    "Check KIBANA_API_KEY (the encoded form, not expired, of this deployment), or KIBANA_USERNAME and KIBANA_PASSWORD, and restart the server.",
  ],
  [
    403,
    'Unauthorized to create a ".slack" action',
    "forbidden",
    'The credentials may not do this: Unauthorized to create a ".slack" action.',
    "It needs the Kibana privilege Actions and Connectors: All (feature_actions.all) in this space. Ask whoever made the key.",
  ],
  [
    403,
    "Unauthorized to delete actions",
    "forbidden",
    "The credentials may not do this: Unauthorized to delete actions.",
    /feature_actions\.all/,
  ],
  [
    403,
    "Unauthorized to update actions",
    "forbidden",
    "The credentials may not do this: Unauthorized to update actions.",
    /feature_actions\.all/,
  ],
  [
    403,
    "Unauthorized to get actions",
    "forbidden",
    "The credentials may not do this: Unauthorized to get actions.",
    /feature_actions\.read/,
  ],
  [
    403,
    'Unauthorized to execute a ".slack" action',
    "forbidden",
    'The credentials may not do this: Unauthorized to execute a ".slack" action.',
    /feature_actions\.read/,
  ],
  [
    403,
    'Unauthorized by "stackAlerts" to update ".es-query" rule',
    "forbidden",
    'The credentials may not do this: Unauthorized by "stackAlerts" to update ".es-query" rule.',
    /privilege All on the app that the rule belongs to \(its consumer is stackAlerts: feature_stackAlerts\.all\)/,
  ],
  [
    403,
    "Unauthorized to find rules for any rule types.",
    "forbidden",
    "The credentials may not do this: Unauthorized to find rules for any rule types.",
    /feature_stackAlerts\.read/,
  ],
  [
    403,
    "Forbidden",
    "forbidden",
    "The credentials may not do this: Forbidden.",
    "The key lacks a Kibana privilege in this space. Ask whoever made the key.",
  ],
  [
    404,
    "Not Found",
    "kibana_error",
    "Kibana has no such route (404: Not Found).",
    "Check the base path in KIBANA_URL (server.basePath in kibana.yml), and that Kibana is 8.0 or newer.",
  ],
  [
    409,
    "version conflict",
    "kibana_error",
    "Somebody else changed it at the same moment (409: version conflict).",
    "Look at it again, then repeat the call.",
  ],
  [
    429,
    "Too Many Requests",
    "kibana_error",
    "Kibana or a proxy in front of it limits the rate (429).",
    "Wait a minute, then repeat the call.",
  ],
  [
    500,
    "An internal server error occurred. Check Kibana server logs for details.",
    "kibana_error",
    "Kibana failed (500: An internal server error occurred. Check Kibana server logs for details.).",
    "The cause is only in Kibana's log. A missing or changed xpack.encryptedSavedObjects.encryptionKey in kibana.yml looks like this.",
  ],
  [418, "short and stout", "kibana_error", "Kibana answered 418: short and stout.", "Correct what the message names."],
];

describe("Kibana's words become a code, a cause and a fix", () => {
  test.each(texts)("%i %s → %s", (status, message, code, cause, fix) => {
    const error = fromAnswer(status, { statusCode: status, error: "whatever", message }, "", url);
    expect({ code: error.code, message: error.message }).toEqual({ code, message: cause });
    if (typeof fix === "string") expect(error.fix).toBe(fix);
    else expect(error.fix).toMatch(fix);
    expect(error.detail).toEqual({ status, kibana: message.replace(/\s+/g, " ") });
  });

  test.each([
    [400, "no"],
    [401, "no"],
    [403, "no"],
    [404, "no"],
    [409, "no"],
    [429, "no"],
    [408, "maybe"],
    [500, "maybe"],
    [502, "maybe"],
    [503, "maybe"],
    [504, "maybe"],
  ])("%i: was it applied? %s", (status, applied) => {
    expect(fromAnswer(status, { statusCode: status, message: "x" }, "", url).applied).toBe(applied);
  });

  test("words from outside are cleaned and capped", () => {
    const error = fromAnswer(400, { statusCode: 400, message: `bad\u202e\n${"x".repeat(2000)}` }, "", url);
    expect(error.message.length).toBeLessThan(600);
    expect(error.message).not.toMatch(/[\u202e\n]/);
  });
});

describe("no answer at all", () => {
  test.each<[string, "no" | "maybe", string]>([
    ["ECONNREFUSED", "no", "nothing listens at that address"],
    ["ENOTFOUND", "no", "the host name is not known"],
    ["EAI_AGAIN", "no", "the host name cannot be resolved right now"],
    ["UND_ERR_CONNECT_TIMEOUT", "no", "no connection in time"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "no", "its certificate is self-signed"],
    ["CERT_HAS_EXPIRED", "no", "its certificate has expired"],
    ["CERT_NOT_YET_VALID", "no", "its certificate is not valid yet"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "no", "it ends the TLS handshake, as where it wants a certificate of its clients"],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "no", "it ends the TLS handshake, as where it wants a certificate of its clients"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "no", "its certificate is for another host name"],
    ["ECONNRESET", "maybe", "the connection was cut"],
    ["UND_ERR_SOCKET", "maybe", "the connection was cut"],
    ["EPIPE", "maybe", "the connection was cut"],
    ["ESOMETHINGNEW", "maybe", "the connection failed"],
  ])("%s: was it applied? %s", (code, applied, cause) => {
    for (const error of [
      Object.assign(new Error("x"), { code }),
      new Error("outer", { cause: Object.assign(new Error("x"), { code }) }),
      new AggregateError([Object.assign(new Error("x"), { code }), new Error("y")]),
    ]) {
      expect(fromNetwork(error, url)).toMatchObject({
        code: "kibana_unreachable",
        applied,
        message: `No answer from Kibana at ${url}: ${cause} (${code}).`,
        detail: { cause: code },
      });
    }
  });
});
