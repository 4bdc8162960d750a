import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const usual = "{{rule.id}}-{{alert.id}}";
const several = { params: { index: ["l-*"], threshold: [3], groupBy: "top", termField: "host.name", termSize: 5 } };
const push = (incident: Dict) => ({ subAction: "pushToService", subActionParams: { incident, comments: [] } });
const close = (incident: Dict) => ({ subAction: "closeIncident", subActionParams: { incident } });
const opening = push({ short_description: "s", correlation_id: usual });
const closing = close({ correlation_id: usual });
const pair = (id: string, opens: Dict, closes: Dict) => [action(id, { params: opens }), action(id, { params: closes, group: "recovered" })];

const more: Record<string, Dict> = {
  resilient: {
    connector_type_id: ".resilient",
    config: { apiUrl: "https://r.example.com", orgId: "1" },
    secrets: { apiKeyId: "i", apiKeySecret: "s" },
  },
  hive: { connector_type_id: ".thehive", config: { url: "https://h.example.com" }, secrets: { apiKey: "k" } },
  xm: {
    connector_type_id: ".xmatters",
    config: { configUrl: "https://x.xmatters.example/t", usesBasic: true },
    secrets: { user: "u", password: "p" },
  },
};

/** Connectors, each with a second one of its type. */
async function deployment(...kinds: string[]): Promise<Made> {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  for (const kind of kinds)
    for (const id of [kind, `${kind}2`])
      await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...(rehearsedConnectors[kind] ?? more[kind]) });
  return made;
}

const replace = async (made: Made, id: string, args: Dict) =>
  (await made.call("replace_connector", { from: id, to: `${id}2`, ...args })).body;
const attach = async (made: Made, connector: string, args: Dict) =>
  (await made.call("attach_connector", { connector, rules: ["r1"], ...args })).body;
const rehearse = async (made: Made, id: string) => (await made.call("test_connector", { id, rule: "r1" })).body;
const audit = async (made: Made, check: string) => (await made.call("audit_connectors", { checks: [check], detail: true })).body.findings;
const paramsOf = async (made: Made) => (await ruleOf(made, "r1")).actions.map((one: { params: Dict }) => one.params);
const told = ({ warnings = [] }: { warnings?: string[] }) => warnings.join("\n");

/** How incidents end after an alert and its recovery. */
async function afterwards(made: Made): Promise<string[]> {
  for (const state of ["active", "recovered"]) await made.bare("POST", "/sandbox/rules/r1/fire", { state, alerts: ["a"] });
  return JSON.parse(await made.bare("GET", "/sandbox/incidents")).incidents.map(({ status }: Dict) => status);
}

describe("a record that recovery closes by its own id", () => {
  test.each<[Dict]>([
    [{ externalId: "abc123" }],
    [{ externalId: "abc123", correlation_id: usual }],
    [{ externalId: "{{context.ticket}}" }],
    [{ correlation_id: "another" }],
  ])("is told where a move gives it, since what is opened stays open: %j", async (incident) => {
    const made = await deployment("snow");
    await makeRule(made, "r1", pair("snow", opening, closing));
    const given = { subActionParams: { incident } };
    const { warnings, status } = await replace(made, "snow", { recovery_params: given });
    expect([status, warnings.join()]).toEqual(["done", expect.stringContaining("Recovery would not close everything")]);
    if (incident.externalId) expect(warnings.join()).toContain(`Recovery closes the record "${incident.externalId}"`);
    // A template that is filled in with nothing leaves the key.
    expect(await afterwards(made)).toEqual([String(incident.externalId).includes("{{") ? "closed" : "open"]);
  });

  test.each([{}, { replace: true }])("is refused where an action opens incidents under a key: attach %j", async (how) => {
    const made = await deployment("snow");
    await makeRule(made, "r1", pair("snow", opening, closing));
    const params = { subActionParams: { incident: { externalId: "abc123" } } };
    expect(await attach(made, "snow", { groups: ["recovered"], params, ...how })).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringContaining("abc123"),
      fix: expect.stringContaining("Leave externalId out"),
    });
    expect(made.writes()).toEqual([]);
  });

  test("is told where nothing opens, and corrected by one call where it is there already", async () => {
    const made = await deployment("snow");
    await makeRule(made, "r1", []);
    const params = { subActionParams: { incident: { externalId: "abc123" } } };
    const { warnings } = await attach(made, "snow", { groups: ["recovered"], params });
    expect(warnings.join()).toContain('Recovery closes the record "abc123"');
    await made.bare("DELETE", "/api/alerting/rule/r1");

    await makeRule(made, "r1", pair("snow", opening, close({ externalId: "abc123", correlation_id: usual })));
    const { result, next } = await rehearse(made, "snow");
    expect(result.problems).toMatchObject([{ path: "params.subActionParams.incident.externalId" }]);
    expect(next).toMatchObject([{ tool: "attach_connector", args: { dedup_key: usual, replace: true } }]);
    const [found] = await audit(made, "no_recovery_action");
    expect(found.evidence).toBe("Closes a record that externalId names, and not what it opens.");
    expect((await made.call(found.next.tool, found.next.args)).body.status).toBe("done");
    expect(await paramsOf(made)).toEqual([opening, closing]);
    expect(await audit(made, "no_recovery_action")).toEqual([]);
    expect((await rehearse(made, "snow")).result.problems).toBeUndefined();
    expect(await afterwards(made)).toEqual(["closed"]);
  });

  test("is right where what fires changes that record, and the right key says nothing", async () => {
    const made = await deployment("snow");
    const ticket = { externalId: "{{context.ticket}}-{{alert.id}}" };
    await makeRule(made, "r1", pair("snow", push({ short_description: "s", ...ticket }), close({ externalId: "x" })));
    expect(told(await replace(made, "snow", { recovery_params: { subActionParams: { incident: ticket } } }))).not.toMatch(
      /Recovery|record/,
    );
    await made.bare("DELETE", "/api/alerting/rule/r1");
    await makeRule(made, "r1", pair("snow", opening, closing));
    const same = { subActionParams: { incident: { correlation_id: usual } } };
    expect(told(await replace(made, "snow", { recovery_params: same }))).not.toMatch(/Recovery|record/);
  });

  test("is what a run of it is said to close", async () => {
    const made = await deployment("snow");
    const words = async (incident: Dict) =>
      (await made.call("execute_connector", { id: "snow", params: close(incident), dry_run: true })).body.plan.summary;
    expect(await words({ externalId: "abc123" })).toContain("It closes the record that externalId names");
    expect(await words({ correlation_id: "c" })).toContain("It closes what is open under its key");
  });
});

describe("a record that every alert changes", () => {
  test.each<[string, Dict]>([
    ["snow", { short_description: "s" }],
    ["sir", { short_description: "s" }],
    ["jira", { summary: "s" }],
    ["resilient", { name: "n" }],
    ["hive", { title: "t", description: "d" }],
  ])("is told by attach, move, rehearsal and map: %s", async (id, incident) => {
    const made = await deployment(id);
    await makeRule(made, "r1", []);
    const fixed = push({ ...incident, externalId: "abc123" });
    const said = "externalId: names one record: every alert changes it, and opens none of its own";
    expect(told(await attach(made, id, { params: fixed }))).toContain(said);
    expect((await paramsOf(made)).filter(({ subAction }: Dict) => subAction === "closeIncident")).toEqual([]);
    expect((await rehearse(made, id)).result.notes.join()).toContain(said);
    const map = (await made.call("map_notifications", {})).body;
    expect(JSON.stringify(map)).toContain("its action changes a record that is there, and opens none");
    expect(map.counts).toMatchObject({ perhaps: 1 });
    await made.bare("DELETE", "/api/alerting/rule/r1");

    await makeRule(made, "r1", [action(id, { params: push(incident) })]);
    expect(told(await replace(made, id, { params: fixed }))).toContain(said);
    await made.bare("DELETE", "/api/alerting/rule/r1");

    for (const externalId of ["{{alert.id}}", null, ""]) {
      await makeRule(made, "r1", [action(id, { params: push({ ...incident, externalId: "x-{{alert.id}}" }) })]);
      expect(told(await replace(made, id, { params: push({ ...incident, externalId }) }))).not.toContain("one record");
      await made.bare("DELETE", "/api/alerting/rule/r1");
    }
  });

  test("is found by the audit in a rule with several alerts, with the call that gives them keys", async () => {
    const made = await deployment("snow");
    await makeRule(made, "r1", [action("snow", { params: push({ short_description: "s", externalId: "abc123" }) })], several);
    const [found] = await audit(made, "shared_dedup_key");
    expect(found.evidence).toContain('"abc123"');
    expect((await made.call(found.next.tool, found.next.args)).body.status).toBe("done");
    expect(await paramsOf(made)).toEqual([push({ short_description: "s", correlation_id: usual }), closing]);
    expect(await audit(made, "shared_dedup_key")).toEqual([]);
    expect(await afterwards(made)).toEqual(["closed"]);
  });
});

describe("a key that all alerts share, at a type that cannot close", () => {
  test.each([
    ["hive", "TheHive takes the first and refuses the others"],
    ["xm", "xMatters takes them for one signal, which is over when the first recovers"],
  ])("is told with what becomes of them: %s", async (id, what) => {
    const made = await deployment(id);
    await makeRule(made, "r1", [], several);
    const said = async (args: Dict) => told(await attach(made, id, { ...args, dry_run: true }));
    expect(await said({ dedup_key: "fixed" })).toContain(`The key "fixed" is the same for every alert of a rule: ${what}.`);
    expect(await said({})).not.toContain("The key");
  });
});
