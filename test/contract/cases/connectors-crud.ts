import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { indexConnector, serverLog, webhook } from "../fixtures.ts";

const path = "/api/actions/connector";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Bodies that break the request schema of create and update alike (§1.1). */
const refusedBodies: [why: string, change: Record<string, unknown>][] = [
  ["an empty name", { name: "" }],
  ["a blank name", { name: "   " }],
  ["no name", { name: undefined }],
  ["config null", { config: null }],
  ["secrets null", { secrets: null }],
  ["a config that is not an object", { config: "index" }],
  ["an empty string in config", { config: { index: "" } }],
  ["an empty string in secrets", { secrets: { token: "" } }],
  ["id in the body", { id: "x" }],
  ["is_preconfigured", { is_preconfigured: false }],
  ["is_missing_secrets", { is_missing_secrets: false }],
  ["a key that nobody knows", { colour: "red" }],
];

export const connectorsCrud: Case[] = [
  verified(
    "create.ts",
    "a connector of a type that is not free is a use of its licence",
    async (kibana) => {
      const lastUse = async () => {
        const { features } = expectOk(await kibana.get("/api/licensing/feature_usage"));
        return features.find(({ name }: { name: string }) => name === "Connector: Webhook")?.last_used ?? null;
      };
      const before = Date.now() - 60_000;
      await kibana.connector(webhook);
      expect(Date.parse(await lastUse())).toBeGreaterThan(before);
    },
    { needs: ["licence gold or better"] },
  ),
  verified("§1", "create answers 200 with the connector under the id of the path", async (kibana) => {
    const id = kibana.newId();
    const made = expectOk(await kibana.post(`${path}/${id}`, indexConnector(id)));
    expect(made).toMatchObject({ ...indexConnector(id), id });
  }),
  verified("§1", "create without an id answers 200 with a generated UUID", async (kibana) => {
    const made = expectOk(await kibana.post(path, indexConnector(kibana.newId())));
    expect(made.id).toMatch(uuid);
  }),
  verified("§1", "update answers 200 with the new name and config", async (kibana) => {
    const { id } = await kibana.connector();
    const body = { name: "Renamed", config: { index: "elsewhere" }, secrets: {} };
    expect(expectOk(await kibana.put(`${path}/${id}`, body))).toMatchObject({ id, name: "Renamed", config: { index: "elsewhere" } });
    expect(expectOk(await kibana.get(`${path}/${id}`))).toMatchObject({ id, name: "Renamed", config: { index: "elsewhere" } });
  }),
  verified("§1", "delete answers 204 with an empty body, and the connector is gone", async (kibana) => {
    const { id } = await kibana.connector();
    const gone = await kibana.delete(`${path}/${id}`);
    expect([gone.status, gone.text]).toEqual([204, ""]);
    expectRefusal(await kibana.get(`${path}/${id}`), 404);
    const listed: { id: string }[] = expectOk(await kibana.get("/api/actions/connectors"));
    expect(listed.map((one) => one.id)).not.toContain(id);
  }),
  verified("§1", "there is no PATCH of a connector", async (kibana) => {
    const { id } = await kibana.connector();
    expect((await kibana.send("PATCH", `${path}/${id}`, { name: "Renamed" })).status).toBeGreaterThanOrEqual(400);
    expect(expectOk(await kibana.get(`${path}/${id}`)).name).not.toBe("Renamed");
  }),
  ...["/api/actions", "/api/actions/list_action_types"].map((legacy) =>
    verified(
      "§1",
      `before 9.0, the old GET ${legacy} answers with an array`,
      async (kibana) => expect(expectOk(await kibana.get(legacy))).toEqual(expect.any(Array)),
      { until: "9.0" },
    ),
  ),
  ...["/api/actions", "/api/actions/list_action_types"].map((legacy) =>
    verified("§1", `the old GET ${legacy} is gone`, async (kibana) => expectRefusal(await kibana.get(legacy), 404), { since: "9.0" }),
  ),

  ...refusedBodies.flatMap(([why, change]) => [
    verified("§1.1", `create refuses ${why}`, async (kibana) => {
      const id = kibana.newId();
      expectRefusal(await kibana.post(`${path}/${id}`, { ...indexConnector(id), ...change }), 400);
      expectRefusal(await kibana.get(`${path}/${id}`), 404);
    }),
    verified("§1.1", `update refuses ${why}`, async (kibana) => {
      const { id, name } = await kibana.connector();
      const body = { name: "Renamed", config: { index: "elsewhere" }, ...change };
      expectRefusal(await kibana.put(`${path}/${id}`, body), 400);
      expect(expectOk(await kibana.get(`${path}/${id}`)).name).toBe(name);
    }),
  ]),
  verified("§1.1", "create refuses a body without connector_type_id", async (kibana) => {
    const { connector_type_id: _, ...body } = indexConnector("x");
    expectRefusal(await kibana.post(path, body), 400);
  }),
  verified("§1.1", "update refuses connector_type_id, even the same", async (kibana) => {
    const { id, name, config, connector_type_id } = await kibana.connector();
    expectRefusal(await kibana.put(`${path}/${id}`, { name, config, connector_type_id }), 400);
  }),
  verified("§1.1", "what GET gives cannot be sent back unchanged", async (kibana) => {
    const connector = await kibana.connector();
    expectRefusal(await kibana.put(`${path}/${connector.id}`, connector), 400);
  }),
  verified("§1.1", "config and secrets default to nothing", async (kibana) => {
    const made = expectOk(await kibana.post(path, { name: "Contract log", connector_type_id: ".server-log" }));
    expect(made).toMatchObject({ name: "Contract log", connector_type_id: ".server-log" });
    expect(made.config ?? {}).toEqual({});
  }),
  verified("§1.1", "two connectors may have the same name", async (kibana) => {
    const [one, other] = [await kibana.connector({ name: "Twin" }), await kibana.connector({ name: "Twin" })];
    expect(one.id).not.toBe(other.id);
  }),
  verified("§1.1", "a name may be very long", async (kibana) => {
    const name = "n".repeat(2000);
    expect((await kibana.connector({ name })).name).toBe(name);
  }),
  unverified(
    "§1.1",
    "update with inbound_events_enabled",
    [/^400 /, "200"],
    async (kibana) => {
      const { id, name, config } = await kibana.connector();
      return inWords(await kibana.put(`${path}/${id}`, { name, config, inbound_events_enabled: false }));
    },
    { since: "9.4" },
  ),
  unverified("§1.1", "text for an empty string in config", [/^400 .*value '' is not valid/, /^400 .*config/], async (kibana) =>
    inWords(await kibana.post(path, { ...indexConnector(kibana.newId()), config: { index: "" } })),
  ),

  ...(["create", "update", "get", "list"] as const).map((how) =>
    verified("§1.2", `${how} tells id, name, type, config and flags of a saved connector`, async (kibana) => {
      const made = await kibana.connector();
      const body = { name: made.name, config: { index: "i" } };
      const found =
        how === "create"
          ? made
          : how === "update"
            ? expectOk(await kibana.put(`${path}/${made.id}`, body))
            : how === "get"
              ? expectOk(await kibana.get(`${path}/${made.id}`))
              : expectOk(await kibana.get("/api/actions/connectors")).find((one: { id: string }) => one.id === made.id);
      expect(found).toMatchObject({
        id: made.id,
        name: made.name,
        connector_type_id: ".index",
        config: expect.any(Object),
        is_missing_secrets: false,
        is_preconfigured: false,
        is_deprecated: false,
      });
      expect("referenced_by_count" in found).toBe(how === "list");
    }),
  ),
  verified("§1.2", "config comes back with the defaults that the type adds", async (kibana) => {
    const { id, config } = await kibana.connector();
    expect(config).toMatchObject({ index: `${id}-index`, refresh: false });
  }),
  verified("§1.2", "a type without config has an empty one or none", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    const found = expectOk(await kibana.get(`${path}/${id}`));
    expect({ ...found, config: found.config ?? {} }).toMatchObject({ id, config: {} });
  }),
  verified(
    "§1.2",
    "a ServiceNow connector on the old table API is deprecated, one on the new API is not",
    async (kibana) => {
      for (const usesTableApi of [true, false]) {
        const config = { apiUrl: webhook.config.url, isOAuth: false, usesTableApi };
        const secrets = { username: "contract", password: "contract" };
        const made = await kibana.connector({ connector_type_id: ".servicenow", config, secrets });
        expect(made.is_deprecated).toBe(usesTableApi);
      }
    },
    { needs: ["licence platinum or better"] },
  ),
  verified(
    "§1.2",
    "a preconfigured connector is shown without is_missing_secrets",
    async (kibana) => {
      const [{ id } = { id: "" }] = kibana.deployment.preconfigured;
      const found = expectOk(await kibana.get(`${path}/${id}`));
      expect(found).toMatchObject({ id, name: expect.any(String), connector_type_id: expect.any(String), is_preconfigured: true });
      expect(found).not.toHaveProperty("is_missing_secrets");
      expect(found).not.toHaveProperty("secrets");
    },
    { needs: ["a preconfigured connector"] },
  ),
  verified(
    "§1.2",
    "GET and list agree whether a preconfigured connector shows its config",
    async (kibana) => {
      const listed: { id: string; is_preconfigured: boolean }[] = expectOk(await kibana.get("/api/actions/connectors"));
      for (const one of listed.filter((each) => each.is_preconfigured)) {
        expect("config" in expectOk(await kibana.get(`${path}/${one.id}`))).toBe("config" in one);
      }
    },
    { needs: ["a preconfigured connector"] },
  ),
  verified(
    "§1.2",
    "with exposeConfig, a preconfigured connector shows its config, on GET and list alike",
    async (kibana) => {
      const shown = kibana.deployment.preconfigured.find((one) => one.config);
      expect(expectOk(await kibana.get(`${path}/${shown?.id}`)).config).toEqual(shown?.config);
    },
    { needs: ["a preconfigured connector with exposeConfig"], since: "8.18" },
  ),
  verified(
    "§1.2",
    "a preconfigured connector never shows its config",
    async (kibana) => {
      const [{ id } = { id: "" }] = kibana.deployment.preconfigured;
      expect(expectOk(await kibana.get(`${path}/${id}`))).not.toHaveProperty("config");
    },
    { needs: ["a preconfigured connector"], until: "8.18" },
  ),
  ...["is_system_action", "is_connector_type_deprecated", "auth_mode", "inbound_events_enabled"].map((field) =>
    unverified("§1.2", `the field ${field} of a connector`, ["absent", "false", "true", '"shared"', '"per-user"'], async (kibana) => {
      const { id } = await kibana.connector();
      const found = expectOk(await kibana.get(`${path}/${id}`));
      return field in found ? JSON.stringify(found[field]) : "absent";
    }),
  ),
  unverified(
    "§1.2",
    "a config key that .index does not know",
    [/^400 error validating (action|connector) type config: /, "200"],
    async (kibana) => inWords(await kibana.post(path, { ...indexConnector(kibana.newId()), config: { index: "i", colour: "red" } })),
  ),
];
