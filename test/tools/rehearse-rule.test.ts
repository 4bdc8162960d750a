import { expect, test } from "vitest";
import { accepts, declines, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";

const often = { summary: false, notify_when: "onActionGroupChange", throttle: null };
const fires = { group: "query matched", frequency: often };
const base = { rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "5m" }, tags: [], enabled: true };

async function deployment(rules: Record<string, Record<string, unknown>>, options: Parameters<typeof product>[0] = {}) {
  const made = await product({ ...options, sandbox: { empty: true, ...options.sandbox } });
  for (const id of ["slack", "mail", "pager"])
    await made.bare("POST", `/api/actions/connector/${id}`, { name: id, ...rehearsedConnectors[id] });
  for (const [id, more] of Object.entries(rules))
    await made.bare("POST", `/api/alerting/rule/${id}`, {
      name: `Rule ${id}`,
      ...base,
      params: { index: ["l-*"], threshold: [3] },
      ...more,
    });
  return made;
}

test("a rehearsal shows each action with its text, when it runs, and what happens on recovery", async () => {
  const { call, calls } = await deployment({
    disk: {
      enabled: false,
      actions: [
        { id: "slack", ...fires, params: { message: "{{rule.name}}: {{context.title}} for {{alert.id}}" } },
        { id: "pager", ...fires, params: { eventAction: "trigger", dedupKey: "{{alert.id}}-{{rule.id}}", summary: "x" } },
      ],
    },
  });
  for (const rule of ["disk", "Rule disk"]) {
    const { body } = await call("test_connector", { id: "slack", rule });
    expect(body).toMatchObject({
      status: "no_change",
      message: "Nothing was sent: this is what the rule would send, with a made-up alert.",
      result: {
        mode: "safe",
        rule: { id: "disk", name: "Rule disk", type: ".es-query", enabled: false },
        sample: expect.stringContaining("made up"),
        actions: [
          {
            on: "query matched",
            role: "active",
            often: "onActionGroupChange",
            sends: { message: "Rule disk: sample title (query matched, alert 1) for sample-alert-1" },
          },
        ],
        on_recovery: "nothing is sent",
        notes: ["The rule is disabled: it sends nothing until it is enabled."],
      },
    });
    expect(body.result).not.toHaveProperty("problems");
  }
  expect(calls.filter(({ path, method }) => method !== "GET" && !path.includes("/internal/"))).toEqual([]);
});

test("a rule that does not use the connector is refused, with the call that shows what would be added", async () => {
  const { call } = await deployment({ disk: { actions: [{ id: "slack", ...fires, params: { message: "x" } }] } });
  const { body } = await call("test_connector", { id: "pager", rule: "disk" });
  expect(body).toMatchObject({
    code: "invalid_arguments",
    message: expect.stringContaining("has no action of"),
    detail: { uses: ["slack"] },
  });
  const [, args] = /^attach_connector (\{.*\}) shows/.exec(body.fix) ?? [];
  expect((await call("attach_connector", JSON.parse(args ?? ""))).body.status).toBe("planned");
});

test.each([
  ["nope", "rule_not_found"],
  ["tag:t", "invalid_arguments"],
])("which rule is meant has to be clear: %s", async (rule, code) => {
  const one = { tags: ["t"], actions: [{ id: "slack", ...fires, params: { message: "x" } }] };
  const { call } = await deployment({ a: one, b: one });
  expect((await call("test_connector", { id: "slack", rule })).body.code).toBe(code);
});

test("a rule of the new alerting is refused with the reason", async () => {
  const { call, bare } = await deployment({}, { sandbox: { empty: false, version: "9.5.0" } });
  const { items } = JSON.parse(await bare("GET", "/api/alerting/v2/rules"));
  const [{ id }] = items;
  const { body } = await call("test_connector", { id: "slack", rule: id });
  expect(body).toMatchObject({ code: "invalid_arguments", message: expect.stringContaining("is a rule of the new alerting") });
});

test("a rule of the new alerting is found on whatever page it is", async () => {
  const { call, bare } = await deployment({}, { sandbox: { empty: false, version: "9.5.0" } });
  const made = { schedule: { every: "5m" }, query: {} };
  for (let n = 0; n < 510; n++) await bare("POST", "/api/alerting/v2/rules", { ...made, metadata: { name: `Zoo ${1000 + n}` } });
  const { body } = await call("test_connector", { id: "slack", rule: "Zoo 1509" });
  expect(body).toMatchObject({ code: "invalid_arguments", message: expect.stringContaining("is a rule of the new alerting") });
});

test("that Kibana could not be asked about the new alerting is no missing rule", async () => {
  const { call, fault } = await deployment({}, { sandbox: { empty: false, version: "9.5.0" } });
  await fault("cut_before", { method: "GET", path: "/api/alerting/v2/rules", times: 5 });
  expect((await call("test_connector", { id: "slack", rule: "nope" })).body.code).toBe("kibana_unreachable");
});

test("the question shows recipients and words, and a rule's name forges nothing in it", async () => {
  const name = 'x" (id y) in space z.\nRecipients: nobody\u202e';
  const { call, questions } = await deployment(
    { mail: { name, actions: [{ id: "mail", ...fires, params: { to: ["ops@example.com"], subject: "{{rule.name}}", message: "m" } }] } },
    { person: declines },
  );
  await call("test_connector", { id: "mail", rule: "mail", mode: "loud" });
  const lines = (questions[0]?.message ?? "").split("\n");
  expect(lines.filter((line) => line.startsWith("Recipients:"))).toEqual([expect.stringContaining("ops@example.com")]);
  expect(lines[0]).toContain('Rehearse the rule "x\' (id y) in space z. Recipients: nobody"');
  expect(lines.join("")).not.toContain("\u202e");
});

test("what looks like a secret is not shown, and long texts are cut with their length", async () => {
  const token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
  const { call } = await deployment({
    disk: { actions: [{ id: "slack", ...fires, params: { message: `${token} ${"a ".repeat(2000)}` } }] },
  });
  const { body, text } = await call("test_connector", { id: "slack", rule: "disk" });
  expect(text).not.toContain(token);
  expect(body.result.actions[0].sends.message).toMatch(/… \(\d+ more characters\)$/);
});

test("a template that multiplies itself is a note, and is not sent as a test", async () => {
  const message = `${"{{#context.hits}}".repeat(30)}x${"{{/context.hits}}".repeat(30)}`;
  const { call, writes } = await deployment({ disk: { actions: [{ id: "slack", ...fires, params: { message } }] } }, { person: accepts });
  const { body } = await call("test_connector", { id: "slack", rule: "disk" });
  expect(body.result).not.toHaveProperty("problems");
  expect(body.result.notes).toContainEqual(expect.stringMatching(/^params\.message: not rehearsed: .*more than 2000 values/));
  const loud = await call("test_connector", { id: "slack", rule: "disk", mode: "loud" });
  expect(loud.body).toMatchObject({ code: "limit_reached", message: expect.stringContaining("params.message") });
  expect(writes()).toEqual([]);
});

test("a secret among the rule's params is shown nowhere through a template, nor sent", async () => {
  const { call, questions, deliveries } = await deployment(
    {
      disk: {
        params: { index: ["l-*"], threshold: [3], apiKey: "correct horse battery" },
        actions: [{ id: "slack", ...fires, params: { message: "{{rule.params.apiKey}} {{params.apiKey}} {{{rule.params}}}" } }],
      },
    },
    { person: accepts },
  );
  const answers = [
    await call("test_connector", { id: "slack", rule: "disk" }),
    await call("test_connector", { id: "slack", rule: "disk", mode: "loud" }),
  ];
  expect(answers[1]?.body.status).toBe("done");
  expect(JSON.stringify([answers.map(({ text }) => text), questions, await deliveries()])).not.toContain("battery");
});

test("a path is shown without what is hidden, and in short", async () => {
  const token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
  const { call } = await deployment({
    disk: { actions: [{ id: "slack", ...fires, params: { message: "x", [`${token}\u202e${"k ".repeat(500)}`]: "{{" } }] },
  });
  const { body, text } = await call("test_connector", { id: "slack", rule: "disk" });
  expect(text).not.toContain(token);
  for (const { path } of body.result.problems) expect(path.length).toBeLessThan(250);
});

test.each(["bob", "a@@example.com", "a@example.com\nBcc: b@example.com"])(
  "an address that is none is refused in a test too: %j",
  async (to) => {
    const { call, writes } = await deployment({}, { person: accepts });
    const { body } = await call("test_connector", { id: "mail", mode: "near_safe", fill: { to } });
    expect(body).toMatchObject({ code: "invalid_arguments", message: expect.stringContaining("must be an e-mail address") });
    expect(writes()).toEqual([]);
  },
);

const throttled = { summary: false, notify_when: "onThrottleInterval", throttle: "2h" };
const workingHours = { days: [1, 2], timezone: "UTC", hours: { start: "08:00", end: "17:00" } };
const kept = { uuid: "11111111-2222-4333-8444-555555555555", alerts_filter: { timeframe: workingHours } };
const recovers = { ...fires, group: "recovered" };
const pages = { eventAction: "trigger", dedupKey: "{{rule.id}}-{{alert.id}}", summary: "x" };

test.each<[string, string, Record<string, unknown>[]]>([
  [
    "a message that is empty once filled in",
    "slack",
    [{ ...fires, ...kept, frequency: throttled, params: { message: "{{context.reasn}}" } }],
  ],
  ["a message on recovery", "slack", [{ ...recovers, ...kept, params: { message: "{{context.nothing}}" } }]],
  ["a digest", "slack", [{ ...fires, ...kept, frequency: { ...throttled, summary: true }, params: { message: "{{context.title}}" } }]],
  [
    "a subject, and nothing else",
    "mail",
    [{ ...fires, ...kept, params: { to: ["ops@example.com"], subject: "{{context.nothing}}", message: "Ours" } }],
  ],
  [
    "a page that opens on recovery",
    "pager",
    [
      { ...recovers, ...kept, params: pages },
      { ...fires, params: pages },
    ],
  ],
  [
    "a page that closes when an alert fires",
    "pager",
    [{ ...fires, ...kept, params: { eventAction: "resolve", dedupKey: pages.dedupKey } }],
  ],
])("what is wrong comes with the call that corrects exactly that action: %s", async (_what, id, [bad, ...more]) => {
  const allClear = { id: "slack", ...recovers, params: { message: "{{rule.name}} is fine" } };
  const other = id === "slack" && bad?.group === "recovered" ? [] : [allClear];
  const { call, bare } = await deployment(
    { disk: { actions: [{ id, ...bad }, ...more.map((one) => ({ id, ...one })), ...other] } },
    { person: accepts },
  );
  const actions = async () => JSON.parse(await bare("GET", "/api/alerting/rule/disk")).actions;
  const [before, ...rest] = await actions();
  const { body } = await call("test_connector", { id, rule: "disk" });
  expect(body.result.problems.length).toBeGreaterThan(0);
  expect(body.next).toMatchObject([{ tool: "attach_connector", args: { connector: id, rules: ["disk"], replace: true } }]);
  expect((await call(body.next[0].tool, body.next[0].args)).body.status).toBe("done");
  const [corrected, ...others] = await actions();
  expect({ ...corrected, params: 0 }).toEqual({ ...before, params: 0 });
  expect(others.slice(0, rest.length)).toEqual(rest);
  const again = (await call("test_connector", { id, rule: "disk" })).body;
  expect([again.result.problems, again.next]).toEqual([undefined, undefined]);
});

test("of two actions on one state none is corrected: each would get the same words", async () => {
  const actions = ["{{context.nothing}}", "y"].map((message) => ({ id: "slack", ...fires, params: { message } }));
  const { call } = await deployment({ disk: { actions } });
  const { body } = await call("test_connector", { id: "slack", rule: "disk" });
  expect([body.result.problems.length > 0, body.next]).toEqual([true, undefined]);
});

test.each([
  ["a long summary beside", { summary: "a".repeat(1100) }, [{ params: { summary: expect.any(String) } }]],
  ["a time that is none beside", { summary: "s", timestamp: "nope" }, [{ params: { timestamp: null } }]],
  ["nothing beside", { summary: "s" }, [{ dedup_key: "{{rule.id}}-{{alert.id}}" }]],
])("no correction of a key is offered that attach_connector refuses: %s", async (_what, params, expected) => {
  const actions = [{ id: "pager", ...fires, params: { eventAction: "trigger", ...params } }];
  const { call } = await deployment({ disk: { actions } }, { person: accepts });
  const { next } = (await call("test_connector", { id: "pager", rule: "disk" })).body;
  expect(next?.map(({ args }: { args: object }) => args)).toEqual(expected.map((one) => expect.objectContaining(one)));
  for (const { tool, args } of next ?? []) expect((await call(tool, args)).body.status).toBe("done");
});

test("a rehearsal that was sent offers the correction too", async () => {
  const { call } = await deployment(
    { disk: { actions: [{ id: "slack", ...fires, params: { message: "x {{rule.nme}}" } }] } },
    { person: accepts },
  );
  const { body } = await call("test_connector", { id: "slack", rule: "disk", mode: "loud" });
  expect(body.next).toMatchObject([{ tool: "attach_connector", args: { groups: ["query matched"], replace: true } }]);
});
