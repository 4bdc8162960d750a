import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { indexConnector, webhook } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";
import { preconfiguredOff, switchedOff } from "../needs.ts";

const path = "/api/actions/connector";
const systemId = "system-connector-.cases";
const preconfigured = { needs: ["a preconfigured connector"] } as const;
const first = (kibana: Kibana) => kibana.deployment.preconfigured[0]?.id ?? "";
const update = { name: "Renamed", config: { index: "i" }, secrets: {} };
const refused = { refused: true } as const;
const badConfig = /^error validating (action|connector) type config: /;

/** One row of §1.4: what is sent, and the refusal. Each is sent in this run's own space. */
const rows: [
  name: string,
  status: number,
  message: (id: string) => string,
  send: (kibana: Kibana, id: string) => ReturnType<Kibana["get"]>,
][] = [
  ["GET of a missing connector", 404, notFound, (k, id) => k.get(`${path}/${id}`)],
  ["PUT of a missing connector", 404, notFound, (k, id) => k.put(`${path}/${id}`, update)],
  ["DELETE of a missing connector", 404, notFound, (k, id) => k.delete(`${path}/${id}`)],
  ["execute of a missing connector", 404, notFound, (k, id) => k.execute(id, {})],
  ["GET of a system connector", 404, () => `Connector ${systemId} not found`, (k) => k.get(`${path}/${systemId}`)],
  [
    "PUT of a system connector",
    400,
    () => `System action ${systemId} can not be updated.`,
    (k) => k.put(`${path}/${systemId}`, update, refused),
  ],
  [
    "DELETE of a system connector",
    400,
    () => `System action ${systemId} is not allowed to delete.`,
    (k) => k.delete(`${path}/${systemId}`, refused),
  ],
  ["execute of a system connector", 400, () => "Execution of system action is not allowed", (k) => k.execute(systemId, {}, refused)],
  [
    "create with a system type",
    400,
    () => "System action creation is forbidden. Action type: .cases.",
    (k, id) => k.post(`${path}/${id}`, { ...indexConnector(id), connector_type_id: ".cases" }),
  ],
  [
    "create with a type that is not registered",
    400,
    () => 'Action type ".nobody-knows-it" is not registered.',
    (k, id) => k.post(`${path}/${id}`, { ...indexConnector(id), connector_type_id: ".nobody-knows-it" }),
  ],
];

function notFound(id: string): string {
  return `Saved object [action/${id}] not found`;
}

export const errors: Case[] = [
  ...rows.map(([name, status, message, send]) =>
    verified("§1.4", `${name} is refused`, async (kibana) => {
      const id = kibana.newId();
      expectRefusal(await send(kibana, id), status, message(id));
    }),
  ),
  verified(
    "§1.4",
    "create with a system connector's id is refused",
    async (kibana) => {
      const answer = await kibana.post(`${path}/${systemId}`, indexConnector("system"), refused);
      expectRefusal(answer, 400, "System action creation is forbidden. Action type: .index.");
    },
    { until: "9.4" },
  ),
  verified(
    "§1.4",
    "create with a preconfigured id is refused",
    async (kibana) => {
      const answer = await kibana.post(`${path}/${first(kibana)}`, indexConnector("taken"), refused);
      expectRefusal(answer, 400, `This ${first(kibana)} already exists in a preconfigured action.`);
    },
    preconfigured,
  ),
  verified(
    "§1.4",
    "PUT of a preconfigured connector is refused",
    async (kibana) => {
      const answer = await kibana.put(`${path}/${first(kibana)}`, update, refused);
      expectRefusal(answer, 400, `Preconfigured action ${first(kibana)} can not be updated.`);
    },
    preconfigured,
  ),
  verified(
    "§1.4",
    "DELETE of a preconfigured connector is refused",
    async (kibana) => {
      const answer = await kibana.delete(`${path}/${first(kibana)}`, refused);
      expectRefusal(answer, 400, `Preconfigured action ${first(kibana)} is not allowed to delete.`);
    },
    preconfigured,
  ),
  verified("§1.4", "a bad config is refused with what is wrong with it", async (kibana) => {
    const body = { ...indexConnector(kibana.newId()), config: { index: 5 } };
    expectRefusal(await kibana.post(path, body), 400, badConfig);
  }),
  verified("§1.4", "PUT with a bad config is refused and changes nothing", async (kibana) => {
    const { id, config } = await kibana.connector();
    expectRefusal(await kibana.put(`${path}/${id}`, { name: "Renamed", config: { index: 5 } }), 400, badConfig);
    expect(expectOk(await kibana.get(`${path}/${id}`)).config).toEqual(config);
  }),
  verified(
    "§1.4",
    "a type that the licence does not cover cannot be created",
    async (kibana) => {
      const answer = await kibana.post(path, { name: "Contract", ...webhook });
      expectRefusal(
        answer,
        403,
        "Action type .webhook is disabled because your basic license does not support it. Please upgrade your license.",
      );
    },
    { needs: ["licence basic"] },
  ),
  verified(
    "§1.4",
    "a type that kibana.yml switches off cannot be created",
    async (kibana) => {
      const { id = "" } = switchedOff(kibana.deployment) ?? {};
      const bodies = [
        { name: "Contract", ...webhook },
        { name: "Contract", connector_type_id: ".server-log" },
        indexConnector("off"),
        { name: "Contract", connector_type_id: ".slack", secrets: { webhookUrl: webhook.config.url } },
      ];
      const body = bodies.find((one) => one.connector_type_id === id);
      if (body === undefined) return;
      const message = `action type "${id}" is not enabled in the Kibana config xpack.actions.enabledActionTypes`;
      expectRefusal(await kibana.post(path, body), 403, message);
    },
    { needs: ["a type switched off in kibana.yml"] },
  ),
  verified(
    "§1.4",
    "with an expired licence, nothing can be created",
    async (kibana) => {
      const message = /^Action type \.index is disabled because your \w+ license has expired\.$/;
      expectRefusal(await kibana.post(path, indexConnector("expired")), 403, message);
    },
    { needs: ["licence expired"] },
  ),
  verified(
    "§1.4",
    "a target on a host that is not allowed is refused as bad config",
    async (kibana) => {
      const url = `http://${kibana.newId()}.invalid/`;
      const answer = await kibana.post(path, { name: "Contract", ...webhook, config: { ...webhook.config, url } });
      expectRefusal(answer, 400, badConfig);
      expect(answer.body.message).toMatch(/target (url|hostname) "\S+" is not added to the Kibana config xpack\.actions\.allowedHosts/);
      expect(answer.body.message).toContain(new URL(url).hostname);
    },
    { needs: ["only some hosts allowed"] },
  ),
  verified(
    "§2",
    "a preconfigured connector can be run even if its type is switched off",
    async (kibana) => {
      const { id = "" } = preconfiguredOff(kibana.deployment) ?? {};
      // Without params it goes no further than their validation: nothing is sent.
      const found = expectOk(await kibana.execute(id, {}, refused));
      expect(found.message).toMatch(/^error validating action params: /);
    },
    { needs: ["a preconfigured connector of a type that is switched off"] },
  ),
  unverified(
    "§1.4",
    "config or connector in the text of a bad config",
    [badConfig, /^400 error validating (action|connector) type config: /],
    async (kibana) => inWords(await kibana.post(path, { ...indexConnector(kibana.newId()), config: {} })),
  ),

  verified("§1.3", "update looks for the connector before it looks at the config", async (kibana) => {
    const id = kibana.newId();
    expectRefusal(await kibana.put(`${path}/${id}`, { name: "n", config: { index: 5 } }), 404, notFound(id));
  }),
  verified("§1.3", "the request schema comes before the look for the connector", async (kibana) => {
    expectRefusal(await kibana.put(`${path}/${kibana.newId()}`, { config: {} }), 400, /^\[request body/);
  }),
  verified("§1.3", "the type is checked before the config", async (kibana) => {
    const body = { ...indexConnector("x"), connector_type_id: ".nobody-knows-it", config: { index: 5 } };
    expectRefusal(await kibana.post(path, body), 400, 'Action type ".nobody-knows-it" is not registered.');
  }),
  verified("§1.3", "the config is checked before the secrets", async (kibana) => {
    expectRefusal(await kibana.post(path, { ...indexConnector("x"), config: { index: 5 }, secrets: { token: "t" } }), 400, badConfig);
  }),
  verified("§1.3", "the config is checked before the id is found taken", async (kibana) => {
    const { id } = await kibana.connector();
    expectRefusal(await kibana.post(`${path}/${id}`, { ...indexConnector(id), config: { index: 5 } }), 400, badConfig);
  }),
  verified(
    "§1.3",
    "the config is checked before the licence",
    async (kibana) => {
      const config = { ...webhook.config, url: 5 };
      expectRefusal(await kibana.post(path, { name: "Contract", ...webhook, config }), 400, badConfig);
    },
    { needs: ["licence basic"] },
  ),
  verified(
    "§1.3",
    "a preconfigured id is refused before the type is looked at",
    async (kibana) => {
      const body = { ...indexConnector("x"), connector_type_id: ".nobody-knows-it" };
      const answer = await kibana.post(`${path}/${first(kibana)}`, body, refused);
      expectRefusal(answer, 400, `This ${first(kibana)} already exists in a preconfigured action.`);
    },
    preconfigured,
  ),
  verified("§1.3", "a system connector is refused before its config is looked at", async (kibana) => {
    const answer = await kibana.put(`${path}/${systemId}`, { name: "n", config: { index: 5 } }, refused);
    expectRefusal(answer, 400, `System action ${systemId} can not be updated.`);
  }),
];
