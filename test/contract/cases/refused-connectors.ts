import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import { closedPort } from "../fixtures.ts";
import { ofType, type TypeName } from "./connectors-of-types.ts";

type Part = "config" | "secrets" | "connector";
interface Row {
  type: TypeName;
  part: Part;
  why: string;
  /** What differs from a connector that is accepted; undefined takes a field away. */
  config?: object;
  secrets?: object;
  message: string;
  since?: string;
}

const noHosts = "only with a host that is not allowed";
const badUrl = "TypeError: Invalid URL";
const hook = "error validation webhook action config: ";
const oauth = { isOAuth: true, clientId: "c", userIdentifierValue: "u", jwtKeyId: "k" };
const keys = { username: undefined, password: undefined, clientSecret: "s", privateKey: "p" };
const row = (type: TypeName, part: Part, why: string, message: string, given: Partial<Row> = {}): Row => ({
  type,
  part,
  why,
  message,
  ...given,
});

/** What the code of a type refuses after its schema: the words are the same in all versions. */
const refusals: Row[] = [
  ...([".servicenow", ".servicenow-sir", ".servicenow-itom"] as const).flatMap((type) => [
    row(type, "secrets", "no credentials", "Either basic auth or OAuth credentials must be specified", {
      secrets: { username: undefined, password: undefined },
    }),
    row(type, "secrets", "half a login", "username and password must both be specified", { secrets: { password: undefined } }),
    row(type, "secrets", "half of what OAuth needs", "clientSecret and privateKey must both be specified", {
      secrets: { ...keys, privateKey: undefined },
    }),
    ...["userIdentifierValue", "clientId", "jwtKeyId"].map((field) =>
      row(type, "config", `OAuth without ${field}`, `${field} must be provided when isOAuth = true`, {
        config: { ...oauth, [field]: undefined },
        secrets: keys,
      }),
    ),
    row(type, "connector", "OAuth and a login", "Username and password should not be provided with isOAuth = true", {
      config: oauth,
      secrets: { clientSecret: "s", privateKey: "p" },
    }),
    row(
      type,
      "connector",
      "a login and an OAuth client",
      "clientId, clientSecret, userIdentifierValue, jwtKeyId and privateKey should not be provided with isOAuth = false",
      { config: { clientId: "c" } },
    ),
  ]),
  row(".slack", "secrets", "no URL", "error configuring slack action: unable to parse host name from webhookUrl", {
    secrets: { webhookUrl: "nowhere" },
  }),
  row(".teams", "secrets", "no URL", "error configuring teams action: unable to parse host name from webhookUrl", {
    secrets: { webhookUrl: "nowhere" },
  }),
  row(".webhook", "config", "no URL", `${hook}unable to parse url: ${badUrl}`, { config: { url: "nowhere" } }),
  row(".webhook", "config", "authType beside hasAuth false", `${hook}authType must be null or undefined if hasAuth is false`, {
    config: { authType: "webhook-authentication-basic" },
  }),
  row(".torq", "config", "no URL", `error configuring send to Torq action: unable to parse url: ${badUrl}`, {
    config: { webhookIntegrationUrl: "nowhere" },
  }),
  row(
    ".torq",
    "config",
    "another host",
    "error configuring send to Torq action: url must begin with https://hooks.torq.io or https://hooks.eu.torq.io",
    { config: { webhookIntegrationUrl: "http://127.0.0.1:2/" } },
  ),
  row(".xmatters", "config", "no URL", "Error configuring xMatters action: unable to parse url: Invalid URL", {
    config: { configUrl: "nowhere" },
  }),
  row(".xmatters", "secrets", "no credentials", "Provide either secretsUrl link or user/password to authenticate", {
    secrets: { user: undefined, password: undefined },
  }),
  row(".xmatters", "secrets", "half a login", "Both user and password must be specified.", { secrets: { password: undefined } }),
  row(
    ".xmatters",
    "secrets",
    "a login and a URL",
    "Cannot use user/password for URL authentication. Provide valid secretsUrl or use Basic Authentication.",
    { secrets: { secretsUrl: closedPort } },
  ),
  row(".xmatters", "connector", "a URL where a login is used", "secretsUrl should not be provided when usesBasic is true", {
    secrets: { user: undefined, password: undefined, secretsUrl: closedPort },
  }),
  row(".cases-webhook", "config", "no URL", `error configuring cases webhook action: unable to parse nowhere: ${badUrl}`, {
    config: { createIncidentUrl: "nowhere" },
  }),
  row(".cases-webhook", "connector", "a login that is not there", "must specify a secrets configuration", {
    config: { hasAuth: true },
    secrets: { user: undefined, password: undefined },
  }),
  row(".gemini", "config", "no URL", "Error configuring Google Gemini action: Error: URL Error: Invalid URL", {
    config: { apiUrl: "nowhere" },
  }),
  row(".bedrock", "config", "no URL", "Error configuring Amazon Bedrock action: Error: URL Error: Invalid URL", {
    config: { apiUrl: "nowhere" },
  }),
  row(".gen-ai", "config", "another protocol", "Error configuring OpenAI action: Error: URL Error: Invalid protocol", {
    config: { apiUrl: "ftp://127.0.0.1" },
  }),
  row(".gemini", "secrets", "no JSON", "Error configuring Google Gemini secrets: Error: Invalid JSON format for credentials.", {
    secrets: { credentialsJson: "nope" },
    since: "9.1",
  }),
  row(
    ".gemini",
    "secrets",
    "another kind of account",
    'Error configuring Google Gemini secrets: Error: Invalid credential type. Only "service_account" credentials are supported. Type was "external_account".',
    { secrets: { credentialsJson: '{"type":"external_account"}' }, since: "9.1" },
  ),
  row(".email", "config", "half a server", "[port] is required", { config: { service: "other", host: "127.0.0.1" } }),
  row(".email", "config", "a service that is not there", "[service] value 'nowhere' is not valid", { config: { service: "nowhere" } }),
  ...["bob", "a@@example.com", "a..b@example.com", "a@example.com\nb"].map((from) =>
    row(".email", "config", `${JSON.stringify(from)} as sender`, `[from]: not valid emails: ${from}`, { config: { from } }),
  ),
];

/** Where addresses are compared with a list that names some. */
const strangers: Row[] = [
  row(".slack", "secrets", noHosts, 'error configuring slack action: target url "http://contract.invalid/x" is not added', {
    secrets: { webhookUrl: "http://contract.invalid/x" },
  }),
  row(".webhook", "config", noHosts, `${hook}target url "http://contract.invalid/x" is not added`, {
    config: { url: "http://contract.invalid/x" },
  }),
];

const body = ({ type, config, secrets }: Pick<Row, "type" | "config" | "secrets">, name: string) => ({
  name: `Contract ${name}`,
  connector_type_id: type,
  config: { ...ofType[type].config, ...config },
  secrets: { ...ofType[type].secrets, ...secrets },
});
const prefixes: Record<Part, RegExp> = {
  config: /^error validating (connector|action) type config: /,
  secrets: /^error validating (connector|action) type secrets: /,
  connector: /^error validating action type connector: /,
};

const enterprise = { needs: ["licence enterprise or better"] as const };

export const refusedConnectors: Case[] = [
  ...refusals.map((given) =>
    verified(
      `${given.type} test`,
      `${given.part} with ${given.why} is refused`,
      async (kibana) => {
        const id = kibana.newId();
        const answer = await kibana.post(`/api/actions/connector/${id}`, body(given, id), { refused: true });
        expectRefusal(answer, 400, prefixes[given.part]);
        expectRefusal(answer, 400, answer.body.message.match(prefixes[given.part])?.[0] + given.message);
      },
      { ...enterprise, ...(given.since && { since: given.since }) },
    ),
  ),
  ...strangers.map((given) =>
    verified(
      `${given.type} test`,
      `${given.part} ${given.why} is refused`,
      async (kibana) => {
        const id = kibana.newId();
        const answer = await kibana.post(`/api/actions/connector/${id}`, body(given, id), { refused: true });
        expectRefusal(answer, 400, new RegExp(`^error validating (connector|action) type ${given.part}: ${given.message}`));
      },
      { needs: ["only some hosts allowed"] },
    ),
  ),
  ...[
    ["a sender with a name", ".email", { from: "Bob <bob@example.com>" }],
    ["no login and no word about it", ".email", { service: "gmail", hasAuth: undefined }],
    ["an address without a host", ".pagerduty", { apiUrl: "bar" }],
  ].map(([why, type, config]) =>
    verified(
      "C§3",
      `${String(type)} with ${String(why)} is accepted where every host is allowed`,
      async (kibana) => {
        if (kibana.deployment.hostsRestricted) return;
        const given = { type: type as TypeName, config: Object(config) };
        const { id } = await kibana.connector(body(given, kibana.newId()));
        const stored = expectOk(await kibana.get(`/api/actions/connector/${id}`));
        expect(stored.config).toMatchObject(JSON.parse(JSON.stringify(config)));
      },
      enterprise,
    ),
  ),
  ...[
    ["config.headers", { headers: { "x-empty": " " } }, {}],
    ["config.url", { url: " " }, {}],
    ["secrets.secretHeaders", {}, { secretHeaders: { "x-empty": "" } }],
  ].map(([where, config, secrets]) =>
    verified("C§3", `blank text within ${String(where)} is refused by the route`, async (kibana) => {
      const id = kibana.newId();
      const given = body({ type: ".webhook", config: Object(config), secrets: Object(secrets) }, id);
      const answer = await kibana.post(`/api/actions/connector/${id}`, given, { refused: true });
      expectRefusal(answer, 400, `[request body.${String(where)}]: value '' is not valid`);
    }),
  ),
  verified(
    "C§3",
    ".cases-webhook without authType stores the one that it uses",
    async (kibana) => {
      const { id } = await kibana.connector(body({ type: ".cases-webhook" }, kibana.newId()));
      const { config } = expectOk(await kibana.get(`/api/actions/connector/${id}`));
      expect(config.authType).toBe("webhook-authentication-basic");
    },
    { ...enterprise, since: "9.4" },
  ),
];
