import { describe, expect, test } from "vitest";
import type { Person } from "../support/built-server.ts";
import { answering, chatOfFile, isThere, noRoute, type OtherUsers, page, remove, step, workflow } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const unattended = sharedServers({ args: ["--dangerously-skip-confirmation"], asks: false });
const sandbox = chatOfFile();
const request = async (method: string, path: string, body?: object) =>
  fetch((await sandbox()) + path, {
    ...{ method, headers: { "kbn-xsrf": "x", "content-type": "application/json" } },
    ...(body && { body: JSON.stringify(body) }),
  });
const having = async (users: OtherUsers, servers = shared, person?: Person) => servers("9.5", await sandbox(), answering(users), person);

type Says = "named" | "perhaps" | "nothing";
type Definition = Record<string, unknown>;
/** A workflow that uses what is called so, by a step of that type. */
type Using = (called: string, type: string) => Definition;

const $ = (expression: string) => ["$", expression].join("");
const steps = (...all: object[]): Definition => ({ steps: all });
const by =
  (text: (called: string) => string): Using =>
  (called, type) =>
    steps(step({ type, "connector-id": text(called) }));
const posts =
  (path: (called: string) => string, more: Definition = {}, given: Definition = {}): Using =>
  (called) => ({ ...more, ...steps(step({ type: "kibana.request", with: { method: "POST", path: path(called), ...given } })) });
const calls =
  (to: (called: string) => string, more: Definition = {}, given: Definition = {}): Using =>
  (called) => ({ ...more, ...steps(step({ type: "http", with: { method: "POST", url: to(called), ...given } })) });
/** A step that Kibana generates from a route: what the route takes stands side by side. */
const generated =
  (type: string, given: (called: string) => unknown): Using =>
  (called) =>
    steps(step({ type, with: given(called) }));
const sends =
  (path: string, body: (called: string) => unknown, method = "POST"): Using =>
  (called) =>
    steps(step({ type: "kibana.request", with: { method, path, body: body(called) } }));
const rule = (called: string) => ({ name: "Rule", type: "query", actions: [{ id: called, group: "default", params: {} }] });
const setsActions = (value: unknown) => ({ ids: ["r"], operations: [{ operation: "set", field: "actions", value }] });
const base = { consts: { base: "/api/actions/connector", p: "actions/connector", kibana: "https://kb.example.org/api/actions" } };
const hex = (text: string) => [...text].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("");
const half = (called: string) => called.slice(0, 2);

const create = { name: "Late", id: "late", type: ".index", config: { index: "late" } };
const told = (body: { warnings?: string[] }) => (body.warnings ?? []).join("\n");
const namedOrPerhaps = (text: string): Says =>
  text.includes("Named already by 1 workflow") ? "named" : text.includes("decided when it runs") ? "perhaps" : "nothing";

describe("what a workflow does only when it runs is told, by create and delete alike", () => {
  test.each<[string, Says, Using]>([
    ["a value that keeps its type", "perhaps", by(() => $("{{ inputs.c }}"))],
    ["a value of a loop", "perhaps", by(() => $("{{ foreach.item }}"))],
    ["a part before a value that keeps its type", "perhaps", by((called) => `${half(called)}${$("{{ inputs.c }}")}`)],
    ["white space that is trimmed", "perhaps", by((called) => `${half(called)} {{- inputs.c -}} `)],
    ["braces within an expression", "perhaps", by(() => "{{ inputs.c | remove: '{' }}")],
    ["an end within quotes", "perhaps", by((called) => `${half(called)}{{ inputs.c | append: '}}' | remove: "}}" }}`)],
    ["an expression without an end", "perhaps", by(() => "{{ inputs.c")],
    ["a tag", "perhaps", by((called) => `{% if inputs.c %}${called}{% endif %}`)],
    ["a tag that trims", "perhaps", by((called) => `{%- if inputs.c -%} ${called} {%- endif -%}`)],
    ["another beginning", "nothing", by(() => `web-${$("{{ inputs.c }}")}`)],
    ["another end", "nothing", by(() => "{{ inputs.c | remove: '{' }}-web")],
    ["a type that does not fit", "nothing", () => steps(step({ type: "jira.createIssue", "connector-id": $("{{ inputs.c }}") }))],
    ["an id in a path that keeps its type", "perhaps", posts(() => `/api/actions/connector/${$("{{ inputs.c }}")}/_execute`)],
    ["an encoded part of an id", "perhaps", posts((called) => `/api/actions/connector/${hex(half(called))}{{ inputs.c }}/_execute`)],
    ["a part of an id", "perhaps", posts((called) => `/api/actions/connector/${half(called)}{{ inputs.c }}/_execute`)],
    ["a part of another id", "nothing", posts(() => "/api/actions/connector/web{{ inputs.c }}/_execute")],
    ["a path with a constant", "named", posts((called) => `{{ consts.base }}/${called}/_execute`, base)],
    ["a path with a constant in it", "named", posts((called) => `/api/{{ consts.p }}/${called}/_execute`, base)],
    ["an encoded path", "named", posts((called) => `/api/actions/%63onnector/${called}/_execute`)],
    ["a path with dots", "named", posts((called) => `/api/actions/./connector/${called}/_execute`)],
    ["a URL with a constant", "named", calls((called) => `{{ consts.kibana }}/connector/${called}/_execute`, base)],
    ["a path", "perhaps", posts(() => "{{ inputs.p }}")],
    ["a path as Kibana's raw request", "perhaps", posts(() => "", {}, { request: { method: "POST", path: "{{ inputs.p }}" } })],
    ["all that a request has", "perhaps", () => steps(step({ type: "kibana.request", with: $("{{ inputs.r }}") }))],
    ["a path up to the id", "perhaps", posts((called) => `{{ inputs.p }}/${called}/_execute`)],
    ["a path and an id", "perhaps", posts(() => "{{ inputs.p }}/{{ inputs.c }}/_execute")],
    ["a path whose method is an expression", "perhaps", posts(() => "{{ inputs.p }}", {}, { method: "{{ inputs.m }}" })],
    ["the space of a path", "perhaps", posts((called) => `/s/{{ inputs.s }}/api/actions/connector/${called}/_execute`)],
    ["a part of a path, in a tag", "perhaps", posts((called) => `{% assign p = 'connector/${called}' %}/api/actions/{{ p }}/_execute`)],
    ["a URL", "perhaps", calls(() => "{{ inputs.url }}")],
    ["a URL's host", "perhaps", calls((called) => `https://{{ inputs.host }}/api/{{ inputs.p }}/${called}/_execute`)],
    ["a part of a URL of Kibana's API", "perhaps", calls((called) => `https://kb.example.org/api/{{ inputs.p }}/${called}/_execute`)],
    ["a path up to another id", "nothing", posts(() => "{{ inputs.p }}/web/_execute")],
    ["a path that is only read", "nothing", posts(() => "{{ inputs.p }}", {}, { method: "GET" })],
    ["a path of cases", "nothing", posts(() => "/api/cases/{{ inputs.c }}/comments")],
    ["an end that runs nothing", "nothing", posts(() => "{{ inputs.p }}/comments")],
    ["a URL of a known host", "nothing", calls(() => "https://hooks.example.org/{{ inputs.p }}")],
    ["a case that is pushed", "named", posts((called) => `/api/cases/c1/connector/${called}/_push`)],
    ["a case that a run chooses", "named", posts((called) => `/api/cases/{{ event.caseId }}/connector/${called}/_push`)],
    [
      "a case that is pushed by a URL",
      "named",
      calls((called) => `https://kb.example.org/s/default/api/cases/c1/connector/${called}/_push`),
    ],
    ["where a run pushes a case", "perhaps", posts(() => "/api/cases/{{ event.caseId }}/connector/{{ inputs.c }}/_push")],
    ["what is done with a case", "perhaps", posts((called) => `/api/cases/c1/{{ inputs.what }}/${called}/_push`)],
    ["a URL of cases", "perhaps", calls(() => "https://kb.example.org/api/cases/{{ inputs.rest }}")],
    ["a case pushed to another connector", "nothing", posts(() => "/api/cases/{{ event.caseId }}/connector/web/_push")],
    ["a case of another space", "nothing", posts((called) => `/s/web/api/cases/c1/connector/${called}/_push`)],
    ["a case that is commented", "nothing", sends("/api/cases/{{ event.caseId }}/comments", () => "{{ inputs.comment }}")],
    ["a connector that the assistant runs", "named", posts((called) => `/internal/elastic_assistant/actions/connector/${called}/_execute`)],
    ["the query of a path", "named", posts((called) => `/internal/streams/logs/_describe?a=b&connectorId=${called}`)],
    ["the query of a path that a run fills in", "perhaps", posts(() => "/internal/streams/logs/_describe?connectorId={{ inputs.c }}")],
    [
      "a query beside the path",
      "named",
      (called) =>
        steps(step({ type: "kibana.request", with: { path: "/internal/streams/logs/_describe", query: { connectorId: called } } })),
    ],
    ["the query of somebody else's URL", "nothing", calls(() => "https://hooks.example.org/x?connectorId={{ inputs.c }}")],
    ["a generated step", "named", generated("kibana.post_actions_connector_id_execute", (called) => ({ id: called, params: {} }))],
    ["an older generated step", "named", generated("kibana.postActionsConnectorId", (called) => ({ id: called }))],
    [
      "a generated step that a run fills in",
      "perhaps",
      generated("kibana.post_actions_connector_id_execute", () => ({ id: "{{ inputs.c }}" })),
    ],
    [
      "a generated step that a run fills in as a whole",
      "perhaps",
      generated("kibana.post_actions_connector_id_execute", () => "{{ inputs.r }}"),
    ],
    ["a generated step for a case", "named", generated("kibana.pushCaseDefaultSpace", (called) => ({ caseId: "c1", connectorId: called }))],
    ["a generated step for a rule", "named", generated("kibana.create_rule", rule)],
    [
      "a generated step for a rule whose actions a run fills in",
      "perhaps",
      generated("kibana.create_rule", () => ({ name: "Rule", type: "query", actions: "{{ inputs.a }}" })),
    ],
    ["a generated step of something else", "nothing", generated("kibana.get_alerting_rule_id", (called) => ({ id: called }))],
    ["a detection rule", "named", sends("/api/detection_engine/rules", rule)],
    [
      "a rule",
      "named",
      sends("/api/alerting/rule/r", (called) => ({ ...rule(called), type: undefined, rule_type_id: ".es-query" }), "PUT"),
    ],
    [
      "a rule whose actions a run fills in",
      "perhaps",
      sends("/api/alerting/rule/r", () => ({ name: "Rule", actions: $("{{ inputs.a }}") }), "PUT"),
    ],
    ["a rule that a run fills in", "perhaps", sends("/s/default/api/alerting/rule/r", () => "{{ inputs.rule }}")],
    ["a rule in JSON that a run fills in", "perhaps", sends("/api/alerting/rule/r", () => '{"actions": {{ inputs.a | json }} }')],
    ["a rule of another space that a run fills in", "nothing", sends("/s/web/api/alerting/rule/r", () => "{{ inputs.rule }}")],
    [
      "an edit of many rules",
      "named",
      sends("/internal/alerting/rules/_bulk_edit", (called) => setsActions([{ id: called, group: "default" }])),
    ],
    [
      "an edit of many rules that a run fills in",
      "perhaps",
      sends("/internal/alerting/rules/_bulk_edit", () => setsActions("{{ inputs.a }}")),
    ],
    [
      "an edit of many rules' tags",
      "nothing",
      sends("/internal/alerting/rules/_bulk_edit", (called) => ({
        operations: [{ operation: "add", field: "tags", value: [{ id: called }, "{{ inputs.t }}"] }],
      })),
    ],
    [
      "an edit of detection rules",
      "named",
      sends("/api/detection_engine/rules/_bulk_action", (called) => ({
        action: "edit",
        edit: [{ type: "add_rule_actions", value: rule(called) }],
      })),
    ],
    [
      "an edit of detection rules that a run fills in",
      "perhaps",
      sends("/api/detection_engine/rules/_bulk_action", () => ({
        action: "edit",
        edit: [{ type: "set_rule_actions", value: "{{ inputs.v }}" }],
      })),
    ],
    [
      "what is done with detection rules",
      "nothing",
      sends("/api/detection_engine/rules/_bulk_action", () => ({ action: "{{ inputs.what }}", ids: ["r"] })),
    ],
    [
      "settings of cases",
      "named",
      sends("/api/cases/configure", (called) => ({ owner: "cases", connector: { id: called, name: "n", type: ".jira", fields: null } })),
    ],
    [
      "a template of cases",
      "named",
      sends("/api/cases/configure/x", (called) => ({ templates: [{ key: "k", caseFields: { connector: { id: called } } }] }), "PATCH"),
    ],
    [
      "settings of cases that a run fills in",
      "perhaps",
      sends("/api/cases/configure", () => ({ owner: "cases", connector: "{{ inputs.c }}" })),
    ],
    [
      "a schedule of attack discovery",
      "named",
      sends("/api/attack_discovery/schedules", (called) => ({ params: { api_config: { connectorId: called } } })),
    ],
    [
      "the default AI connector",
      "named",
      sends("/internal/kibana/settings", (called) => ({ changes: { "genAiSettings:defaultAIConnector": called } })),
    ],
    ["the defaults of Synthetics", "named", sends("/api/synthetics/settings", (called) => ({ defaultConnectors: [called] }), "PUT")],
    ["an agent's call", "named", sends("/api/agent_builder/converse", (called) => ({ input: "i", connector_id: called }))],
    ["a role that a run fills in", "nothing", sends("/api/security/role/r", () => "{{ inputs.role }}", "PUT")],
    [
      "what is sent to somebody else",
      "nothing",
      calls(() => "https://hooks.example.org/x", {}, { body: { connector: "{{ inputs.c }}", actions: "{{ inputs.a }}" } }),
    ],
    ["another space", "nothing", posts((called) => `/s/web/api/actions/connector/${called}/_execute`)],
    ["a path that is not known, of another space", "nothing", posts((called) => `/s/web/api/{{ inputs.p }}/${called}/_execute`)],
    ["its own space", "named", posts((called) => `/s/default/api/actions/connector/${called}/_execute`)],
    [
      "a rule of another space",
      "nothing",
      posts(() => "/s/web/api/alerting/rule/x", {}, { body: { actions: [{ id: "late" }, { id: "chat" }] } }),
    ],
  ])("%s: %s", async (_what, says, using) => {
    const list = (called: string, type: string) => ({ "/api/workflows": page({ ...workflow("w", []), definition: using(called, type) }) });
    const creating = await having(list("late", "index"));
    const { body } = await creating.call("create_connector", { ...create, dry_run: true });
    expect([body.status, namedOrPerhaps(told(body))]).toEqual(["planned", says]);
    const deleting = await having(list("chat", "slack"));
    const { body: plan } = await deleting.call("safe_delete_connector", { ids: ["chat"], dry_run: true });
    const refused = plan.error?.code ?? plan.would_be_refused?.[0]?.code;
    expect(refused === "in_use" ? "named" : namedOrPerhaps(told(plan))).toBe(says);
  });

  test("the question comes although nothing else would be asked, and an unattended answer says it", async () => {
    const users = { "/api/workflows": page(workflow("w", [step({ type: "index", "connector-id": $("{{ inputs.c }}") })])) };
    for (const [servers, asked] of [
      [shared, "form"],
      [unattended, "skipped"],
    ] as const) {
      const server = await having(users, servers);
      const { body } = await server.call("create_connector", create);
      expect([body.status, body.asked, told(body)]).toEqual([
        "done",
        asked,
        expect.stringContaining('may be this one, by 1 workflow: "Workflow w"'),
      ]);
      await request("DELETE", "/api/actions/connector/late");
    }
  });

  test("a rename is told of it, for the old name and the new one", async () => {
    const users = { "/api/workflows": page(workflow("w", [step({ "connector-id": $("{{ inputs.c }}") })])) };
    const server = await having(users);
    const secrets = { webhookUrl: { $ask: true } };
    const { body } = await server.call("update_connector", { id: "chat", name: "New chat", secrets, dry_run: true });
    expect(told(body)).toMatch(/may be this one, by 1 workflow[\s\S]*perhaps by the name "Ops chat", by 1 workflow/);
  });
});

describe("a list of workflows that is not whole counts as not looked at", () => {
  const rows = [workflow("a", []), workflow("b", [])];
  const short = { "/api/workflows": { status: 200, body: { page: 1, size: 100, total: 3, results: rows } } };
  test.each<[string, OtherUsers, RegExp]>([
    ["two of three", short, /^Not looked at, so they may name it already: workflows \(Kibana lists 2 of 3 workflows\)/m],
    [
      "a route that this Kibana should have",
      { "/api/workflows": noRoute },
      /^Not looked at, so they may name it already: workflows \(This Kibana has no such/m,
    ],
  ])("create asks: %s", async (what, users, words) => {
    const server = await shared(what, await sandbox(), answering(users));
    const { body } = await server.call("create_connector", create);
    expect([body.asked, told(body)]).toEqual(["form", expect.stringMatching(words)]);
    await request("DELETE", "/api/actions/connector/late");
  });

  test("a rename says so", async () => {
    const server = await having(short);
    const secrets = { webhookUrl: { $ask: true } };
    const { body } = await server.call("update_connector", { id: "chat", name: "New chat", secrets, dry_run: true });
    expect(told(body)).toMatch(/Not looked at, so they may name it as "Ops chat": workflows \(Kibana lists 2 of 3 workflows\)/);
  });
});

test("what is certain comes first, with three names at most, and an id where a name is none or too long", async () => {
  const named = (id: string, name: string) => ({ ...workflow(id, [step({ "connector-id": "late" })]), name });
  const all = [named("w1", ""), named("w2", "n".repeat(200)), named("w3", "Third"), named("w4", "Fourth")];
  const perhaps = workflow("w5", [step({ type: "index", "connector-id": "{{ inputs.c }}" })]);
  const server = await having({ "/api/workflows": page(perhaps, ...all) });
  const { body } = await server.call("create_connector", { ...create, dry_run: true });
  expect(body.warnings).toEqual([
    expect.stringMatching(
      /^Named already by 4 workflows: "" \(w1\), "n{59}…" \(200 characters\) \(w2\), "Third" and more: from then on they use this connector\.$/,
    ),
    expect.stringMatching(/may be this one, by 1 workflow: "Workflow w5"\.$/),
  ]);
});

test("a workflow of another space that means this space's connector only in some versions does not use it for certain", async () => {
  await request("POST", "/api/spaces/space", { id: "web", name: "Web" });
  const path = "/api/actions/connector/chat/_execute";
  const server = await having({
    "/api/workflows": page(workflow("w", [step({ type: "kibana.request", with: { method: "POST", path } })])),
  });
  const { body } = await server.call("create_connector", { ...create, id: "chat", space: "web", dry_run: true });
  expect(body.error?.code ?? namedOrPerhaps(told(body))).toBe("perhaps");
  expect((await remove(server)).body.error.code).toBe("in_use");
  expect(await isThere(await sandbox())).toBe(true);
});
