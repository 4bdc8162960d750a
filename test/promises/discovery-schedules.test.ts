import { afterAll, describe, expect, test } from "vitest";
import { no, type Person } from "../support/built-server.ts";
import { answering, isThere, noPrivilege, noRoute, type OtherUsers, remove, withChat } from "../support/other-users.ts";
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

test.each(["8.18", "9.0"])("%s has none, and nothing is missed", async (version) => {
  const { server } = await deployment(version, confirms);
  expect((await remove(server)).body.status).toBe("done");
  expect(server.calls.some(({ path }) => path.includes("attack_discovery"))).toBe(false);
});
