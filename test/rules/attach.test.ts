import mustache from "mustache";
import { describe, expect, test } from "vitest";
import { connectorType } from "../../src/catalog/index.ts";
import type { Rule, RuleType } from "../../src/kibana/rules.ts";
import { attach } from "../../src/rules/attach.ts";
import type { Wanted } from "../../src/rules/wanted.ts";
import { action, rule, ruleType } from "./rules.ts";

const dash = "{{rule.id}}-{{alert.id}}";
const colon = "{{rule.id}}:{{alert.id}}";

/** Attaches the connector "c" of a type. */
async function attached(type: string, wanted: Partial<Wanted> = {}, to: Partial<Rule> = {}, of: Partial<RuleType> = {}) {
  const all: Wanted = {
    connector: { id: "c", type },
    type: await connectorType(type),
    workflow: undefined,
    groups: undefined,
    params: undefined,
    recovery: "auto",
    dedupKey: undefined,
    frequency: undefined,
    ...wanted,
  };
  return attach(rule(to), ruleType(of), all, mustache.parse);
}

async function refused(...args: Parameters<typeof attached>): Promise<string> {
  try {
    await attached(...args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("nothing was refused");
}

const shape = ({ group, params, frequency }: ReturnType<typeof action>) => [group, params, frequency?.notify_when];

describe("a channel that the connector may not post in", () => {
  const post = (more: object) => ({ subAction: "postMessage", subActionParams: { text: "t", ...more } });
  const allowedChannels = [{ name: "#ops", id: "C1" }, { name: "dev" }];
  test.each<[string, object, object[], string | undefined]>([
    ["is told", { channelNames: ["#else"] }, allowedChannels, '"#else"'],
    ["is told of an id", { channelIds: ["C2"] }, allowedChannels, '"C2"'],
    ["is not one of the list, with # or without", { channelNames: ["#dev"] }, allowedChannels, undefined],
    ["is not one whose id is in the list", { channelIds: ["C1"] }, allowedChannels, undefined],
    ["is not among those that are not compared", { channels: ["#else"] }, allowedChannels, undefined],
    ["is none where ids are not listed", { channelIds: ["C2"] }, [{ name: "dev" }], undefined],
    ["is none where all are allowed", { channelNames: ["#else"] }, [], undefined],
  ])("%s", async (_what, channel, allowed, told) => {
    const connector = { id: "c", type: ".slack_api", name: "Bot", config: { allowedChannels: allowed } };
    const { warnings } = await attached(".slack_api", { connector, params: post(channel) });
    const expected = told === undefined ? [] : [`With "Bot" may fail: a message to ${told}, which is not among its allowedChannels.`];
    expect(warnings.filter((one) => one.includes("allowedChannels"))).toEqual(expected);
  });
});

describe("a type that can close", () => {
  test("gets an action that opens and one that closes, under one key for each alert", async () => {
    const { added, after, unchanged } = await attached(".pagerduty");
    expect(unchanged).toBe(false);
    expect(added.map(shape)).toEqual([
      [
        "query matched",
        { eventAction: "trigger", dedupKey: dash, severity: "critical", summary: "{{context.title}}" },
        "onActionGroupChange",
      ],
      ["recovered", { eventAction: "resolve", dedupKey: dash }, "onActionGroupChange"],
    ]);
    expect(after).toEqual({ actions: added, notify_when: null, throttle: null });
    expect(added.every((one) => one.uuid === undefined && one.id === "c")).toBe(true);
  });

  test.each([
    [".opsgenie", "createAlert", "alias", "closeAlert"],
    [".jira-service-management", "createAlert", "alias", "closeAlert"],
    [".servicenow", "pushToService", "correlation_id", "closeIncident"],
    [".servicenow-itom", "addEvent", "message_key", "addEvent"],
  ])("%s has its key in its own field", async (type, opens, field, closes) => {
    const { added } = await attached(type);
    expect(added.map((one) => one.params?.subAction)).toEqual([opens, closes]);
    for (const { params } of added) expect(JSON.stringify(params)).toContain(`"${field}":"${dash}"`);
  });

  test("opens with a milder severity in groups beside the main one", async () => {
    const { added } = await attached(".pagerduty", { groups: ["query matched", "milder"] });
    expect(added.map((one) => [one.group, one.params?.severity ?? one.params?.eventAction])).toEqual([
      ["query matched", "critical"],
      ["milder", "warning"],
      ["recovered", "resolve"],
    ]);
  });

  test.each([
    ["recovery none", { recovery: "none" as const }, {}, "Nothing closes what is opened"],
    ["a rule type without recovery", {}, { recoveryGroup: undefined }, "never recover by themselves"],
    [
      "detection rules",
      {},
      { id: "siem.queryRule", detection: true, groups: ["default"], defaultGroup: "default" },
      "never recover by themselves",
    ],
  ])("with %s only opens, and says so", async (_what, wanted, of, warning) => {
    const { added, warnings } = await attached(".pagerduty", wanted, {}, of);
    expect(added).toHaveLength(1);
    expect(warnings.join("\n")).toContain(warning);
  });
});

describe("the key", () => {
  const pages = (key: string | undefined, id = "other", group = "query matched") =>
    action(id, ".pagerduty", group, { eventAction: "trigger", summary: "x", ...(key === undefined ? {} : { dedupKey: key }) });
  const keys = ({ added }: Awaited<ReturnType<typeof attached>>) => added.map((one) => one.params?.dedupKey);

  test.each([
    ["of another connector of the type in the rule is copied", [pages(colon)], undefined, [colon, colon]],
    ["that is asked for counts more than another connector's", [pages(colon)], "{{alert.uuid}}", ["{{alert.uuid}}", "{{alert.uuid}}"]],
    ["of its own action is the one that recovery closes", [pages(colon, "c")], undefined, [colon]],
    [
      "of its own recovery action is the one to open under",
      [action("c", ".pagerduty", "recovered", { eventAction: "resolve", dedupKey: colon })],
      undefined,
      [colon],
    ],
    [
      "of a recovery action of another connector does not count",
      [action("other", ".pagerduty", "recovered", { eventAction: "resolve", dedupKey: colon })],
      undefined,
      [dash, dash],
    ],
    [
      "of another type does not count",
      [action("o", ".opsgenie", "query matched", { subAction: "createAlert", subActionParams: { alias: colon } })],
      undefined,
      [dash, dash],
    ],
  ])("%s", async (_what, actions, dedupKey, expected) => {
    expect(keys(await attached(".pagerduty", { dedupKey }, { actions }))).toEqual(expected);
  });

  test.each([
    ["everything", "is the same for every alert of a rule"],
    ["{{rule.id}}", "is the same for every alert of a rule"],
    ["{{alert.id}}", "alerts of the same name in other rules share the incident"],
    ["{{context.title}}", "changes when the alert recovers"],
    ["{{alert.uuid}}", undefined],
    ["{{rule.id}}/{{context.title}}", "changes when the alert recovers"],
    ["{{rule.id}}/{{context.group}}", "may change when the alert recovers"],
    ["{{rule.id}}/{{rule.name}}/{{alert.id}}", undefined],
    [undefined, undefined],
  ])("%s: what shares an incident is said", async (dedupKey, said) => {
    const notes = (await attached(".pagerduty", { dedupKey })).warnings.filter((one) => one.startsWith("The key"));
    expect(notes).toEqual(said === undefined ? [] : [expect.stringContaining(said)]);
  });

  test("in params counts as asked for", async () => {
    expect(keys(await attached(".pagerduty", { params: { dedupKey: "{{alert.id}}" } }))).toEqual(["{{alert.id}}", "{{alert.id}}"]);
  });

  test("is given to a ServiceNow action without one: Kibana's default is no longer a template when it is filled in", async () => {
    const incident = { short_description: "x" };
    const bare = action("c", ".servicenow", "query matched", { subAction: "pushToService", subActionParams: { incident, comments: [] } });
    const { added, after } = await attached(".servicenow", {}, { actions: [bare] });
    expect(added.map((one) => one.params)).toEqual([
      { subAction: "closeIncident", subActionParams: { incident: { correlation_id: dash } } },
    ]);
    const keyed = { subAction: "pushToService", subActionParams: { incident: { ...incident, correlation_id: dash }, comments: [] } };
    expect(after.actions[0]).toEqual({ ...bare, params: keyed });
  });

  test("written in another way is the same: nothing is changed, and either form may be asked for", async () => {
    const closer = action("c", ".pagerduty", "recovered", { eventAction: "resolve", dedupKey: "{{ rule.id }}:{{{alert.id}}}" });
    const actions = [pages("{{alertId}}:{{alertInstanceId}}", "c"), closer];
    for (const dedupKey of [undefined, colon]) expect((await attached(".pagerduty", { dedupKey }, { actions })).unchanged).toBe(true);
  });

  describe("where each group opens under its own key", () => {
    const opens = [pages(colon, "c"), { ...pages("{{alert.id}}", "c"), group: "milder", uuid: "u-2" }];
    const closer = (dedupKey: string) => action("c", ".pagerduty", "recovered", { eventAction: "resolve", dedupKey }, { uuid: dedupKey });

    test.each([
      ["none is closed", []],
      ["one is closed", [closer(colon)]],
      ["one is closed, and another that nobody opens", [closer(colon), closer("stray")]],
      ["both are closed, and another that nobody opens", [closer("{{alert.id}}"), closer("stray"), closer(colon)]],
    ])("each is closed in the end, where %s", async (_what, closers) => {
      const { after } = await attached(".pagerduty", {}, { actions: [...opens, ...closers] });
      const closed = after.actions.filter((one) => one.group === "recovered").map((one) => one.params?.dedupKey);
      expect(new Set(closed)).toEqual(new Set([colon, "{{alert.id}}", ...(closers.length === 3 ? ["stray"] : [])]));
      expect(after.actions.slice(0, 2)).toEqual(opens);
      expect((await attached(".pagerduty", {}, { actions: after.actions })).unchanged).toBe(true);
    });

    test("nothing is changed, where both are closed", async () => {
      const actions = [...opens, closer(colon), closer("{{alert.id}}")];
      const { unchanged, after } = await attached(".pagerduty", {}, { actions });
      expect([unchanged, after.actions]).toEqual([true, actions]);
    });
  });

  test("other than that of what is open is refused", async () => {
    const message = await refused(".pagerduty", { dedupKey: dash }, { actions: [pages(colon, "c")] });
    expect(message).toContain(`opens incidents under ${colon}`);
    expect(await refused(".slack", { dedupKey: dash })).toBe(".slack has no de-duplication key.");
  });

  test("is given to an action that opens without one, since nothing could ever be closed, and nothing else in it changes", async () => {
    const filter = { alerts_filter: { query: { kql: "x", filters: [] } }, uuid: "u-1", use_alert_data_for_template: true };
    const before = { ...pages(undefined, "c"), ...filter };
    const { after, added, otherChanges } = await attached(".pagerduty", {}, { actions: [before] });
    expect(after.actions[0]).toEqual({ ...before, params: { ...before.params, dedupKey: dash } });
    expect(added.map((one) => one.group)).toEqual(["recovered"]);
    expect(otherChanges.join()).toContain(`so that recovery closed nothing: from then on it is ${dash}.`);
    expect((await attached(".pagerduty", { recovery: "none" }, { actions: [before] })).unchanged).toBe(true);
  });

  test("of a recovery action that closes something else is corrected", async () => {
    const closer = action("c", ".pagerduty", "recovered", { eventAction: "resolve", dedupKey: dash });
    const { after, added, unchanged } = await attached(".pagerduty", {}, { actions: [pages(colon, "c"), closer] });
    expect([unchanged, added]).toEqual([false, []]);
    expect(after.actions[1]).toEqual({ ...closer, params: { eventAction: "resolve", dedupKey: colon } });
  });
});

describe("what is there already", () => {
  const whole = async () => (await attached(".pagerduty")).added.map((one, at) => ({ ...one, uuid: `u${at}` }));

  test("stays as it is: attached twice, nothing changes", async () => {
    for (const type of [".pagerduty", ".opsgenie", ".servicenow", ".servicenow-itom", ".slack", ".index", ".webhook", ".jira"]) {
      const first = await attached(type, type === ".index" ? { workflow: "audit_log" } : {});
      const second = await attached(type, type === ".index" ? { workflow: "audit_log" } : {}, { ...first.after });
      expect([type, second.unchanged, second.added]).toEqual([type, true, []]);
    }
  });

  test("counts although its words differ, unless other words were asked for", async () => {
    const [opens, closes] = await whole();
    const own = [
      { ...opens, id: "c", params: { ...opens?.params, summary: "Ours", severity: "info" } },
      { ...closes, id: "c" },
    ];
    expect((await attached(".pagerduty", {}, { actions: own })).unchanged).toBe(true);
    expect((await attached(".pagerduty", { params: { severity: "info" } }, { actions: own })).unchanged).toBe(true);
    const other = await attached(".pagerduty", { params: { severity: "error" } }, { actions: own });
    expect(other.added.map((one) => one.params?.severity)).toEqual(["error"]);
    expect(other.warnings.join()).toContain("both are sent");
  });

  test.each([0, 1])("is completed: only the missing one of the two is added (%i is there)", async (there) => {
    const both = await whole();
    const { added } = await attached(".pagerduty", {}, { actions: both.slice(there, there + 1) });
    expect(added.map((one) => one.group)).toEqual([both[1 - there]?.group]);
  });

  test.each<[string, Partial<Wanted>, object]>([
    ["a digest of half an hour", { workflow: "chat_digest" }, { throttle: "2h" }],
    ["a message on change", {}, { notify_when: "onActiveAlert" }],
  ])("as %s keeps its frequency, and the answer does not call it what was asked for", async (_what, wanted, frequency) => {
    const { after } = await attached(".slack", wanted);
    const again = await attached(".slack", { ...wanted, frequency }, { actions: after.actions });
    expect(again.unchanged).toBe(true);
    expect(again.warnings.join()).toContain("keeps its frequency");
    expect((await attached(".slack", wanted, { actions: after.actions })).warnings).toEqual([]);
  });

  test("as a message for each alert does not count as a digest", async () => {
    const { after } = await attached(".slack");
    const { added } = await attached(".slack", { workflow: "chat_digest" }, { ...after });
    expect(added.map((one) => one.frequency)).toEqual([{ summary: true, notify_when: "onThrottleInterval", throttle: "30m" }]);
  });
});

describe("groups", () => {
  test("are the main one where none is named, and the others are said", async () => {
    const { added, warnings } = await attached(".slack");
    expect(added.map((one) => one.group)).toEqual(["query matched"]);
    expect(warnings.join("\n")).toContain('also fire in "milder"');
    expect(warnings.join("\n")).toContain('add "recovered" to groups');
  });

  test.each([
    [".servicenow", "opens another incident, and recovery closes the newest only"],
    [".jira", "opens another incident."],
    [".pagerduty", undefined],
  ])("that an alert moves between: %s", async (type, said) => {
    const notes = (await attached(type, { groups: ["query matched", "milder"] })).warnings.filter((one) => one.includes("each move into"));
    expect(notes).toEqual(said === undefined ? [] : [expect.stringContaining(said)]);
  });

  test("are found in any case, and unknown ones are refused with the existing ones", async () => {
    expect((await attached(".slack", { groups: ["Milder", "RECOVERED"] })).added.map((one) => one.group)).toEqual(["milder", "recovered"]);
    expect(await refused(".slack", { groups: ["query mached"] })).toContain('did you mean "query matched"?');
  });

  test("with the recovery group: given words are sent there too, and it is said that nothing tells the two apart", async () => {
    const email = (message: string) =>
      attached(".email", { groups: ["query matched", "recovered"], params: { to: ["a@x.io"], subject: "s", message } });
    const { added, warnings } = await email("Help!");
    expect(added.map((one) => [one.group, one.params?.message])).toEqual([
      ["query matched", "Help!"],
      ["recovered", "Help!"],
    ]);
    expect(warnings.join()).toContain("The same is sent when an alert fires and when it recovers");
    expect((await email("{{alert.actionGroupName}}")).warnings.join()).not.toContain("The same is sent");
  });

  test.each([".jira", ".servicenow-sir", ".resilient", ".thehive"])("%s cannot close: the recovery group is refused", async (type) => {
    expect(await refused(type, { groups: ["query matched", "recovered"] })).toContain("would open another one");
    expect((await attached(type)).warnings.join("\n")).toContain("cannot close what it opens");
  });

  test("of a log are all of them, recovery too", async () => {
    const { added } = await attached(".index", { workflow: "audit_log" });
    expect(added.map((one) => [one.group, one.frequency?.notify_when])).toEqual([
      ["query matched", "onActiveAlert"],
      ["milder", "onActiveAlert"],
      ["recovered", "onActionGroupChange"],
    ]);
  });
});

describe("params for recovery alone", () => {
  const note = { subActionParams: { note: "All clear" } };
  test.each<[string, Record<string, unknown>]>([
    [".slack", { message: "hello" }],
    [".teams", { message: "hello" }],
    [".server-log", { message: "hello", level: "warn" }],
    [".email", { to: ["a@x.io"], subject: "hello", message: "hello" }],
    [".webhook", { body: '{"a": "{{alert.id}}"}' }],
    [".index", { documents: [{ mine: "{{alert.id}}" }] }],
    [".slack_api", { subActionParams: { channelNames: ["#a"], text: "hello" } }],
    [".pagerduty", { summary: "All clear" }],
    [".opsgenie", note],
    [".jira-service-management", note],
  ])("%s: are in its action, and the second time nothing is missing", async (type, params) => {
    const wanted = { groups: ["recovered"], params };
    const { added, after } = await attached(type, wanted);
    expect(added).toMatchObject([{ group: "recovered", params }]);
    expect(await attached(type, wanted, { ...after })).toMatchObject({ unchanged: true, beside: false });
    const other = JSON.parse(JSON.stringify(params).replaceAll(/hello|All clear|mine|"a":/g, (word) => (word === '"a":' ? word : "other")));
    const again = await attached(type, { groups: ["recovered"], params: other, replace: true }, { ...after });
    expect(again.after.actions).toMatchObject([{ group: "recovered", params: other }]);
  });

  test.each<[string, string[], ReturnType<typeof action>[], boolean]>([
    ["alone", ["recovered"], [], true],
    ["beside another's for recovery", ["recovered"], [action("d", ".slack", "recovered", { message: "m" })], true],
    ["beside another's for firing", ["recovered"], [action("d", ".slack", "query matched", { message: "m" })], false],
    ["and firing", ["query matched", "recovered"], [], false],
  ])("%s: whether nobody hears of firing is said", async (_how, groups, actions, isSaid) => {
    const { warnings } = await attached(".slack", { groups, params: { message: "m" } }, { actions });
    const said = 'Nobody hears when an alert fires: name "query matched" in groups for that.';
    expect(warnings.filter((one) => one.startsWith("Nobody hears"))).toEqual(isSaid ? [said] : []);
  });

  test("close what is open, or are refused", async () => {
    expect((await attached(".pagerduty", { groups: ["recovered"], params: { summary: "x" } })).added[0]?.params).toEqual({
      ...{ eventAction: "resolve", dedupKey: dash, summary: "x" },
    });
    const opening = { groups: ["recovered"], params: { eventAction: "trigger", summary: "x" } };
    expect(await refused(".pagerduty", opening)).toContain("these close no incident");
  });
});

describe("with replace", () => {
  const filter = { query: { kql: "host.name: a", filters: [] } };
  const throttled = { summary: false, notify_when: "onThrottleInterval", throttle: "2h" };
  const fires = action("c", ".slack", "query matched", { message: "{{context.reason}}" }, { frequency: throttled, alerts_filter: filter });
  const milder = action("c", ".slack", "milder", { message: "Mild" });
  const allClear = action("c", ".slack", "recovered", { message: "Fine again" });
  const digest = action("c", ".slack", "query matched", { message: "Digest" }, { uuid: "d", frequency: { ...throttled, summary: true } });
  const others = action("o", ".slack", "query matched", { message: "Others" });
  const good = action("c", ".slack", "query matched", { message: "Good" }, { uuid: "good" });
  const params = { message: "Good" };
  const replace = { replace: true, params };
  const right = (one: typeof fires) => ({ ...one, params });
  const unfiltered = { ...fires, alerts_filter: undefined, frequency: good.frequency };

  test.each<[string, Partial<Wanted>, (typeof fires)[], (typeof fires)[]]>([
    [
      "one group that is named, and nothing else",
      { groups: ["query matched"] },
      [others, fires, allClear],
      [others, right(fires), allClear],
    ],
    ["the recovery group alone", { groups: ["recovered"] }, [fires, milder, allClear], [fires, milder, right(allClear)]],
    ["where none is named the main one: the all-clear stays", {}, [fires, milder, allClear], [right(fires), milder, allClear]],
    ["a summary, where nothing else fires", {}, [digest, allClear], [right(digest), allClear]],
    ["a single message beside a summary", { groups: ["query matched"] }, [digest, fires], [digest, right(fires)]],
    ["a bad one beside a good one: one stays", { groups: ["query matched"] }, [unfiltered, good], [good]],
    ["both of two that become equal", {}, [unfiltered, { ...unfiltered, uuid: "2", params: { message: "Bad too" } }], [right(unfiltered)]],
    [
      "each of two with conditions of its own",
      {},
      [fires, { ...good, alerts_filter: { query: { kql: "host.name: b", filters: [] } } }],
      [right(fires), { ...good, alerts_filter: { query: { kql: "host.name: b", filters: [] } } }],
    ],
  ])("the action is corrected in place: %s", async (_what, wanted, actions, expected) => {
    const { after, unchanged } = await attached(".slack", { ...replace, ...wanted }, { actions });
    expect([unchanged, after.actions]).toEqual([false, expected]);
    expect((await attached(".slack", { ...replace, ...wanted }, { actions: after.actions })).unchanged).toBe(true);
  });

  test("a digest takes the place of all that it covers, and the plan names it", async () => {
    const { after, otherChanges } = await attached(".slack", { replace: true, workflow: "chat_digest" }, { actions: [fires, allClear] });
    expect(after.actions).toMatchObject([{ frequency: { summary: true } }]);
    expect(otherChanges.join()).toMatch(/are removed: "query matched" .*, "recovered" .*\(alerts_filter\) of what is removed are lost/);
  });

  test("nothing is said to be missing on recovery or in groups that have an action", async () => {
    const { warnings } = await attached(".slack", replace, { actions: [fires, milder, allClear] });
    expect(warnings.join()).not.toMatch(/Nothing is sent|also fire/);
  });

  test("a bad action beside a good one is told without it too", async () => {
    const again = await attached(".slack", { params }, { actions: [unfiltered, good] });
    expect(again).toMatchObject({ unchanged: true, beside: true, warnings: [expect.stringContaining("both are sent")] });
  });

  test("other channels that are given are the only ones, and each of two channels gets other words", async () => {
    const post = (more: object) => ({ subAction: "postMessage", subActionParams: { text: "Old", ...more } });
    const to = (more: object, uuid: string) => action("c", ".slack_api", "query matched", post(more), { uuid });
    const channels = [to({ channelIds: ["C1"] }, "1"), to({ channelNames: ["#b"] }, "2")];
    const paramsOf = async (given: object, actions: typeof channels) =>
      (await attached(".slack_api", { replace: true, params: { subActionParams: given } }, { actions })).after.actions.map(
        (one) => one.params,
      );
    expect(await paramsOf({ channelNames: ["#x"] }, channels.slice(0, 1))).toEqual([post({ channelNames: ["#x"] })]);
    const words = [post({ channelIds: ["C1"], text: "New" }), post({ channelNames: ["#b"], text: "New" })];
    expect(await paramsOf({ text: "New" }, channels)).toEqual(words);
    const half = [to({ channelIds: ["C1"], text: "New" }, "1"), to({ channelNames: ["#b"] }, "2")];
    expect(await paramsOf({ text: "New" }, half)).toEqual(words);
  });

  const pages = (key: string, more: object = {}) =>
    action("c", ".pagerduty", "query matched", { eventAction: "trigger", summary: "Ours", dedupKey: key, ...more });
  const resolves = (key: string) => action("c", ".pagerduty", "recovered", { eventAction: "resolve", dedupKey: key, summary: "Closed" });
  test.each<[string, Partial<Wanted>, (typeof fires)[], object[]]>([
    [
      "other fields keep their words and what closes stays",
      { params: { severity: "error" } },
      [pages(colon), resolves(colon)],
      [pages(colon, { severity: "error" }), resolves(colon)],
    ],
    [
      "one that opens on recovery closes instead",
      { groups: ["recovered"] },
      [pages(colon), { ...pages(colon), uuid: "r", group: "recovered" }],
      [pages(colon), { ...resolves(colon), uuid: "r", params: { eventAction: "resolve", dedupKey: colon } }],
    ],
    [
      "one that closes when an alert fires opens instead",
      { groups: ["query matched"] },
      [{ ...resolves(colon), group: "query matched", uuid: "f" }, resolves(colon)],
      [{ uuid: "f", group: "query matched", params: { eventAction: "trigger", dedupKey: colon } }, resolves(colon)],
    ],
  ])("of a type that closes %s", async (_what, wanted, actions, expected) => {
    const { after } = await attached(".pagerduty", { replace: true, ...wanted }, { actions });
    expect(after.actions).toMatchObject(expected);
    expect(after.actions).toHaveLength(expected.length);
    expect((await attached(".pagerduty", { replace: true, ...wanted }, { actions: after.actions })).unchanged).toBe(true);
  });

  test("one action of a detection rule is corrected, which would get a summary", async () => {
    const of = { id: "siem.queryRule", detection: true, groups: ["default"], defaultGroup: "default" };
    const one = action("c", ".slack", "default", { message: "Bad" });
    for (const groups of [undefined, ["default"]])
      expect((await attached(".slack", { ...replace, groups }, { actions: [one] }, of)).after.actions).toEqual([right(one)]);
  });
});

describe("frequency", () => {
  const often = async (wanted: Partial<Wanted>, to: Partial<Rule> = {}, type = ".slack") =>
    (await attached(type, wanted, to)).added[0]?.frequency;

  test.each<[string, Partial<Wanted>, object]>([
    ["chat", {}, { summary: false, notify_when: "onActionGroupChange", throttle: null }],
    ["digest", { workflow: "chat_digest" }, { summary: true, notify_when: "onThrottleInterval", throttle: "30m" }],
    ["a throttle", { frequency: { throttle: "2h" } }, { summary: false, notify_when: "onThrottleInterval", throttle: "2h" }],
    ["a summary", { frequency: { summary: true } }, { summary: true, notify_when: "onThrottleInterval", throttle: "30m" }],
    ["every run", { frequency: { notify_when: "onActiveAlert" } }, { summary: false, notify_when: "onActiveAlert", throttle: null }],
    [
      "a summary of every run",
      { frequency: { summary: true, notify_when: "onActiveAlert" } },
      { summary: true, notify_when: "onActiveAlert", throttle: null },
    ],
    [
      "no digest after all",
      { workflow: "chat_digest", frequency: { summary: false } },
      { summary: false, notify_when: "onActionGroupChange", throttle: null },
    ],
  ])("of %s", async (_what, wanted, expected) => {
    expect(await often(wanted)).toEqual(expected);
  });

  test("of a digest is never below the rule's interval", async () => {
    expect(await often({ workflow: "chat_digest" }, { schedule: { interval: "1h" } })).toMatchObject({ throttle: "1h" });
  });

  test.each<[Partial<Wanted>, Partial<RuleType>, string]>([
    [{ frequency: { throttle: "10s" } }, {}, "shorter than the rule's interval of 1m"],
    [{ frequency: { throttle: "soon" } }, {}, '"soon" is not a duration'],
    [{ frequency: { throttle: "5m", notify_when: "onActiveAlert" } }, {}, "throttle works only with onThrottleInterval"],
    [{ frequency: { summary: true, notify_when: "onActionGroupChange" } }, {}, "a summary has no status of its own"],
    [{ workflow: "chat_digest" }, { alertsAsData: false }, "cannot summarize their alerts"],
    [{ workflow: "chat_digest", groups: ["milder"] }, {}, "about the alerts of all groups"],
  ])("%j is refused", async (wanted, of, message) => {
    expect(await refused(".slack", wanted, {}, of)).toContain(message);
  });

  test("of detection rules has no status changes to wait for", async () => {
    const of = { id: "siem.queryRule", detection: true, groups: ["default"], defaultGroup: "default" };
    const chat = await attached(".slack", {}, {}, of);
    expect(chat.added.map((one) => one.frequency)).toEqual([{ summary: true, notify_when: "onActiveAlert", throttle: null }]);
    expect(chat.warnings.join("\n")).toContain("edited in the Security app");
    const pages = await attached(".pagerduty", {}, {}, of);
    expect(pages.added.map((one) => one.frequency)).toEqual([{ summary: false, notify_when: "onActiveAlert", throttle: null }]);
    // Nothing lasts there that could be told of again and again: the notes give the reason instead.
    const since = "onActiveAlert, since alerts of a detection rule do not last: ";
    for (const [{ warnings }, what] of [
      [chat, "one message for each run that finds some."],
      [pages, "each is told once."],
    ] as const)
      expect([warnings.includes(since + what), warnings.join().includes("as long as an alert lasts")]).toEqual([true, false]);
    const asked = await attached(".slack", { frequency: { summary: false, notify_when: "onActiveAlert" } });
    expect(asked.warnings).toContain("onActiveAlert notifies on every run for as long as an alert lasts.");
  });

  test("a summary opens no incidents", async () => {
    expect(await refused(".opsgenie", { frequency: { summary: true } })).toContain("cannot open an incident for each alert");
  });
});

describe("a rule that notifies as before 8.6", () => {
  const bare = { ...action("s", ".slack", "query matched", { message: "m" }), frequency: undefined };
  const system = { id: "system-connector-.cases", params: {}, uuid: "sys" };

  test.each([
    ["onActiveAlert", null, { notify_when: "onActiveAlert", throttle: null }],
    ["onThrottleInterval", "1h", { notify_when: "onThrottleInterval", throttle: "1h" }],
    ["onActionGroupChange", null, { notify_when: "onActionGroupChange", throttle: null }],
    [null, "10m", { notify_when: "onThrottleInterval", throttle: "10m" }],
    [null, null, { notify_when: "onActiveAlert", throttle: null }],
  ])("%s %s: its actions get that frequency themselves, and the plan says so", async (notify_when, throttle, expected) => {
    const { after, otherChanges } = await attached(".pagerduty", {}, { notify_when, throttle, actions: [bare, system] });
    expect(after.actions.slice(0, 2)).toEqual([{ ...bare, frequency: { summary: false, ...expected } }, system]);
    expect(after).toMatchObject({ notify_when: null, throttle: null });
    expect(otherChanges.join()).toContain("deprecated frequency of the rule itself");
    expect(otherChanges.join()).toContain("it moves into each action that stays, which then runs as often as before");
  });

  test("where none stays that goes by it, nothing is said to run as before", async () => {
    const frequency = { summary: false, notify_when: "onActionGroupChange" as const, throttle: null };
    const actions = [{ ...bare, id: "c" }, system];
    const { after, otherChanges } = await attached(
      ".slack",
      { replace: true, params: { message: "new" }, frequency },
      { notify_when: "onActiveAlert", actions },
    );
    expect(after.actions.find(({ id }) => id === "c")?.frequency).toEqual(frequency);
    expect(otherChanges.join()).toContain("(onActiveAlert): no action that stays goes by it.");
  });

  test.each([
    ["onThrottleInterval", "30s", "onActiveAlert", null],
    ["onThrottleInterval", null, "onActiveAlert", null],
    ["onThrottleInterval", "1m", "onThrottleInterval", "1m"],
  ])("%s %s at an interval of 1m becomes what Kibana saves in an action: %s", async (notify_when, throttle, often, every) => {
    const bare = action("other", ".slack", "query matched", { message: "m" }, { frequency: undefined });
    const { after } = await attached(".slack", {}, { actions: [bare], notify_when, throttle });
    expect(after.actions[0]?.frequency).toEqual({ summary: false, notify_when: often, throttle: every });
  });

  test("is left alone where nothing is missing", async () => {
    const { unchanged, otherChanges } = await attached(".slack", {}, { notify_when: "onActiveAlert", actions: [{ ...bare, id: "c" }] });
    expect([unchanged, otherChanges]).toEqual([true, []]);
  });
});

describe("params", () => {
  test("override the recipe's, key by key", async () => {
    const { added } = await attached(".slack_api", { params: { subActionParams: { channelNames: ["#alerts"] } } });
    expect(added[0]?.params).toEqual({
      subAction: "postMessage",
      subActionParams: { text: expect.stringContaining("*{{rule.name}}*"), channelNames: ["#alerts"] },
    });
  });

  test("with another sub-action stand alone", async () => {
    const params = { subAction: "postBlockkit", subActionParams: { channelIds: ["C1"], text: '{"blocks":[]}' } };
    expect((await attached(".slack_api", { params })).added[0]?.params).toEqual(params);
  });

  test.each<[string, Partial<Wanted>, string]>([
    [".email", {}, "params.to: at least one address"],
    [".slack_api", {}, "must name a channel"],
    [".pagerduty", { params: { severity: "bad" } }, "params.severity: must be one of"],
    [".pagerduty", { params: { eventAction: "resolve" } }, "these close an incident and open none"],
    [".slack", { params: { message: "{{rule.nme}}" } }, "did you mean {{rule.name}}?"],
    [".slack", { params: { message: "{{#rule.name}}" } }, "is not a Mustache template"],
    [".tines", {}, "There is no recipe for actions of .tines"],
  ])("of %s %j that would not work are refused", async (type, wanted, message) => {
    expect(await refused(type, wanted)).toContain(message);
  });

  test.each([
    ['{"a": "{{{context.message}}}"}', 1],
    ['{"a": "{{&rule.name}}"}', 1],
    ['{"a": "{{context.message}}", "at": "{{{date}}}"}', 0],
    ["plain {{{context.message}}}", 0],
  ])("in JSON need two braces: %s", async (body, warned) => {
    const notes = (await attached(".webhook", { params: { body } })).warnings.filter((one) => one.includes("breaks the JSON"));
    expect(notes).toHaveLength(warned);
  });

  test("of a type that the catalogue does not know go out as they are", async () => {
    const params = { channel: "#x", text: "{{rule.name}}" };
    expect((await attached(".elastic_slack", { params })).added.map((one) => one.params)).toEqual([params]);
  });
});
