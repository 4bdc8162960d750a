import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";

const path = "/api/actions/action";
const until = { until: "9.0" };
const body = (id: string) => ({ name: `Contract ${id}`, actionTypeId: ".index", config: { index: `${id}-index` } });

/** The routes from before 7.13. */
export const oldRoutes: Case[] = [
  verified(
    "create.ts (legacy)",
    "the old routes make, read, change, run and delete a connector, in camel case",
    async (kibana) => {
      const name = kibana.newId();
      const made = expectOk(await kibana.post(path, body(name)));
      const expected = {
        actionTypeId: ".index",
        isPreconfigured: false,
        isDeprecated: false,
        isMissingSecrets: false,
        isSystemAction: false,
      };
      expect(made).toEqual({ id: made.id, name: `Contract ${name}`, config: expect.any(Object), ...expected });
      expect(expectOk(await kibana.get(`${path}/${made.id}`))).toEqual(made);
      expect(expectOk(await kibana.get(`/api/actions/connector/${made.id}`))).toMatchObject({ connector_type_id: ".index" });
      const renamed = expectOk(await kibana.put(`${path}/${made.id}`, { name: "Renamed", config: { index: `${name}-other` } }));
      expect(renamed).toMatchObject({ id: made.id, name: "Renamed", config: { index: `${name}-other` } });
      const run = expectOk(await kibana.post(`${path}/${made.id}/_execute`, { params: {} }));
      expect(run).toMatchObject({ actionId: made.id, status: "error", retry: false });
      expect((await kibana.delete(`${path}/${made.id}`)).status).toBe(204);
      expectRefusal(await kibana.get(`${path}/${made.id}`), 404, `Saved object [action/${made.id}] not found`);
    },
    until,
  ),
  ...[
    ["without a type", { actionTypeId: undefined }, "[request body.actionTypeId]: expected value of type [string] but got [undefined]"],
    ["with a type that is not there", { actionTypeId: ".nope" }, 'Action type ".nope" is not registered.'],
    ["with a key that it does not know", { colour: "red" }, "[request body.colour]: definition for this key is missing"],
  ].map(([why, given, message]) =>
    verified(
      "create.ts (legacy)",
      `a connector ${String(why)} is refused`,
      async (kibana) => {
        expectRefusal(await kibana.post(path, { ...body(kibana.newId()), ...Object(given) }), 400, String(message));
      },
      until,
    ),
  ),
  verified(
    "get_all.ts (legacy)",
    "the old lists are in camel case",
    async (kibana) => {
      const { id } = await kibana.connector();
      const list: { id: string }[] = expectOk(await kibana.get("/api/actions"));
      expect(list.find((one) => one.id === id)).toMatchObject({ actionTypeId: ".index", referencedByCount: 0 });
      expect(expectOk(await kibana.get("/api/actions/list_action_types"))[0]).toMatchObject({ minimumLicenseRequired: expect.any(String) });
    },
    until,
  ),
  ...[["GET", "/api/actions"] as const, ["POST", path] as const, ["GET", `${path}/x`] as const].map(([method, route]) =>
    verified(
      "kibana#197510",
      `${method} ${route} is gone`,
      async (kibana) => {
        const answer = await kibana.send(method, route, method === "POST" ? body(kibana.newId()) : undefined, { refused: true });
        expect(answer.status).toBe(404);
      },
      { since: "9.0" },
    ),
  ),
];
