import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { closedPort, indexConnector, webhook, webhookWithLogin } from "../fixtures.ts";

const path = "/api/actions/connector";
const gold = { needs: ["licence gold or better"] } as const;
const platinum = { needs: ["licence platinum or better"] } as const;
const badSecrets = /^error validating (action|connector) type (config|secrets|connector): /;

/** Types that cannot do without secrets, with a config that is whole (§4.2). */
const needSecrets = [
  { type: ".slack", config: {}, secrets: { webhookUrl: closedPort }, where: gold },
  { type: ".pagerduty", config: { apiUrl: closedPort }, secrets: { routingKey: "contract" }, where: gold },
  { type: ".jira", config: { apiUrl: closedPort, projectKey: "CT" }, secrets: { email: "a@b.test", apiToken: "t" }, where: gold },
  { type: ".opsgenie", config: { apiUrl: closedPort }, secrets: { apiKey: "contract" }, where: platinum },
  {
    type: ".servicenow",
    config: { apiUrl: closedPort, isOAuth: false, usesTableApi: false },
    secrets: { username: "u", password: "p" },
    where: platinum,
  },
];

/** Types and settings with which secrets may be left out. */
const optionalSecrets = [
  { type: ".index", config: { index: "contract" }, where: {} },
  { type: ".server-log", config: {}, where: {} },
  { type: ".webhook", config: webhook.config, where: gold },
  {
    type: ".email",
    config: { service: "other", from: "contract@example.test", host: "127.0.0.1", port: 2, secure: false, hasAuth: false },
    where: gold,
  },
];

export const secrets: Case[] = [
  verified(
    "§4",
    "no answer ever has secrets, of create, update, get or list",
    async (kibana) => {
      const { id } = await kibana.connector(webhookWithLogin);
      const { connector_type_id: _, ...body } = webhookWithLogin;
      const other = kibana.newId();
      const answers = [
        await kibana.post(`${path}/${other}`, { name: "Contract", ...webhookWithLogin }),
        await kibana.put(`${path}/${id}`, { name: "Contract", ...body }),
        await kibana.get(`${path}/${id}`),
        await kibana.get("/api/actions/connectors"),
      ];
      for (const answer of answers) {
        expectOk(answer);
        expect(answer.text).not.toContain(webhookWithLogin.secrets.password);
        for (const one of [answer.body].flat()) expect(one).not.toHaveProperty("secrets");
      }
    },
    gold,
  ),
  ...needSecrets.flatMap(({ type, config, secrets, where }) => [
    verified(
      "§4",
      `${type} without its secrets cannot be created`,
      async (kibana) => {
        expectRefusal(await kibana.post(path, { name: "Contract", connector_type_id: type, config }), 400, badSecrets);
      },
      where,
    ),
    verified(
      "§4",
      `${type}: PUT without secrets is refused, and nothing changes`,
      async (kibana) => {
        const { id, name } = await kibana.connector({ connector_type_id: type, config, secrets });
        expectRefusal(await kibana.put(`${path}/${id}`, { name: "Renamed", config }), 400, badSecrets);
        expect(expectOk(await kibana.get(`${path}/${id}`)).name).toBe(name);
      },
      where,
    ),
    verified(
      "§4",
      `${type}: PUT with config and secrets renames it`,
      async (kibana) => {
        const { id } = await kibana.connector({ connector_type_id: type, config, secrets });
        expect(expectOk(await kibana.put(`${path}/${id}`, { name: "Renamed", config, secrets }))).toMatchObject({
          name: "Renamed",
          is_missing_secrets: false,
        });
      },
      where,
    ),
  ]),
  ...optionalSecrets.map(({ type, config, where }) =>
    verified(
      "§4",
      `${type}: PUT without secrets is taken`,
      async (kibana) => {
        const { id } = await kibana.connector({ connector_type_id: type, config });
        expect(expectOk(await kibana.put(`${path}/${id}`, { name: "Renamed", config })).is_missing_secrets).toBe(false);
      },
      where,
    ),
  ),
  unverified(
    "§4",
    "a webhook with hasAuth true, PUT without secrets",
    ["200", /^400 error validating (action|connector) type (config|secrets|connector): /],
    async (kibana) => {
      const { id } = await kibana.connector(webhookWithLogin);
      return inWords(await kibana.put(`${path}/${id}`, { name: "Renamed", config: webhookWithLogin.config }));
    },
    gold,
  ),
  unverified(
    "§4",
    "a webhook silently loses its login when PUT says hasAuth false and no secrets",
    ["200 is_missing_secrets false, hasAuth false", /^400 /],
    async (kibana) => {
      const { id } = await kibana.connector(webhookWithLogin);
      const answer = await kibana.put(`${path}/${id}`, { name: "Renamed", config: webhook.config });
      if (answer.status !== 200) return inWords(answer);
      return `200 is_missing_secrets ${answer.body.is_missing_secrets}, hasAuth ${answer.body.config.hasAuth}`;
    },
    gold,
  ),
  unverified(
    "§4",
    "a webhook with secretHeaders, PUT without secrets",
    ["200", /^400 /],
    async (kibana) => {
      const made = await kibana.connector({ ...webhook, secrets: { secretHeaders: { "x-token": "contract" } } });
      return inWords(await kibana.put(`${path}/${made.id}`, { name: "Renamed", config: webhook.config }));
    },
    { ...gold, since: "9.2" },
  ),
  verified("§4", "there is no way to send only the name", async (kibana) => {
    const { id, name } = await kibana.connector();
    expectRefusal(await kibana.put(`${path}/${id}`, { name: "Renamed" }), 400, /^error validating (action|connector) type config: /);
    expect(expectOk(await kibana.get(`${path}/${id}`)).name).toBe(name);
  }),
  verified(
    "§4",
    "a config that PUT leaves out is replaced by nothing",
    async (kibana) => {
      const secrets = { routingKey: "contract" };
      const { id } = await kibana.connector({ connector_type_id: ".pagerduty", config: { apiUrl: closedPort }, secrets });
      const found = expectOk(await kibana.put(`${path}/${id}`, { name: "Renamed", secrets }));
      expect(found.config?.apiUrl ?? null).toBeNull();
    },
    gold,
  ),
  verified("§4", "a config key that PUT leaves out goes back to its default", async (kibana) => {
    const { id } = await kibana.connector({ config: { index: "one", refresh: true } });
    expect(expectOk(await kibana.put(`${path}/${id}`, { name: "n", config: { index: "one" } })).config.refresh).toBe(false);
  }),
  verified("§1.4", "secrets that the type does not know are refused", async (kibana) => {
    const body = { ...indexConnector(kibana.newId()), secrets: { token: "t" } };
    expectRefusal(await kibana.post(path, body), 400, /^error validating (action|connector) type secrets: /);
  }),
  verified(
    "§1.4",
    "secrets that do not fit the config are refused as the connector",
    async (kibana) => {
      const body = { name: "Contract", ...webhookWithLogin, secrets: { user: "u", password: "p", crt: "c", key: "k" } };
      expectRefusal(await kibana.post(path, body), 400, badSecrets);
    },
    gold,
  ),
  verified(
    "§4",
    "config is readable by everybody who may list, headers too",
    async (kibana) => {
      const config = { ...webhook.config, headers: { "x-team": "payments" } };
      const { id } = await kibana.connector({ ...webhook, config });
      expect(expectOk(await kibana.get(`${path}/${id}`)).config.headers).toEqual({ "x-team": "payments" });
    },
    gold,
  ),
];
