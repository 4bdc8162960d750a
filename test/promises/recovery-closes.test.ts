import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const usual = "{{rule.id}}-{{alert.id}}";
const several = { params: { index: ["l-*"], threshold: [3], groupBy: "top", termField: "host.name", termSize: 5 } };
const alerts = { createAlert: { message: "m", alias: usual, priority: "P2" }, closeAlert: { alias: usual, note: "over" } };
const sub = (subAction: "createAlert" | "closeAlert", more: Dict = {}) => ({
  subAction,
  subActionParams: { ...alerts[subAction], ...more },
});
const event = (more: Dict) => ({
  subAction: "addEvent",
  subActionParams: { severity: "1", message_key: usual, source: "kibana", ...more },
});
const page = (more: Dict = {}) => ({ eventAction: "trigger", summary: "s", component: "c", dedupKey: usual, ...more });
const resolve = (dedupKey = usual) => ({ eventAction: "resolve", dedupKey });
const post = (more: Dict) => ({ subAction: "postMessage", subActionParams: { channelIds: ["C1"], text: "on", ...more } });
const pair = (id: string, opens: Dict, closes: Dict) => [action(id, { params: opens }), action(id, { params: closes, group: "recovered" })];

/** Two connectors of each kind, the second one with "2". */
async function deployment(kinds: readonly string[]): Promise<Made> {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  for (const kind of kinds)
    for (const id of [kind, `${kind}2`])
      await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...rehearsedConnectors[kind] });
  return made;
}

const replace = async (made: Made, from: string, to: string, args: Dict) =>
  (await made.call("replace_connector", { from, to, ...args })).body;
const attach = async (made: Made, connector: string, args: Dict) =>
  (await made.call("attach_connector", { connector, rules: ["r1"], ...args })).body;
const rehearse = async (made: Made, id: string) => (await made.call("test_connector", { id, rule: "r1" })).body;
const paramsOf = async (made: Made) => (await ruleOf(made, "r1")).actions.map((one: { params: Dict }) => one.params);
const fire = (made: Made, state: string) => made.bare("POST", "/sandbox/rules/r1/fire", { state, alerts: ["a"] });
const incidents = async (made: Made) =>
  JSON.parse(await made.bare("GET", "/sandbox/incidents")).incidents.map(({ status }: { status: string }) => status);

/** How incidents end after an alert and its recovery. */
async function afterwards(made: Made): Promise<string[]> {
  await fire(made, "active");
  await fire(made, "recovered");
  return incidents(made);
}

describe("a move to a connector of the same type, with part of the params", () => {
  test.each<[string, string, Dict, Dict, Dict, Dict, Dict]>([
    ["a severity", "pager", page(), resolve(), { params: { severity: "warning" } }, page({ severity: "warning" }), resolve()],
    ["all that fires has", "pager", page(), resolve(), { params: page({ summary: "new" }) }, page({ summary: "new" }), resolve()],
    ["null for a field", "pager", page(), resolve(), { params: { component: null, class: null } }, { ...resolve(), ...page() }, resolve()],
    ["an empty key", "pager", page(), resolve(), { params: { dedupKey: " " }, recovery_params: { dedupKey: "" } }, page(), resolve()],
    [
      "a summary of what is over",
      "pager",
      page(),
      resolve(),
      { recovery_params: { summary: "x" } },
      page(),
      { ...resolve(), summary: "x" },
    ],
    [
      "a note, with the sub-action",
      "genie",
      sub("createAlert"),
      sub("closeAlert"),
      { recovery_params: { subAction: "closeAlert", subActionParams: { note: "done" } } },
      sub("createAlert"),
      sub("closeAlert", { note: "done" }),
    ],
    [
      "a priority",
      "jsm",
      sub("createAlert"),
      sub("closeAlert"),
      { params: { subActionParams: { priority: "P5" } } },
      sub("createAlert", { priority: "P5" }),
      sub("closeAlert"),
    ],
    [
      "a source",
      "itom",
      event({}),
      event({ severity: "0" }),
      { params: { subActionParams: { source: "x" } } },
      event({ source: "x" }),
      event({ severity: "0" }),
    ],
  ])("keeps the rest, and recovery closes: %s", async (what, id, opens, closes, args, fires, over) => {
    const made = await deployment([id]);
    await makeRule(made, "r1", pair(id, opens, closes));
    const { status, warnings } = await replace(made, id, `${id}2`, args);
    const unused = what === "a summary of what is over" ? ["params.summary: is not used: resolve sends dedupKey alone"] : undefined;
    expect([status, warnings]).toEqual(["done", unused]);
    const { component: _gone, ...without } = page();
    expect(await paramsOf(made)).toEqual([what === "null for a field" ? without : fires, over]);
    expect(await afterwards(made)).toEqual(["closed"]);
  });

  test.each<[string, string, Dict, Dict, Dict]>([
    ["another incident", "pager", page(), resolve(), { eventAction: "trigger", summary: "over", dedupKey: "z" }],
    ["an acknowledgement", "pager", page(), resolve(), { eventAction: "acknowledge" }],
    ["an alert", "genie", sub("createAlert"), sub("closeAlert"), { subAction: "createAlert", subActionParams: { message: "over" } }],
    ["an event that clears nothing", "itom", event({}), event({ severity: "0" }), { subActionParams: { severity: "2" } }],
  ])("is refused where nothing would be closed any more: %s", async (_what, id, opens, closes, recovery_params) => {
    const made = await deployment([id]);
    await makeRule(made, "r1", pair(id, opens, closes));
    for (const rules of [["r1"], { tags: ["prod"] }])
      expect(await replace(made, id, `${id}2`, { rules, recovery_params })).toMatchObject({
        code: "invalid_arguments",
        message: expect.stringContaining("these close no incident"),
      });
    expect(made.writes()).toEqual([]);
  });

  test.each(["acknowledge", "resolve"])("is refused where nothing would be opened any more: %s", async (eventAction) => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", pair("pager", page(), resolve()));
    expect(await replace(made, "pager", "pager2", { params: { eventAction } })).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringMatching(/these (close|acknowledge) an incident and open none/),
    });
    expect(made.writes()).toEqual([]);
  });

  test("an action that closed nothing before may stay so", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", pair("pager", page(), { eventAction: "acknowledge", dedupKey: usual }));
    const { status, warnings } = await replace(made, "pager", "pager2", { recovery_params: { summary: "x" } });
    expect([status, warnings?.join()]).toEqual(["done", expect.stringContaining("Recovery would not close everything")]);
  });

  test.each<[string, string, string, Dict, Dict, Dict]>([
    ["PagerDuty", "pager", "pager2", page(), resolve(), { dedupKey: "n2" }],
    ["Opsgenie", "genie", "genie2", sub("createAlert"), sub("closeAlert"), { subActionParams: { alias: "n2" } }],
    ["its successor", "genie", "jsm", sub("createAlert"), sub("closeAlert"), sub("closeAlert", { alias: "other" })],
    ["events", "itom", "itom2", event({}), event({ severity: "0" }), { subActionParams: { message_key: "n2" } }],
  ])("warns where something else would be closed: %s", async (_what, from, to, opens, closes, recovery_params) => {
    const made = await deployment(from === "genie" ? ["genie", "jsm"] : [from]);
    await makeRule(made, "r1", pair(from, opens, closes));
    const { warnings } = await replace(made, from, to, { recovery_params, dry_run: true });
    expect(warnings.join()).toContain("Recovery would not close everything");
  });

  test.each<[string, Dict, Dict]>([
    ["by its name", { channelNames: ["#ops"] }, { channelIds: undefined, channelNames: ["#ops"] }],
    ["by its id", { channelIds: ["C2"] }, { channelIds: ["C2"] }],
  ])("reaches the channel that is given, for what fires and for recovery: %s", async (_what, given, expected) => {
    const made = await deployment(["channels"]);
    await makeRule(made, "r1", pair("channels", post({}), post({ text: "over" })));
    for (const subAction of [{}, { subAction: "postMessage" }]) {
      const { change } = await replace(made, "channels", "channels2", { params: { ...subAction, subActionParams: given } });
      const now = JSON.parse(JSON.stringify([post(expected), post({ ...expected, text: "over" })]));
      expect(await paramsOf(made)).toEqual(now);
      await made.call("undo_change", { change });
    }
    await replace(made, "channels", "channels2", { params: { subActionParams: { text: "new" } } });
    expect(await paramsOf(made)).toEqual([post({ text: "new" }), post({ text: "over" })]);
  });
});

describe("a key that is empty", () => {
  test.each<[string, Dict]>([
    ["pager", { params: { dedupKey: "" } }],
    ["pager", { params: { dedupKey: " " } }],
    ["pager", { params: { dedupKey: null } }],
    ["pager", { dedup_key: "  " }],
    ["genie", { params: { subActionParams: { alias: "" } } }],
    ["genie", { params: { subAction: "createAlert", subActionParams: { alias: "", message: "m" } } }],
    ["jsm", { params: { subActionParams: { alias: " " } } }],
    ["itom", { params: { subActionParams: { message_key: "" } } }],
    ["snow", { params: { subActionParams: { incident: { correlation_id: "" } } } }],
    ["snow", { params: { subActionParams: { incident: { correlation_id: null } } } }],
  ])("counts as none, and what it opens is closed: %s %j", async (id, args) => {
    const made = await deployment([id]);
    await makeRule(made, "r1", []);
    expect((await attach(made, id, args)).status).toBe("done");
    expect(JSON.stringify(await paramsOf(made)).split(usual)).toHaveLength(3);
    expect(await afterwards(made)).toEqual(["closed"]);
  });

  test("takes no other action its own, in another group or in place", async () => {
    const made = await deployment(["pager"]);
    const metrics = { rule_type_id: "metrics.alert.threshold", consumer: "infrastructure", params: { criteria: [], groupBy: ["host"] } };
    const fired = { ...action("pager", { params: page({ dedupKey: "k-{{rule.id}}-{{alert.id}}" }) }), group: "metrics.threshold.fired" };
    await makeRule(made, "r1", [fired], metrics);
    await attach(made, "pager", { groups: ["metrics.threshold.warning"], params: { dedupKey: "" } });
    await attach(made, "pager", { groups: ["metrics.threshold.fired"], params: { dedupKey: " ", severity: "info" }, replace: true });
    expect((await paramsOf(made)).map(({ dedupKey }: Dict) => dedupKey)).toEqual(Array(3).fill("k-{{rule.id}}-{{alert.id}}"));
  });
});

describe("a key that is another one when the alert recovers", () => {
  const changes = ["{{date}}", "{{alert.actionGroup}}", "{{alertActionGroupName}}", "{{alert.consecutiveMatches}}", "{{context.value}}"];
  const more = ["{{{context.date}}}", "{{#context}}{{message}}{{/context}}", "{{kibana.alert.status}}"];
  test.each([...changes, ...more])("is told with one that stays: %s", async (part) => {
    const key = `${usual}-${part}`;
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", [], several);
    const { warnings } = await attach(made, "pager", { dedup_key: key });
    expect(warnings.join()).toMatch(/changes when the alert recovers .*: recovery closes nothing/);
    expect(warnings.join()).toContain(`"${usual}" stays the same`);
    const { result, next } = await rehearse(made, "pager");
    expect(result.problems).toMatchObject([{ on: "query matched", fix: `Use ${usual}, here and on recovery.` }]);
    const [call] = next;
    const audit = (await made.call("audit_connectors", { checks: ["no_recovery_action"], detail: true })).body;
    expect(audit.findings).toMatchObject([
      { evidence: expect.stringContaining("a key that changes when the alert recovers"), next: { args: { dedup_key: usual } } },
    ]);

    expect((await made.call(call.tool, call.args)).body.status).toBe("done");
    expect(await afterwards(made)).toEqual(["closed"]);
    expect((await rehearse(made, "pager")).result.problems).toBeUndefined();
    expect((await made.call("audit_connectors", { checks: ["no_recovery_action"] })).body.findings).toEqual([]);
  });

  test("is told by a move that gives it", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", pair("pager", page(), resolve()));
    const given = { dedupKey: `{{date}}/${usual}` };
    const { warnings } = await replace(made, "pager", "pager2", { params: given, recovery_params: given, dry_run: true });
    expect(warnings.join()).toContain(`changes when the alert recovers ({{date}}): recovery closes nothing. "${usual}" stays the same.`);
  });

  test.each(["{{rule.id}}:{{context.link}}", "{{alert.uuid}}-{{alert.flapping}}"])("perhaps is told as that: %s", async (key) => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", [], several);
    expect((await attach(made, "pager", { dedup_key: key })).warnings.join()).toContain("may change when the alert recovers");
    const { result } = await rehearse(made, "pager");
    expect([result.problems, result.notes.join()]).toEqual([undefined, expect.stringContaining("may change when the alert recovers")]);
    expect((await made.call("audit_connectors", { checks: ["no_recovery_action"] })).body.findings).toEqual([]);
  });

  test.each([usual, "{{alertId}}/{{alertInstanceId}}", "{{alert.uuid}}", "{{rule.id}}-{{rule.name}}-{{params.threshold}}-{{alert.id}}"])(
    "is none of these: %s",
    async (key) => {
      const made = await deployment(["pager"]);
      await makeRule(made, "r1", [], several);
      expect(((await attach(made, "pager", { dedup_key: key })).warnings ?? []).join()).not.toContain("The key");
      const { result, next } = await rehearse(made, "pager");
      expect([result.problems, next]).toEqual([undefined, undefined]);
      expect(await afterwards(made)).toEqual(["closed"]);
    },
  );
});

describe("a key that all alerts of a rule share", () => {
  const shared = "{{rule.id}}";
  test.each<[string, Dict[]]>([
    ["on both actions", pair("pager", page({ dedupKey: shared }), resolve(shared))],
    ["on what opens, and nothing closes", [action("pager", { params: page({ dedupKey: shared }) })]],
    ["on recovery, where the other one has none", pair("pager", page({ dedupKey: undefined }), resolve(shared))],
    ["on recovery alone", pair("pager", page(), resolve(shared))],
  ])("is corrected on both by one call, which the rehearsal offers: %s", async (_what, actions) => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", actions, several);
    const { next } = await rehearse(made, "pager");
    expect(next).toMatchObject([{ tool: "attach_connector", args: { groups: ["query matched"], dedup_key: usual, replace: true } }]);
    const { warnings = [] } = (await made.call(next[0].tool, { ...next[0].args, dry_run: true })).body;
    expect(warnings.join()).not.toContain("is the same for every alert");
    expect((await made.call(next[0].tool, next[0].args)).body.status).toBe("done");
    expect((await paramsOf(made)).map(({ dedupKey }: Dict) => dedupKey)).toEqual([usual, usual]);
    expect((await rehearse(made, "pager")).next).toBeUndefined();
    expect(await afterwards(made)).toEqual(["closed"]);
  });

  test("is corrected by params too, and what stays open under it is told", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", pair("pager", page({ dedupKey: shared }), resolve(shared)), several);
    const { warnings } = await attach(made, "pager", { params: { dedupKey: usual }, replace: true });
    expect(warnings.join()).toContain(`What is open under "${shared}" stays open`);
    expect(await paramsOf(made)).toEqual([page(), resolve()]);
  });

  test("is found by the audit with the same call", async () => {
    const made = await deployment(["pager"]);
    await makeRule(made, "r1", pair("pager", page({ dedupKey: shared }), resolve(shared)), several);
    const [found] = (await made.call("audit_connectors", { checks: ["shared_dedup_key"], detail: true })).body.findings;
    expect((await made.call(found.next.tool, found.next.args)).body.status).toBe("done");
    expect(await paramsOf(made)).toEqual([page(), resolve()]);
  });

  test("is told where a closing action is added under it, but not in a rule with one alert", async () => {
    const made = await deployment(["pager"]);
    const told = async (params: Dict) => {
      await makeRule(made, "r1", [action("pager", { params: page({ dedupKey: shared }) })], params);
      const { warnings = [] } = await attach(made, "pager", { dry_run: true });
      await made.bare("DELETE", "/api/alerting/rule/r1");
      return warnings.join().includes("is the same for every alert of a rule");
    };
    expect([await told(several), await told({})]).toEqual([true, false]);
  });

  test("is not changed without replace, nor in one of two groups: the refusal names the call that does", async () => {
    const made = await deployment(["pager"]);
    const metrics = { rule_type_id: "metrics.alert.threshold", consumer: "infrastructure", params: { criteria: [], groupBy: ["host"] } };
    const opens = action("pager", { params: page({ dedupKey: shared }) });
    const groups = ["metrics.threshold.fired", "metrics.threshold.warning"];
    await makeRule(
      made,
      "r1",
      groups.map((group) => ({ ...opens, group })),
      metrics,
    );
    for (const args of [{}, { replace: true }, { replace: true, groups: groups.slice(0, 1) }, { replace: true, recovery: "none", groups }])
      expect(await attach(made, "pager", { dedup_key: usual, ...args })).toMatchObject({
        code: "invalid_arguments",
        fix: expect.stringContaining(`replace: true with groups ${JSON.stringify(groups)}`),
      });
    expect((await attach(made, "pager", { dedup_key: usual, replace: true, groups })).status).toBe("done");
    expect((await paramsOf(made)).map(({ dedupKey }: Dict) => dedupKey)).toEqual([usual, usual, usual]);
  });
});
