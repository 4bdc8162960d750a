import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { serverLog, webhook, webhookWithLogin } from "../fixtures.ts";
import { unlicensed } from "../needs.ts";

const path = "/api/actions/connector";
/** At the default log level nothing is even written. */
const quiet = { message: "contract test", level: "trace" };
const gold = { needs: ["licence gold or better"] } as const;

export const execute: Case[] = [
  verified("§3", "a good run answers 200 with the connector's id and status ok", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    expect(expectOk(await kibana.execute(id, quiet))).toMatchObject({ connector_id: id, status: "ok" });
  }),
  verified("§3", "a body without params is refused", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    expectRefusal(await kibana.post(`${path}/${id}/_execute`, {}), 400, /^\[request body\.params\]: /);
  }),
  ...[null, "text", [quiet]].map((params) =>
    verified("§3", `params ${JSON.stringify(params)} are refused by the request schema`, async (kibana) => {
      const { id } = await kibana.connector(serverLog);
      expectRefusal(await kibana.execute(id, params), 400, /^\[request body/);
    }),
  ),
  verified("§3", "a further key beside params is refused", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    expectRefusal(await kibana.post(`${path}/${id}/_execute`, { params: quiet, dry_run: true }), 400);
  }),
  ...[
    ["a missing field", {}],
    ["a field of the wrong type", { message: 5 }],
    ["a key that the type does not know", { ...quiet, colour: "red" }],
    ["a value outside the list", { message: "m", level: "loud" }],
  ].map(([why, params]) =>
    verified("§3", `params with ${why} answer 200 with an error`, async (kibana) => {
      const { id } = await kibana.connector(serverLog);
      expect(expectOk(await kibana.execute(id, params))).toMatchObject({
        connector_id: id,
        status: "error",
        message: expect.stringMatching(/^error validating action params: /),
        retry: false,
      });
    }),
  ),
  ...[["the framework", "framework", { until: "8.17" }] as const, ["the user", "user", { since: "8.17" }] as const].map(
    ([who, errorSource, versions]) =>
      verified(
        "§3",
        `params that are refused are blamed on ${who}`,
        async (kibana) => {
          const { id } = await kibana.connector(serverLog);
          expect(expectOk(await kibana.execute(id, {}))).toMatchObject({ errorSource });
        },
        versions,
      ),
  ),
  verified(
    "§3",
    "a third party that cannot be reached answers 200 with status error",
    async (kibana) => {
      const { id } = await kibana.connector(webhook);
      const found = expectOk(await kibana.execute(id, { body: "{}" }));
      expect(found).toMatchObject({ connector_id: id, status: "error", message: expect.any(String) });
      expect(found).not.toHaveProperty("serviceMessage");
    },
    gold,
  ),
  unverified(
    "§3",
    "how a third party that cannot be reached is reported: message, retry, errorSource",
    [/^.+; retry (absent|null|true|false|\S+Z); errorSource (absent|user|framework)$/],
    async (kibana) => {
      const { id } = await kibana.connector(webhook);
      const { message, retry, errorSource } = expectOk(await kibana.execute(id, {}));
      return `${message}; retry ${retry === undefined ? "absent" : retry}; errorSource ${errorSource ?? "absent"}`;
    },
    gold,
  ),
  verified("§3", "the answer has no fields but the known ones", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    const known = ["connector_id", "status", "message", "service_message", "data", "retry", "errorSource"];
    for (const params of [quiet, {}]) {
      const found = Object.keys(expectOk(await kibana.execute(id, params)));
      expect(found.filter((key) => !known.includes(key))).toEqual([]);
    }
  }),
  verified("§3", "a connector of another space is not found", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    expectRefusal(await kibana.execute(id, quiet, { space: kibana.otherSpace }), 404, `Saved object [action/${id}] not found`);
  }),
  verified("§3", "a missing connector is not found, whatever the params", async (kibana) => {
    const id = kibana.newId();
    expectRefusal(await kibana.execute(id, {}), 404, `Saved object [action/${id}] not found`);
  }),
  verified("§3", "a run after an update uses the new settings", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    expectOk(await kibana.put(`${path}/${id}`, { name: "Renamed", config: {}, secrets: {} }));
    expect(expectOk(await kibana.execute(id, quiet)).status).toBe("ok");
  }),
  verified(
    "§3",
    "an unlicensed type cannot be run",
    async (kibana) => {
      const { id = "", connector_type_id: type } = unlicensed(kibana.deployment) ?? {};
      expectRefusal(
        await kibana.execute(id, {}, { refused: true }),
        403,
        new RegExp(`^Action type ${type} is disabled because your \\w+ license does not support it`),
      );
    },
    { needs: ["an unlicensed preconfigured connector"] },
  ),
  unverified("§1.4", "how invalid params are worded", [/level/], async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    return expectOk(await kibana.execute(id, { message: "m", level: "loud" })).message;
  }),
  unverified("§3", "execute with an extra query parameter", ["200", /^400 /], async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    return inWords(await kibana.post(`${path}/${id}/_execute?dry_run=true`, { params: quiet }));
  }),
  verified(
    "§3",
    "a run never tells the secrets",
    async (kibana) => {
      const { id } = await kibana.connector(webhookWithLogin);
      expect((await kibana.execute(id, { body: "{}" })).text).not.toContain(webhookWithLogin.secrets.password);
    },
    gold,
  ),
];
