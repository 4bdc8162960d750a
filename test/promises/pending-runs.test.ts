import { afterAll, expect, test } from "vitest";
import { esQueryRule } from "../support/es-query-rule.ts";
import { answering, noPrivilege, type OtherUsers, withChat } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const path = "/internal/alerting/rules/backfill/_find";
const pending = (total: number, ...connectors: string[]): OtherUsers => ({
  [path]: {
    status: 200,
    body: {
      page: 1,
      per_page: 100,
      total,
      data: connectors.map((id) => ({ id: "b", rule: { id: "r", name: "Checkout", actions: [{ id }] } })),
    },
  },
});

/** What the plans of a delete of `chat` and of a replacement by `other` say of pending runs. */
async function said(users: OtherUsers, version = "9.5") {
  const url = await withChat(".slack", version, (end) => ends.push(end));
  const server = await shared(`${version} ${expect.getState().currentTestName}`, url, answering(users));
  const removal = await server.call("safe_delete_connector", { ids: ["chat"], dry_run: true });
  const frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
  const rule = { ...esQueryRule("r", []), actions: [{ group: "query matched", id: "chat", params: { message: "x" }, frequency }] };
  const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
  const made = await fetch(`${url}/api/alerting/rule/r`, { method: "POST", headers, body: JSON.stringify(rule) });
  expect(made.status, await made.text()).toBe(200);
  const move = await server.call("replace_connector", { from: "chat", to: "other", dry_run: true });
  const warnings = [removal, move].map(({ body }) => {
    expect(body.error).toBeUndefined();
    return ((body.warnings ?? []) as string[]).filter((text) => text.startsWith("Runs of rules over the past")).join("|");
  });
  return { warnings, asked: server.calls.filter((one) => one.path.includes("backfill")).length };
}

test.each<[string, OtherUsers, string, string?]>([
  ["names those that hold the connector", pending(1, "chat"), 'go on using the connector: of "Checkout".'],
  ["in 8.18 too", pending(1, "chat"), 'go on using the connector: of "Checkout".', "8.18"],
  ["says when not all are listed", pending(200, "other"), "Kibana listed 1 of 200, so others may use the connector."],
  ["says when they may not be read", { [path]: noPrivilege }, "were not looked at, and may use the connector: "],
])("a delete and a replacement: pending runs of rules over the past: %s", async (_what, users, words, version) => {
  const { warnings } = await said(users, version);
  expect(warnings).toEqual([expect.stringContaining(words), expect.stringContaining(words)]);
});

test.each<[string, OtherUsers, string?]>([
  ["others hold", pending(1, "other")],
  ["where there are none", pending(0)],
  ["where Kibana has no such route", {}],
  ["before 8.18", pending(1, "chat"), "8.17"],
])("pending runs: nothing is said of what %s", async (_what, users, version) => {
  const { warnings, asked } = await said(users, version);
  expect(warnings).toEqual(["", ""]);
  expect(asked).toBeLessThanOrEqual(version === "8.17" ? 0 : 2);
});

test("what a sandbox holds: a run of a rule over the past goes on using the connector that its rule no longer has, until it is taken back", async () => {
  const url = await withChat(".slack", "9.5", (end) => ends.push(end));
  const server = await shared("scheduled", url);
  async function ask(method: string, to: string, body?: object) {
    const headers = { "kbn-xsrf": "x", "x-elastic-internal-origin": "x", "content-type": "application/json" };
    const answer = await fetch(url + to, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  }
  const frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
  const rule = { ...esQueryRule("r", []), actions: [{ group: "query matched", id: "chat", params: { message: "x" }, frequency }] };
  expect(await ask("POST", "/api/alerting/rule/r", rule)).toMatchObject({ status: 200 });
  const ranges = [{ start: "2026-01-01T00:00:00Z", end: "2026-01-01T01:00:00Z" }];
  const runs = "/internal/alerting/rules/backfill";
  const made = await ask("POST", `${runs}/_schedule`, [
    { rule_id: "r", ranges },
    { rule_id: "none", ranges },
  ]);
  expect(made).toMatchObject({ status: 200, body: [{ rule: { id: "r" }, status: "pending" }, { error: { status: 404 } }] });
  expect(await ask("DELETE", "/api/alerting/rule/r")).toMatchObject({ status: 204 });

  const used = async () => (await server.call("safe_delete_connector", { ids: ["chat"], dry_run: true })).body.warnings;
  expect(await used()).toEqual([expect.stringContaining(`go on using the connector: of "${rule.name}"`)]);
  expect(await ask("DELETE", `${runs}/${made.body[0].id}`)).toMatchObject({ status: 204 });
  expect(await ask("GET", `${runs}/${made.body[0].id}`)).toMatchObject({ status: 404 });
  expect(await used()).toBeUndefined();
});
