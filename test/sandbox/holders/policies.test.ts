import { describe, expect, test } from "vitest";
import type { SandboxOptions } from "../../../src/sandbox/index.ts";
import { kibana, refusal } from "../kibana.ts";
import { basic, internal } from "./workflow-yaml.ts";

const policies = "/api/alerting/v2/action_policies";
const rules = "/api/alerting/v2/rules";
const destinations = [{ type: "workflow", id: "mail-on-call" }];
const off = { code: "ALERTING_DISABLED", error: "Service Unavailable", message: "Alerting is disabled." };
type Row = { id: string };
const ids = ({ items }: { items: Row[] }) => items.map(({ id }) => id);

describe("which Kibana has the new alerting", () => {
  test.each<[string, SandboxOptions, number, unknown]>([
    ["9.4", { version: "9.4" }, 404, refusal(404, "Not Found")],
    ["8.17", { version: "8.17" }, 404, refusal(404, "Not Found")],
    ["9.5, where nobody switched it on", { version: "9.5", empty: true }, 503, off],
    ["9.6, where nobody switched it on", { version: "9.6", empty: true }, 503, off],
    ["Serverless", { version: "serverless", empty: true }, 200, { items: [], total: 0, page: 1, per_page: 20 }],
    ["9.5, basic licence", { version: "9.5", license: "basic" }, 200, { total: 2 }],
  ])("%s", async (_name, options, status, body) => {
    const own = await kibana(options);
    for (const path of [policies, rules].slice(0, status === 200 ? 1 : 2)) {
      expect(await own.get(path)).toMatchObject({ status, body });
    }
  });

  test("it is switched on in the advanced settings, after the privilege", async () => {
    const auth =
      "users:\n  - { username: admin, password: pw, advanced_settings: all, action_policies: read }\n  - { username: other, password: pw, rules: all }\n";
    const own = await kibana({ empty: true, auth });
    const headers = { ...internal, ...basic("admin") };
    expect((await own.get(policies, basic("other"))).body.message).toMatch(/\[read_alerting-v2-action-policies\]$/);
    expect((await own.get(policies, basic("admin"))).status).toBe(503);
    await own.call("POST", "/internal/kibana/settings", { changes: { "alerting:v2:enabled": true } }, headers);
    expect((await own.get(policies, basic("admin"))).status).toBe(200);
    expect((await own.get(rules, basic("admin"))).body.message).toMatch(/\[read_alerting-v2-rules\]$/);
  });
});

describe("shapes", () => {
  test("9.5 scopes by one text and groups in two fields", async () => {
    const { body } = await (await kibana({ version: "9.5" })).get(policies);
    expect(body.items[0]).toMatchObject({
      ...{ id: "checkout-to-on-call", enabled: true, destinations, matcher: 'rule.tags: "checkout"' },
      ...{ group_by: null, grouping_mode: "per_episode", throttle: { strategy: "on_status_change", interval: null } },
      ...{ snoozed_until: null, auth: { owner: "elastic", created_by_user: false }, version: expect.any(String) },
    });
  });

  test.each(["9.6", "serverless"])("%s scopes by tags and an expression", async (version) => {
    const { body } = await (await kibana({ version })).get(policies);
    expect(body.items[0]).toMatchObject({
      ...{ matcher: { tags: ["checkout"] }, grouping: { mode: "per_alert" }, throttle: { strategy: "on_status_change" } },
    });
    expect(Object.keys(body.items[0])).not.toContain("tags");
    expect((await (await kibana({ version })).get(rules)).body.items[0].metadata).toMatchObject({ routing_tags: ["checkout"] });
  });

  test.each([
    ["a shape of the other version", { name: "n", destinations, grouping: { mode: "all" } }],
    ["an unknown key", { name: "n", destinations, enabled: false }],
    ["no destination", { name: "n", destinations: [] }],
    ["a destination that is no workflow", { name: "n", destinations: [{ type: "connector", id: "x" }] }],
  ])("%s is refused", async (_name, body) => {
    expect((await (await kibana({ version: "9.5" })).call("POST", policies, body)).status).toBe(400);
  });

  test.each([
    [
      "9.5",
      { grouping_mode: "per_episode", throttle: { strategy: "time_interval", interval: "5m" } },
      'Strategy "time_interval" is not valid for grouping mode "per_episode"',
    ],
    [
      "9.6",
      { grouping: { mode: "all" }, throttle: { strategy: "time_interval" } },
      'Strategy "time_interval" requires an interval to be defined',
    ],
  ])("%s: a strategy that does not fit is refused", async (version, more, message) => {
    const { status, body } = await (await kibana({ version })).call("POST", policies, { name: "n", destinations, ...more });
    expect([status, body]).toEqual([400, { code: "INVALID_ACTION_POLICY_DATA", error: "Bad Request", message }]);
  });
});

describe("writing", () => {
  test("create, replace, change with a version, switch, snooze, delete", async () => {
    const own = await kibana({ version: "9.5" });
    const made = await own.call("POST", policies, { name: "Mine", destinations, matcher: "severity: critical" });
    const path = `${policies}/${made.body.id}`;
    expect([made.status, made.body.matcher]).toEqual([201, "severity: critical"]);
    const patch = (body: unknown) => own.call("PATCH", path, body);
    expect((await patch({ name: "No version" })).status).toBe(400);
    expect((await patch({ name: "Ours", version: made.body.version })).body).toMatchObject({ name: "Ours", matcher: "severity: critical" });
    expect((await patch({ name: "Stale", version: made.body.version })).body.code).toBe("ACTION_POLICY_VERSION_CONFLICT");
    expect((await own.call("PUT", path, { name: "Whole", destinations })).body).toMatchObject({ name: "Whole", matcher: null });
    expect((await own.call("PUT", `${policies}/chosen`, { name: "New", destinations })).status).toBe(201);
    expect((await own.call("POST", `${path}/_disable`)).body.enabled).toBe(false);
    expect((await own.call("POST", `${path}/_snooze`, { snoozed_until: "2099-01-01T00:00:00.000Z" })).body.snoozed_until).toMatch(/^2099/);
    expect((await own.call("POST", `${path}/_unsnooze`)).body.snoozed_until).toBeNull();
    const many = await own.call("POST", `${policies}/_bulk_enable`, { ids: [made.body.id, "nope"] });
    expect(many.body).toMatchObject({ affected_count: 1, errors: [{ id: "nope" }] });
    expect((await own.call("DELETE", path)).status).toBe(204);
    expect((await own.get(path)).body).toMatchObject({ code: "ACTION_POLICY_NOT_FOUND", details: { action_policy_id: made.body.id } });
  });

  test("a licence that is too low refuses what switches a policy on, since 9.6", async () => {
    const own = await kibana({ version: "9.6", license: "platinum" });
    expect((await own.call("POST", policies, { name: "n", destinations })).status).toBe(403);
    expect((await own.call("POST", `${policies}/checkout-to-on-call/_disable`)).status).toBe(200);
    expect((await own.call("POST", `${policies}/checkout-to-on-call/_enable`)).status).toBe(403);
  });

  test("the list pages, searches and filters", async () => {
    const own = await kibana();
    await own.call("POST", `${policies}/billing-to-on-call/_disable`);
    const list = async (query: string) => ids((await own.get(`${policies}?${query}`)).body);
    expect(await list("per_page=1&page=2&sort_field=name")).toEqual(["checkout-to-on-call"]);
    expect(await list("search=checkout")).toEqual(["checkout-to-on-call"]);
    expect(await list("enabled=false")).toEqual(["billing-to-on-call"]);
    expect((await own.get(`${policies}?per_page=101`)).status).toBe(400);
  });
});

describe("which policies apply to a rule", () => {
  const checkout = { id: "checkout-latency", name: "Checkout latency", tags: ["checkout"] };
  const setup = async (version: string) => {
    const own = await kibana({ version });
    const texts: Record<string, [string, object]> = {
      everything: ["", {}],
      "by alert": ["severity: critical", { expression: "severity: critical" }],
      "by id": ['rule.id: "checkout-latency"', { tags: ["checkout"], expression: "severity: critical" }],
    };
    for (const [name, [first, newest]] of Object.entries(texts)) {
      const matcher = version === "9.5" ? first || null : Object.keys(newest).length > 0 ? newest : null;
      await own.call("POST", policies, { name, destinations, matcher });
    }
    return own;
  };

  test.each([
    ["9.5", ["Checkout to on-call:global-filtered", "by id:global-filtered", "everything:global"]],
    ["9.6", ["Checkout to on-call:global-filtered", "by id:global-filtered", "everything:global"]],
  ])("%s: what depends on alerts alone does not come, and the total counts all", async (version, expected) => {
    const { body } = await (await setup(version)).call("POST", `${policies}/_match_for_rule`, { rule: checkout });
    const found = body.items.map((one: { actionPolicy: { name: string }; category: string }) => `${one.actionPolicy.name}:${one.category}`);
    expect([found.sort(), body.total]).toEqual([expected, 5]);
  });

  test.each(["9.5", "9.6"])("%s: an alert of the rule runs the workflows of those that fit", async (version) => {
    const own = await setup(version);
    const fire = async (alert: object) => (await own.call("POST", "/sandbox/v2-rules/checkout-latency/fire", { alert })).body.dispatched;
    const calm = version === "9.5" ? 3 : 2;
    expect(await fire({ severity: "low" })).toHaveLength(calm);
    expect(await fire({ severity: "critical" })).toHaveLength(4);
    await own.call("POST", `${policies}/checkout-to-on-call/_snooze`, { snoozed_until: "2099-01-01T00:00:00.000Z" });
    expect(await fire({ severity: "low" })).toHaveLength(calm - 1);
    await own.call("PUT", "/api/workflows/workflow/mail-on-call", { enabled: false });
    expect(await fire({})).toContainEqual(expect.objectContaining({ outcome: "failure", failure_reason: "workflow_disabled" }));
    const { deliveries } = (await own.get("/sandbox/deliveries")).body;
    expect(new Set(deliveries.map(({ connector_id: id }: { connector_id: string }) => id))).toEqual(new Set(["ops-mail-preconfigured"]));
  });

  test("in a maintenance window no policy sees an alert", async () => {
    const own = await setup("9.5");
    const custom = { start: new Date(Date.now() - 3_600_000).toISOString(), duration: "2h" };
    await own.call("POST", "/api/maintenance_window", { title: "t", schedule: { custom } });
    const { dispatched } = (await own.call("POST", "/sandbox/v2-rules/checkout-latency/fire", { alert: {} })).body;
    expect(dispatched).toEqual([]);
  });
});

test("rules are found by a filter, a text and their state", async () => {
  const own = await kibana();
  const made = await own.call("POST", rules, {
    ...{ kind: "signal", metadata: { name: "Billing lag", tags: ["billing"] }, schedule: { every: "5m" }, query: { format: "standalone" } },
  });
  expect([made.status, made.body]).toMatchObject([201, { kind: "signal", enabled: true, metadata: { name: "Billing lag", version: 1 } }]);
  const list = async (query: string) => ids((await own.get(`${rules}?${query}`)).body);
  expect(await list("filter=tags:%20checkout")).toEqual(["checkout-latency"]);
  expect(await list("search=billing")).toEqual([made.body.id]);
  expect(await list("sort_field=name&sort_order=desc&per_page=1")).toEqual(["checkout-latency"]);
  expect((await own.call("POST", `/sandbox/v2-rules/${made.body.id}/fire`, {})).body.dispatched).toEqual([]);
  await own.call("POST", `${rules}/_bulk_disable`, { ids: [made.body.id] });
  expect(await list("filter=enabled:%20false")).toEqual([made.body.id]);
  expect((await own.call("DELETE", `${rules}/${made.body.id}`)).status).toBe(204);
  expect((await own.get(`${rules}/${made.body.id}`)).body.code).toBe("RULE_NOT_FOUND");
});
