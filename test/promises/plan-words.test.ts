import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { look } from "../pages/form.ts";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { filesIn } from "../support/http-process.ts";

type Dict = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let number = 0;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--empty"]);
});
afterAll(() => sandbox.stop());

async function built(env: Record<string, string>, person: typeof yes | null = yes): Promise<Started> {
  const server = await startServer({
    env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any-key-of-tests", CONNECTORS_MAX_CHANGES_PER_HOUR: "500", ...env },
    ...(person ? { person } : {}),
  });
  onTestFinished(() => server.close());
  return server;
}

async function kibana(method: string, path: string, body?: Dict): Promise<Dict> {
  const answer = await fetch(sandbox.url + path, {
    method,
    headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return answer.status === 204 ? {} : ((await answer.json()) as Dict);
}

async function rule(name: string): Promise<string> {
  const id = `rule-${++number}`;
  await kibana("POST", `/api/alerting/rule/${id}`, esQueryRule(name, []));
  return id;
}

const journalOf = ({ home }: Started) => filesIn(join(home, "state/kibana-connectors-mcp/journal"));
const mail = (name: string, more: Dict = {}) => ({
  id: name,
  name,
  type: ".email",
  config: { from: "kibana@example.com", service: "other", host: "mail.example.com", port: 465, secure: true, hasAuth: true, ...more },
  secrets: { user: { $env: "CONNECTOR_SECRET_U" }, password: { $env: "CONNECTOR_SECRET_P" } },
});
const password = "a-real-password-0123";

const secretsOf: Record<string, Dict> = {
  ".jira": { email: "a@b.c", apiToken: "tttttttt" },
  ".resilient": { apiKeyId: "i", apiKeySecret: "s" },
};

/** A connector that somebody made with a value which the server knows, deleted by it. */
async function deleted(value: string, type: string, config: Dict) {
  const server = await built({ CONNECTOR_SECRET_P: value, CONNECTOR_SECRET_OTHER: "another-one-77" });
  const id = `held-${++number}`;
  const whole = { ...config, ...(type === ".webhook" && { method: "post", hasAuth: false }) };
  await kibana("POST", `/api/actions/connector/${id}`, {
    name: "Held",
    connector_type_id: type,
    config: whole,
    secrets: secretsOf[type] ?? {},
  });
  const gone = await server.call("safe_delete_connector", { ids: [id] });
  const isBack = async () => {
    const secrets = Object.fromEntries(Object.keys(secretsOf[type] ?? {}).map((field) => [field, { $env: "CONNECTOR_SECRET_OTHER" }]));
    const { body } = await server.call("undo_change", { change: gone.body.change, secrets });
    const { config: now } = (await kibana("GET", `/api/actions/connector/${id}`)) as { config: Dict };
    return [body.status ?? body, Object.fromEntries(Object.keys(config).map((key) => [key, now[key]]))];
  };
  return { gone, journal: journalOf(server), isBack };
}

describe("a known value that is also a word of what a plan is about", () => {
  test.each<[string, (name: string) => string, Dict]>([
    ["the connector's name and id", (name) => name, {}],
    ["its host", () => "mail.example.com", {}],
    ["its sender", () => "kibana@example.com", {}],
    ["a recipient", () => "people@example.com", {}],
    ["the rule's name", () => "Disk of plan words", {}],
  ])("(%s) is in question and journal, and every offered undo works", async (_what, secretOf, more) => {
    const name = `ops-mailer-${++number}`;
    const server = await built({ CONNECTOR_SECRET_U: secretOf(name), CONNECTOR_SECRET_P: password });
    const onRule = await rule("Disk of plan words");
    const made = await server.call("create_connector", mail(name, more));
    expect(made.body.status).toBe("done");
    const attached = await server.call("attach_connector", { connector: name, rules: [onRule], params: { to: ["people@example.com"] } });
    expect(attached.body.status).toBe("done");
    const asked = server.questions.at(-1) ?? "";
    expect(asked).toContain(`Attach "${name}"`);
    expect(asked).toContain('to "people@example.com"');
    expect(asked).toContain('"Disk of plan words"');
    expect(asked.slice(0, asked.indexOf("Params given"))).not.toContain("[redacted]");
    const back = await server.call("undo_change", { change: attached.body.change });
    expect([back.body.status, (await kibana("GET", `/api/alerting/rule/${onRule}`)).actions]).toEqual(["done", []]);

    const gone = await server.call("safe_delete_connector", { ids: [name] });
    expect([gone.body.status, gone.body.undo?.tool]).toEqual(["done", "undo_change"]);
    expect(server.questions.at(-1)).toContain(`"${name}"`);
    const { secrets } = mail(name);
    expect((await server.call("undo_change", { change: gone.body.change, secrets })).body.status).toBe("done");
    expect(await kibana("GET", `/api/actions/connector/${name}`)).toMatchObject({ name, config: { ...mail(name).config, ...more } });
    expect(journalOf(server)).not.toContain("[redacted]");
    expect(journalOf(server)).not.toContain(password);
  });

  test.each<[string, string, string, Dict]>([
    ["a plain word", "platform-services", ".jira", { apiUrl: "https://jira.example.com", projectKey: "platform-services" }],
    ["a plain word of a header", "platform-team", ".webhook", { url: "https://a.example.com/x", headers: { "X-Team": "platform-team" } }],
    ["an id", "client-id-7788", ".resilient", { apiUrl: "https://r.example.com", orgId: "client-id-7788" }],
  ])("(%s of a config) is in the journal, and the delete can be undone", async (_what, value, type, config) => {
    const { gone, journal, isBack } = await deleted(value, type, config);
    expect([gone.body.undo?.tool, journal.includes(value)]).toEqual(["undo_change", true]);
    expect(journal).not.toContain("[redacted]");
    expect(await isBack()).toEqual(["done", config]);
  });

  test("is on the page", async () => {
    const server = await built({ CONNECTOR_SECRET_U: "ops-of-a-page", CONNECTOR_SECRET_P: password }, null);
    await kibana("POST", "/api/actions/connector/ops-of-a-page", { name: "ops-of-a-page", connector_type_id: ".server-log" });
    const { body } = await server.call("safe_delete_connector", { ids: ["ops-of-a-page"] });
    const { html } = await look(body.confirm.url);
    expect(html).toContain("ops-of-a-page");
    expect(html).not.toContain("[redacted]");
  });

  test("hides no type, also where it is in ids and names", async () => {
    const server = await built({ CONNECTOR_SECRET_Q: "pagerduty", CONNECTOR_SECRET_S: ".server-log" });
    await kibana("POST", "/api/actions/connector/ops-pagerduty", {
      name: "Ops pagerduty",
      connector_type_id: ".pagerduty",
      secrets: { routingKey: "k" },
    });
    const answers = [
      await server.call("list_connectors", { limit: 100 }),
      await server.call("get_connector", { id: "ops-pagerduty" }),
      await server.call("describe_connector_types", {}),
    ];
    expect(JSON.stringify(answers)).toContain("ops-pagerduty");
    expect(JSON.stringify(answers)).not.toContain("[redacted]");
  });
});

describe("a secret that somebody wrote where it does not belong", () => {
  test("as a connector's whole name is hidden in answers and log, but shown to the person who decides", async () => {
    const server = await built({ CONNECTOR_SECRET_P: password });
    await kibana("POST", "/api/actions/connector/leaky", { name: password, connector_type_id: ".server-log" });
    const listed = await server.call("list_connectors", { limit: 100 });
    const gone = await server.call("safe_delete_connector", { ids: ["leaky"] });
    expect(gone.body.status).toBe("done");
    expect(JSON.stringify([listed, gone]) + server.stderr()).not.toContain(password);
    expect(server.questions.at(-1)).toContain(`Delete connector "${password}"`);
  });

  test.each<[string, string, Dict]>([
    ["the key of a project", ".jira", { apiUrl: "https://jira.example.com", projectKey: password }],
    ["an index", ".index", { index: password }],
    ["the name of a field", ".index", { index: "x", executionTimeField: password }],
    ["a header", ".webhook", { url: "https://a.example.com/x", headers: { "X-Team": password } }],
    ["a part of an address", ".webhook", { url: `https://a.example.com/${password}` }],
  ])("as %s is not in the journal, and no undo is offered that needs it", async (_where, type, config) => {
    const { gone, journal } = await deleted(password, type, config);
    expect(gone.body).toMatchObject({ status: "done", no_undo: expect.stringContaining("What would be restored contains a secret") });
    expect(journal).not.toContain(password);
  });

  test.each<[string, Dict]>([
    ["within a name", { name: `Hook with ${password}`, config: { url: "https://a.example.com/x" } }],
    ["within an address", { name: "Hook", config: { url: `https://a.example.com/x?key=${password}` } }],
    ["as a header", { name: "Hook", config: { url: "https://a.example.com/x", headers: { "X-Key": password } } }],
  ])("%s is nowhere, and no undo is offered that needs it", async (_where, { name, config }) => {
    const server = await built({ CONNECTOR_SECRET_P: password });
    const id = `hook-${++number}`;
    await kibana("POST", `/api/actions/connector/${id}`, {
      name,
      connector_type_id: ".webhook",
      config: { method: "post", hasAuth: false, ...(config as Dict) },
    });
    const planned = await server.call("safe_delete_connector", { ids: [id], dry_run: true });
    expect(planned.body.plan.reversible).toBe("no");
    const gone = await server.call("safe_delete_connector", { ids: [id] });
    expect(gone.body).toMatchObject({ status: "done", no_undo: expect.stringContaining("What would be restored contains a secret") });
    expect(server.questions.at(-1)).toContain("It cannot be undone.");
    const listed = await server.call("list_changes");
    expect(listed.body.changes[0].undo).toBeUndefined();
    expect(JSON.stringify([planned, gone, listed, server.questions]) + journalOf(server) + server.stderr()).not.toContain(password);
  });
});
