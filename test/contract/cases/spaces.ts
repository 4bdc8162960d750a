import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { indexConnector, serverLog } from "../fixtures.ts";

const path = "/api/actions/connector";
const list = "/api/actions/connectors";
const all = { space: "default" } as const;
const ids = (connectors: { id: string }[]) => connectors.map((one) => one.id).sort();

export const spaces: Case[] = [
  verified("§0", "a connector lives in the space of its path", async (kibana) => {
    const { id } = await kibana.connector();
    expectOk(await kibana.get(`${path}/${id}`));
    for (const space of [kibana.otherSpace, "default"]) {
      expectRefusal(await kibana.get(`${path}/${id}`, { space }), 404, `Saved object [action/${id}] not found`);
    }
  }),
  verified("§0", "PUT and DELETE from another space do not find it", async (kibana) => {
    const { id, name } = await kibana.connector();
    const there = { space: kibana.otherSpace };
    expectRefusal(await kibana.put(`${path}/${id}`, { name: "Renamed", config: { index: "i" } }, there), 404);
    expectRefusal(await kibana.delete(`${path}/${id}`, there), 404);
    expect(expectOk(await kibana.get(`${path}/${id}`)).name).toBe(name);
  }),
  verified("§0", "/s/default is the default space", async (kibana) => {
    const { id } = await kibana.connector({}, all);
    expect(expectOk(await kibana.get(`/s/default${path}/${id}`, all))).toMatchObject({ id, connector_type_id: ".index" });
    expect(ids(expectOk(await kibana.get(`/s/default${list}`, all)))).toEqual(ids(expectOk(await kibana.get(list, all))));
  }),
  verified("§0", "the list of a space that does not exist answers 200, with preconfigured connectors only", async (kibana) => {
    const { id } = await kibana.connector();
    expect(ids(expectOk(await kibana.get(list)))).toContain(id);
    const found: { id: string; is_preconfigured: boolean }[] = expectOk(await kibana.get(list, { space: kibana.newId("-ghost") }));
    expect(found.filter((one) => !one.is_preconfigured)).toEqual([]);
    expect(ids(found)).toEqual(ids(kibana.deployment.preconfigured));
  }),
  verified("§0", "a connector of a space that does not exist is not found", async (kibana) => {
    const id = kibana.newId();
    expectRefusal(await kibana.get(`${path}/${id}`, { space: kibana.newId("-ghost") }), 404, `Saved object [action/${id}] not found`);
  }),
  unverified("§0", "create in a space that does not exist", ["200, and it stays there", /^40[034] /], async (kibana) => {
    const id = kibana.newId();
    const ghost = { space: kibana.newId("-ghost") };
    const made = await kibana.post(`${path}/${id}`, indexConnector(id), ghost);
    if (made.status !== 200) return inWords(made);
    const found = await kibana.get(`${path}/${id}`, ghost);
    return found.status === 200 ? "200, and it stays there" : `200, then GET answers ${inWords(found)}`;
  }),
  unverified("§0", "execute in a space that does not exist", ["404 Saved object [action/<id>] not found", "200", /^403 /], async (kibana) =>
    inWords(await kibana.execute(kibana.newId(), { message: "m" }, { space: kibana.newId("-ghost") })),
  ),

  verified("§7.1", "the list of spaces has id, name and disabledFeatures of each", async (kibana) => {
    const found: { id: string }[] = expectOk(await kibana.get("/api/spaces/space", all));
    expect(ids(found)).toEqual(expect.arrayContaining([kibana.space, kibana.otherSpace].sort()));
    for (const space of found) expect(space).toMatchObject({ id: expect.any(String), name: expect.any(String) });
    expect(found.find((one) => one.id === kibana.space)).toMatchObject({ disabledFeatures: [] });
  }),
  verified("spaces/update.ts", "PUT replaces a space", async (kibana) => {
    const space = { id: kibana.newId(), name: "Contract", description: "first", disabledFeatures: [] };
    expectOk(await kibana.post("/api/spaces/space", space, all));
    const changed = { id: space.id, name: "Contract, renamed", color: "#aabbcc", disabledFeatures: [] };
    expect(expectOk(await kibana.put(`/api/spaces/space/${space.id}`, changed, all))).toMatchObject(changed);
    const after = expectOk(await kibana.get(`/api/spaces/space/${space.id}`, all));
    expect(after).toMatchObject(changed);
    expect(after).not.toHaveProperty("description");
  }),
  verified("spaces/update.ts", "PUT of a space that is not there is not found", async (kibana) => {
    const id = kibana.newId();
    expectRefusal(await kibana.put(`/api/spaces/space/${id}`, { id, name: "x", disabledFeatures: [] }, all), 404);
  }),
  ...["any", "copySavedObjectsIntoSpace", "shareSavedObjectsIntoSpace"].map((purpose) =>
    verified("§7.1", `the list of spaces takes purpose=${purpose}`, async (kibana) => {
      const found: { id: string }[] = expectOk(await kibana.get(`/api/spaces/space?purpose=${purpose}`, all));
      expect(ids(found)).toContain(kibana.space);
    }),
  ),
  verified("§7.1", "a purpose that nobody knows is refused", async (kibana) => {
    expectRefusal(await kibana.get("/api/spaces/space?purpose=dancing", all), 400, /^\[request query/);
  }),
  verified("§7.1", "GET of a space tells what it is", async (kibana) => {
    const found = expectOk(await kibana.get(`/api/spaces/space/${kibana.space}`, all));
    expect(found).toMatchObject({ id: kibana.space, name: `Contract tests ${kibana.space}`, disabledFeatures: [] });
  }),
  verified("§7.1", "the default space is reserved", async (kibana) => {
    expect(expectOk(await kibana.get("/api/spaces/space/default", all))).toMatchObject({ id: "default", _reserved: true });
  }),
  verified("§7.1", "a space that does not exist is not found", async (kibana) => {
    expectRefusal(await kibana.get(`/api/spaces/space/${kibana.newId()}`, all), 404, "Not Found");
  }),
  ...["UPPER", "with blank", "dot.dot"].map((tail) =>
    verified("§7.1", `a space id with "${tail}" is refused`, async (kibana) => {
      const body = { id: `${kibana.newId()}${tail}`, name: "Contract", disabledFeatures: [] };
      expectRefusal(await kibana.post("/api/spaces/space", body, all), 400);
    }),
  ),
  verified("§7.1", "a space can be made and deleted, and its connectors go with it", async (kibana) => {
    const space = kibana.newId("_x");
    expectOk(await kibana.post("/api/spaces/space", { id: space, name: "Contract", disabledFeatures: [] }, all));
    const { id } = await kibana.connector(serverLog, { space });
    expect((await kibana.delete(`/api/spaces/space/${space}`, all)).status).toBe(204);
    expectRefusal(await kibana.get(`/api/spaces/space/${space}`, all), 404);
    expectRefusal(await kibana.get(`${path}/${id}`, { space }), 404);
  }),
  verified("§7.1", "a space keeps the features that are disabled in it", async (kibana) => {
    const id = kibana.newId();
    expectOk(await kibana.post("/api/spaces/space", { id, name: "Contract", disabledFeatures: ["actions"] }, all));
    expect(expectOk(await kibana.get(`/api/spaces/space/${id}`, all)).disabledFeatures).toEqual(["actions"]);
  }),
  unverified("§7.1", "connectors where the space disables the feature actions", ["200", /^40[34] /], async (kibana) => {
    const space = kibana.newId();
    expectOk(await kibana.post("/api/spaces/space", { id: space, name: "Contract", disabledFeatures: ["actions"] }, all));
    return inWords(await kibana.get(list, { space }));
  }),
];
