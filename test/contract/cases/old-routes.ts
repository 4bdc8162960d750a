import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import { thresholdRule } from "../fixtures.ts";

const path = "/api/actions/action";
const alerts = "/api/alerts/alert";
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
  verified(
    "create.ts, update.ts, find.ts (legacy)",
    "the old routes make, read, find, change and delete a rule, in camel case",
    async (kibana) => {
      const { rule_type_id: alertTypeId, ...rest } = thresholdRule(kibana.newId());
      const given = { ...rest, alertTypeId, notifyWhen: "onActiveAlert", tags: [kibana.newId()] };
      const { id, ...made } = expectOk(await kibana.post(alerts, given));
      expect(made).toMatchObject({ ...given, muteAll: false, mutedInstanceIds: [], createdAt: made.updatedAt, throttle: null });
      expect(made.executionStatus).toMatchObject({ status: "pending", lastExecutionDate: expect.any(String) });
      expect(Object.keys(made).filter((key) => key.includes("_"))).toEqual([]);
      expect(expectOk(await kibana.get(`${alerts}/${id}`))).toMatchObject({ id, params: given.params });
      const search = new URLSearchParams({ search: given.tags.join(""), search_fields: "tags" });
      expect(expectOk(await kibana.get(`/api/alerts/_find?${search}`))).toMatchObject({ page: 1, perPage: 10, total: 1, data: [{ id }] });
      const { name: _name, consumer: _consumer, enabled: _enabled, alertTypeId: _type, ...kept } = given;
      const changed = expectOk(await kibana.put(`${alerts}/${id}`, { ...kept, name: "Renamed" }));
      expect(changed).toMatchObject({ id, name: "Renamed", revision: 1, notifyWhen: "onActiveAlert" });
      expect((await kibana.delete(`${alerts}/${id}`)).status).toBe(204);
      expectRefusal(await kibana.get(`${alerts}/${id}`), 404, `Saved object [alert/${id}] not found`);
    },
    until,
  ),
  verified(
    "health.ts, list_alert_types.ts (legacy)",
    "the old routes tell of alerting itself, in camel case",
    async (kibana) => {
      const health = expectOk(await kibana.get("/api/alerts/_health"));
      expect(health).toMatchObject({ isSufficientlySecure: expect.any(Boolean), hasPermanentEncryptionKey: expect.any(Boolean) });
      const types: { id: string }[] = expectOk(await kibana.get("/api/alerts/list_alert_types"));
      expect(types.find(({ id }) => id === ".index-threshold")).toMatchObject({ defaultActionGroupId: "threshold met" });
    },
    until,
  ),
  ...[["GET", "/api/actions"] as const, ["GET", "/api/alerts/_find"] as const, ["POST", path] as const, ["GET", `${path}/x`] as const].map(
    ([method, route]) =>
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
