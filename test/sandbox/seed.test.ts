import { describe, expect, test } from "vitest";
import { kibana } from "./kibana.ts";

const { get, execute } = await kibana();
interface Row {
  id: string;
  name: string;
  connector_type_id: string;
  is_missing_secrets?: boolean;
  is_deprecated: boolean;
  referenced_by_count: number;
  config?: Record<string, unknown>;
}
const prefixes = { default: "", "team-payments": "/s/team-payments", security: "/s/security" };
const lists: Record<string, Row[]> = {};
for (const [space, prefix] of Object.entries(prefixes)) lists[space] = (await get(`${prefix}/api/actions/connectors`)).body;
const all = Object.values(lists).flat();
const row = (id: string) => all.find((candidate) => candidate.id === id);

async function rules(id: string, prefix = ""): Promise<{ enabled: boolean }[]> {
  const reference = encodeURIComponent(JSON.stringify({ type: "action", id }));
  return (await get(`${prefix}/api/alerting/rules/_find?per_page=100&has_reference=${reference}`)).body.data;
}

describe("the seeded deployment", () => {
  test("has three spaces, a dozen connectors and more, and the same at every start", async () => {
    expect((await get("/api/spaces/space")).body.map(({ id }: Row) => id)).toEqual(["default", "team-payments", "security"]);
    const again = await kibana();
    expect((await again.get("/sandbox/state")).body).toEqual((await get("/sandbox/state")).body);
    expect(all.every(({ id }) => /^[a-z0-9-]{1,36}$/.test(id))).toBe(true);
  });

  test("lists connectors by name, the preconfigured one in every space", () => {
    for (const list of Object.values(lists)) {
      const names = list.map(({ name }) => name);
      expect(names).toEqual([...names].sort((one, other) => one.localeCompare(other)));
      expect(list.find(({ id }) => id === "ops-mail-preconfigured")).toMatchObject({ is_preconfigured: true, referenced_by_count: 0 });
    }
  });

  test.each([
    ["ops-pagerduty", 4, 3, ""],
    ["ops-slack", 2, 2, ""],
    ["ops-slack-2", 0, 0, ""],
    ["servicenow-itsm", 1, 0, ""],
    ["soc-jira", 2, 1, prefixes.security],
    ["payments-pagerduty", 2, 2, prefixes["team-payments"]],
  ])("%s is counted %i times and used by %i rules", async (id, count, used, prefix) => {
    expect(row(id)?.referenced_by_count).toBe(count);
    expect(await rules(id, prefix)).toHaveLength(used);
  });

  test("holds the faults that an audit should find", async () => {
    expect(row("imported-pagerduty")?.is_missing_secrets).toBe(true);
    expect(row("servicenow-itsm")?.is_deprecated).toBe(true);
    expect(row("deploy-hook")?.config).toMatchObject({ headers: { Authorization: expect.stringMatching(/^Bearer /) } });
    expect(row("settlement-hook")?.config?.url).toMatch(/\?token=/);
    expect(lists.default?.filter(({ name }) => name === "Ops Slack")).toHaveLength(2);
    const copies = all.filter(({ name }) => name === "Alert audit log");
    expect(copies.map(({ id, config }) => [id, config?.index])).toEqual([
      ["alert-audit-index", "alert-audit"],
      ["payments-audit-index", "alert-audit-2025"],
    ]);
    expect((await rules("batch-jira")).map(({ enabled }) => enabled)).toEqual([false]);
    expect(all.map((connector) => connector.connector_type_id)).toEqual(expect.arrayContaining([".jira", ".opsgenie", ".servicenow"]));
    const broken = await get("/s/security/api/alerting/rule/lateral-movement");
    expect(broken.body).toMatchObject({ actions: [{ id: "soc-pagerduty" }], last_run: { outcome: "failed" } });
    expect(row("soc-pagerduty")).toBeUndefined();
  });

  test("is valid by its own types, save for the import", async () => {
    for (const [space, prefix] of Object.entries(prefixes)) {
      for (const { id } of lists[space] ?? []) {
        const { body } = await execute(id, { nonsense: true }, prefix);
        expect(body.errorSource, id).not.toBe("framework");
      }
    }
    const { body } = await execute("imported-pagerduty", {});
    expect(body.errorSource).toBe("framework");
  });

  test("rules name groups that their types have", async () => {
    const { body: types } = await get("/api/alerting/rule_types");
    for (const prefix of Object.values(prefixes)) {
      const { data } = (await get(`${prefix}/api/alerting/rules/_find?per_page=100`)).body;
      for (const rule of data) {
        const groups = types.find(({ id }: Row) => id === rule.rule_type_id).action_groups.map(({ id }: Row) => id);
        for (const action of rule.actions) expect(groups).toContain(action.group);
      }
    }
  });
});

describe("a generated deployment", () => {
  const size = { spaces: 5, connectors: 200, rules: 2000, seed: 3 };
  test("is the same for the same numbers, different for another seed, and has faults", async () => {
    const [one, same, other] = await Promise.all([kibana({ size }), kibana({ size }), kibana({ size: { ...size, seed: 4 } })]);
    const state = async ({ get: read }: typeof one) => (await read("/sandbox/state")).body;
    const first = await state(one);
    expect(await state(same)).toEqual(first);
    expect((await state(other)).rules).not.toEqual(first.rules);
    expect([first.spaces, first.connectors, first.rules].map((list) => list.length)).toEqual([5, 200, 2000]);
    expect(first.connectors.some(({ missingSecrets }: { missingSecrets: boolean }) => missingSecrets)).toBe(true);
    const broken = first.rules.filter(({ outcome }: { outcome: string }) => outcome === "failed");
    expect(broken.length).toBeGreaterThan(10);
    expect(broken.length).toBeLessThan(200);
    const found = (await one.get("/s/payments-1/api/alerting/rules/_find?per_page=0")).body.total;
    expect(found).toBe(400);
  });

  test("of 50 spaces, 2,000 connectors and 50,000 rules starts within seconds", async () => {
    const before = Date.now();
    const { get: read } = await kibana({ size: { spaces: 50, connectors: 2000, rules: 50_000, seed: 1 } });
    expect((await read("/api/actions/connectors")).body).toHaveLength(41);
    expect(Date.now() - before).toBeLessThan(8000);
  });
});
