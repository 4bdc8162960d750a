import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { indexConnector, serverLog } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";
import type { Need, Who } from "../needs.ts";

const path = "/api/actions/connector";
const quiet = { message: "contract", level: "trace" };
const update = { name: "Renamed", config: {} };
const headers = { "x-elastic-internal-origin": "contract" };

type Call = (kibana: Kibana, id: string, as: Who) => ReturnType<Kibana["get"]>;

const calls: Record<string, Call> = {
  get: (kibana, id, as) => kibana.get(`${path}/${id}`, { as }),
  list: (kibana, _, as) => kibana.get("/api/actions/connectors", { as }),
  create: (kibana, id, as) => kibana.post(`${path}/${id}-new`, indexConnector(id), { as }),
  update: (kibana, id, as) => kibana.put(`${path}/${id}`, update, { as }),
  delete: (kibana, id, as) => kibana.delete(`${path}/${id}`, { as }),
  execute: (kibana, id, as) => kibana.execute(id, quiet, { as }),
  "execution log": (kibana, _, as) =>
    kibana.post("/internal/actions/_global_connector_execution_logs", { date_start: "now-1h" }, { as, headers }),
  types: (kibana, _, as) => kibana.get("/api/actions/connector_types", { as }),
};

const guest = { needs: ["a key for the default space only"] } as const;
const allowed = 200;
const denied = {
  get: "Unauthorized to get actions",
  create: 'Unauthorized to create a ".index" action',
  update: "Unauthorized to update actions",
  delete: "Unauthorized to delete actions",
  execute: /^Unauthorized to execute (actions|a "\.server-log" action)$/,
  anything: undefined,
};

/** §10: what each key may do. The list route also says "get". */
const table: [call: keyof typeof calls, reader: typeof allowed | keyof typeof denied, nobody: typeof allowed | keyof typeof denied][] = [
  ["get", allowed, "get"],
  ["list", allowed, "get"],
  ["create", "create", "create"],
  ["update", "update", "update"],
  ["delete", "delete", "delete"],
  ["execute", allowed, "execute"],
  ["execution log", allowed, "anything"],
  ["types", allowed, allowed],
];

/** What Kibana's pages show to whom: feature.ts. */
const rights: [who: Who, needs: Need[], actions: Record<"show" | "execute" | "save" | "delete", boolean>][] = [
  ["the key", [], { show: true, execute: true, save: true, delete: true }],
  ["reader", ["a key that may only read connectors"], { show: true, execute: true, save: false, delete: false }],
  ["nobody", ["a key without privileges"], { show: false, execute: false, save: false, delete: false }],
];

const keys: [who: "reader" | "nobody", need: Need, column: 1 | 2][] = [
  ["reader", "a key that may only read connectors", 1],
  ["nobody", "a key without privileges", 2],
];

export const privileges: Case[] = [
  ...keys.flatMap(([who, need, column]) =>
    table.map((row) => {
      const [name] = row;
      const right = row[column];
      return verified(
        "§10",
        `${need}: ${name} is ${right === allowed ? "allowed" : "refused"}`,
        async (kibana) => {
          const { id } = await kibana.connector(serverLog);
          const answer = await (calls[name] as Call)(kibana, id, who);
          if (right === allowed) expectOk(answer);
          else expectRefusal(answer, 403, denied[right]);
          expect(expectOk(await kibana.get(`${path}/${id}`)).name).not.toBe("Renamed");
        },
        { needs: [need] },
      );
    }),
  ),
  ...(["get", "update", "delete", "execute"] as const).map((name) =>
    verified(
      "§1.3",
      `without privileges, ${name} of a connector that does not exist is refused as forbidden`,
      async (kibana) => expectRefusal(await (calls[name] as Call)(kibana, kibana.newId(), "nobody"), 403, denied[name]),
      { needs: ["a key without privileges"] },
    ),
  ),
  verified(
    "§1.3",
    "the request schema comes before the privilege",
    async (kibana) => expectRefusal(await kibana.post(path, { colour: "red" }, { as: "nobody" }), 400, /^\[request body/),
    { needs: ["a key without privileges"] },
  ),
  verified(
    "§1.3",
    "the privilege comes before the look for a preconfigured connector",
    async (kibana) => {
      const id = kibana.deployment.preconfigured[0]?.id ?? "";
      expectRefusal(await kibana.put(`${path}/${id}`, update, { as: "nobody", refused: true }), 403, denied.update);
    },
    { needs: ["a key without privileges", "a preconfigured connector"] },
  ),
  ...rights.map(([who, needs, actions]) =>
    verified(
      "§10",
      `the capabilities of ${who} say ${JSON.stringify(actions)}`,
      async (kibana) =>
        expect(expectOk(await kibana.post("/api/core/capabilities", { applications: [] }, { as: who, headers })).actions).toMatchObject(
          actions,
        ),
      { needs },
    ),
  ),
  verified(
    "§7.1",
    "the list of spaces has only those that the key may enter",
    async (kibana) => {
      const found: { id: string }[] = expectOk(await kibana.get("/api/spaces/space", { space: "default", as: "reader" }));
      expect(found.map((space) => space.id)).toContain(kibana.space);
    },
    { needs: ["a key that may only read connectors"] },
  ),
  verified(
    "§0",
    "a key for one space is refused in another, whether that exists or not",
    async (kibana) => {
      expectOk(await kibana.get("/api/actions/connectors", { space: "default", as: "guest" }));
      for (const space of [kibana.space, kibana.newId("-ghost")]) {
        expectRefusal(await kibana.get("/api/actions/connectors", { space, as: "guest" }), 403, denied.get);
        const id = kibana.newId();
        expectRefusal(await kibana.post(`${path}/${id}`, indexConnector(id), { space, as: "guest" }), 403, denied.create);
      }
    },
    guest,
  ),
  verified(
    "§7.1",
    "a key for one space sees that space only, and is refused the others",
    async (kibana) => {
      const as = { space: "default", as: "guest" } as const;
      expect(expectOk(await kibana.get("/api/spaces/space", as))).toMatchObject([{ id: "default" }]);
      expectOk(await kibana.get("/api/spaces/space/default", as));
      expectRefusal(await kibana.get(`/api/spaces/space/${kibana.space}`, as), 403);
    },
    guest,
  ),
  unverified(
    "§5.2",
    "find of rules by a key without privileges",
    [/^200, 0 rules$/, /^403 /],
    async (kibana) => {
      await kibana.rule();
      const answer = await kibana.get("/api/alerting/rules/_find", { as: "nobody" });
      return answer.status === 200 ? `200, ${answer.body.total} rules` : inWords(answer);
    },
    { needs: ["a key without privileges"] },
  ),
];
