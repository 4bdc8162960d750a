import { expect } from "vitest";
import { expectOk, expectRefusal } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import type { Kibana } from "../kibana.ts";
import type { Need } from "../needs.ts";

const path = "/api/maintenance_window";
const innerPath = "/internal/alerting/rules/maintenance_window";
const inner = { headers: { "x-elastic-internal-origin": "contract" } };
const since: { since: string; needs: readonly Need[] } = { since: "9.1", needs: ["licence platinum or better"] };
const platinum: { needs: readonly Need[] } = { needs: ["licence platinum or better"] };

const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const custom = (hours: number, duration = "2h") => ({ schedule: { custom: { start: at(hours), duration } } });
const made = (kibana: Kibana, given: object = {}) =>
  kibana.post(path, { title: `Contract ${kibana.prefix}`, ...custom(-1), ...given }).then((answer) => expectOk(answer));

/** What it is made with, and its status. */
const statuses: [status: string, given: object][] = [
  ["running", custom(-1)],
  ["upcoming", custom(1)],
  ["finished", custom(-3)],
  ["disabled", { ...custom(-1), enabled: false }],
  ["running", { schedule: { custom: { start: at(-25), duration: "2h", recurring: { every: "1d" } } } }],
];

const refused: [why: string, given: object, message: string | RegExp][] = [
  ["no title", { title: undefined }, "[request body.title]: expected value of type [string] but got [undefined]"],
  [
    "a start that is no date",
    { schedule: { custom: { start: "x", duration: "1h" } } },
    "[request body.schedule.custom.start]: Invalid schedule start date: x",
  ],
  ["a key that it does not know", { colour: "red" }, /^\[request body\.colour\]: /],
  ["KQL that cannot be read", { scope: { alerting: { query: { kql: "a: and (" } } } }, /./],
];

export const maintenanceWindows: Case[] = [
  ...statuses.map(([status, given], n) =>
    verified(
      "maintenance_window/create.ts",
      `window ${n + 1} is ${status}`,
      async (kibana) => {
        const window = await made(kibana, given);
        expect(window).toMatchObject({ title: `Contract ${kibana.prefix}`, enabled: status !== "disabled", status });
        expect(expectOk(await kibana.get(`${path}/${window.id}`))).toEqual(window);
      },
      since,
    ),
  ),
  verified(
    "maintenance_window/create.ts",
    "a window comes back with its schedule, scope and author",
    async (kibana) => {
      const recurring = { every: "2w", onWeekDay: ["MO"], end: at(2000) };
      const scope = { alerting: { query: { kql: "kibana.alert.rule.name: disk" } } };
      const schedule = { custom: { start: at(1), duration: "90m", timezone: "Europe/Berlin", recurring } };
      const window = await made(kibana, { schedule, scope });
      expect(window).toMatchObject({ schedule, scope, created_by: window.updated_by, created_at: expect.any(String) });
    },
    since,
  ),
  ...refused.map(([why, given, message]) =>
    verified(
      "maintenance_window/create.ts",
      `a window with ${why} is refused`,
      async (kibana) => {
        expectRefusal(await kibana.post(path, { title: "Contract", ...custom(1), ...given }), 400, message);
      },
      since,
    ),
  ),
  verified(
    "maintenance_window/update.ts",
    "PATCH changes what it names",
    async (kibana) => {
      const window = await made(kibana);
      const after = expectOk(await kibana.send("PATCH", `${path}/${window.id}`, { title: "Contract, renamed", enabled: false }));
      expect(after).toMatchObject({
        title: "Contract, renamed",
        status: "disabled",
        schedule: window.schedule,
        created_at: window.created_at,
      });
    },
    since,
  ),
  verified(
    "maintenance_window/archive.ts",
    "a window can be archived and brought back",
    async (kibana) => {
      const { id } = await made(kibana);
      expect(expectOk(await kibana.post(`${path}/${id}/_archive`)).status).toBe("archived");
      expect(expectOk(await kibana.post(`${path}/${id}/_unarchive`)).status).toBe("running");
    },
    since,
  ),
  verified(
    "maintenance_window/delete.ts",
    "DELETE answers 204 without a body, and the window is gone",
    async (kibana) => {
      const { id } = await made(kibana);
      expect(await kibana.delete(`${path}/${id}`)).toMatchObject({ status: 204, text: "" });
      expectRefusal(await kibana.get(`${path}/${id}`), 404, new RegExp(`Saved object \\[maintenance-window/${id}\\] not found`));
    },
    since,
  ),
  ...["GET", "PATCH", "DELETE"].map((method) =>
    verified(
      "maintenance_window/get.ts",
      `${method} from another space does not find it`,
      async (kibana) => {
        const { id } = await made(kibana);
        const body = method === "PATCH" ? { title: "x" } : undefined;
        expectRefusal(await kibana.send(method, `${path}/${id}`, body, { space: kibana.otherSpace }), 404);
      },
      since,
    ),
  ),
  verified(
    "maintenance_window/find.ts",
    "find searches titles and statuses, by pages",
    async (kibana) => {
      const titles = ["first", "second", "third"].map((one) => `${kibana.prefix} ${one}`);
      for (const title of titles) await made(kibana, { title, ...custom(title.endsWith("third") ? 1 : -1) });
      const find = async (query: string) => expectOk(await kibana.get(`${path}/_find?title=${encodeURIComponent(kibana.prefix)}&${query}`));
      expect(await find("per_page=2")).toMatchObject({ page: 1, per_page: 2, total: 3, maintenanceWindows: [{}, {}] });
      expect((await find("page=2&per_page=2")).maintenanceWindows).toHaveLength(1);
      expect((await find("status=upcoming")).maintenanceWindows).toMatchObject([{ title: titles[2], status: "upcoming" }]);
      expect((await find("status=upcoming&status=running")).total).toBe(3);
    },
    since,
  ),
  ...(["nobody", "reader"] as const).map((as) =>
    verified(
      "maintenance_window/create.ts",
      `a ${as} may make none`,
      async (kibana) => {
        const answer = await kibana.post(path, { title: "Contract", ...custom(1) }, { as });
        expectRefusal(answer, 403, /^API \[POST \/api\/maintenance_window\] is unauthorized for user.*write-maintenance-window/);
      },
      { since: "9.1", needs: [as === "nobody" ? "a key without privileges" : "a key that may only read connectors"] },
    ),
  ),

  verified(
    "internal/create_maintenance_window.ts",
    "the internal routes make, change, finish and delete a window",
    async (kibana) => {
      const r_rule = { dtstart: at(-1), tzid: "UTC", freq: 2, count: 2 };
      const window = expectOk(await kibana.post(innerPath, { title: "Contract", duration: 7_200_000, r_rule }, inner));
      kibana.cleanUp.own(window.id);
      expect(window).toMatchObject({
        title: "Contract",
        duration: 7_200_000,
        r_rule,
        enabled: true,
        status: "running",
        scoped_query: null,
      });
      expect(window.events).toHaveLength(2);
      const active = expectOk(await kibana.get(`${innerPath}/_active`, inner));
      expect(active.map((one: { id: string }) => one.id)).toContain(window.id);
      const renamed = expectOk(await kibana.post(`${innerPath}/${window.id}`, { title: "Contract, renamed" }, inner));
      expect(renamed).toMatchObject({ title: "Contract, renamed", duration: 7_200_000 });
      expect(expectOk(await kibana.post(`${innerPath}/${window.id}/_finish`, {}, inner)).status).toBe("upcoming");
      expect(expectOk(await kibana.post(`${innerPath}/${window.id}/_archive`, { archive: true }, inner)).status).toBe("archived");
      const found = expectOk(await kibana.post(`${innerPath}/_bulk_get`, { ids: [window.id, "nope"] }, inner));
      expect(found).toMatchObject({ maintenance_windows: [{ id: window.id }], errors: [{ id: "nope", status_code: 404 }] });
      expect((await kibana.delete(`${innerPath}/${window.id}`, inner)).status).toBe(204);
      expectRefusal(await kibana.get(`${innerPath}/${window.id}`, inner), 404);
    },
    platinum,
  ),
];
