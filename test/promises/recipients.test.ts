import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { look } from "../pages/form.ts";
import { no, type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { postTo } from "../support/kibana-api.ts";

type Dict = Record<string, unknown>;

const env = () => ({ KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "5000" });
let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5", "--empty"]);
  server = await startServer({ env: env(), person: yes });
  for (const [id, { type, ...rest }] of Object.entries(connectors))
    await kibana(`/api/actions/connector/${id}`, { name: id, connector_type_id: type, secrets: {}, ...rest });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

const kibana = (path: string, body: Dict) => postTo(sandbox.url, path, body);

const connectors: Record<string, Dict> = {
  mcp: { type: ".mcp", config: { serverUrl: "https://tools.example.com/mcp", hasAuth: false } },
  http: { type: ".http", config: { url: "https://api.example.com", hasAuth: false, authType: null } },
  hook: { type: ".webhook", config: { url: "https://hooks.example.com/x", hasAuth: false, authType: null, method: "post" } },
  hook2: { type: ".webhook", config: { url: "https://hooks.example.com/y", hasAuth: false, authType: null, method: "post" } },
  torq: { type: ".torq", config: { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/1" }, secrets: { token: "k" } },
  tines: { type: ".tines", config: { url: "https://one.tines.com" }, secrets: { email: "a@b.c", token: "k" } },
  ai: {
    type: ".gen-ai",
    config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" },
    secrets: { apiKey: "x" },
  },
  crowd: { type: ".crowdstrike", config: { url: "https://api.crowdstrike.com" }, secrets: { clientId: "i", clientSecret: "s" } },
  cases: { type: ".cases-webhook", config: casesConfig() },
  pager: { type: ".pagerduty", config: {}, secrets: { routingKey: "k" } },
  genie: { type: ".opsgenie", config: { apiUrl: "https://api.opsgenie.com" }, secrets: { apiKey: "k" } },
  snow: {
    type: ".servicenow",
    config: { apiUrl: "https://x.service-now.com", isOAuth: false, usesTableApi: false },
    secrets: { username: "u", password: "p" },
  },
  mail: { type: ".email", config: { service: "other", host: "smtp.example.com", port: 25, from: "k@example.com", hasAuth: false } },
};

const tool = (args: Dict) => ({ subAction: "callTool", subActionParams: { name: "send", arguments: args } });
/** What a question says of whom it reaches or may reach. */
const linesOf = (message: string) =>
  message
    .split("\n")
    .filter((line) => /^(Recipients|Action and record|May name somebody): /.test(line))
    .join("\n");
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
const reachedBy = ({ plan }: any) => [plan.recipients ?? [], plan.action_and_record ?? [], plan.may_name ?? []].flat().join(", ");

/** Whom the question that a call asks says that it reaches or may reach. */
async function recipientsAsked(name: string, args: Dict): Promise<string> {
  const before = server.questions.length;
  const { body } = await server.call(name, args);
  const message = server.questions[before];
  if (message === undefined) throw new Error(`nobody was asked: ${JSON.stringify(body)}`);
  return linesOf(message);
}

const written: [what: string, args: Dict, shown: string[]][] = [
  ["a channel", { channel: "#evil" }, ['arguments.channel "#evil"']],
  ["a phone number", { phone: "+15550100" }, ['arguments.phone "+15550100"']],
  ["a number longer than any double", JSON.parse('{"body":"{\\"chat_id\\":12345678901234567890}"}'), ['.chat_id "12345678901234567890"']],
  ["a user's id", { user_id: "U0EVIL" }, ['arguments.user_id "U0EVIL"']],
  ["a key that nobody knows", { whither: "U0EVIL" }, ['arguments.whither "U0EVIL"']],
  ["a link with a copy", { x: "mailto:a@x?cc=b@y" }, ['arguments.x "mailto:a@x?cc=b@y"']],
  ["a name behind the address", { x: '"x@evil" (Evil)' }, ["x@evil", "(Evil)"]],
  ["a directory's name", { x: "CN=Evil,OU=Staff,DC=example" }, ['arguments.x "CN=Evil,OU=Staff,DC=example"']],
  ["a list at depth", { a: [{ b: { c: ["U1EVIL", "U2EVIL"] } }] }, ['arguments.a.b.c "U1EVIL"', 'arguments.a.b.c "U2EVIL"']],
  ["JSON in a text", { body: '{"to":[{"id":"U1EVIL"}]}' }, ['arguments.body.to.id "U1EVIL"']],
  ["JSON in JSON", { body: '{"more":"{\\"to\\":\\"U1EVIL\\"}"}' }, ['arguments.body.more.to "U1EVIL"']],
  ["a key that comes twice", { body: '{"to":"U1EVIL","to":"good"}' }, ['arguments.body.to "U1EVIL"', 'arguments.body.to "good"']],
  ["a key itself", { members: { U1EVIL: {} } }, ['arguments.members.U1EVIL "{}"']],
  ["what a text says", { note: "send it to U1EVIL, please" }, ['"send it to U1EVIL, please"']],
  ["an address in a list in a text", { cc: "x@evil.example; Y <y@evil.example>" }, ['arguments.cc "x@evil.example; Y <y@evil.example>"']],
];

describe("whom a tool may write to", () => {
  test.each(written)("by %s is among the recipients", async (_what, args, shown) => {
    const params = tool({ filler: "z".repeat(1500), ...args });
    const line = await recipientsAsked("execute_connector", { id: "mcp", params });
    const { body } = await server.call("execute_connector", { id: "mcp", params, dry_run: true });
    for (const one of shown) {
      expect(line).toContain(one);
      expect(line.indexOf(one)).toBeLessThan(line.indexOf("zzz"));
      expect(reachedBy(body)).toContain(one);
    }
  });

  test.each(written)("by %s is on the page where the rest is too long for a question", async (_what, args, shown) => {
    const before = server.questions.length;
    const { body } = await server.call("execute_connector", { id: "mcp", params: tool({ filler: "z".repeat(5000), ...args }) });
    expect([body.status, server.questions.length]).toEqual(["confirmation_needed", before]);
    const { html } = await look(body.confirm.url);
    const read = html.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#39;", "'");
    for (const one of shown) expect(read).toContain(one);
    expect(read).toContain("z".repeat(5000));
  });

  test("is never cut: what neither fits a question nor has a page is refused", async () => {
    const flags = ["--http", "127.0.0.1:0", "--allowed-hosts", "127.0.0.1,mcp.example.com", "--confirm", "token"];
    const http = await startHttpProcess(flags, {}, sandbox.url);
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(new URL(http.url)));
    onTestFinished(() => client.close());
    const run = async (length: number) => {
      const args = { id: "mcp", params: tool({ filler: "z".repeat(length), x: "U1EVIL" }) };
      const { content } = (await client.callTool({ name: "execute_connector", arguments: args })) as CallToolResult;
      return content[0]?.type === "text" ? JSON.parse(content[0].text) : undefined;
    };
    expect(reachedBy(await run(500))).toContain("U1EVIL");
    expect((await run(5000)).error).toMatchObject({ code: "limit_reached", message: expect.stringContaining("Nothing was written") });
  });

  test("cannot be forged by a key", async () => {
    const line = await recipientsAsked("execute_connector", { id: "mcp", params: tool({ 'x "me@good.example", to': "U1EVIL" }) });
    expect(line).not.toContain('x "me@good.example"');
    expect(line).toContain('"U1EVIL"');
  });
});

const mailTo = (bcc: string) => ({ to: ["ops@example.com"], bcc: [bcc], subject: "s", message: "m" });
const command = (text: string) => ({ subAction: "executeRTRCommand", subActionParams: { command: text, endpoint_ids: ["e1"] } });

test.each<[string, Dict, string]>([
  ["mail", mailTo("/x?key=spy@evil.example.net"), 'bcc "/x?key=spy@evil.example.net"'],
  ["mail", mailTo('"x://y:z"<ceo@corp.com>'), "<ceo@corp.com>"],
  ["mail", mailTo("xoxb-12345678901234@evil.example.net"), "xoxb-12345678901234@evil.example.net"],
  ["mail", mailTo("token=abc@x.io, ceo@corp.com"), "ceo@corp.com"],
  ["crowd", command("ls;token=1;rm -rf /"), 'command "ls;token=1;rm -rf /"'],
  ["crowd", command("ls;token=$(rm -rf /)"), "token=$(rm -rf /)"],
  ["crowd", command("ls # -----BEGIN RSA PRIVATE KEY-----; rm -rf /"), "; rm -rf /"],
  ["crowd", command("echo Basic /bin/evil-script.sh"), "/bin/evil-script.sh"],
  ["mcp", tool({ note: "{{Grant mallory admin rights}}" }), "{{Grant mallory admin rights}}"],
  ["mcp", tool({ note: "{{rule.name}}" }), 'arguments.note "{{rule.name}}"'],
  ["mcp", tool({ "mallory@evil.example": "" }), "mallory@evil.example"],
  ["hook", { body: '{"mallory@evil.example":"{"}' }, "mallory@evil.example"],
  ["http", { method: "POST", path: "/send?token=abc;to=mallory@evil.example;all=1" }, "to=mallory@evil.example;all=1"],
  ["http", { method: "POST", path: "/pay?code=MALLORY-ACCOUNT-1&session=DE00123" }, "code=MALLORY-ACCOUNT-1&session=DE00123"],
  ["mail", mailTo('"a/b" <sk-aaaaaaaaaaaaaaaaaaaa1@evil.example>'), "sk-aaaaaaaaaaaaaaaaaaaa1@evil.example"],
  ["mcp", tool({ to: "/x?key=spy@evil.example.net" }), "@evil.example.net"],
  ["mcp", tool({ run: "ls;token=1;rm -rf /" }), ";rm -rf /"],
  ["mcp", tool({ run: "ls;token=$(rm -rf /)" }), "$(rm -rf /)"],
  ["mcp", tool({ run: "Basic /bin/evil-script.sh" }), "/bin/evil-script.sh"],
])("nobody and no command is out of sight by looking like a secret: %s, %j", async (id, params, shown) => {
  expect(await recipientsAsked("execute_connector", { id, params })).toContain(shown);
});

test.each<[string, Dict, string]>([
  ["hook", { body: '{"assignee":"bobsmith99"}' }, 'body.assignee "bobsmith99"'],
  ["http", { method: "POST", body: { channel: "#bobsmith99" } }, 'body.channel "#bobsmith99"'],
  ["torq", { body: '{"user":"bobsmith99"}' }, 'body.user "bobsmith99"'],
  ["mcp", tool({ recipient: "bobsmith99" }), 'arguments.recipient "bobsmith99"'],
  ["mcp", tool({ note: "bobsmith99@example.com" }), 'arguments.note "bobsmith99@example.com"'],
])("nobody is out of sight by being called as a secret of the server: %s, %j", async (id, params, shown) => {
  const knowing = await startServer({ env: { ...env(), CONNECTOR_SECRET_LOGIN: "bobsmith99" }, person: no });
  onTestFinished(knowing.close);
  const { body } = await knowing.call("execute_connector", { id, params });
  expect(knowing.questions[0]).toContain(shown);
  expect(JSON.stringify(body)).not.toContain("bobsmith99");
});

const message = '{"channel":"#evil","text":"hello"}';
test.each<[string, Dict, string[]]>([
  ["hook", { body: message }, ['body.channel "#evil"', 'body.text "hello"']],
  ["hook", { body: "to #evil: hello" }, ['body "to #evil: hello"']],
  ["http", { method: "POST", body: message }, ['body.channel "#evil"']],
  ["http", { method: "POST", body: { channel: "#evil" } }, ['body.channel "#evil"']],
  ["http", { query: { channel: "#evil" }, headers: { "X-To": "U1EVIL" } }, ['query.channel "#evil"', 'headers.X-To "U1EVIL"']],
  ["http", { method: "POST", form_data: { channel: "#evil" } }, ['form_data.channel "#evil"']],
  ["torq", { body: message }, ['body.channel "#evil"']],
  ["torq", { body: "{}", whomever: "U1EVIL" }, ['whomever "U1EVIL"']],
  [
    "tines",
    { subAction: "run", subActionParams: { webhookUrl: "https://one.tines.com/webhook/a/b", body: message } },
    ['body.channel "#evil"'],
  ],
  [
    "ai",
    { subAction: "run", subActionParams: { body: '{"messages":[{"role":"user","content":"write to U1EVIL"}]}' } },
    ['body.messages.content "write to U1EVIL"'],
  ],
])("whom a run of %s may write to by %j is among the recipients", async (id, params, shown) => {
  const line = await recipientsAsked("execute_connector", { id, params });
  for (const one of shown) expect(line).toContain(one);
});

describe("of a rule's action", () => {
  let made = 0;
  async function rule(actions: Dict[]): Promise<string> {
    const id = `rule-${++made}`;
    await kibana(`/api/alerting/rule/${id}`, esQueryRule(id, actions));
    return id;
  }

  test("that is attached, whatever its body names is among the recipients", async () => {
    const line = await recipientsAsked("attach_connector", { connector: "hook", rules: [await rule([])], params: { body: message } });
    expect(line).toContain('body.channel "#evil"');
  });

  test("that is attached: of what Kibana fills in for each alert, the key", async () => {
    const body = '{"at":"{{date}}","mallory@evil.example":"{{rule.name}}","note":"{{Grant mallory admin rights}}"}';
    const line = await recipientsAsked("attach_connector", { connector: "hook", rules: [await rule([])], params: { body } });
    expect(line).toMatch(/body\.at(,|$)/m);
    expect(line).toContain("mallory@evil.example");
    expect(line).toContain('body.note "{{Grant mallory admin rights}}"');
  });

  const shown = (id: string) => ({
    whom: (line: string) => line.match(/^Recipients: .*/m)?.[0] ?? "",
    other: (line: string) => line.match(/^Action and record: .*/m)?.[0] ?? "",
    attach: async (params: Dict) => recipientsAsked("attach_connector", { connector: id, rules: [await rule([])], params }),
  });

  test.each<[string, Dict, string, string]>([
    ["pager", { dedupKey: "shop-{{rule.id}}-{{alert.id}}" }, "dedupKey", 'eventAction "trigger"'],
    ["genie", { subActionParams: { alias: "shop-{{rule.id}}-{{alert.id}}" } }, "alias", ""],
    ["snow", { subActionParams: { incident: { correlation_id: "shop-{{rule.id}}-{{alert.id}}" } } }, "correlation_id", ""],
  ])("that is attached: a key of each alert, or a fixed one, is no recipient, and is shown: %s", async (id, params, field, kind) => {
    const { whom, other, attach } = shown(id);
    const line = await attach(params);
    expect([whom(line), other(line)]).toEqual(["", expect.stringContaining(`${field} "shop-{{rule.id}}-{{alert.id}}"`)]);
    expect(other(line)).toContain(kind);
    const fixed = await attach(JSON.parse(JSON.stringify(params).replace(/shop-[^"]*/, "their-incident")));
    expect([whom(fixed), other(fixed)]).toEqual(["", expect.stringContaining(`${field} "their-incident"`)]);
    // What may be somebody's address stays a recipient.
    const mail = await attach(JSON.parse(JSON.stringify(params).replace(/shop-[^"]*/, "ann@example.com")));
    expect([whom(mail), other(mail)]).toEqual([expect.stringContaining(`${field} "ann@example.com"`), expect.not.stringContaining("ann")]);
  });

  test("that stays, while the frequency of its rule moves into it, has no new recipients", async () => {
    const mail = (to: string) => ({ id: "mail", params: { to: [to], subject: "s", message: "m" }, frequency: undefined });
    const id = `rule-${++made}`;
    await kibana(`/api/alerting/rule/${id}`, { ...esQueryRule(id, [mail("ops@example.com")]), notify_when: "onActiveAlert" });
    const attach = (more: Dict) => recipientsAsked("attach_connector", { connector: "mail", rules: [id], ...more });
    const line = await attach({ params: { to: ["ana@example.com"] } });
    expect(line).toContain('Recipients: to "ana@example.com"');
    expect(line).not.toContain("ops@example.com");
    const often = { frequency: { notify_when: "onThrottleInterval", throttle: "1d", summary: false }, replace: true };
    expect(await attach(often)).toContain("ana@example.com");
  });

  test("that moves to another connector, and of one that is removed, too", async () => {
    const rules = [await rule([{ id: "hook", params: { body: message } }])];
    expect(await recipientsAsked("replace_connector", { from: "hook", to: "hook2", rules })).toContain('body.channel "#evil"');
    const before = server.questions.length;
    await server.call("replace_connector", { from: "hook2", remove: true, rules });
    expect(server.questions[before]).toMatch(/^No longer: .*body\.channel "#evil"/m);
  });
});

describe("what has the shape of a secret", () => {
  const shapes = {
    "a Slack token": "xoxb-123456789012-abcdefghijkl",
    "a GitHub token": `ghp_${"a1B2".repeat(9)}`,
    "an AWS key id": "AKIAABCDEFGHIJKLMNOP",
    "a web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLW9mLWl0",
    "a model's key": `sk-proj-${"a1B2".repeat(9)}`,
  };

  test.each(Object.entries(shapes))(
    "%s before an @ is hidden where the field is of any meaning, and its host is not",
    async (_what, token) => {
      const params = tool({ channel: `${token}@evil.example`, body: JSON.stringify({ to: `${token}@evil.example` }) });
      const { body } = await server.call("execute_connector", { id: "mcp", params, dry_run: true });
      expect(JSON.stringify(body)).not.toContain(token);
      expect(reachedBy(body)).toContain('channel "[redacted]@evil.example"');
      await server.call("execute_connector", { id: "mcp", params });
      expect(server.questions.at(-1)).not.toContain(token);
    },
  );

  test.each(Object.entries(shapes))("%s is shown where the type's own field says that somebody is written to", async (_what, token) => {
    const params = { to: [`${token}@evil.example`], subject: "s", message: "m" };
    expect(await recipientsAsked("execute_connector", { id: "mail", params })).toContain(`to "${token}@evil.example"`);
  });

  test("a password before a host is hidden, a link to an address is not", async () => {
    const params = tool({ a: "svc:hunter2hunter2@host.example", b: "mailto:ann@host.example" });
    const line = await recipientsAsked("execute_connector", { id: "mcp", params });
    expect(line).toContain('a "svc:[redacted]@host.example"');
    expect(line).toContain('b "mailto:ann@host.example"');
  });

  test("under a key that says so is hidden, JSON in it too", async () => {
    const params = tool({ channel: "#ok", password: '{"a":"hunter2hunter2"}', more: { api_key: "hunter3hunter3" } });
    const { body } = await server.call("execute_connector", { id: "mcp", params, dry_run: true });
    expect(reachedBy(body)).toContain('password "[redacted]"');
    expect(JSON.stringify(body)).not.toMatch(/hunter[23]/);
  });
});

function casesConfig(more: Dict = {}): Dict {
  const url = "https://cm.example.com/api/issue";
  return {
    ...{ createIncidentUrl: url, getIncidentUrl: `${url}/1`, viewIncidentUrl: `${url}/1`, updateIncidentUrl: `${url}/1` },
    ...{ createIncidentJson: '{"t":{{{case.title}}}}', updateIncidentJson: '{"t":{{{case.title}}}}' },
    ...{ createIncidentResponseKey: "id", getIncidentResponseExternalTitleKey: "key", hasAuth: false, authType: null },
    ...more,
  };
}

describe("of a config, a text that the details would cut", () => {
  const long = "x".repeat(400);
  const template = `{"t":{{{case.title}}},"d":"${long}","assignee":"U1EVIL"}`;
  const headers = Object.fromEntries(Array.from({ length: 60 }, (_none, n) => [`x-h${n}`, n === 59 ? "U1EVIL" : "y".repeat(100)]));
  test.each<[string, string, Dict]>([
    ...["createIncidentJson", "updateIncidentJson", "createCommentJson", "getIncidentJson"].map((field): [string, string, Dict] => [
      field,
      "cases",
      { [field]: template },
    ]),
    [
      "JSON without templates",
      "cases",
      { updateIncidentJson: JSON.stringify({ d: long, assignee: "U1EVIL" }).replace("x", "x".repeat(2000)) },
    ],
    ["a header", "hook", { headers: { "x-a": `${long} U1EVIL` } }],
    ["one of many headers", "hook2", { headers }],
  ])("is shown whole where it may name somebody: %s", async (_what, id, config) => {
    const { body } = await server.call("update_connector", { id, config, dry_run: true });
    expect(reachedBy(body)).toContain("U1EVIL");
    const { body: created } = await server.call("create_connector", {
      ...{ name: "New", type: connectors[id]?.type, config: { ...Object(connectors[id]?.config), ...config } },
      dry_run: true,
    });
    expect(reachedBy(created)).toContain("U1EVIL");
  });

  test("is in the question before the details, and not once it stays as it is", async () => {
    expect(await recipientsAsked("update_connector", { id: "cases", config: { updateIncidentJson: template } })).toContain("U1EVIL");
    expect(await recipientsAsked("update_connector", { id: "cases", name: "Renamed" })).toBe("");
  });
});

test("a known secret within what a tool reads is hidden in answer and journal, and shown to the person who is asked", async () => {
  const known = "known-secret-value-77";
  const other = await startServer({ env: { ...env(), CONNECTOR_SECRET_K: known }, person: yes });
  onTestFinished(() => other.close());
  const { body } = await other.call("execute_connector", { id: "mcp", params: tool({ channel: `#a-${known}`, note: known, [known]: 1 }) });
  const { body: journal } = await other.call("list_changes", { limit: 10 });
  expect(JSON.stringify([body, journal])).not.toContain(known);
  const [question = ""] = other.questions;
  expect(linesOf(question)).toContain(`channel "#a-${known}"`);
  expect(linesOf(question)).toContain(`note "${known}"`);
});
