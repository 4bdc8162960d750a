import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { CallToolResult, ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { look, submit } from "../pages/form.ts";
import { type Started, startBuilt, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { hostile, problemsOf, unseen } from "./hostile-texts.ts";

type Dict = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
let number = 0;

const env = () => ({
  KIBANA_URL: sandbox.url,
  KIBANA_API_KEY: "any",
  CONNECTOR_SECRET_A: "a-secret-of-a-test-1",
  CONNECTORS_MAX_CHANGES_PER_HOUR: "5000",
  CONNECTORS_LOG_LEVEL: "debug",
});

beforeAll(async () => {
  sandbox = await startSandboxWith(["--empty"]);
  server = await startBuilt({ env: env(), person: yes });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

async function kibana(method: string, path: string, body?: Dict): Promise<void> {
  const answer = await fetch(sandbox.url + path, {
    method,
    headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

const types: Record<string, Dict> = {
  ".email": { config: { service: "other", host: "smtp.example.com", port: 25, from: "k@example.com", hasAuth: false } },
  ".slack": { secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" } },
  ".index": { config: { index: "alerts-out" } },
  ".webhook": { config: { url: "https://hooks.example.com/x", hasAuth: false, authType: null, headers: null, method: "post" } },
  ".slack_api": { secrets: { token: "xoxb-1" } },
  ".opsgenie": { config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } },
  ".jira-service-management": { config: { apiUrl: "https://api.atlassian.com" }, secrets: { apiKey: "k" } },
  ".pagerduty": { secrets: { routingKey: "k" } },
  ".servicenow": {
    config: { apiUrl: "https://one.service-now.com", isOAuth: false, usesTableApi: false },
    secrets: { username: "u", password: "p" },
  },
  ".servicenow-itom": { config: { apiUrl: "https://one.service-now.com", isOAuth: false }, secrets: { username: "u", password: "p" } },
  ".xmatters": { config: { configUrl: "https://one.xmatters.com/x", usesBasic: true }, secrets: { user: "u", password: "p" } },
  ".jira": { config: { apiUrl: "https://one.atlassian.net", projectKey: "X" }, secrets: { email: "a@b.c", apiToken: "k" } },
  ".tines": { config: { url: "https://one.tines.com" }, secrets: { email: "a@b.c", token: "k" } },
  ".sentinelone": { config: { url: "https://one.sentinelone.net" }, secrets: { token: "k" } },
  ".gen-ai": { config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" }, secrets: { apiKey: "x" } },
};

/** Made behind the server's back. @returns its id */
async function connector(type: string, name: string, config: Dict = {}): Promise<string> {
  const id = `c-${++number}`;
  const { config: usual = {}, secrets = {} } = types[type] ?? {};
  await kibana("POST", `/api/actions/connector/${id}`, {
    name,
    connector_type_id: type,
    config: { ...(usual as Dict), ...config },
    secrets,
  });
  return id;
}

/** A model that ran: nobody can list the conversations of others that may use it. */
async function perhapsUsed(name: string): Promise<string> {
  const id = await connector(".gen-ai", name);
  await kibana("POST", `/api/actions/connector/${id}/_execute`, { params: { subAction: "test", subActionParams: { body: "{}" } } });
  return id;
}

const postTo = (channel: string) => ({ subAction: "postMessage", subActionParams: { channelNames: [channel], text: "m" } });
const mailTo = (to: string[], more: Dict = {}) => ({ to, subject: "s", message: "m", ...more });

async function rule(name: string, actions: Dict[] = [], tags = [name]): Promise<string> {
  const id = `r-${++number}`;
  await kibana("POST", `/api/alerting/rule/${id}`, { ...esQueryRule(name, actions), tags });
  return id;
}

/** The question that a call asks. */
async function asked(tool: string, args: Dict, by: Started = server): Promise<string> {
  const before = by.questions.length;
  const { body } = await by.call(tool, args);
  const message = by.questions[before];
  if (message === undefined) throw new Error(`nobody was asked: ${JSON.stringify(body)}`);
  return message;
}

const ways: [what: string, ask: (text: string) => Promise<string>][] = [
  ["a delete", async (text) => asked("safe_delete_connector", { ids: [await connector(".index", text)] })],
  [
    "a delete of several",
    async (text) => asked("safe_delete_connector", { ids: [await connector(".index", text), await connector(".index", `${text} too`)] }),
  ],
  [
    "an update of a config that holds it",
    async (text) =>
      asked("update_connector", {
        id: await connector(".webhook", "Hook", { headers: { "X-Team": "a" } }),
        config: { headers: { "X-Team": text, [`x${text.replace(/secret/gi, "")}`]: "b" } },
        assert_no_other_secrets: true,
      }),
  ],
  ["a new name", async (text) => asked("update_connector", { id: await connector(".index", text), name: `${text.slice(0, 60)}.` })],
  [
    "a run with it in params at depth",
    async (text) =>
      asked("execute_connector", { id: await connector(".index", text), params: { documents: [{ a: { b: [text, { [text]: text }] } }] } }),
  ],
  [
    "a run that writes to it",
    async (text) => asked("execute_connector", { id: await connector(".slack_api", "Chat"), params: postTo(`#${text.slice(0, 150)}`) }),
  ],
  [
    "a test that asks for a recipient",
    async (text) => asked("test_connector", { id: await connector(".email", text), mode: "near_safe", fill: { to: "ops@example.com" } }),
  ],
  ["a loud test", async (text) => asked("test_connector", { id: await connector(".index", text), mode: "loud" })],
  [
    "an attach to one rule",
    async (text) =>
      asked("attach_connector", { connector: await connector(".slack", text), rules: [await rule(text)], params: { message: text } }),
  ],
  [
    "an attach to several rules",
    async (text) =>
      asked("attach_connector", {
        connector: await connector(".opsgenie", text),
        rules: [await rule(text), await rule(`${text} 2`)],
        params: { subAction: "createAlert", subActionParams: { message: text, responders: [{ name: text, type: "team" }] } },
        dedup_key: `{{rule.id}}${text.slice(0, 200)}{{alert.id}}`,
        // Kibana could close nothing under such a key.
        recovery: "none",
      }),
  ],
  [
    "a replacement in several rules",
    async (text) => {
      const [from, to] = [await connector(".slack", text), await connector(".slack", `${text} new`)];
      const action = { id: from, params: { message: text } };
      await rule(text, [action]);
      await rule(`${text}.`, [action]);
      return asked("replace_connector", { from, to });
    },
  ],
  [
    "an undo",
    async (text) => {
      const id = await connector(".index", text);
      await server.call("update_connector", { id, config: { index: "other" } });
      return asked("undo_change", { change: "last", id });
    },
  ],
  [
    "a secret to a new host",
    async (text) => {
      const message = await asked("create_connector", {
        name: `${text} ${++number}`,
        type: ".webhook",
        config: {
          url: `https://new-${number}.example.com/x`,
          hasAuth: true,
          authType: "webhook-authentication-basic",
          headers: { "X-Team": text },
        },
        secrets: { user: { $env: "CONNECTOR_SECRET_A" }, password: { $env: "CONNECTOR_SECRET_A" } },
      });
      expect(message).toContain(`Secret: CONNECTOR_SECRET_A → new-${number}.example.com`);
      return message;
    },
  ],
];

describe.each(ways)("%s", (_what, ask) => {
  test.each(hostile)("with %s in it asks only in lines of ours, in our order", async (_kind, text) => {
    expect(problemsOf(await ask(text))).toEqual([]);
  });
});

describe("recipients and hosts", () => {
  const many = [...Array(60).keys()].map((one) => `person-${one}@example.com`);

  test("of a run come before all details, uncut; what is cut is given with its length", async () => {
    const message = await asked("execute_connector", {
      id: await connector(".email", "Mail"),
      params: mailTo(many.slice(0, 30), { cc: many.slice(30, 50), bcc: many.slice(50), message: "x".repeat(200_000) }),
    });
    expect(many.filter((one) => !message.includes(one))).toEqual([]);
    const [first, host, people, undo] = message.split("\n");
    expect(first).toContain("Run ");
    expect(host).toContain("smtp.example.com");
    for (const one of many) expect(people).toMatch(new RegExp(`(to|cc|bcc) "${one}"`));
    expect(undo).toBe("It cannot be undone.");
    expect(message).toContain("… (200 of 200000 characters)");
    expect(message.length).toBeLessThan(9500);
  });

  test.each<[string, string, Dict, RegExp]>([
    [".slack_api", "channels", { subAction: "postMessage", subActionParams: { channelNames: ["#ops"], text: "x" } }, /channelNames "#ops"/],
    [
      ".opsgenie",
      "responders",
      { subAction: "createAlert", subActionParams: { message: "m", responders: [{ name: "Night", type: "team" }] } },
      /responders "name Night, type team"/,
    ],
    [".index", "the index", { documents: [{ a: 1 }] }, /index "alerts-out"/],
    [".webhook", "address and method", { body: "{}" }, /method "post", url "https:\/\/hooks\.example\.com\/x"/],
  ])("of %s are %s", async (type, _what, params, shown) => {
    const message = await asked("execute_connector", { id: await connector(type, "One"), params });
    expect(
      message
        .split("\n")
        .filter((line) => /^(Recipients|Action and record): /.test(line))
        .join("\n"),
    ).toMatch(shown);
  });

  const details = "x".repeat(3000);
  test.each<[string, string, Dict]>([
    [".opsgenie", "closed", { subAction: "closeAlert", subActionParams: { note: details, alias: "REC-1" } }],
    [".jira-service-management", "closed", { subAction: "closeAlert", subActionParams: { note: details, alias: "REC-1" } }],
    [".opsgenie", "opened again", { subAction: "createAlert", subActionParams: { message: "m", description: details, alias: "REC-1" } }],
    [".pagerduty", "resolved", { eventAction: "resolve", summary: details.slice(0, 1000), dedupKey: "REC-1" }],
    [".pagerduty", "acknowledged", { eventAction: "acknowledge", summary: details.slice(0, 1000), dedupKey: "REC-1" }],
    [".servicenow", "closed", { subAction: "closeIncident", subActionParams: { incident: { correlation_id: "REC-1" } } }],
    [
      ".servicenow",
      "pushed to",
      {
        subAction: "pushToService",
        subActionParams: { comments: null, incident: { short_description: "s", description: details, correlation_id: "REC-1" } },
      },
    ],
    [
      ".servicenow-itom",
      "cleared",
      { subAction: "addEvent", subActionParams: { description: details, message_key: "REC-1", severity: "0" } },
    ],
    [".xmatters", "signalled", { severity: "High", ruleName: details, signalId: "REC-1" }],
    [
      ".jira",
      "made in another project",
      {
        subAction: "pushToService",
        subActionParams: { comments: null, incident: { summary: "s", description: details, otherFields: { project: { key: "REC-1" } } } },
      },
    ],
    [".sentinelone", "isolated", { subAction: "isolateHost", subActionParams: { alertIds: [details], computerName__like: "REC-1" } }],
  ])("of %s is what is %s, before the details", async (type, _what, params) => {
    const message = await asked("execute_connector", { id: await connector(type, "One"), params });
    expect(
      message
        .split("\n")
        .filter((line) => /^(Recipients|Action and record): /.test(line))
        .join("\n"),
    ).toContain("REC-1");
  });

  test("of all rules in one plan are in the question, also those no longer notified", async () => {
    const [from, to] = [await connector(".email", "Old mail"), await connector(".email", "New mail")];
    const rules = await Promise.all(many.slice(0, 30).map((one) => rule(`Rule of ${one}`, [{ id: from, params: mailTo([one]) }])));
    const message = await asked("replace_connector", { from, to, rules: rules.slice(0, 25) });
    expect(many.slice(0, 25).filter((one) => !message.includes(one))).toEqual([]);
    const moving = message.split("\n");
    for (const one of many.slice(0, 25)) expect(moving.find((line) => line.startsWith("Recipients: "))).toContain(`to "${one}"`);
    expect(moving.some((line) => line.startsWith("No longer: "))).toBe(false);
    const removing = (await asked("replace_connector", { from, remove: true, rules: rules.slice(25) })).split("\n");
    for (const one of many.slice(25, 30)) expect(removing.find((line) => line.startsWith("No longer: "))).toContain(`to "${one}"`);
  });

  test.each<[type: string, config: Dict, before: string, after: string]>([
    [".index", { index: "elsewhere" }, 'index "alerts-out"', 'index "elsewhere"'],
    [".jira", { projectKey: "Y" }, 'projectKey "X"', 'projectKey "Y"'],
    [".webhook", { url: "https://hooks.example.com/y" }, 'url "https://hooks.example.com/x"', 'url "https://hooks.example.com/y"'],
  ])(
    "of an update of %s: what it reached before is no longer reached, and how often Kibana counts it",
    async (type, config, before, after) => {
      const id = await connector(type, "One");
      await rule(`Rule of ${id}`, [{ id, params: {} }]);
      const secrets =
        type === ".jira" ? { secrets: { email: { $env: "CONNECTOR_SECRET_A" }, apiToken: { $env: "CONNECTOR_SECRET_A" } } } : {};
      const message = (await asked("update_connector", { id, config, ...secrets })).split("\n");
      expect(message.find((line) => line.startsWith("Recipients: "))).toContain(after);
      expect(message.find((line) => line.startsWith("No longer: "))).toBe(`No longer: ${before}`);
      expect(message).toContainEqual(expect.stringContaining("Kibana counts 1 reference to it"));
      const renamed = await asked("update_connector", { id, name: "Two", ...secrets });
      expect(renamed).not.toMatch(/^No longer: |Kibana counts/m);
    },
  );

  const hiddenWord = "rule-param-secret-9";
  const slackToken = "xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx";
  test.each<[string, string, Dict, string[]]>([
    [
      ".tines",
      "a webhook with its secret",
      {
        subAction: "run",
        subActionParams: { body: "{}", webhook: { id: 1, storyId: 99, name: "Night story", path: "p", secret: hiddenWord } },
      },
      ["storyId 99", "name Night story"],
    ],
    [
      ".jira",
      "fields with a password, at depth too",
      {
        subAction: "pushToService",
        subActionParams: {
          comments: null,
          incident: {
            summary: "s",
            otherFields: { project: { key: "K", token: hiddenWord }, api_token: hiddenWord, password: hiddenWord },
          },
        },
      },
      ['otherFields \\"project '],
    ],
    [
      ".slack_api",
      "a token in place of a channel",
      { subAction: "postMessage", subActionParams: { text: "x", channelIds: [slackToken] } },
      ['channelIds \\"[redacted]\\"'],
    ],
    [
      ".opsgenie",
      "responders named like credentials, with a password beside them",
      {
        subAction: "createAlert",
        subActionParams: {
          message: "m",
          responders: [
            { name: "Basic operations 2", type: "team" },
            { username: "xoxb-not-a-token@example.com", type: "user" },
          ],
          visibleTo: [{ name: "Bearer department", type: "team" }],
        },
      },
      ["Basic operations 2", "xoxb-not-a-token@example.com", "Bearer department"],
    ],
  ])("of %s with %s: whoever is reached is read by the agent, and no secret beside them", async (type, _what, params, shown) => {
    const id = await connector(type, "One");
    const rules = [await rule("Rule with params", [{ id, params }])];
    const read = async (tool: string, args: Dict) => JSON.stringify((await server.call(tool, args)).body);
    const plans = [
      await read("execute_connector", { id, params, dry_run: true }),
      await read("replace_connector", { from: id, remove: true, rules, dry_run: true }),
    ];
    const { body } = await server.call("replace_connector", { from: id, remove: true, rules });
    plans.push(JSON.stringify(server.questions.at(-1)));
    const undo = await read("undo_change", { change: body.change, dry_run: true });
    // What the journal hid of a removed action cannot be put back.
    if (body.undo) plans.push(undo);
    else expect(undo).toContain("restore it by hand");
    for (const text of plans) for (const one of shown) expect(text).toContain(one);
    for (const text of [...plans, JSON.stringify(body)]) for (const one of [hiddenWord, "xoxb-1234"]) expect(text).not.toContain(one);
  });

  test("and all rules by name, however many: in the question before any detail, or on a page", async () => {
    const [from, to] = [await connector(".slack", "Old chat"), await connector(".slack", "New chat")];
    const action = { id: from, params: { message: "m" } };
    const names = [...Array(40).keys()].map((at) => `Rule of team ${at}`);
    const tag = `T-${++number}`;
    const rules: string[] = [];
    for (const name of [...names, "Twice", "Twice"]) rules.push(await rule(name, [action], [tag]));
    const calls: [string, Dict][] = [
      ["attach_connector", { connector: to, rules: [`tag:${tag}`], params: { message: "m" } }],
      ["replace_connector", { from, to }],
      ["replace_connector", { from: to, remove: true }],
      ["undo_change", {}],
    ];
    let change = "";
    for (const [tool, args] of calls) {
      const before = server.questions.length;
      const { body } = await server.call(tool, tool === "undo_change" ? { change } : args);
      const lines = (server.questions[before] ?? "").split("\n");
      const [at, undo] = [lines.findIndex((line) => line.startsWith("Rules (42): ")), lines.findIndex((line) => line.startsWith("It can"))];
      expect([at > 0, at < undo, body.status], tool).toEqual([true, true, "done"]);
      for (const name of names) expect(lines[at]).toMatch(new RegExp(`"${name}"(,|$)`));
      for (const id of rules.slice(-2)) expect(lines[at]).toContain(`"Twice" (${id})`);
      change = body.change;
    }
    const { body } = await server.call("replace_connector", { from: to, remove: true, dry_run: true });
    expect(body.plan.effects.length + body.plan.effects_left_out).toBe(42);
    expect(body.plan.effects_left_out).toBeLessThan(42);
    expect(body.plan.to_see_all).toContain("dry_run");
    const more = [...Array(60).keys()].map((at) => `Rule ${at} with a name that is a good deal longer than others`);
    for (const name of more) await rule(name, [{ ...action, id: to }]);
    const before = server.questions.length;
    const { body: waiting } = await server.call("replace_connector", { from: to, remove: true });
    expect([waiting.status, server.questions.length]).toEqual(["confirmation_needed", before]);
    const { html } = await look(waiting.confirm.url);
    for (const name of [...names, ...more]) expect(html).toContain(`&quot;${name}&quot;`);
  });

  test("that do not fit a question are all on a page", async () => {
    const long = [...Array(100).keys()].map((one) => `person-${one}@${"sub.".repeat(10)}example.com`);
    const args = { id: await connector(".email", "Mail"), params: mailTo(long) };
    const before = server.questions.length;
    const { body } = await server.call("execute_connector", args);
    expect([body.status, server.questions.length]).toEqual(["confirmation_needed", before]);
    const { html } = await look(body.confirm.url);
    for (const one of long) expect(html).toContain(`to &quot;${one}&quot;`);
  });

  test("look different if only an invisible character differs", async () => {
    const message = await asked("execute_connector", { id: await connector(".slack_api", "Chat"), params: postTo("#bo\u200bss") });
    expect(message).toContain('channelNames "#bo\\u{200b}ss"');
  });

  test("are in the plan that an agent gets", async () => {
    const { body } = await server.call("execute_connector", { id: await connector(".email", "Mail"), params: mailTo(many), dry_run: true });
    expect(body.plan.recipients).toEqual(many.map((one) => `to "${one}"`));
  });
});

test.each([
  "https://good.example.com\\@evil.example.net",
  "https:\\\\good.example.com\\@evil.example.net",
  "https://good.example.com:443\\@evil.example.net/",
])("the host that URL parsers see is shown, first and in the address: %s", async (url) => {
  const config = { url, method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
  const secrets = { user: { $env: "CONNECTOR_SECRET_U" }, password: { $env: "CONNECTOR_SECRET_P" } };
  const sandbox = await startSandboxWith(["--empty"]);
  onTestFinished(() => sandbox.stop());
  const env = {
    KIBANA_URL: sandbox.url,
    KIBANA_API_KEY: "any",
    CONNECTOR_SECRET_U: "user-0123456789",
    CONNECTOR_SECRET_P: "word-0123456789",
  };
  const server = await startServer({ person: yes, env });
  onTestFinished(() => server.close());
  await server.call("create_connector", { name: "Two hosts", type: ".webhook", config, secrets });
  const question = server.questions.join();
  expect(question).toContain("→ good.example.com");
  expect(question).not.toContain("[redacted]");
  // A path visibly begins after the host.
  expect(question.replaceAll(/good\.example\.com(:443)?\/@evil\.example\.net/g, "")).not.toContain("evil.example.net");
});

test("what does not fit a question is refused where no page can be shown", async () => {
  const http = await startHttpProcess(
    ["--http", "127.0.0.1:0", "--allowed-hosts", "127.0.0.1,mcp.example.com", "--confirm", "token"],
    {},
    sandbox.url,
  );
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(http.url)));
  onTestFinished(() => client.close());
  const run = async (count: number) => {
    const to = [...Array(count).keys()].map((one) => `somebody-else-${one}@example.com`);
    const args = { id: await connector(".email", "Mail"), params: mailTo(to) };
    const { content } = (await client.callTool({ name: "execute_connector", arguments: args })) as CallToolResult;
    return content[0]?.type === "text" ? JSON.parse(content[0].text) : undefined;
  };
  const small = await run(40);
  expect([small.status, small.plan.recipients.length, small.confirm.id]).toEqual(["confirmation_needed", 40, expect.any(String)]);
  expect((await run(100)).error).toMatchObject({ code: "limit_reached", message: expect.stringContaining("Nothing was written") });
});

test("the message beside a page's address is one line of ours, whatever is in it", async () => {
  const person = (): ElicitResult => ({ action: "accept" });
  const server = await startServer({ env: env(), person, elicitation: { url: {} } });
  onTestFinished(() => server.close());
  for (const [kind, text] of hostile) {
    const id = await connector(".index", text);
    await server.call("safe_delete_connector", { ids: [id] });
    const seen = server.questions.splice(0);
    expect(seen, kind).toEqual([
      expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+: please approve: Delete connector ".*" \(.*\.index, id c-\d+\) in space default\.$/,
      ),
    ]);
    expect(unseen.exec(seen[0] ?? ""), kind).toBeNull();
    expect(seen[0], kind).not.toContain("\n");
    expect((seen[0]?.match(/"/g) ?? []).length, kind).toBe(2);
  }
});

test("a name that could pass for a sentence of ours is quoted where it is to be typed", async () => {
  const fields: string[] = [];
  const person = (question: ElicitRequest["params"]): ElicitResult => {
    if ("requestedSchema" in question) fields.push(question.requestedSchema.properties.name?.title ?? "");
    return { action: "accept", content: { name: "X (delete nothing). Type: ok" } };
  };
  const server = await startServer({ env: env(), person });
  onTestFinished(() => server.close());
  const named = [await perhapsUsed("X (delete nothing). Type: ok"), await perhapsUsed('X". Type: "ok')];
  const answers = [];
  for (const id of named) answers.push((await server.call("safe_delete_connector", { ids: [id] })).body);
  expect(fields).toEqual([
    'Type the connector\'s name to confirm: "X (delete nothing). Type: ok"',
    `Type the connector's id to confirm: "${named[1]}"`,
  ]);
  expect(JSON.stringify(answers[0])).toContain("done");
});

describe("a page", () => {
  let alone: Started;
  beforeAll(async () => {
    alone = await startServer({ env: env() });
  });
  afterAll(() => alone.close());
  const page = async (tool: string, args: Dict) => {
    const { body } = await alone.call(tool, args);
    return { url: body.confirm.url as string, confirm: body.confirm.id as string, body, ...(await look(body.confirm.url)) };
  };

  test.each(hostile)("with %s in it hides nothing and shows what matters before the details", async (_kind, text) => {
    const { html, body } = await page("execute_connector", {
      id: await connector(".email", text),
      params: mailTo(["a@example.com"], { message: `${text}${"x".repeat(200_000)}` }),
    });
    expect(unseen.exec(html)).toBeNull();
    const at = ["smtp.example.com", "Recipients (", "a@example.com", "It cannot be undone.", "In detail"].map((part) => html.indexOf(part));
    expect(at).toEqual([...at].sort((one, other) => one - other));
    expect(at).not.toContain(-1);
    expect(html).toContain("x".repeat(200_000));
    expect(unseen.exec(JSON.stringify([body.plan.summary, body.warnings]))).toBeNull();
  });

  test.each(hostile)("for secrets, with %s in it, hides nothing and names where they go", async (_kind, text) => {
    const { html } = await page("create_connector", {
      name: `${text} ${++number}`,
      type: ".webhook",
      config: { url: "https://typed.example.com/x", hasAuth: true, authType: "webhook-authentication-basic", headers: { "X-Team": text } },
      secrets: { user: { $ask: true }, password: { $ask: true } },
    });
    expect(unseen.exec(html)).toBeNull();
    expect(html.indexOf("typed.example.com")).toBeLessThan(html.indexOf("In detail"));
  });

  test("asks for the id where the name cannot be typed as it is shown, and for the name where it can", async () => {
    for (const [, text] of hostile.slice(0, 6)) {
      const id = await perhapsUsed(text);
      const { html, url, confirm } = await page("safe_delete_connector", { ids: [id] });
      expect(html).toContain(`Type the id to confirm: “${id}”`);
      expect((await submit(url, { answer: "approve", name: "Ops" })).html).toContain("That is not the id.");
      expect((await submit(url, { answer: "approve", name: id })).status).toBe(200);
      expect((await alone.call("safe_delete_connector", { ids: [id], confirm })).body.status).toBe("done");
    }
    const plain = await perhapsUsed("Assistant's model (EU)");
    expect((await page("safe_delete_connector", { ids: [plain] })).html).toContain(
      "Type the name to confirm: “Assistant&#39;s model (EU)”",
    );
  });
});

test("what the server writes on stderr is one event per line and hides nothing", () => {
  const lines = server.stderr().trim().split("\n");
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty("event");
  expect(unseen.exec(server.stderr())).toBeNull();
});

test.each<["audit" | "doctor", ...string[]]>([["audit"], ["audit", "--json"], ["doctor"]])(
  "%s %s hides nothing on a terminal",
  async (command, ...args) => {
    const made = await startSandboxWith(["--empty"]);
    onTestFinished(() => made.stop());
    const kept = sandbox;
    sandbox = made;
    for (const [, text] of hostile) await rule(text, [{ id: await connector(".slack", text), params: { message: text } }]);
    sandbox = kept;
    const { stdout, stderr } = await runCommand(command, args, { KIBANA_URL: made.url, KIBANA_API_KEY: "any" });
    expect(stdout.length).toBeGreaterThan(500);
    expect(unseen.exec(stdout + stderr)).toBeNull();
  },
);
