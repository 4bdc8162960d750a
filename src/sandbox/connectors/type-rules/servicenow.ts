import type { Dict } from "../../types.ts";
import { notAllowed } from "../allowed-hosts.ts";
import { extraFieldsMisfits } from "./extra-fields.ts";
import { type Check, firstOf, type Misfit, type TypeRules } from "./rule.ts";

const oauthConfig = ["userIdentifierValue", "clientId", "jwtKeyId"];
const oauthSecrets = ["clientSecret", "privateKey"];

/** Of the three types; source: lib/servicenow/validators.ts. */
export const serviceNow: TypeRules = {
  refine: { params: incidentMisfits },
  check: { config, secrets },
  connector,
  subActions: ["getFields", "getIncident", "handshake", "pushToService", "addEvent", "getChoices", "closeIncident"],
  plainUnion: true,
};

function config(value: Dict, settings: Parameters<Check>[1]): string | undefined {
  const problem = notAllowed(value.apiUrl, settings);
  return firstOf(problem && `error configuring connector action: ${problem}`, value.isOAuth === true && missing(value, oauthConfig, true));
}

function secrets({ username, password, clientSecret, privateKey }: Dict): string | undefined {
  return firstOf(
    !(username || password || clientSecret || privateKey) && "Either basic auth or OAuth credentials must be specified",
    Boolean(username || password) && !(username && password) && "username and password must both be specified",
    Boolean(clientSecret || privateKey) && !(clientSecret && privateKey) && "clientSecret and privateKey must both be specified",
  );
}

function connector(config: Dict, secrets: Dict): string | undefined {
  const { username, password } = secrets;
  const given = { ...config, ...secrets };
  if (config.isOAuth) {
    return firstOf(
      missing(given, [...oauthConfig, ...oauthSecrets], true),
      Boolean(username || password) && "Username and password should not be provided with isOAuth = true",
    );
  }
  return firstOf(
    missing(secrets, ["username", "password"], false),
    [...oauthConfig, ...oauthSecrets].some((field) => given[field]) &&
      "clientId, clientSecret, userIdentifierValue, jwtKeyId and privateKey should not be provided with isOAuth = false",
  );
}

function missing(value: Dict, fields: readonly string[], oauth: boolean): string | undefined {
  const field = fields.find((name) => value[name] == null);
  return field && `${field} must be provided when isOAuth = ${oauth}`;
}

const ownFields = [
  ...["short_description", "description", "externalId", "category", "subcategory"],
  ...["correlation_id", "correlation_display", "additional_fields"],
];

function incidentMisfits({ subActionParams }: Dict): Misfit[] {
  const { incident } = Object(subActionParams);
  return extraFieldsMisfits("additional_fields", Object(incident).additional_fields, ownFields);
}
