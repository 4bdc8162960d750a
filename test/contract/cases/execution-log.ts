import { expect } from "vitest";
import { type Answer, expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { serverLog, webhook } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";

const logs = "/internal/actions/_global_connector_execution_logs";
const kpi = "/internal/actions/_global_connector_execution_kpi";
const headers = { "x-elastic-internal-origin": "contract" };
const dateStart = () => new Date(Date.now() - 3_600_000).toISOString();

const ask = (kibana: Kibana, body: Record<string, unknown> = {}, route = logs, how: { space?: string } = {}): Promise<Answer> =>
  kibana.post(route, { date_start: dateStart(), ...body }, { headers, ...how });

const only = (id: string) => ({ filter: `kibana.action.id: "${id}"` });

/** Kibana writes its event log in batches: asks again until `count` runs are there, for ten seconds at most. */
async function untilLogged(kibana: Kibana, id: string, count: number): Promise<Answer["body"]> {
  let found = expectOk(await ask(kibana, only(id)));
  const poll = async () => {
    found = expectOk(await ask(kibana, only(id)));
    return found.total;
  };
  if (found.total !== count) await expect.poll(poll, { timeout: 10_000, interval: 500 }).toBe(count);
  return found;
}

async function ran(kibana: Kibana, times: number): Promise<string> {
  const { id } = await kibana.connector(serverLog);
  for (let i = 0; i < times; i += 1) expectOk(await kibana.execute(id, { message: "contract", level: "trace" }));
  return id;
}

const refusedBodies: [name: string, body: Record<string, unknown>][] = [
  ["no date_start", { date_start: undefined }],
  ["per_page 0", { per_page: 0 }],
  ["page 0", { page: 0 }],
  ["a sort that nobody knows", { sort: [{ colour: { order: "asc" } }] }],
  ["a key that nobody knows", { colour: "red" }],
];

const newLimits: [name: string, body: Record<string, unknown>][] = [
  ["per_page 101", { per_page: 101 }],
  ["page 1001", { page: 1001 }],
  ["a filter of 8193 characters", { filter: "a".repeat(8193) }],
];

export const executionLog: Case[] = [
  verified("§8.3", "a run is in the log, with what ran and how it ended", async (kibana) => {
    const id = await ran(kibana, 1);
    const { name } = expectOk(await kibana.get(`/api/actions/connector/${id}`));
    const { data } = await untilLogged(kibana, id, 1);
    expect(data).toEqual([
      expect.objectContaining({
        ...{ id: expect.any(String), timestamp: expect.any(String), duration_ms: expect.any(Number), status: "success" },
        ...{ message: `action executed: .server-log:${id}: ${name}`, connector_name: name, connector_id: id, timed_out: false },
        space_ids: [kibana.space],
      }),
    ]);
  }),
  verified("§8.3", "each run has an entry, newest first", async (kibana) => {
    const id = await ran(kibana, 3);
    const { data } = await untilLogged(kibana, id, 3);
    const times = data.map((one: { timestamp: string }) => one.timestamp);
    expect(times).toEqual([...times].sort().reverse());
  }),
  verified("§8.3", "a sort by timestamp ascending is followed", async (kibana) => {
    const id = await ran(kibana, 2);
    await untilLogged(kibana, id, 2);
    const { data } = expectOk(await ask(kibana, { ...only(id), sort: [{ timestamp: { order: "asc" } }] }));
    const times = data.map((one: { timestamp: string }) => one.timestamp);
    expect(times).toEqual([...times].sort());
  }),
  verified("§8.3", "the log comes in pages", async (kibana) => {
    const id = await ran(kibana, 3);
    await untilLogged(kibana, id, 3);
    const second = expectOk(await ask(kibana, { ...only(id), per_page: 2, page: 2 }));
    expect(second.data).toHaveLength(1);
  }),
  verified("§8.3", "the log of another space does not have the run", async (kibana) => {
    const id = await ran(kibana, 1);
    await untilLogged(kibana, id, 1);
    expect(expectOk(await ask(kibana, only(id), logs, { space: kibana.otherSpace })).total).toBe(0);
  }),
  verified("§8.3", "namespaces widens the log to other spaces", async (kibana) => {
    const id = await ran(kibana, 1);
    await untilLogged(kibana, id, 1);
    const body = { ...only(id), namespaces: [kibana.space] };
    expect(expectOk(await ask(kibana, body, logs, { space: kibana.otherSpace })).total).toBe(1);
  }),
  verified("§8.3", "a window without runs is empty", async (kibana) => {
    const id = await ran(kibana, 1);
    await untilLogged(kibana, id, 1);
    const body = { ...only(id), date_start: "2020-01-01T00:00:00.000Z", date_end: "2020-01-02T00:00:00.000Z" };
    expect(expectOk(await ask(kibana, body))).toMatchObject({ total: 0, data: [] });
  }),
  verified("§8.3", "date_start may be relative", async (kibana) => {
    const id = await ran(kibana, 1);
    await untilLogged(kibana, id, 1);
    expect(expectOk(await ask(kibana, { ...only(id), date_start: "now-1h" })).total).toBe(1);
  }),
  verified(
    "§8.3",
    "a failed run tells the cause behind its message",
    async (kibana) => {
      const { id } = await kibana.connector(webhook);
      expect(expectOk(await kibana.execute(id, { body: "{}" })).status).toBe("error");
      const { data } = await untilLogged(kibana, id, 1);
      expect(data[0]).toMatchObject({ status: "failure", message: expect.stringMatching(/^action execution failure: .+ - .+/) });
    },
    { needs: ["licence gold or better"] },
  ),
  verified("§8.1", "a run with invalid params leaves no entry", async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    expect(expectOk(await kibana.execute(id, {})).status).toBe("error");
    expectOk(await kibana.execute(id, { message: "contract", level: "trace" }));
    await untilLogged(kibana, id, 1);
  }),
  verified("§8.3", "the counts tell good runs", async (kibana) => {
    const id = await ran(kibana, 2);
    await untilLogged(kibana, id, 2);
    expect(expectOk(await ask(kibana, only(id), kpi))).toEqual({ success: 2, unknown: 0, failure: 0, warning: 0 });
  }),
  ...refusedBodies.map(([name, body]) =>
    verified("§8.3", `the log refuses ${name}`, async (kibana) => expectRefusal(await ask(kibana, body), 400, /^\[request body/)),
  ),
  ...newLimits.map(([name, body]) =>
    unverified("§8.3", `the log and ${name}`, [/^400 \[request body/, "200", /^400 .*/], async (kibana) =>
      inWords(await ask(kibana, body)),
    ),
  ),
  verified("§8.3", "the counts refuse a body without date_start", async (kibana) => {
    expectRefusal(await ask(kibana, { date_start: undefined }, kpi), 400, /^\[request body\.date_start\]: /);
  }),
  verified(
    "§8.3",
    "since 9.0, the log without the internal header is refused",
    async (kibana) =>
      expectRefusal(await kibana.post(logs, { date_start: dateStart() }), 400, /is not available with the current configuration/),
    { since: "9.0" },
  ),
  verified(
    "§8.3",
    "before 9.0, the log needs no internal header",
    async (kibana) => void expectOk(await kibana.post(logs, { date_start: dateStart() })),
    { until: "9.0" },
  ),
  unverified("§8.1", "source of a run over HTTP", ["http_request", "HTTP_REQUEST", "absent"], async (kibana) => {
    const id = await ran(kibana, 1);
    return (await untilLogged(kibana, id, 1)).data[0].source ?? "absent";
  }),
  unverified("§8.3", "GET /internal/event_log/action/{id}/_find", ["200", /^404/], async (kibana) => {
    const { id } = await kibana.connector(serverLog);
    return inWords(await kibana.get(`/internal/event_log/action/${id}/_find`, { headers }));
  }),
];
