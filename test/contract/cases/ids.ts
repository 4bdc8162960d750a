import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { indexConnector } from "../fixtures.ts";

const path = "/api/actions/connector";
const charset = "[request params.id]: Connector ID must contain only lowercase letters, numbers, and hyphens.";
const tooLong = "[request params.id]: Connector ID must be 36 characters or less.";

/** Ids that 9.4 refuses (§1.5). `<id>` is where this run's prefix goes. */
const refusedIds: [id: string, message?: string][] = [
  ["<id>-Upper", charset],
  ["<id>.dot", charset],
  ["<id>-", charset],
  ["-<id>", charset],
  ["<id> blank", charset],
  ["<id>-ü", charset],
  ["<id>..x"],
  ["<id>/x"],
  ["__proto__"],
  ["prototype"],
  ["constructor", tooLong],
];

/** Ids that every version since 8.8 takes. */
const goodIds = ["<id>", "<id>-inner-hyphens", "<id>0123456789"];
const oddIds = ["<id>-Upper", "<id>_underscore", "<id>.dot", "<id>-", "<id>-much-longer-than-thirty-six-characters-in-all"];

export const ids: Case[] = [
  ...goodIds.map((pattern) =>
    verified("§1.5", `the id ${pattern} is taken as it is`, async (kibana) => {
      const id = pattern.replace("<id>", kibana.newId());
      expect((await kibana.connector({}, { id })).id).toBe(id);
    }),
  ),
  verified("§1.5", "an id of 36 characters is taken", async (kibana) => {
    const id = kibana.newId("-").padEnd(36, "x");
    expect((await kibana.connector({}, { id })).id).toBe(id);
  }),
  ...oddIds.map((pattern) =>
    verified(
      "§1.5",
      `before 9.4, the id ${pattern} is taken, found, changed and deleted`,
      async (kibana) => {
        const id = pattern.replace("<id>", kibana.newId());
        const at = `${path}/${encodeURIComponent(id)}`;
        expect((await kibana.connector({}, { id })).id).toBe(id);
        expect(expectOk(await kibana.get(at)).id).toBe(id);
        expect(expectOk(await kibana.put(at, { name: "Renamed", config: { index: "i" } })).name).toBe("Renamed");
        expect((await kibana.delete(at)).status).toBe(204);
      },
      { since: "8.8", until: "9.4" },
    ),
  ),
  ...refusedIds.map(([pattern, message]) =>
    verified(
      "§1.5",
      `since 9.4, the id ${pattern} is refused`,
      async (kibana) => {
        const id = pattern.replace("<id>", kibana.newId());
        const answer = await kibana.post(`${path}/${encodeURIComponent(id)}`, indexConnector("refused"), { refused: true });
        expectRefusal(answer, 400, message ?? /^\[request params\.id\]: /);
      },
      { since: "9.4" },
    ),
  ),
  verified(
    "§1.5",
    "since 9.4, an id of 37 characters is refused",
    async (kibana) => {
      const id = kibana.newId("-").padEnd(37, "x");
      expectRefusal(await kibana.post(`${path}/${id}`, indexConnector("refused")), 400, /^\[request params\.id\]: /);
    },
    { since: "9.4" },
  ),
  verified(
    "§1.5",
    "since 9.4, an odd id is still looked for by GET, PUT and DELETE",
    async (kibana) => {
      const id = kibana.newId("_Odd.id");
      const message = `Saved object [action/${id}] not found`;
      expectRefusal(await kibana.get(`${path}/${id}`), 404, message);
      expectRefusal(await kibana.put(`${path}/${id}`, { name: "n", config: { index: "i" } }), 404, message);
      expectRefusal(await kibana.delete(`${path}/${id}`), 404, message);
    },
    { since: "9.4" },
  ),
  unverified(
    "§1.5",
    "since 9.4, an underscore in an id",
    [`400 ${charset}`, "200"],
    async (kibana) => {
      const id = kibana.newId("_x");
      return inWords(await kibana.post(`${path}/${id}`, indexConnector("underscore")));
    },
    { since: "9.4" },
  ),
  unverified(
    "§1.5",
    "since 9.4, the text for an id that is too long",
    [`400 ${tooLong}`, /^400 \[request params\.id\]: .*length/],
    async (kibana) => inWords(await kibana.post(`${path}/${kibana.newId("-").padEnd(50, "x")}`, indexConnector("long"))),
    { since: "9.4" },
  ),
  verified("§1.5", "a UUID is a good id", async (kibana) => {
    const id = kibana.newUuid();
    expectOk(await kibana.post(`${path}/${id}`, indexConnector("uuid")));
    expect(expectOk(await kibana.get(`${path}/${id}`)).id).toBe(id);
  }),
  verified("§1.5", "system connectors are named system-connector-<type>", async (kibana) => {
    const headers = { "x-elastic-internal-origin": "contract" };
    const all: { id: string; connector_type_id: string; is_system_action: boolean }[] = expectOk(
      await kibana.get("/internal/actions/connectors", { headers }),
    );
    const system = all.filter((one) => one.is_system_action);
    expect(system.length).toBeGreaterThan(0);
    for (const { id, connector_type_id } of system) expect(id).toBe(`system-connector-${connector_type_id}`);
  }),

  verified("§1.4", "an id that is in use cannot be used again", async (kibana) => {
    const { id } = await kibana.connector();
    const again = await kibana.post(`${path}/${id}`, indexConnector(id));
    expectRefusal(again, 409);
  }),
  verified("§1.4", "ids are unique over all spaces", async (kibana) => {
    const { id } = await kibana.connector();
    expectRefusal(await kibana.post(`${path}/${id}`, indexConnector(id), { space: kibana.otherSpace }), 409);
    expectRefusal(await kibana.get(`${path}/${id}`, { space: kibana.otherSpace }), 404);
  }),
  verified(
    "§1.4",
    "before 9.4, the text for an id that is in use",
    async (kibana) => {
      const { id } = await kibana.connector();
      expectRefusal(await kibana.post(`${path}/${id}`, indexConnector(id)), 409, `Saved object [action/${id}] conflict`);
    },
    { until: "9.4" },
  ),
  ...(["the same space", "another space"] as const).map((where) =>
    unverified(
      "§1.4",
      `since 9.4, the text for an id that is in use in ${where}`,
      ["409 Saved object [action/<id>] conflict", /^409 .*<id>/],
      async (kibana) => {
        const { id } = await kibana.connector();
        const space = where === "another space" ? kibana.otherSpace : kibana.space;
        return inWords(await kibana.post(`${path}/${id}`, indexConnector(id), { space }));
      },
      { since: "9.4" },
    ),
  ),
];
