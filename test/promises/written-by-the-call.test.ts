import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { look } from "../pages/form.ts";
import { no, type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { filesIn } from "../support/http-process.ts";
import { postTo } from "../support/kibana-api.ts";

type Dict = Record<string, unknown>;

const [address, host, word, odd] = ["alice@example.com", "db-7.internal.example", "payments-prod-7", String.raw`q"w\e%41 rt'y-77`];
const number = 4915100077001;
const env = {
  ...{ CONNECTOR_SECRET_USER: address, CONNECTOR_SECRET_HOST: host, CONNECTOR_SECRET_WORD: word },
  ...{ CONNECTOR_SECRET_ODD: odd, CONNECTOR_SECRET_NUMBER: String(number), CONNECTOR_SECRET_OTHER: "never-written-by-a-call-1" },
};

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let made = 0;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5", "--empty"]);
  const connectors: Record<string, Dict> = {
    hook: { connector_type_id: ".webhook", config: { url: "https://hooks.example.com/x", hasAuth: false, authType: null, method: "post" } },
    http: { connector_type_id: ".http", config: { url: "https://api.example.com", hasAuth: false, authType: null } },
    mcp: { connector_type_id: ".mcp", config: { serverUrl: "https://tools.example.com/mcp", hasAuth: false } },
    mail: { connector_type_id: ".email", config: mail().config },
    torq: {
      ...{ connector_type_id: ".torq", secrets: { token: "k" } },
      config: { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/1" },
    },
  };
  for (const [id, rest] of Object.entries(connectors)) await connector(id, rest);
});
afterAll(() => sandbox.stop());

const connector = (id: string, rest: Dict) => postTo(sandbox.url, `/api/actions/connector/${id}`, { name: id, secrets: {}, ...rest });

async function serve(options: Parameters<typeof startServer>[0] = {}): Promise<Started> {
  const server = await startServer({
    person: yes,
    ...options,
    env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "500", ...env, ...options.env },
  });
  onTestFinished(() => server.close());
  return server;
}

/** What anybody but the person reads. */
const othersRead = (server: Started, answers: unknown) =>
  JSON.stringify(answers) + filesIn(join(server.home, "state/kibana-connectors-mcp/journal")) + server.stderr();

const mail = (more: Dict = {}, name = `mail-${++made}`) => ({
  ...{ id: name, name, type: ".email", secrets: {} },
  config: { from: "kibana@example.com", service: "other", host: "smtp.example.com", port: 465, hasAuth: false, ...more },
});

describe("a value that the server knows, where the call itself writes it, is shown to the person and to nobody else", () => {
  test.each<[string, Dict, shown: string[], after?: string[]]>([
    ["hook", { body: JSON.stringify({ name: word }) }, [`body.name "${word}"`]],
    ["hook", { body: JSON.stringify({ host }) }, [`body.host "${host}"`]],
    ["hook", { body: JSON.stringify({ url: `https://${host}/a` }) }, [`body.url "https://${host}/a"`]],
    ["hook", { body: JSON.stringify({ list: [word, host] }) }, [`body.list "${word}"`, `body.list "${host}"`]],
    ["hook", { body: JSON.stringify({ subject: `To ${address}, of ${word}` }) }, [`"To ${address}, of ${word}"`]],
    ["hook", { body: JSON.stringify({ more: JSON.stringify({ x: word }) }) }, [`body.more.x "${word}"`]],
    ["hook", { body: JSON.stringify({ [word]: "1" }) }, [`body.${word} "1"`]],
    ["hook", { body: JSON.stringify({ [word]: address }) }, [`body.${word} "${address}"`]],
    ["hook", { body: `plainly ${word}` }, [`body "plainly ${word}"`]],
    ["hook", { body: JSON.stringify({ x: odd }) }, [String.raw`q\u{22}w\u{5c}e%41 rt'y-77`], []],
    ["http", { method: "POST", body: { x: word } }, [`body.x "${word}"`]],
    ["http", { method: "POST", body: { x: number } }, [`body.x "${number}"`]],
    ["http", { query: { x: word }, headers: { "X-Name": host } }, [`query.x "${word}"`, `headers.X-Name "${host}"`]],
    [
      "mcp",
      { subAction: "callTool", subActionParams: { name: "t", arguments: { x: encodeURIComponent(odd) } } },
      [encodeURIComponent(odd)],
    ],
    ["torq", { body: "{}", whatever: word }, [`whatever "${word}"`]],
  ])("%s %j", async (id, params, shown, after = [word, host, String(number)].filter((one) => JSON.stringify(params).includes(one))) => {
    const server = await serve();
    const answers = [
      await server.call("execute_connector", { id, params, dry_run: true }),
      await server.call("execute_connector", { id, params }),
      await server.call("list_changes", { detail: true }),
    ];
    const [question = ""] = server.questions;
    for (const one of shown) expect(question).toContain(one);
    for (const one of after) expect(question.slice(question.indexOf("\nAfter: "))).toContain(one);
    expect(question).not.toContain("[redacted]");
    const read = othersRead(server, answers);
    for (const one of [address, host, word, String(number), odd, JSON.stringify(odd).slice(1, -1), encodeURIComponent(odd), "rt'y-77"])
      expect(read).not.toContain(one);
  });

  test("on a page too", async () => {
    const server = await serve({ args: ["--confirm", "page"] });
    const { body } = await server.call("execute_connector", { id: "hook", params: { body: JSON.stringify({ name: word, x: host }) } });
    const { html } = await look(body.confirm.url);
    expect(html).toContain(word);
    expect(html).toContain(host);
    expect(html).not.toContain("[redacted]");
    expect(othersRead(server, body)).not.toMatch(new RegExp(`${word}|${host}`));
  });

  test("in a rule's action, and in what a test is filled with", async () => {
    const server = await serve();
    const id = `rule-${++made}`;
    await postTo(sandbox.url, `/api/alerting/rule/${id}`, esQueryRule(id, []));
    const answers = [
      await server.call("attach_connector", { connector: "hook", rules: [id], params: { body: `{"name":"${word} {{rule.name}}"}` } }),
      await server.call("test_connector", { id: "hook", rule: id, mode: "loud" }),
      await server.call("test_connector", { id: "mail", mode: "near_safe", fill: { to: address } }),
    ];
    const [attached = "", rehearsed = "", filled = ""] = server.questions;
    expect(filled.slice(filled.indexOf("\nAfter: "))).toContain(`"to":["${address}"]`);
    expect(attached).toContain(`body.name "${word} {{rule.name}}"`);
    expect(attached).not.toContain("[redacted]");
    // There it is the rule that has it.
    expect(rehearsed).toContain('body.name "[TEST] [redacted] ');
    expect(rehearsed).not.toContain(word);
    expect(othersRead(server, answers)).not.toContain(word);
  });

  const secrets = { user: { $env: "CONNECTOR_SECRET_USER" }, password: { $env: "CONNECTOR_SECRET_OTHER" } };
  const mailer = (more: Dict) => ({
    type: ".email",
    config: { ...mail().config, hasAuth: true, host: `smtp-${++made}.example.com`, ...more },
  });
  const hook = (headers: Dict) => ({
    type: ".webhook",
    config: {
      ...{ url: `https://hook-${++made}.example.com/`, method: "post", headers },
      ...{ hasAuth: true, authType: "webhook-authentication-basic" },
    },
  });
  const many = Object.fromEntries(Array.from({ length: 20 }, (_none, n) => [`x-${n}`, `${word} ${"y".repeat(n * 7)}`]));
  test.each<[string, Dict, string]>([
    ["the sender of mails", { name: "Mails", ...mailer({ from: address }) }, `"from":"${address}"`],
    ["its name", { name: `Mail of ${word}`, ...mailer({}) }, `Create connector "Mail of ${word}"`],
    ["a long text of its config", { name: "Hook", ...hook({ "x-note": `${word} ${"z".repeat(300)}` }) }, `"${word} zzz`],
    ["one of many texts", { name: "Hook", ...hook(many) }, `"${word} ${"y".repeat(133)}"`],
  ])("of a connector that is created: %s", async (_what, args, shown) => {
    const server = await serve();
    const answers = [
      await server.call("create_connector", { ...args, secrets, dry_run: true }),
      await server.call("create_connector", { ...args, secrets }),
    ];
    const [question = ""] = server.questions;
    expect(question).toContain(shown);
    expect(question).toContain("Secret: CONNECTOR_SECRET_OTHER → ");
    expect(question).not.toMatch(/\[redacted\]|never-written/);
    expect(JSON.stringify(answers)).not.toMatch(new RegExp(`${address}|${word}|never-written`));
  });

  test("of one that is updated, before and after", async () => {
    const server = await serve();
    const { id, name, type, config } = mail({ from: address });
    await connector(id, { name, connector_type_id: type, config });
    const answers = [
      await server.call("update_connector", { id, config: { from: "bob@example.com" } }),
      await server.call("update_connector", { id, config: { from: `Alice <${address}>` } }),
      await server.call("update_connector", { id, config: { from: "bob@example.com" } }),
      await server.call("update_connector", { id, name: `Mail of ${word}` }),
    ];
    const [first, second, third, fourth] = server.questions;
    expect(first).toContain(`Before: {"from":"${address}"}\nAfter: {"from":"bob@example.com"}`);
    expect(second).toContain(`After: {"from":"Alice <${address}>"}`);
    expect(third).toContain(`Before: {"from":"Alice <${address}>"}`);
    expect(fourth).toContain(`now named "Mail of ${word}"`);
    expect(server.questions.join()).not.toContain("[redacted]");
    expect(JSON.stringify(answers)).not.toMatch(new RegExp(`${address}|${word}`));
  });
});

describe("a value that the server knows, where only Kibana has it,", () => {
  const stored = (headers: Dict) => ({
    ...{ connector_type_id: ".webhook", name: `Hook of ${word}` },
    config: { url: "https://hooks.example.com/x", hasAuth: false, authType: null, method: "post", headers },
  });

  test("is in no question", async () => {
    const server = await serve();
    const id = `stored-${++made}`;
    await connector(id, stored({ "x-a": word, "x-b": `also ${word}, by ${address}` }));
    await server.call("update_connector", { id, config: { headers: { "x-a": "other" } } });
    await server.call("execute_connector", { id, params: { body: '{"name":"x"}' } });
    expect(server.questions).toHaveLength(2);
    expect(server.questions.join()).toContain('"x-a":"[redacted]"');
    expect(server.questions.join()).not.toMatch(new RegExp(`${word}|${address}`));
  });

  test("is not told by parts of it that a call writes", async () => {
    const server = await serve();
    const id = `stored-${++made}`;
    await connector(id, stored({ "x-a": word }));
    const parts = Array.from({ length: word.length - 1 }, (_none, n) => [
      word.slice(0, n + 1),
      word.slice(n + 1),
      `x${word.slice(0, n + 1)}`,
    ]);
    await server.call("update_connector", { id, config: { headers: Object.fromEntries(parts.flat().map((one, n) => [`x-p${n}`, one])) } });
    expect(server.questions).toHaveLength(1);
    expect(server.questions.join()).not.toContain(word);
  });

  test("is not in what only a person can know", async () => {
    const server = await serve({ person: no });
    const id = `stored-${++made}`;
    await connector(id, {
      ...stored({}),
      config: { url: "https://hooks.example.com/x", hasAuth: false, authType: null, method: "post", headers: { a: "b" } },
    });
    // Kibana does not say which secret headers there are.
    await postTo(sandbox.url, "/sandbox/faults", { fault: "error", path: "/secret_headers", times: 10 });
    const asked: string[] = [];
    const asking = await serve({
      person: (question) => {
        asked.push(JSON.stringify(question));
        return { action: "decline" };
      },
    });
    const { body } = await asking.call("update_connector", { id, config: { url: "https://hooks.example.com/y" } });
    expect(asked.join()).toMatch(/nothing else|Nothing else/);
    expect(asked.join() + JSON.stringify(body)).not.toContain(word);
    await server.close();
  });
});

test("by token, the plan that the agent reads holds none of them", async () => {
  const server = await serve({ args: ["--confirm", "token"] });
  const { body } = await server.call("execute_connector", { id: "hook", params: { body: JSON.stringify({ name: word, x: odd }) } });
  expect(body.plan.may_name).toEqual(['body.name "[redacted]"', 'body.x "[redacted]"']);
  expect(JSON.stringify(body)).not.toMatch(new RegExp(`${word}|rt'y-77`));
});
