import { afterAll, describe, expect, test } from "vitest";
import { no, type Person } from "../support/built-server.ts";
import { answering, isThere, noPrivilege, noRoute, type OtherUsers, refused, remove, withChat } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const older = "/internal/elastic_assistant/attack_discovery/schedules";
const headers = { "kbn-xsrf": "x", "content-type": "application/json", "x-elastic-internal-origin": "kibana", "elastic-api-version": "1" };
const confirms: Person = () => ({ action: "accept", content: { confirm: true } });

async function deployment(version: string, person: Person, users: OtherUsers = {}, type = ".gen-ai") {
  const url = await withChat(type, version, (end) => ends.push(end));
  return { url, server: await shared(`${version} ${expect.getState().currentTestName}`, url, answering(users), person) };
}

async function schedule(url: string, connectorId: string, actions: readonly object[] = []) {
  const params = { alertsIndexPattern: ".alerts", size: 100, apiConfig: { connectorId, actionTypeId: ".gen-ai" } };
  const body = JSON.stringify({ name: "Nightly", enabled: true, params, schedule: { interval: "24h" }, actions });
  expect((await fetch(url + older, { method: "POST", headers, body })).status).toBe(200);
}

describe.each(["8.19", "9.1"])("schedules of attack discovery of %s, which only an internal route lists", (version) => {
  test("are users of their model", async () => {
    const { url, server } = await deployment(version, confirms);
    await schedule(url, "chat");
    expect((await remove(server)).body.error).toMatchObject({
      code: "in_use",
      message: expect.stringContaining('1 schedule of attack discovery: "Nightly"'),
    });
    const { body } = await server.call("audit_connectors", { checks: ["unused", "unused_as_far_as_seen"], detail: true });
    expect(body.findings.map(({ connector }: { connector: { id: string } }) => connector.id)).toEqual(["other"]);
  });

  test("hold up no delete of a model that none of them asks: no name has to be typed", async () => {
    const { url, server } = await deployment(version, confirms);
    await schedule(url, "other");
    expect((await remove(server)).body.status).toBe("done");
    expect(await isThere(url)).toBe(false);
  });

  test("where Security is off, there are none", async () => {
    const { server } = await deployment(version, confirms, { [`${older}/_find`]: noRoute });
    expect((await remove(server)).body.status).toBe("done");
  });

  test("are told as not looked at where the key may not read them", async () => {
    const { server } = await deployment(version, no, { [`${older}/_find`]: noPrivilege });
    await remove(server);
    expect(server.questions.join()).toContain("schedules of attack discovery (");
  });

  test("are told when they send to a connector that is gone", async () => {
    const { url, server } = await deployment(version, confirms, {}, ".slack");
    const frequency = { summary: true, notify_when: "onActiveAlert", throttle: null };
    await schedule(url, "other", [{ group: "default", id: "chat", params: { message: "m" }, frequency }]);
    await fetch(`${url}/api/actions/connector/chat`, { method: "DELETE", headers });
    const args = { id: "chat", name: "Ops chat", type: ".slack", secrets: { webhookUrl: { $ask: true } }, dry_run: true };
    expect(JSON.stringify((await server.call("create_connector", args)).body)).toContain('schedule of attack discovery: \\"Nightly\\"');
  });
});

const frequency = { summary: true, notify_when: "onActiveAlert", throttle: null };
const action = (id: string) => ({ group: "default", id, params: { message: "m" }, frequency });
const gone = (url: string) => fetch(`${url}/api/actions/connector/chat`, { method: "DELETE", headers });

describe.each(["8.19", "9.2", "9.5", "serverless"])("whom schedules of attack discovery notify, in %s", (version) => {
  async function withActions(actions: readonly object[], users: OtherUsers = {}) {
    const { url, server } = await deployment(version, confirms, users, ".slack");
    await schedule(url, "other", actions);
    return { url, server };
  }
  const find = version === "8.19" ? `${older}/_find` : "/api/attack_discovery/schedules/_find";

  test("are users of their connector: get, map, replace and delete say so", async () => {
    const { server } = await withActions([action("chat"), action("chat")]);
    const got = (await server.call("get_connector", { id: "chat" })).body;
    expect(got).toMatchObject({ rules: [], users: [{ kind: "attack_discovery", name: "Nightly", how: "its actions" }], users_total: 1 });
    expect(got.warnings).toBeUndefined();
    const { body: map } = await server.call("map_notifications", { connector: "chat" });
    expect([map.summary, map.would_be_silent.map(({ name }: { name: string }) => name)]).toEqual([
      expect.stringContaining("1 would be silent"),
      ["Nightly"],
    ]);
    const moved = (await server.call("replace_connector", { from: "chat", to: "other" })).body;
    expect(moved.status).toBe("no_change");
    expect(moved.warnings).toEqual([expect.stringMatching(/^It stays in use by 1 schedule of attack discovery: "Nightly"\..*Schedules/)]);
    const { error } = (await remove(server)).body;
    expect(error).toMatchObject({ code: "in_use", message: expect.stringContaining('1 schedule of attack discovery: "Nightly"') });
    expect(error.fix).toContain("Attack discovery > Schedules");
    expect(error.detail.note).toBeUndefined();
  });

  test("lose one of two routes where they tell through another connector too", async () => {
    const { server } = await withActions([action("chat"), action("other")]);
    const { body } = await server.call("map_notifications", { connector: "chat" });
    expect([body.would_be_silent, body.would_lose_route]).toEqual([[], [expect.objectContaining({ name: "Nightly" })]]);
  });

  test("are dangling once their connector is gone", async () => {
    const { url, server } = await withActions([action("chat")]);
    await gone(url);
    const { body } = await server.call("audit_connectors", { checks: ["dangling_reference"], detail: true, spaces: ["default"] });
    expect(body.findings).toEqual([
      expect.objectContaining({ connector: expect.objectContaining({ id: "chat" }), user: expect.objectContaining({ name: "Nightly" }) }),
    ]);
    const moved = (await server.call("replace_connector", { from: "chat", to: "other" })).body;
    expect(JSON.stringify(moved)).toContain('It stays in use by 1 schedule of attack discovery: \\"Nightly\\"');
  });

  test("are told as not looked at where Kibana counts something and the key may not read them", async () => {
    const { url, server } = await withActions([action("chat")], { [find]: noPrivilege });
    const missed = expect.stringContaining("actions of attack discovery (");
    expect((await server.call("get_connector", { id: "chat" })).body.warnings).toContainEqual(missed);
    const { body: map } = await server.call("map_notifications", { connector: "chat" });
    expect(map.not_seen).toContainEqual(expect.objectContaining({ what: "actions of attack discovery" }));
    const moved = (await server.call("replace_connector", { from: "chat", to: "other" })).body.warnings.join();
    expect(moved).toMatch(/so they may go on using it: actions of attack discovery \(.*Kibana counts 1 reference, 1 more/);
    const { error } = (await remove(server)).body;
    expect([error.code, error.message, error.fix]).toEqual(["references_unknown", missed, expect.stringContaining("Attack discovery")]);
    expect(await isThere(url)).toBe(true);
  });

  test("are not asked for where nothing has to be explained, and hold up no delete of another connector", async () => {
    const { server } = await withActions([action("chat")], { [find]: noPrivilege });
    await server.call("get_connector", { id: "other" });
    expect((await remove(server, ["other"])).body.status).toBe("done");
    const asked = server.calls.filter(({ path }) => path.includes("attack_discovery"));
    // Once after the delete, whose connector no count explains any more.
    expect(asked.length).toBeLessThanOrEqual(1);
  });

  test("an audit is complete for a key that may not read them, and not where they could not be read", async () => {
    const audit = async (users: OtherUsers) => {
      const { server } = await withActions([], users);
      return (await server.call("audit_connectors", { checks: ["dangling_reference"], spaces: ["default"] })).body.not_checked ?? [];
    };
    expect(await audit({ [find]: noPrivilege })).toEqual([]);
    expect(await audit({ [find]: refused("boom", 500) })).toEqual([
      expect.objectContaining({ checks: ["dangling_reference"], why: expect.stringContaining("schedules of attack discovery (") }),
    ]);
  });
});

test.each(["8.18", "9.0"])("%s has none, and nothing is missed", async (version) => {
  const { server } = await deployment(version, confirms);
  expect((await remove(server)).body.status).toBe("done");
  expect(server.calls.some(({ path }) => path.includes("attack_discovery"))).toBe(false);
});
