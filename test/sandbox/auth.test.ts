import { describe, expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { index, kibana, refusal } from "./kibana.ts";

const auth = `
users:
  - { username: elastic, password: changeme, actions: all, rules: all }
  - { username: reader, password: pw, actions: read, rules: read }
  - { username: payer, password: pw, actions: { team-payments: all }, rules: { team-payments: all } }
  - { username: ruler, password: pw, actions: none, rules: all }
api_keys:
  - { key: Y2k6c2VjcmV0, owner: elastic, actions: all, rules: all }
`;
const { call } = await kibana({ auth });
const basic = (name: string, password = "pw") => ({ "kbn-xsrf": "x", authorization: `Basic ${btoa(`${name}:${password}`)}` });
const as = (name: string, method: string, path: string, body?: unknown) => call(method, path, body, basic(name));
const one = "/api/actions/connector";
const slack = { message: "m" };

describe("without known credentials", () => {
  test.each([
    [{}, "Unauthorized"],
    [
      basic("elastic", "wrong"),
      "[security_exception\n\tRoot causes:\n\t\tsecurity_exception: unable to authenticate user [elastic] for REST request [/_security/_authenticate]]: unable to authenticate user [elastic] for REST request [/_security/_authenticate]",
    ],
  ])("%j is a 401", async (headers, message) => {
    expect((await call("GET", "/api/actions/connectors", undefined, headers)).body).toEqual(refusal(401, message));
    expect((await call("GET", "/api/status", undefined, headers)).body).toEqual({ status: { overall: { level: "available" } } });
  });

  test("an API key is accepted in its encoded form", async () => {
    const { status } = await call("GET", "/api/actions/connectors", undefined, { authorization: "ApiKey Y2k6c2VjcmV0" });
    expect(status).toBe(200);
  });
});

describe("actions", () => {
  test.each([
    ["reader", "POST", one, index, 'Unauthorized to create a ".index" action'],
    ["reader", "PUT", `${one}/nope`, { name: "n" }, "Unauthorized to update actions"],
    ["reader", "DELETE", `${one}/ops-mail-preconfigured`, undefined, "Unauthorized to delete actions"],
    ["payer", "GET", `${one}/ops-slack`, undefined, "Unauthorized to get actions"],
    ["payer", "GET", "/api/actions/connectors", undefined, "Unauthorized to get actions"],
    ["payer", "POST", `${one}/ops-slack/_execute`, { params: slack }, 'Unauthorized to execute a ".slack" action'],
    ["payer", "POST", `${one}/nope/_execute`, { params: slack }, "Unauthorized to execute actions"],
  ])("%s may not %s %s", async (user, method, path, body, message) => {
    expect((await as(user, method, path, body)).body).toEqual(refusal(403, message));
  });

  test("a bad request is reported first, and read is enough to run", async () => {
    expect((await as("reader", "POST", one, {})).status).toBe(400);
    expect((await as("reader", "POST", `${one}/ops-slack/_execute`, { params: slack })).body.status).toBe("ok");
    expect((await as("payer", "POST", `/s/team-payments${one}`, index)).status).toBe(200);
    expect((await as("ruler", "GET", "/api/actions/connector_types")).status).toBe(200);
  });
});

describe("spaces", () => {
  const ids = async (user: string) => (await as(user, "GET", "/api/spaces/space")).body.map(({ id }: { id: string }) => id);
  test("a caller sees only those in which it may do something", async () => {
    expect(await ids("reader")).toEqual(["default", "team-payments", "security"]);
    expect(await ids("payer")).toEqual(["team-payments"]);
    expect((await as("payer", "GET", "/api/spaces/space/security")).body).toEqual(refusal(403, "Unauthorized to get security space"));
    expect((await as("payer", "GET", "/api/spaces/space/nope")).status).toBe(403);
    expect((await as("reader", "POST", "/api/spaces/space", { id: "s", name: "s" })).body).toEqual(
      refusal(403, "Unauthorized to create spaces"),
    );
  });
});

describe("rules", () => {
  const rule = "/api/alerting/rule";
  const body = { name: "r", rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "1m" } };
  const frequency = { summary: false, notify_when: "onActiveAlert", throttle: null };
  const actions = [{ group: "query matched", id: "ops-slack", params: slack, frequency }];
  test.each([
    ["payer", "GET", "/api/alerting/rules/_find", undefined, "Unauthorized to find rules for any rule types."],
    ["payer", "GET", `${rule}/disk-almost-full`, undefined, 'Unauthorized by "infrastructure" to get "metrics.alert.threshold" rule'],
    ["reader", "POST", rule, body, 'Unauthorized by "stackAlerts" to create ".es-query" rule'],
    [
      "reader",
      "PUT",
      `${rule}/checkout-errors`,
      { name: "n", schedule: { interval: "1m" } },
      'Unauthorized by "stackAlerts" to update ".es-query" rule',
    ],
    ["ruler", "POST", rule, { ...body, actions }, "Unauthorized to get actions"],
    ["elastic", "POST", rule, { ...body, consumer: "nobody" }, 'Unauthorized by "nobody" to create ".es-query" rule'],
  ])("%s may not %s %s", async (user, method, path, sent, message) => {
    const headers = basic(user, user === "elastic" ? "changeme" : "pw");
    expect((await call(method, path, sent, headers)).body).toEqual(refusal(403, message));
  });

  test("a missing one is reported before a missing privilege, and only usable types are listed", async () => {
    expect((await as("reader", "DELETE", `${rule}/nope`)).status).toBe(404);
    expect((await as("payer", "GET", "/api/alerting/rule_types")).body).toEqual([]);
    const { body: types } = await as("reader", "GET", "/api/alerting/rule_types");
    expect(types[0].authorized_consumers.stackAlerts).toEqual({ read: true, all: false });
  });

  test("a save by API key makes that key the rule's, a save by a user makes a new one", async () => {
    const save = { name: "Disk almost full", schedule: { interval: "1m" } };
    const byKey = await call("PUT", `${rule}/disk-almost-full`, save, { "kbn-xsrf": "x", authorization: "ApiKey Y2k6c2VjcmV0" });
    expect(byKey.body).toMatchObject({ api_key_owner: "elastic", api_key_created_by_user: true, updated_by: "elastic" });
    const byUser = await as("ruler", "PUT", `${rule}/disk-almost-full`, save);
    expect(byUser.body).toMatchObject({ api_key_owner: "ruler", api_key_created_by_user: false, updated_by: "ruler" });
  });
});

test.each([
  [
    "users: [{username: a, password: b, actions: some}]",
    'users.0.actions: takes none, read or all, or one of them per space ("*" for all).',
  ],
  ["user: []", "the file: Unrecognized key"],
  ["{", "is neither JSON nor YAML."],
])("%s is refused", async (bad, message) => {
  await expect(startSandbox({ auth: bad })).rejects.toThrow(message);
});
