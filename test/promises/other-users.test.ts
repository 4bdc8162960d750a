import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { no, type Person, type Started, startServer, yes } from "../support/built-server.ts";
import {
  answering,
  isThere,
  noPrivilege,
  noRoute,
  notFound,
  type OtherUsers,
  page,
  refused,
  remove,
  step,
  withChat,
  workflow,
} from "../support/other-users.ts";
import { type Rewrite, rewritingProxy } from "../support/rewriting-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const types: Person = () => ({ action: "accept", content: { name: "Ops chat" } });

interface Given {
  type?: string;
  version?: string;
  /** Servers that learn something else of a Kibana are not shared. */
  key?: string;
  person?: Person;
  also?: Rewrite;
}

async function deployment(users: OtherUsers, { type = ".slack", version = "9.5", key = version, person = yes, also }: Given = {}) {
  const url = await withChat(type, version, (end) => ends.push(end));
  return { url, server: await shared(key, url, answering(users, also), person) };
}

const uses = (...steps: object[]): OtherUsers => ({ "/api/workflows": page(workflow("page-people", steps)) });
const modelsOf = (id: string): OtherUsers => ({
  "/internal/search_inference_endpoints/settings": {
    status: 200,
    body: { data: { features: [{ feature_id: "agent_builder", endpoints: [{ id }] }] }, invalidEndpoints: [] },
  },
});
const migrationsOf = (kind: string, ...all: object[]): OtherUsers => ({
  [`/internal/siem_migrations/${kind}/stats`]: { status: 200, body: all },
});
const byId = step({ "connector-id": "chat" });
const templates = (...all: object[]): OtherUsers => ({
  "/internal/cases/templates": { status: 200, body: { page: 1, perPage: 100, total: all.length, templates: all } },
});
/** Kibana's count, which the list of connectors has. */
const counted = (references: number): Rewrite => ({
  answer({ method, path }, body) {
    if (method !== "GET" || path !== "/api/actions/connectors") return;
    for (const one of body) if (one.id === "chat") one.referenced_by_count = references;
  },
});

describe("safe_delete_connector refuses what is used, and names who uses it with the way to free it", () => {
  const policies = (id: string) => ({
    status: 200,
    body: { total: 1, items: [{ id: "p", name: "Page", destinations: [{ type: "workflow", id }] }] },
  });
  test.each<[string, OtherUsers, Given, message: string, user: object]>([
    ["a workflow, by id", uses(byId), {}, '1 workflow: "Workflow page-people"', { kind: "workflow", how: "step notify", enabled: true }],
    ["a workflow, by name", uses(step({ "connector-id": "Ops chat" })), {}, "1 workflow", { kind: "workflow", id: "page-people" }],
    [
      "a workflow that is off",
      { "/api/workflows": page(workflow("w", [byId], { enabled: false })) },
      {},
      '1 workflow: "Workflow w" (disabled)',
      { enabled: false },
    ],
    [
      "a workflow that is not valid, in its text",
      {
        "/api/workflows": page(
          workflow("w", [], { valid: false, definition: null, yaml: "steps:\n  - type: slack\n    connector-id: chat\n" }),
        ),
      },
      {},
      "1 workflow",
      { how: "its text, which is not valid" },
    ],
    [
      "a path in a text that is not valid, written in an unusual way",
      {
        "/api/workflows": page(
          workflow("w", [], { valid: false, definition: null, yaml: "a: [ {{\n  path: /api/actions/./%63onnector/ch%61t/_execute\n" }),
        ),
      },
      {},
      "1 workflow",
      { how: "its text, which is not valid" },
    ],
    [
      "a workflow's request to Kibana",
      uses(step({ type: "kibana.request", with: { path: "/api/actions/connector/chat/_execute" } })),
      {},
      "1 workflow",
      { kind: "workflow" },
    ],
    ["a managed workflow", { "/api/workflows": page(workflow("m", [byId], { managed: true })) }, {}, "1 workflow", { id: "m" }],
    [
      "a workflow on the second page",
      {
        "/api/workflows": (query) => {
          const all = Array.from({ length: 150 }, (_, n) => workflow(`w${n}`, n === 140 ? [byId] : []));
          const from = (Number(query.get("page")) - 1) * 100;
          return { status: 200, body: { total: 150, results: all.slice(from, from + 100) } };
        },
      },
      {},
      '1 workflow: "Workflow w140"',
      { id: "w140" },
    ],
    ["a workflow of 9.3", { "/api/workflows/search": page(workflow("old", [byId])) }, { version: "9.3" }, "1 workflow", { id: "old" }],
    ["a workflow of 9.4", uses(byId), { version: "9.4" }, "1 workflow", { id: "page-people" }],
    [
      "the settings of cases",
      { "/api/cases/configure": { status: 200, body: [{ id: "c", owner: "cases", connector: { id: "chat" } }] } },
      { type: ".jira" },
      '1 setting of cases: "cases"',
      { kind: "case_settings", how: "the default connector" },
    ],
    [
      "a template of cases",
      {
        "/api/cases/configure": {
          status: 200,
          body: [
            {
              id: "c",
              owner: "cases",
              connector: { id: "none" },
              templates: [{ name: "Outage", caseFields: { connector: { id: "chat" } } }],
            },
          ],
        },
      },
      { type: ".jira" },
      "1 setting of cases",
      { how: "template Outage" },
    ],
    [
      "a template of cases in YAML",
      templates({ templateId: "t", name: "Sev 1", definition: { name: "Sev 1", connector: { id: "chat", type: ".jira" }, fields: [] } }),
      { type: ".jira" },
      '1 template of cases: "Sev 1"',
      { kind: "case_template", id: "t" },
    ],
    [
      "a template of cases on the second page",
      {
        "/internal/cases/templates": (query) => {
          const all = Array.from({ length: 101 }, (_, n) => ({
            ...{ templateId: `t${n}`, name: `T${n}` },
            definition: { fields: [], ...(n === 100 && { connector: { id: "chat", type: ".jira", fields: null } }) },
          }));
          const from = (Number(query.get("page")) - 1) * 100;
          return { status: 200, body: { total: 101, templates: all.slice(from, from + 100) } };
        },
      },
      { type: ".jira" },
      '1 template of cases: "T100"',
      { id: "t100" },
    ],
    [
      "cases, where Kibana counts a reference",
      {
        "/api/cases/_find": {
          status: 200,
          body: {
            total: 2,
            cases: [
              { id: "1", title: "Open", connector: { id: "chat" } },
              { id: "2", title: "Done", status: "closed", connector: { id: "chat" } },
            ],
          },
        },
      },
      { type: ".jira", also: counted(2) },
      '2 cases: "Open", "Done" (closed)',
      { kind: "case", id: "1" },
    ],
    [
      "an agent",
      { "/api/agent_builder/agents": page({ id: "a", name: "Helper", configuration: { connector_ids: ["chat"] } }) },
      { type: ".mcp" },
      '1 agent: "Helper"',
      { kind: "agent" },
    ],
    [
      "a tool of agents",
      { "/api/agent_builder/tools": page({ id: "t", configuration: { connector_id: "chat" } }) },
      { type: ".mcp" },
      '1 tool of agents: "t"',
      { kind: "agent_tool" },
    ],
    [
      "a schedule of attack discovery",
      {
        "/api/attack_discovery/schedules/_find": {
          status: 200,
          body: { total: 1, data: [{ id: "s", name: "Nightly", enabled: true, params: { api_config: { connectorId: "chat" } } }] },
        },
      },
      { type: ".gen-ai" },
      '1 schedule of attack discovery: "Nightly"',
      { kind: "attack_discovery" },
    ],
    [
      "the default AI connector",
      { "/internal/kibana/settings": { status: 200, body: { settings: { "genAiSettings:defaultAIConnector": { userValue: "chat" } } } } },
      { type: ".gen-ai" },
      '1 setting: "Default AI connector"',
      { kind: "setting" },
    ],
    [
      "another advanced setting",
      {
        "/internal/kibana/settings": { status: 200, body: { settings: { "securitySolution:defaultAIConnector": { userValue: "chat" } } } },
      },
      { type: ".gen-ai" },
      '1 setting: "securitySolution:defaultAIConnector"',
      { kind: "setting" },
    ],
    ...["9.4", "9.5", "9.6", "serverless"].map((version): [string, OtherUsers, Given, string, object] => [
      `the model settings of a feature in ${version}`,
      modelsOf("chat"),
      { type: ".gen-ai", version },
      '1 setting: "Model of agent_builder"',
      { kind: "setting" },
    ]),
    [
      "the settings of significant events",
      { "/internal/streams/_significant_events/settings": { status: 200, body: { connectorIdDiscovery: "chat" } } },
      { type: ".gen-ai" },
      '1 setting: "Significant events"',
      { kind: "setting" },
    ],
    [
      "a saved playground",
      {
        "/internal/search_playground/playgrounds": {
          status: 200,
          body: { _meta: { total: 1 }, items: [{ id: "p", name: "Support bot" }] },
        },
        "/internal/search_playground/playgrounds/p": { status: 200, body: { data: { summarizationModel: { connectorId: "chat" } } } },
      },
      { type: ".gen-ai", version: "9.2" },
      '1 playground: "Support bot"',
      { kind: "playground", id: "p" },
    ],
    ...(
      [
        ["running", "8.19", "rules", "running", {}, '"Splunk"', true],
        ["running", "9.5", "dashboards", "running", {}, '"Splunk"', true],
        ["running", "9.6", "workflows", "running", {}, '"Splunk"', true],
        ["interrupted", "9.5", "rules", "interrupted", {}, '"Splunk"', true],
        ["interrupted by an error", "9.5", "rules", "interrupted", { error: "boom" }, '"Splunk" (stopped)', false],
        ["stopped", "serverless", "rules", "stopped", {}, '"Splunk" (stopped)', false],
      ] as const
    ).map(([how, version, kind, status, more, name, enabled]): [string, OtherUsers, Given, string, object] => [
      `an automatic migration of ${kind} that is ${how}, in ${version}`,
      migrationsOf(kind, { id: "m", name: "Splunk", status, last_execution: { connector_id: "chat", ...more } }),
      { type: ".gen-ai", version },
      `1 automatic migration: ${name}`,
      { kind: "migration", id: "m", enabled },
    ]),
    [
      "the user's own conversation",
      {
        "/api/security_ai_assistant/current_user/conversations/_find": {
          status: 200,
          body: { total: 1, data: [{ id: "c", title: "Help", apiConfig: { connectorId: "chat" } }] },
        },
      },
      { type: ".gen-ai" },
      '1 conversation with the Security assistant: "Help"',
      { kind: "conversation" },
    ],
    [
      "Synthetics",
      { "/api/synthetics/settings": { status: 200, body: { defaultConnectors: ["chat"] } } },
      {},
      '1 setting: "Synthetics default connectors"',
      { id: "synthetics" },
    ],
    [
      "Synthetics of an older version",
      { "/api/synthetics/settings": noRoute, "/internal/synthetics/settings": { status: 200, body: { defaultConnectors: ["chat"] } } },
      { version: "8.17", key: "old synthetics" },
      '1 setting: "Synthetics default connectors"',
      { id: "synthetics" },
    ],
    [
      "Uptime",
      { "/api/uptime/settings": { status: 200, body: { defaultConnectors: ["chat"] } } },
      {},
      '1 setting: "Uptime default connectors"',
      { id: "uptime" },
    ],
    [
      "a workflow that an action policy starts",
      { ...uses(byId), "/api/alerting/v2/action_policies": policies("page-people") },
      {},
      "1 workflow",
      { kind: "workflow" },
    ],
  ])("%s", async (_what, users, given, message, user) => {
    const { url, server } = await deployment(users, given);
    const { failed, body } = await remove(server);
    expect([failed, body.error.code, server.questions, await isThere(url)]).toEqual([true, "in_use", [], true]);
    expect(body.error.message).toContain(`"Ops chat" (chat) is used by ${message}`);
    expect(body.error.fix).toMatch(/Kibana|replace_connector|Security assistant/);
    expect(body.error.detail.users[0]).toMatchObject(user);
  });

  test("rules that Kibana counts and does not list are not taken for none", async () => {
    const unlisted: Rewrite = {
      answer({ path }, body) {
        if (path.startsWith("/api/alerting/rules/_find")) body.total = 1;
      },
    };
    const { url, server } = await deployment({}, { key: "unlisted rule", also: unlisted });
    const { failed, body } = await remove(server);
    expect([failed, body.error.message, server.questions, await isThere(url)]).toEqual([
      true,
      "Kibana counts 1 of these rules, and lists 0 where 1 would be on the page.",
      [],
      true,
    ]);
  });

  test("what leads to a workflow is listed too", async () => {
    const { server } = await deployment({ ...uses(byId), "/api/alerting/v2/action_policies": policies("page-people") });
    expect((await remove(server)).body.error.detail.users).toMatchObject([
      { kind: "workflow", id: "page-people" },
      { kind: "action_policy", id: "p", through: { kind: "workflow", id: "page-people" } },
    ]);
  });

  test("a name means no connector where another one has it as its id", async () => {
    const { url, server } = await deployment(uses(step({ "connector-id": "other" })));
    expect((await remove(server)).body.status).toBe("done");
    expect(await isThere(url)).toBe(false);
  });

  test("one list of workflows is enough for several connectors", async () => {
    const { server } = await deployment(uses(byId));
    await remove(server, ["chat", "other"]);
    expect(server.calls.filter(({ path }) => path.startsWith("/api/workflows"))).toHaveLength(1);
  });
});

describe("what could not be looked at is the first line of the question, and the name has to be typed", () => {
  const invalid = (yaml?: string) => page(workflow("bad", [], { valid: false, definition: null, yaml }));
  test.each<[string, OtherUsers, Given, first: RegExp]>([
    ["workflows without the privilege", { "/api/workflows": noPrivilege }, {}, /^Not looked at, so they may use it: workflows \(/],
    [
      "workflows with an expired licence",
      { "/api/workflows": refused("License is expired. Please renew your license.") },
      {},
      /workflows \(.*expired/,
    ],
    [
      "workflows that Kibana should have",
      { "/api/workflows": noRoute },
      { key: "no workflows" },
      /workflows \(This Kibana has no such route/,
    ],
    ["workflows that fail", { "/api/workflows": refused("oops", 500) }, {}, /workflows \(Kibana failed/],
    [
      "managed workflows",
      { "/api/workflows": (query) => (query.has("managed") ? noPrivilege : page()) },
      {},
      /^Not looked at, so they may use it: managed workflows \(/,
    ],
    [
      "an input in place of an id",
      uses(step({ "connector-id": "{{ inputs.to }}" })),
      {},
      /"Workflow page-people" uses in "step notify" is decided when it runs/,
    ],
    ["a workflow that is not valid and has no text", { "/api/workflows": invalid() }, {}, /"Workflow bad" is not valid/],
    ["one whose text is empty", { "/api/workflows": invalid("") }, {}, /"Workflow bad" is not valid/],
    ["one whose text has an expression", { "/api/workflows": invalid("connector-id: {{ inputs.x }}") }, {}, /"Workflow bad" is not valid/],
    [
      "one whose text has an expression in a path",
      { "/api/workflows": invalid("path: /api/actions/./connector/{{ inputs.x }}") },
      {},
      /"Workflow bad" is not valid/,
    ],
    ["one whose text has its name elsewhere", { "/api/workflows": invalid("x: [Ops chat\n") }, {}, /"Workflow bad" is not valid/],
    ...Object.entries({
      HTML: notFound("<html><title>Gateway</title></html>"),
      "JSON of its own": notFound({ statusCode: 404, message: "Resource not found" }),
    }).map(([form, gateway]): [string, OtherUsers, Given, RegExp] => [
      `what a proxy of a serverless project answers with a 404 in ${form}`,
      { "/api/synthetics/settings": gateway, "/internal/synthetics/settings": noRoute, "/api/uptime/settings": noRoute },
      { version: "serverless", key: form },
      /^Not looked at, so they may use it: the settings of Synthetics \(/,
    ]),
    ["the settings of Uptime", { "/api/uptime/settings": noPrivilege }, {}, /: the settings of Uptime \(/],
    ["the settings of cases", { "/api/cases/configure": noPrivilege }, { type: ".jira" }, /: settings of cases \(/],
    ["templates of cases", { "/internal/cases/templates": noPrivilege }, { type: ".jira" }, /: templates of cases \(/],
    [
      "templates of cases behind a proxy",
      { "/internal/cases/templates": notFound("<html><title>Gateway</title></html>") },
      { type: ".jira", key: "proxied templates" },
      /: templates of cases \(/,
    ],
    [
      "a template of cases that is not valid",
      { "/internal/cases/templates": { status: 200, body: { total: 1, templates: [] } } },
      { type: ".jira" },
      /: templates of cases \(Only 0 of 1 were read\)/,
    ],
    [
      "a schedule of attack discovery that does not say its model",
      { "/api/attack_discovery/schedules/_find": { status: 200, body: { total: 1, data: [{ id: "s", name: "Nightly", enabled: true }] } } },
      { type: ".gen-ai" },
      /: schedules of attack discovery \(Kibana does not say which model is asked by "Nightly"\)/,
    ],
    [
      "the model settings of features",
      { "/internal/search_inference_endpoints/settings": noPrivilege },
      { type: ".gen-ai" },
      /: the model settings of features \(/,
    ],
    [
      "automatic migrations",
      { "/internal/siem_migrations/rules/stats": noPrivilege },
      { type: ".gen-ai" },
      /: automatic migrations of rules \(/,
    ],
    [
      "an automatic migration that runs in a version that does not say with which connector",
      migrationsOf("rules", { id: "m", status: "running" }),
      { type: ".gen-ai", version: "9.0" },
      /: automatic migrations of rules \(Kibana does not say which model is asked by "m"\)/,
    ],
    [
      "the settings of significant events",
      { "/internal/streams/_significant_events/settings": noPrivilege },
      { type: ".gen-ai" },
      /: the settings of significant events \(/,
    ],
    ["playgrounds", { "/internal/search_playground/playgrounds": noPrivilege }, { type: ".gen-ai" }, /: saved playgrounds \(/],
    ["agents", { "/api/agent_builder/tools": noPrivilege }, { type: ".mcp" }, /: agents of Agent Builder \(/],
    [
      "several",
      { "/api/workflows": noPrivilege, "/api/synthetics/settings": noPrivilege },
      {},
      /^Not looked at, so they may use it: workflows \(.*\); the settings of Synthetics \(/,
    ],
  ])("%s", async (_what, users, given, first) => {
    const plain = await deployment(users, { ...given, person: no });
    await remove(plain.server);
    expect([plain.server.questions[0]?.split("\n")[0], await isThere(plain.url)]).toEqual([expect.stringMatching(first), true]);
    const typed = await deployment(users, { ...given, person: types });
    expect((await remove(typed.server)).body.status).toBe("done");
    expect(await isThere(typed.url)).toBe(false);
  });

  test("a route that was there once is asked for again although it was missing since, as with nodes of two versions", async () => {
    let answer = noRoute;
    const { url, server } = await deployment({ "/api/workflows": () => answer }, { key: "two versions" });
    answer = page(workflow("page-people", [byId]));
    expect((await remove(server)).body.error.code).toBe("in_use");
    answer = noRoute;
    await remove(server);
    answer = page(workflow("page-people", [byId]));
    expect((await remove(server)).body.error.code).toBe("in_use");
    expect(await isThere(url)).toBe(true);
  });

  test("a yes is not enough", async () => {
    const { url, server } = await deployment({ "/api/workflows": noPrivilege }, { key: "only yes" });
    await remove(server);
    expect([server.questions.length, await isThere(url)]).toEqual([1, true]);
  });

  test("an unattended run does not decide it", async () => {
    const url = await withChat(".slack", "9.5", (end) => ends.push(end));
    const proxy = await rewritingProxy(url, answering({ "/api/workflows": noPrivilege }));
    const server = await startServer({ args: ["--dangerously-skip-confirmation"], env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" } });
    onTestFinished(() => server.close());
    for (const more of [{ dry_run: true }, {}]) {
      const { failed, body } = await server.call("safe_delete_connector", { ids: ["chat"], ...more });
      const refused = more.dry_run ? body.would_be_refused[0] : body.error;
      expect([failed, refused.code, await isThere(url)]).toEqual([!more.dry_run, "confirmation_invalid", true]);
      expect(JSON.stringify(body)).toContain("Not looked at, so they may use it: workflows");
    }
  });

  test("it has to be deleted alone", async () => {
    const { server } = await deployment({ "/api/workflows": noPrivilege });
    expect((await remove(server, ["chat", "other"])).body.error).toMatchObject({
      code: "invalid_arguments",
      message: expect.stringContaining("Not looked at, so they may use it: workflows"),
    });
  });
});

describe("where all was looked at, or cannot exist, a yes is enough and nothing is said of what was not found", () => {
  test.each<[string, OtherUsers, Given]>([
    ["all is there", {}, {}],
    ["another connector is used", uses(step({ "connector-id": "other" })), {}],
    ["an input of another type", uses(step({ type: "jira.createIssue", "connector-id": "{{ inputs.to }}" })), {}],
    [
      "the text of an invalid workflow names another",
      { "/api/workflows": page(workflow("bad", [], { valid: false, definition: null, yaml: "connector-id: other" })) },
      {},
    ],
    [
      "the text of an invalid workflow has its id within another word",
      { "/api/workflows": page(workflow("bad", [], { valid: false, definition: null, yaml: "x: [chatter, a_chat, chat2\n" })) },
      {},
    ],
    [
      "the licence has no workflows",
      { "/api/workflows": refused("Your basic license does not support Workflows. Please upgrade to an enterprise license.") },
      { key: "basic" },
    ],
    ["the version has no workflows", { "/api/workflows": noPrivilege, "/api/workflows/search": noPrivilege }, { version: "9.2" }],
    [
      "settings of models, which its type is none of",
      { ...modelsOf("chat"), "/internal/streams/_significant_events/settings": noPrivilege },
      {},
    ],
    [
      "automatic migrations that are over, ask another model or none yet, or are switched off",
      {
        ...migrationsOf(
          "rules",
          { id: "a", name: "Done", status: "finished", last_execution: { connector_id: "chat" } },
          { id: "b", name: "Other", status: "running", last_execution: { connector_id: "other" } },
          { id: "c", name: "New", status: "ready" },
        ),
        "/internal/siem_migrations/dashboards/stats": noRoute,
      },
      { type: ".gen-ai", version: "9.1", key: "old migrations" },
    ],
    ["migrations, whose connector is no model", { "/internal/siem_migrations/rules/stats": noPrivilege }, {}],
    ["8.17", {}, { version: "8.17" }],
    ["9.3", {}, { version: "9.3" }],
    ["a source that holds no connector of its type", { "/api/cases/configure": noPrivilege, "/api/agent_builder/agents": noPrivilege }, {}],
    ["templates of cases are switched off", { "/internal/cases/templates": noRoute }, { type: ".jira", key: "no templates" }],
    ["templates of cases before 9.5", { "/internal/cases/templates": noPrivilege }, { type: ".jira", version: "9.4" }],
    [
      "templates of cases name another connector, or none",
      templates(
        { templateId: "a", name: "A", definition: { connector: { id: "other", type: ".jira", fields: null }, fields: [] } },
        { templateId: "b", name: "B", definition: { connector: { id: "none", type: ".none", fields: null }, fields: [] } },
        { templateId: "c", name: "C", definition: { fields: [] } },
      ),
      { type: ".jira" },
    ],
    [
      "a serverless project of another kind",
      {
        "/api/synthetics/settings": noRoute,
        "/internal/synthetics/settings": noRoute,
        "/api/uptime/settings": noRoute,
        "/api/workflows": page(),
      },
      { version: "serverless" },
    ],
  ])("%s", async (_what, users, given) => {
    const { url, server } = await deployment(users, given);
    expect((await remove(server)).body.status).toBe("done");
    const [asked = ""] = server.questions;
    expect(asked.split("\n")[0]).toMatch(/: Delete connector "Ops chat" \(\.(?:slack|jira|gen-ai), id chat\) in space default\.$/);
    expect(asked).not.toMatch(/no rule|not looked|unused|nothing uses/i);
    expect(await isThere(url)).toBe(false);
  });
});

describe("what nobody can list", () => {
  const ran: Rewrite = {
    refuse: ({ path }) =>
      path.includes("_global_connector_execution_logs")
        ? {
            status: 200,
            body: JSON.stringify({ total: 1, data: [{ timestamp: new Date().toISOString(), status: "success", connector_id: "chat" }] }),
          }
        : undefined,
  };
  const private_ = "Nobody can list private workflows: whether they use it is not known.";

  test("is one line and a yes", async () => {
    const { url, server } = await deployment({}, { version: "9.6" });
    expect((await remove(server)).body).toMatchObject({ status: "done", warnings: [private_] });
    expect(server.questions[0]).toContain(`Note: ${private_}`);
    expect(await isThere(url)).toBe(false);
  });

  test("is a typed name where it shows signs of use", async () => {
    const plain = await deployment({}, { version: "9.6", also: ran, person: no });
    await remove(plain.server);
    expect(plain.server.questions[0]).toMatch(
      /^It ran within 7 days, and nothing that was looked at uses it: private workflows may use it/,
    );
    const typed = await deployment({}, { version: "9.6", also: ran, person: types });
    expect((await remove(typed.server)).body.status).toBe("done");
  });
});

describe("right before the DELETE everything is looked at again", () => {
  /** The answers change with the third look: the plan, the plan again after the question, the last look. */
  const atLast = (then: () => { status: number; body: object }): OtherUsers => {
    let looks = 0;
    return { "/api/workflows": () => (++looks < 3 ? page() : then()) };
  };

  test.each<[string, () => { status: number; body: object }, string, string]>([
    ["a workflow that began to use it", () => page(workflow("late", [byId])), "in_use", 'is used by 1 workflow: "Workflow late"'],
    ["workflows that cannot be read any more", () => noPrivilege, "references_unknown", "not looked at are workflows"],
    [
      "an expression that came",
      () => page(workflow("late", [step({ "connector-id": "{{ inputs.x }}" })])),
      "references_unknown",
      "decided when it runs",
    ],
  ])("%s: nothing is deleted", async (_what, then, code, message) => {
    const { url, server } = await deployment(atLast(then));
    const { body } = await remove(server);
    expect([body.error?.code, body.error?.message, await isThere(url)]).toEqual([code, expect.stringContaining(message), true]);
  });
});

test("what began to use it while it was being deleted is told, with the way back", async () => {
  const users: OtherUsers = { "/api/workflows": () => (deleted ? page(workflow("late", [byId])) : page()) };
  let deleted = false;
  const { url, server } = await deployment(users, {
    key: "taken",
    also: {
      refuse({ method }) {
        deleted ||= method === "DELETE";
        return undefined;
      },
    },
  });
  const { body } = await remove(server);
  expect([body.status, await isThere(url)]).toEqual(["done", false]);
  expect(body.warnings.join()).toContain(
    '1 workflow: "Workflow late" began to use "Ops chat" (chat) while it was being deleted. It fails silently',
  );
  expect(body.next).toMatchObject([{ tool: "undo_change" }]);
});

test("a feature that is absent is asked for once in a while by what only reads", async () => {
  const { server } = await deployment({ "/api/workflows": noRoute }, { key: "absent" });
  await server.call("get_connector", { id: "chat" });
  await server.call("get_connector", { id: "other" });
  expect(server.calls.filter(({ path }) => path.includes("/api/workflows"))).toHaveLength(1);
});

describe("a feature that was absent a moment ago is looked at by a change: a route that was not there is there again, in", () => {
  const inUse = page(workflow("page-people", [byId]));
  const kinds: [string, string, string, OtherUsers[string]][] = [
    ["workflows", ".slack", "/api/workflows", inUse],
    ["Synthetics", ".slack", "/api/synthetics/settings", { status: 200, body: { defaultConnectors: ["chat"] } }],
    [
      "agents",
      ".mcp",
      "/api/agent_builder/agents",
      { status: 200, body: { results: [{ id: "a", name: "A", configuration: { tools: [], connector_ids: ["chat"] } }] } },
    ],
    [
      "the model settings of features",
      ".gen-ai",
      "/internal/search_inference_endpoints/settings",
      modelsOf("chat")["/internal/search_inference_endpoints/settings"] as never,
    ],
    [
      "significant events",
      ".gen-ai",
      "/internal/streams/_significant_events/settings",
      { status: 200, body: { connectorIdDiscovery: "chat" } },
    ],
  ];
  test.each(kinds)("%s", async (name, type, path, then) => {
    const users: OtherUsers = { [path]: noRoute };
    const { server, url } = await deployment(users, { key: `back ${name}`, type });
    expect((await server.call("get_connector", { id: "chat" })).failed).toBe(false);
    users[path] = then;
    const { body } = await remove(server);
    expect([body.error?.code, await isThere(url)]).toEqual(["in_use", true]);
  });

  test("workflows, while a person decides", async () => {
    const users: OtherUsers = { "/api/workflows": noRoute };
    const { server, url } = await deployment(users, {
      key: "back while asked",
      person: () => {
        users["/api/workflows"] = inUse;
        return { action: "accept", content: { name: "Ops chat" } };
      },
    });
    const { body } = await remove(server);
    expect(JSON.stringify(body)).toContain("in_use");
    expect(await isThere(url)).toBe(true);
  });

  test("workflows, of a move: they are named", async () => {
    const users: OtherUsers = { "/api/workflows": noRoute };
    const { server } = await deployment(users, { key: "back of a move" });
    await server.call("get_connector", { id: "chat" });
    users["/api/workflows"] = inUse;
    const { body } = await server.call("replace_connector", { from: "chat", to: "other", dry_run: true });
    expect(JSON.stringify(body)).toContain("page-people");
  });

  test("and one that is still absent holds up no delete", async () => {
    const { server, url } = await deployment(
      { "/api/workflows": noRoute, "/api/synthetics/settings": noRoute },
      { key: "stays absent", person: types },
    );
    await server.call("get_connector", { id: "chat" });
    expect([(await remove(server)).body.status, await isThere(url)]).toEqual(["done", false]);
  });
});

test("a list that changes while it is read is read again", async () => {
  let reading = 0;
  const users: OtherUsers = {
    "/api/workflows": (query) => {
      const all = Array.from({ length: 150 }, (_, n) => workflow(`w${n}`, n === 149 ? [byId] : []));
      // The last one is saved while the first page is read, and so is on no page that is still to be read.
      const at = Number(query.get("page"));
      if (at === 1) reading++;
      const order = reading === 1 && at === 1 ? all : [...all.slice(149), ...all.slice(0, 149)];
      return { status: 200, body: { total: 150, results: order.slice((at - 1) * 100, at * 100) } };
    },
  };
  const { server } = await deployment(users);
  expect((await remove(server)).body.error.detail.users).toMatchObject([{ id: "w149" }]);
});

describe("get_connector shows the other users", () => {
  test.each(["users", "rules", undefined])("with include %s", async (include) => {
    const { server } = await deployment(uses(byId, step({ name: "again", "connector-id": "Ops chat" })));
    const { body } = await server.call("get_connector", { id: "chat", ...(include && { include: [include] }) });
    expect(body).toMatchObject({
      rules: [],
      users: [
        { kind: "workflow", id: "page-people", how: "step notify" },
        { kind: "workflow", how: "step again" },
      ],
      users_total: 2,
    });
    expect(body.warnings).toBeUndefined();
  });

  test("of several with one list of workflows, each its own", async () => {
    const { server } = await deployment(uses(byId));
    const { body } = await server.call("get_connector", { ids: ["chat", "other"], include: ["users"] });
    expect(body.connectors.map(({ users }: { users?: object[] }) => users?.length)).toEqual([1, undefined]);
    expect(server.calls.filter(({ path }) => path.startsWith("/api/workflows"))).toHaveLength(1);
  });

  test("and says what was not looked at", async () => {
    const { server } = await deployment({ "/api/workflows": noPrivilege });
    expect((await server.call("get_connector", { id: "chat" })).body.warnings).toEqual([
      expect.stringMatching(/^Not looked at, so they may use it: workflows \(/),
    ]);
  });
});

describe("update_connector with a new name", () => {
  const rename = (server: Pick<Started, "call">) =>
    server.call("update_connector", {
      id: "chat",
      name: "New chat",
      secrets: { webhookUrl: { $env: "CONNECTOR_SECRET_URL" } },
      dry_run: true,
    });
  const env = sharedServers({ env: { CONNECTOR_SECRET_URL: "https://hooks.slack.com/services/T/B/new" } });

  test.each<[string, OtherUsers, RegExp | undefined]>([
    [
      "names the workflows that name it by its old one",
      uses(step({ "connector-id": "Ops chat" })),
      /^1 workflow names it as "Ops chat", not by its id.*: "Workflow page-people"/,
    ],
    ["says nothing of those that name it by its id", uses(byId), undefined],
    ["says what was not looked at", { "/api/workflows": noPrivilege }, /^Not looked at, so they may name it as "Ops chat": workflows \(/],
  ])("%s", async (_what, users, expected) => {
    const url = await withChat(".slack", "9.5", (end) => ends.push(end));
    const { body } = await rename(await env("9.5", url, answering(users)));
    const told = (body.warnings ?? []).filter((one: string) => /name it as|names it as/.test(one));
    expect([body.status, told]).toEqual(["planned", expected ? [expect.stringMatching(expected)] : []]);
  });
});

describe("create_connector of what is named already", () => {
  const env = sharedServers();
  const create = (server: Pick<Started, "call">) =>
    server.call("create_connector", { name: "Late", id: "late", type: ".index", config: { index: "late" }, dry_run: true });
  test.each<[string, OtherUsers, string | undefined]>([
    ["by its id in a workflow: is told", uses(step({ "connector-id": "late" })), "^Named already by 1 workflow"],
    ["by its name in a workflow: is told", uses(step({ "connector-id": "Late" })), "^Named already by 1 workflow"],
    ["by another name: is not", uses(step({ "connector-id": "later" })), undefined],
    [
      "in the settings of Synthetics: is told",
      { "/api/synthetics/settings": { status: 200, body: { defaultConnectors: ["late"] } } },
      "^Named already by 1 setting",
    ],
    [
      "or may be, where something cannot be read: is told",
      { "/api/workflows": noPrivilege, "/api/synthetics/settings": noPrivilege },
      "^Not looked at, so they may name it already: workflows \\(.*\\); the settings of Synthetics \\(",
    ],
  ])("%s", async (_what, users, expected) => {
    const url = await withChat(".slack", "9.5", (end) => ends.push(end));
    const { body } = await create(await env("9.5", url, answering(users)));
    const told = (body.warnings ?? []).filter((one: string) => /^Named already|^Not looked at/.test(one));
    expect([body.status, told]).toEqual(["planned", expected ? [expect.stringMatching(expected)] : []]);
  });
});

describe("list_connectors with state unused", () => {
  const unused = async (users: OtherUsers, given: Given = {}) => {
    const { server } = await deployment(users, given);
    const { body } = await server.call("list_connectors", { state: "unused" });
    return [body.connectors.map(({ id }: { id: string }) => id).sort(), body.warnings];
  };
  test.each<[string, OtherUsers, Given, string[], unknown]>([
    ["lists what nothing uses", {}, {}, ["chat", "other"], undefined],
    ["leaves out what a workflow uses", uses(byId), {}, ["other"], undefined],
    [
      "says what was not looked at",
      { "/api/workflows": noPrivilege },
      {},
      ["chat", "other"],
      [expect.stringMatching(/^Unused only as far as seen\. .*workflows \(/)],
    ],
    ["says what nobody can list", {}, { version: "9.6" }, ["chat", "other"], [expect.stringMatching(/^Nobody can list private workflows/)]],
  ])("%s", async (_what, users, given, expected, warnings) => {
    expect(await unused(users, given)).toEqual([expected, warnings]);
  });
});

test("what a Kibana does not have in one space is asked for in the others", async () => {
  const url = await withChat(".slack", "9.5", (end) => ends.push(end));
  const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
  const send = (path: string, body: object) => fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  await send("/api/spaces/space", { id: "a", name: "A" });
  const secrets = { webhookUrl: "https://hooks.slack.com/services/T/B/x" };
  await send("/s/a/api/actions/connector/apart", { name: "Apart", connector_type_id: ".slack", config: {}, secrets });
  const { status, body } = page(workflow("w", [step({ "connector-id": "apart" })]));
  const server = await shared("one space", url, {
    refuse: ({ path }) =>
      path.includes("/api/workflows")
        ? { status: path.startsWith("/s/a/") ? status : 404, body: JSON.stringify(path.startsWith("/s/a/") ? body : noRoute.body) }
        : undefined,
  });
  await server.call("get_connector", { id: "chat" });
  expect((await server.call("safe_delete_connector", { ids: ["apart"], space: "a", dry_run: true })).body).toMatchObject({
    error: { code: "in_use" },
  });
});
