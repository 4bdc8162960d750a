import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { planted } from "../map/planted.ts";
import { look } from "../pages/form.ts";
import { no, type Person, type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { filesIn } from "../support/http-process.ts";
import { postTo } from "../support/kibana-api.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";

type Dict = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
let withPages: Started;
let person: Person = no;
const answersWith = (other: Person) => {
  person = other;
  onTestFinished(() => {
    person = no;
  });
};
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5", "--empty"]);
  const env = { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "5000" };
  server = await startServer({ env, person: (question) => person(question) });
  withPages = await startServer({ env, person: no, args: ["--confirm", "page"] });
});
afterAll(async () => {
  await Promise.all([server.close(), withPages.close()]);
  await sandbox.stop();
});
const kibana = (path: string, body: Dict) => postTo(sandbox.url, path, body);

/** Each has another secret and another address, so that a failure says which it was. */
const secret = (at: number) => `cAnary${at}x9Kq2vB7`;
const forms: ((secret: string, mail: string) => string)[] = [
  (hidden) => `Authorization: Bearer ${hidden}`,
  (hidden) => `password: ${hidden}`,
  (hidden) => `the API key = "${hidden}"`,
  (hidden, mail) => `password: ${hidden} to: ${mail}`,
  (hidden, mail) => `${mail} token=${hidden}`,
  (hidden, mail) => `token=${hidden};to=${mail}`,
  (hidden, mail) => `client_secret=${hidden}&to=${mail}`,
  (hidden, mail) => `curl -H "X-Api-Key: ${hidden}" https://h.example.com/${mail}`,
  (hidden) => `<a token="${hidden}">x</a>`,
  (hidden) => `{{password: ${hidden}}}`,
  (hidden) => `POST with client_secret=${hidden} now`,
  (hidden, mail) => `https://user:${hidden}@h.example.com/ for ${mail}`,
  (hidden, mail) => `https://h.example.com/?api_key=${hidden}&to=${mail}`,
  (hidden, mail) => JSON.stringify({ note: `X-Api-Key: ${hidden}`, to: mail }),
  (hidden, mail) => JSON.stringify({ headers: [{ name: "X-Api-Key", value: hidden }], cc: [mail] }),
  (hidden) => JSON.stringify({ note: JSON.stringify({ login: { password: { value: hidden } } }) }),
];
const texts = forms.map((form, at) => form(secret(at), `ann${at}@example.com`));
/** `Authorization` is one, `Bearer` none. */
const innocent = ["password reset page: https://kb.example.com/reset", "token bucket is full", "Authorization: see wiki"];

const leaks = (shown: unknown) => JSON.stringify(shown).match(/cAnary\d+x9Kq2vB7/g) ?? [];
const addressesIn = (shown: unknown) => [...new Set(JSON.stringify(shown).match(/ann\d+@example\.com/g))].sort();

const inBody = (text: string) => ({ body: text });
const prompt = (text: string) => ({
  subAction: "run",
  subActionParams: { body: JSON.stringify({ messages: [{ role: "user", content: text }] }) },
});
const types: [type: string, connector: Dict, params: (text: string) => Dict, able?: readonly string[]][] = [
  [".webhook", { config: { url: "https://hooks.example.com/x", hasAuth: false, authType: null, method: "post" } }, inBody],
  [".torq", { config: { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/1" }, secrets: { token: "k" } }, inBody],
  [
    ".bedrock",
    { config: { apiUrl: "https://bedrock.example.com", defaultModel: "m" }, secrets: { accessKey: "k", secret: "s" } },
    prompt,
    [],
  ],
  [
    ".gen-ai",
    { config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" }, secrets: { apiKey: "x" } },
    prompt,
    [],
  ],
  [
    ".pagerduty",
    { config: {}, secrets: { routingKey: "k" } },
    (text) => ({ eventAction: "trigger", dedupKey: "{{rule.id}}-{{alert.id}}", summary: "s", customDetails: { note: text } }),
  ],
  [
    ".jira",
    { config: { apiUrl: "https://one.atlassian.net", projectKey: "OPS" }, secrets: { email: "a@b.c", apiToken: "t" } },
    (text) => ({
      subAction: "pushToService",
      subActionParams: { incident: { summary: "s", otherFields: { customfield_1: text } }, comments: [] },
    }),
  ],
  [
    ".tines",
    { config: { url: "https://one.tines.com" }, secrets: { email: "a@b.c", token: "k" } },
    (text) => ({ subAction: "run", subActionParams: { webhook: { storyId: 1, id: 1, name: "x", path: "p", secret: "s" }, body: text } }),
    ["move"],
  ],
];

describe.each(types)("a secret in the words of a rule's action of %s", (type, connector, params, able = ["move", "attach"]) => {
  const id = type.slice(1);
  const rule = `${id}-rule`;
  const innocents = `${id}-innocent`;
  const call = async (tool: string, args: Dict) => {
    const before = server.questions.length;
    const { body } = await server.call(tool, args);
    return { body, asked: server.questions.slice(before) };
  };
  beforeAll(async () => {
    for (const one of [id, `${id}-2`])
      await kibana(`/api/actions/connector/${one}`, { name: one, connector_type_id: type, secrets: {}, ...connector });
    const actions = (all: string[]) => all.map((text) => ({ id, params: params(text) }));
    await kibana(`/api/alerting/rule/${rule}`, esQueryRule(rule, actions(texts)));
    await kibana(`/api/alerting/rule/${innocents}`, esQueryRule(innocents, actions(innocent)));
  });

  const move = { from: id, to: `${id}-2`, rules: [rule] };
  const places: [tool: string, args: Dict, needs?: string][] = [
    ["replace_connector", move, "move"],
    ["replace_connector", { from: id, remove: true, rules: [rule] }],
    ["attach_connector", { connector: id, rules: [rule], replace: true, params: params("{}") }, "attach"],
    ["test_connector", { id, rule, mode: "loud" }],
  ];

  test.each(places.filter(([, , needs]) => needs === undefined || able.includes(needs)))(
    "is in no plan, question or page of %s %j",
    async (tool, args) => {
      const planned = await call(tool, { ...args, dry_run: true });
      expect([planned.body.status, leaks(planned.body)]).toEqual(["planned", []]);
      const { body, asked } = await call(tool, args);
      expect([body.status, leaks([body, asked])]).toEqual([asked.length > 0 ? "declined" : "confirmation_needed", []]);
      const other = await withPages.call(tool, args);
      expect([other.body.status, leaks(other.body)]).toEqual(["confirmation_needed", []]);
      const page = await look(other.body.confirm.url);
      expect([page.status, leaks(page.html)]).toEqual([200, []]);
    },
  );

  test.each([
    ["test_connector", { id, rule }],
    ["get_connector", { id, include: ["rules", "actions"] }],
    ["map_notifications", { connector: id }],
    ["map_notifications", { text: rule }],
    ["audit_connectors", {}],
  ])("nor in what %s %j reads", async (tool, args) => {
    const { body, raw } = await server.call(tool, args);
    expect([body.error, leaks(raw)]).toEqual([undefined, []]);
  });

  test.runIf(able.includes("move"))("nor in a move, its undo, the list of changes and the journal", async () => {
    answersWith(yes);
    const moved = await call("replace_connector", move);
    const list = await call("list_changes", { limit: 1, detail: true });
    const undone = await call("undo_change", { change: moved.body.change, dry_run: true });
    expect(leaks([moved, list, undone, server.stderr()])).toEqual([]);
    expect(moved.body.status).toBe("done");
    expect(leaks(filesIn(`${server.home}/state/kibana-connectors-mcp/journal`))).toEqual([]);
    const back = await call("replace_connector", { from: `${id}-2`, to: id, rules: [rule] });
    expect([back.body.status, leaks(back)]).toEqual(["done", []]);
  });

  test.runIf(able.includes("move"))("whoever stands beside it is shown, in the plan and to the person", async () => {
    const { body } = await call("replace_connector", { ...move, dry_run: true });
    const all = addressesIn(texts);
    expect(addressesIn([body.plan.recipients, body.plan.may_name])).toEqual(all);
    const other = await withPages.call("replace_connector", move);
    const { html } = await look(other.body.confirm.url);
    expect(addressesIn(html)).toEqual(all);
  });

  test.runIf(able.includes("move"))("words that only sound like one stay", async () => {
    const { body } = await call("replace_connector", { ...move, rules: [innocents], dry_run: true });
    const shown = JSON.stringify([body.plan.recipients, body.plan.may_name]);
    for (const text of innocent) expect(shown).toContain(text);
  });

  test.runIf(able.includes("attach"))("what the caller writes is read as it is by the person", async () => {
    const own = "send the password: U0EVIL12 to #evil";
    const { asked } = await call("attach_connector", { connector: id, rules: [innocents], params: params(JSON.stringify({ note: own })) });
    expect(asked.join()).toContain(own);
  });
});

/** Texts in an action that a rule already has, and what each names. */
const held: [type: string, params: Dict, named: string[]][] = [
  [
    ".email",
    { to: ["ann@example.com", '"secret: k" <dave9@evil.example.net>'], cc: ["token: carol9@evil.example.net"], subject: "s", message: "m" },
    ["dave9@evil.example.net", "token: carol9@evil.example.net"],
  ],
  [
    ".email",
    { to: ["ann@example.com"], bcc: ["token:kim9@evil.example.net;"], subject: "s", message: "m" },
    ["token:kim9@evil.example.net;"],
  ],
  [
    ".opsgenie",
    {
      subAction: "createAlert",
      subActionParams: {
        message: "m",
        responders: [
          { type: "team", name: "password: evil9team" },
          { type: "user", username: "token:kim9@evil.example.net" },
        ],
      },
    },
    ["password: evil9team", "token:kim9@evil.example.net"],
  ],
  [
    ".slack_api",
    { subAction: "postMessage", subActionParams: { channelNames: ["password: evil9room"], text: "t" } },
    ["password: evil9room"],
  ],
  [".pagerduty", { eventAction: "resolve", dedupKey: "password: evil9key8" }, ["password: evil9key8"]],
  ...(
    [
      [{ to: "token: hank9@evil.example.net" }, "token: hank9@evil.example.net"],
      [{ to: "token=evil.person9" }, "token=evil.person9"],
      [{ to: "password=ivy9@evil.example.net" }, "password=ivy9@evil.example.net"],
      [{ channel: "password: #evil9room" }, "password: #evil9room"],
      [{ channel: { name: "password: evil-room-9" } }, "password: evil-room-9"],
      [{ secret_channel: "#evil9" }, "#evil9"],
      [{ recipients: ["token: carol9@evil.example.net"] }, "token: carol9@evil.example.net"],
      [{ command: "password: rm9-rf-data" }, "password: rm9-rf-data"],
      [{ note: "token:kim9@evil.example.net;" }, "token:kim9@evil.example.net"],
      [{ note: "mail password: kim9@evil.example.net now" }, "kim9@evil.example.net"],
    ] satisfies [Dict, string][]
  ).map(([body, named]): [string, Dict, string[]] => [".webhook", { body: JSON.stringify(body) }, [named]]),
  [".webhook", { body: "page token:kim9@evil.example.net;" }, ["kim9@evil.example.net"]],
];

describe("whom an action names that a rule already has", () => {
  const email = { config: { service: "other", from: "a@example.com", host: "mail.example.com", port: 465, hasAuth: false } };
  const connectors: Record<string, Dict> = {
    ".email": email,
    ".opsgenie": { config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } },
    ".slack_api": { secrets: { token: "xoxb-1" } },
    ".pagerduty": { config: {}, secrets: { routingKey: "k" } },
    ".webhook": types[0]?.[1] ?? {},
  };
  const ids = (type: string) => [`held${type}`, `held${type}-2`].map((id) => id.replace(/[._]/g, "-"));
  beforeAll(async () => {
    for (const [type, connector] of Object.entries(connectors))
      for (const id of ids(type))
        await kibana(`/api/actions/connector/${id}`, { name: id, connector_type_id: type, secrets: {}, ...connector });
  });

  test.each(held.map(([type, params, named], at) => ({ type, params, named, rule: `held-${at}` })))(
    "is read whole by the person: $type $params",
    async ({ type, params, named, rule }) => {
      const [id = "", other = ""] = ids(type);
      await kibana(`/api/alerting/rule/${rule}`, esQueryRule(rule, [{ id, params }]));
      for (const [tool, args] of [
        ["test_connector", { id, rule, mode: "loud" }],
        ["replace_connector", { from: id, to: other, rules: [rule] }],
        ["replace_connector", { from: id, remove: true, rules: [rule] }],
      ] as const) {
        const before = server.questions.length;
        const { body } = await server.call(tool, args);
        const asked = server.questions.slice(before).join().replaceAll("\\", "");
        // A rehearsal has its own incident.
        if (tool === "test_connector" && type === ".pagerduty") continue;
        // Of texts that only might name somebody a removal says nothing.
        const isTold = !("remove" in args) || !JSON.stringify(params).includes("command");
        if (asked !== "") for (const one of named) expect([tool, body.status, isTold ? asked : one].join()).toContain(one);
        else expect(tool).not.toBe("test_connector");
      }
      const { body } = await withPages.call("replace_connector", { from: id, to: other, rules: [rule] });
      const page = (await look(body.confirm.url)).html;
      for (const one of named) expect(page.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">")).toContain(one);
    },
  );

  test("and a token from end to end, and secrets in its other words, are not", async () => {
    const token = "xoxb-123456789-abcdefgh";
    const body = { to: token, note: `password: ${secret(0)} for token:ann0@example.com`, login: `https://u:${secret(1)}@h.example.com` };
    const [id, other] = ids(".webhook");
    await kibana("/api/alerting/rule/held", esQueryRule("held", [{ id, params: { body: JSON.stringify(body) } }]));
    const { raw } = await server.call("replace_connector", { from: id, to: other, rules: ["held"], dry_run: true });
    expect([leaks(raw), JSON.stringify(raw).includes(token)]).toEqual([[], false]);
    expect(JSON.stringify(raw)).toContain("token:ann0@example.com");
  });
});

describe("a secret in words elsewhere", () => {
  const hook = { ...types[0]?.[1], connector_type_id: ".webhook", secrets: {} };
  beforeAll(async () => {
    for (const id of ["one", "two"]) await kibana(`/api/actions/connector/${id}`, { name: id, ...hook });
  });

  test("in a workflow's step is in no plan or question", async () => {
    const steps = texts.map(
      (text, at) => `  - name: s${at}\n    type: webhook\n    connector-id: one\n    with: {body: ${JSON.stringify(text)}}`,
    );
    const yaml = `name: w\nenabled: true\ntriggers:\n  - type: manual\nsteps:\n${steps.join("\n")}\n`;
    await kibana("/api/workflows/workflow", { yaml });
    const { body } = await server.call("replace_connector", { from: "one", to: "two", dry_run: true });
    expect([body.status, leaks(body)]).toEqual(["planned", []]);
    expect(addressesIn([body.plan.recipients, body.plan.may_name])).toEqual(addressesIn(texts));
    expect(leaks([(await server.call("replace_connector", { from: "one", to: "two" })).raw, server.questions])).toEqual([]);
    const { body: read } = await server.call("get_connector", { id: "one" });
    expect(leaks(read)).toEqual([]);
  });

  test("that Kibana's check of a workflow repeats is not told", async () => {
    const proxy = await rewritingProxy(sandbox.url, {
      refuse: ({ path }) =>
        path.includes("/workflows/validate")
          ? { status: 200, body: JSON.stringify({ valid: false, diagnostics: [{ severity: "error", message: texts.join(" | ") }] }) }
          : undefined,
    });
    const other = await startServer({ env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" } });
    onTestFinished(() => other.close());
    const { raw } = await other.call("replace_connector", { from: "one", to: "two", dry_run: true });
    expect(JSON.stringify(raw)).toContain("Kibana's check refuses it");
    expect(leaks(raw)).toEqual([]);
  });

  test("in a long text of a config that is copied is in no plan", async () => {
    const url = "https://cm.example.com/api/issue";
    const config = {
      ...{ createIncidentUrl: url, getIncidentUrl: `${url}/1`, viewIncidentUrl: `${url}/1`, updateIncidentUrl: `${url}/1` },
      createIncidentJson: `{"t":{{{case.title}}},"d":"${"x".repeat(300)}","note":"password: ${secret(0)} to: ann0@example.com"}`,
      ...{ updateIncidentJson: '{"t":{{{case.title}}}}', createIncidentResponseKey: "id", getIncidentResponseExternalTitleKey: "key" },
      ...{ hasAuth: false, authType: null },
    };
    await kibana("/api/actions/connector/cases", { name: "cases", connector_type_id: ".cases-webhook", config, secrets: {} });
    const { body } = await server.call("create_connector", { name: "Copy", from: { id: "cases" }, dry_run: true });
    expect([body.status, leaks(body)]).toEqual(["planned", []]);
    expect(addressesIn([body.plan.recipients, body.plan.may_name])).toEqual(["ann0@example.com"]);
  });

  test.each(["key", "pass", "auth", "code", "session", "sig", "apikey"])(
    "in the parameter %s of an address that the config has is in no plan, and whoever else is in it is",
    async (name) => {
      const url = `https://h.example.com/x?${name}=${secret(0)}&to=ann0@example.com`;
      const config = { url, method: "post", hasAuth: false };
      await kibana(`/api/actions/connector/at-${name}`, { name: `At ${name}`, connector_type_id: ".webhook", config, secrets: {} });
      for (const [tool, args] of [
        ["update_connector", { id: `at-${name}`, config: { method: "put" }, secrets: {} }],
        ["create_connector", { name: "Copy", from: { id: `at-${name}` } }],
        ["execute_connector", { id: `at-${name}`, params: { body: "x" } }],
      ] as const) {
        const { body } = await server.call(tool, { ...args, dry_run: true });
        expect([body.status, leaks(body)]).toEqual(["planned", []]);
        expect(addressesIn(body.plan)).toEqual(["ann0@example.com"]);
      }
    },
  );

  test("in the key of an incident is in no problem of a rehearsal, nor in its fix", async () => {
    await kibana("/api/actions/connector/pager", {
      name: "pager",
      connector_type_id: ".pagerduty",
      config: {},
      secrets: { routingKey: "k" },
    });
    const pager = (group: string, given: Dict) => ({ id: "pager", group, params: given });
    const opens = pager("query matched", { eventAction: "trigger", dedupKey: `password: ${secret(0)}`, summary: "s" });
    await kibana(
      "/api/alerting/rule/keys",
      esQueryRule("keys", [opens, pager("recovered", { eventAction: "resolve", dedupKey: "other" })]),
    );
    const { body } = await server.call("test_connector", { id: "pager", rule: "keys" });
    expect(JSON.stringify(body.result.problems)).toContain("closes nothing");
    expect(leaks(body)).toEqual([]);
  });

  test("in the condition of an action policy is in no map", async () => {
    const made = await planted();
    await made.on("default");
    await made.slack("chat");
    await made.workflow("post", "  - { name: s, type: slack, connector-id: chat, with: { message: m } }");
    await made.v2("watched");
    await made.policy("p", "post", `data.password: "${secret(0)}"`);
    const { body } = await made.call("map_notifications", {});
    expect(JSON.stringify(body.rules)).toContain("only alerts that fit");
    expect(leaks(body)).toEqual([]);
  });

  test("among a rule's params is neither shown nor sent by a rehearsal; one in its action's own text is sent, and not shown", async () => {
    const { params, ...rule } = esQueryRule("own-params", [
      { id: "one", params: { body: `{"a":"{{rule.params.apiToken}}","b":"{{params.apiToken}}","note":"password: ${secret(1)}"}` } },
    ]);
    await kibana("/api/alerting/rule/own-params", { ...rule, params: { ...params, apiToken: secret(0) } });
    const proxy = await rewritingProxy(sandbox.url, {});
    const other = await startServer({ env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" }, person: yes });
    onTestFinished(() => other.close());
    const { body, raw } = await other.call("test_connector", { id: "one", rule: "own-params", mode: "loud" });
    expect([body.status, leaks([raw, other.questions])]).toEqual(["done", []]);
    const sent = proxy.calls.filter(({ method, path }) => method === "POST" && path.endsWith("_execute"));
    expect(leaks(sent)).toEqual([secret(1)]);
    expect(JSON.stringify(sent)).toContain('\\"a\\":\\"[redacted]\\"');
  });
});
