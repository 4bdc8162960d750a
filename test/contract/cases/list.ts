import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { indexAction, serverLog } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";

interface Listed {
  id: string;
  name: string;
  connector_type_id: string;
  is_preconfigured: boolean;
  is_system_action?: boolean;
  referenced_by_count: number;
}

const internal = { "x-elastic-internal-origin": "contract" };

async function list(kibana: Kibana, space?: string): Promise<Listed[]> {
  return expectOk(await kibana.get("/api/actions/connectors", { ...(space && { space }) }));
}
const count = async (kibana: Kibana, id: string) => (await list(kibana)).find((one) => one.id === id)?.referenced_by_count;

export const listing: Case[] = [
  verified("§1.6", "the list has the saved connectors of its space and no other's", async (kibana) => {
    const here = await kibana.connector();
    const there = await kibana.connector({}, { space: kibana.otherSpace });
    const found = (await list(kibana)).map((one) => one.id);
    expect(found).toContain(here.id);
    expect(found).not.toContain(there.id);
  }),
  verified("§1.6", "the list is sorted by name as people sort", async (kibana) => {
    const given = ["banana", "Apple", "cherry", "Äpfel"].map((name) => `Contract ${name}`);
    for (const name of given) await kibana.connector({ name });
    const names = (await list(kibana)).map((one) => one.name);
    expect(names).toEqual(expect.arrayContaining(given));
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
  }),
  verified("§1.6", "the public list leaves system connectors out", async (kibana) => {
    const { id } = await kibana.connector();
    const found = await list(kibana);
    expect(found.map((one) => one.id)).toContain(id);
    expect(found.filter((one) => one.is_system_action || one.id.startsWith("system-connector-"))).toEqual([]);
  }),
  verified(
    "§1.6",
    "preconfigured connectors are listed in every space",
    async (kibana) => {
      const wanted = kibana.deployment.preconfigured.map((one) => one.id);
      for (const space of [kibana.space, kibana.otherSpace]) {
        expect((await list(kibana, space)).map((one) => one.id)).toEqual(expect.arrayContaining(wanted));
      }
    },
    { needs: ["a preconfigured connector"] },
  ),
  verified(
    "§1.6",
    "connectors of a type that the licence does not cover are listed",
    async (kibana) => {
      const types = new Map(kibana.deployment.types.map((row) => [row.id, row.enabled_in_license]));
      const found = await list(kibana);
      expect(found.some((one) => types.get(one.connector_type_id) === false)).toBe(true);
    },
    { needs: ["an unlicensed preconfigured connector"] },
  ),
  unverified("§1.6", "an unknown query parameter of the list", ["200", /^400 /], async (kibana) =>
    inWords(await kibana.get("/api/actions/connectors?per_page=1")),
  ),
  verified("§1.7", "the internal list has system connectors too, in the same shape", async (kibana) => {
    const found: Listed[] = expectOk(await kibana.get("/internal/actions/connectors", { headers: internal }));
    expect(found).toEqual(
      expect.arrayContaining([expect.objectContaining({ is_system_action: true, connector_type_id: expect.any(String) })]),
    );
  }),
  verified("§1.7", "the spec of a type of the stack is not found", async (kibana) => {
    expectRefusal(await kibana.get("/internal/actions/connector_types/.index/spec", { headers: internal }), 404);
  }),
  unverified("§1.7", "GET /internal/actions/connector_types lists system types", ["200, with system types", /^404/], async (kibana) => {
    const answer = await kibana.get("/internal/actions/connector_types", { headers: internal });
    if (answer.status !== 200) return inWords(answer);
    const system = answer.body.some((row: { is_system_action_type?: boolean }) => row.is_system_action_type);
    return `200, ${system ? "with" : "without"} system types`;
  }),

  verified("§5.1", "a connector that nothing uses is referenced 0 times", async (kibana) => {
    const { id } = await kibana.connector();
    expect(await count(kibana, id)).toBe(0);
  }),
  verified("§5.1", "a rule counts once, however many of its actions use the connector", async (kibana) => {
    const { id } = await kibana.connector();
    await kibana.rule({ actions: [indexAction(id), indexAction(id, { group: "recovered" })] });
    expect(await count(kibana, id)).toBe(1);
  }),
  verified("§5.1", "each rule counts, disabled ones too", async (kibana) => {
    const { id } = await kibana.connector();
    for (const _ of [1, 2]) await kibana.rule({ actions: [indexAction(id)] });
    expect(await count(kibana, id)).toBe(2);
  }),
  verified("§5.1", "a rule that is deleted no longer counts", async (kibana) => {
    const { id } = await kibana.connector();
    const rule = await kibana.rule({ actions: [indexAction(id)] });
    await kibana.delete(`/api/alerting/rule/${rule.id}`);
    expect(await count(kibana, id)).toBe(0);
  }),
  verified(
    "§5.1",
    "a preconfigured connector is referenced 0 times, even where a rule uses it",
    async (kibana) => {
      const [{ id, connector_type_id } = { id: "", connector_type_id: "" }] = kibana.deployment.preconfigured;
      const given = connector_type_id === ".server-log" ? { params: { message: "m" } } : {};
      const made = await kibana.post("/api/alerting/rule", {
        name: "Contract preconfigured",
        rule_type_id: ".index-threshold",
        consumer: "stackAlerts",
        enabled: false,
        schedule: { interval: "1d" },
        params: { ...(await kibana.rule()).params },
        actions: [indexAction(id, given)],
      });
      // A type may refuse these params; the count is 0 anyway.
      expect([200, 400]).toContain(made.status);
      expect(await count(kibana, id)).toBe(0);
    },
    { needs: ["a preconfigured connector"] },
  ),
  verified("§5.1", "every connector of the list has a count, and GET has none", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    expect(await count(kibana, id)).toBe(0);
    for (const one of await list(kibana)) expect(one.referenced_by_count).toEqual(expect.any(Number));
    expect(expectOk(await kibana.get(`/api/actions/connector/${id}`))).not.toHaveProperty("referenced_by_count");
  }),
];
