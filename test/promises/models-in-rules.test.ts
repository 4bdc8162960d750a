import { afterAll, afterEach, describe, expect, test } from "vitest";
import { no, type Person, yes } from "../support/built-server.ts";
import { esQueryRule } from "../support/es-query-rule.ts";
import { isThere, remove, withChat } from "../support/other-users.ts";
import type { Rewrite } from "../support/rewriting-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers({ env: { CONNECTOR_SECRET_A: "a-key" } });
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const system = "system-connector-.observability-ai-assistant";
const prompts = [{ statuses: ["active"], message: "Say what happened, and tell #ops" }];
const asking = (connector: string, more: object = { prompts }) => ({ id: system, params: { connector, ...more } });
const mail = { id: "mail", group: "query matched", params: { to: ["ops@example.com"], subject: "x", message: "x" } };
const often = { summary: false, notify_when: "onActionGroupChange", throttle: null };

async function bare(url: string, method: string, path: string, body?: object) {
  const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
  const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : JSON.parse(text) };
}

async function rule(url: string, id: string, actions: readonly object[], more: object = {}) {
  const body = { ...esQueryRule(id, []), ...more, actions };
  expect(await bare(url, "POST", `/api/alerting/rule/${id}`, body)).toMatchObject({ status: 200 });
}

/** A Kibana with two models, `chat` and `other`, and who answers the questions of a server that nobody has declined anything. */
async function deployment({ type = ".gen-ai", version = "9.5", person = yes as Person, rewrite = {} as Rewrite } = {}) {
  const url = await withChat(type, version, (end) => ends.push(end));
  return { url, server: await shared(`${version} ${expect.getState().currentTestName}`, url, rewrite, person) };
}

describe("a model that a rule's action of the Observability AI Assistant names is in use", () => {
  test.each<[string, string, object, object]>([
    ["9.5", "by prompts", { prompts }, {}],
    ["9.5", "by the message of older rules", { message: "x" }, {}],
    ["9.5", "by a rule that is off", { prompts }, { enabled: false }],
    ["serverless", "", { prompts }, {}],
    ["9.0", "", { message: "x" }, {}],
    ["8.17", "", { message: "x" }, {}],
  ])("%s %s: a delete names the rule and the way to free it, and cannot be forced", async (version, _what, params, more) => {
    const { url, server } = await deployment({ version });
    await rule(url, "triage", [asking("chat", params)], more);
    for (const args of [{}, { dry_run: false }]) {
      const { body } = await server.call("safe_delete_connector", { ids: ["chat"], ...args });
      expect(body.error ?? body).toMatchObject({
        code: "in_use",
        message: expect.stringContaining('is used by 1 rule: "triage"'),
        fix: expect.stringContaining("choose another connector in its action of the Observability AI Assistant"),
        detail: { users: [{ kind: "rule", id: "triage" }], users_total: 1 },
      });
    }
    expect(server.questions).toEqual([]);
    expect((await remove(server, ["other"])).body.status).toBe("done");
    expect([await isThere(url), await isThere(url, "other")]).toEqual([true, false]);
  });

  test("reading tools say so", async () => {
    const { url, server } = await deployment();
    const config = { service: "other", host: "mail.example.com", port: 25, from: "kibana@example.com", hasAuth: false };
    await bare(url, "POST", "/api/actions/connector/mail", { name: "Mail", connector_type_id: ".email", config, secrets: {} });
    await rule(url, "triage", [asking("chat")]);
    await rule(url, "both", [asking("chat"), { ...mail, frequency: often }]);
    const { body: one } = await server.call("get_connector", { id: "chat" });
    expect(one.users.map((user: { kind: string; id: string }) => [user.kind, user.id])).toEqual([
      ["rule", "triage"],
      ["rule", "both"],
    ]);
    expect(one.users_total).toBe(2);
    const { body: unused } = await server.call("list_connectors", { state: "unused" });
    expect(unused.connectors.map(({ id }: { id: string }) => id)).toEqual(["other"]);
    const { body: map } = await server.call("map_notifications", { connector: "chat" });
    expect(map.counts).toEqual({ would_be_silent: { rule: 1 }, would_lose_route: { rule: 1 } });
    expect(map.would_be_silent).toMatchObject([{ id: "triage", routes: [{ connector: "chat", via: [`system action ${system}`] }] }]);
    expect((await server.call("map_notifications", { connector: "other" })).body.summary).toContain("Nothing that was seen uses");
    const { body: audit } = await server.call("audit_connectors", { checks: ["unused", "unused_as_far_as_seen"], detail: true });
    expect(audit.findings.map(({ connector }: { connector: { id: string } }) => connector.id)).toEqual(["other"]);
  });

  test("replace_connector says that it stays, why, and how it is moved, also when it is gone", async () => {
    const { url, server } = await deployment();
    await rule(url, "triage", [asking("chat")]);
    for (const isGone of [false, true]) {
      if (isGone) await bare(url, "DELETE", "/api/actions/connector/chat");
      const { body } = await server.call("replace_connector", { from: "chat", to: "other" });
      expect(body.status).toBe("no_change");
      expect(JSON.stringify(body)).toContain(
        'It stays in use by 1 rule: \\"triage\\". What an action names in its params is not moved. In Kibana, edit the rule: choose another',
      );
    }
    const { body: named } = await server.call("replace_connector", { from: "chat", to: "other", rules: ["triage"] });
    expect(JSON.stringify(named)).toContain(
      "It names that connector in the params of an action, which is not moved. In Kibana, edit the rule",
    );
    expect((await bare(url, "GET", "/api/alerting/rule/triage")).body.actions[0].params.connector).toBe("chat");
    const { error } = (await server.call("get_connector", { id: "chat" })).body;
    expect(error.message).toContain('1 rule still refers to it: "triage"');
    expect(error.fix).not.toContain("replace_connector");
  });

  test("an audit finds the rule whose model is gone, once", async () => {
    const { url, server } = await deployment({ version: "9.3" });
    await rule(url, "triage", [asking("gone")]);
    await rule(url, "fine", [asking("chat")]);
    const { body } = await server.call("audit_connectors", { checks: ["dangling_reference", "notifies_nobody"], detail: true });
    expect(body.findings).toMatchObject([
      { check: "dangling_reference", severity: "high", rule: { id: "triage" }, connector: { id: "gone" } },
    ]);
    expect(body.findings[0].evidence).toContain("its action of the Observability AI Assistant names");
    expect((await server.call("map_notifications", { text: "triage" })).body.rules).toMatchObject([{ verdict: "nobody" }]);
  });

  test("a rule that begins to name it while a person decides is found before the delete", async () => {
    let url = "";
    const person: Person = async () => {
      await rule(url, "late", [asking("chat")]);
      return yes();
    };
    const made = await deployment({ person });
    url = made.url;
    const { body } = await remove(made.server);
    expect(JSON.stringify(body)).toContain('1 rule: \\"late\\"');
    expect(await isThere(url)).toBe(true);
  });

  test("an undo of its create is refused as its delete is", async () => {
    const { url, server } = await deployment();
    const config = { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt" };
    const args = { name: "New", id: "new-model", type: ".gen-ai", config, secrets: { apiKey: { $env: "CONNECTOR_SECRET_A" } } };
    const { body } = await server.call("create_connector", args);
    expect(body.status).toBe("done");
    await rule(url, "triage", [asking("new-model")]);
    expect((await server.call("undo_change", { change: body.change })).body.error).toMatchObject({ code: "in_use" });
  });
});

describe("a create under an id that such an action names already", () => {
  const env = { $env: "CONNECTOR_SECRET_A" };
  const model = { type: ".gen-ai", config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/x", defaultModel: "gpt" } };
  const make = (id: string, more: object) => ({ id, name: `Connector ${id}`, secrets: { apiKey: env }, ...more });

  test("is asked about, with the rule's name", async () => {
    const { url, server } = await deployment({ person: no });
    await rule(url, "triage", [asking("gone")]);
    await server.call("create_connector", make("gone", model));
    expect(server.questions).toEqual([expect.stringContaining('Named already by 1 rule: "triage": from then on it uses this connector.')]);
    expect(await isThere(url, "gone")).toBe(false);
  });

  test.each<[string, string, object]>([
    ["another id", "free", model],
    ["a type that is no model", "gone", { type: ".server-log", config: {}, secrets: {} }],
  ])("is not asked about for %s", async (_what, id, more) => {
    const { url, server } = await deployment({ person: no });
    await rule(url, "triage", [asking("gone")]);
    const { body } = await server.call("create_connector", make(id, more));
    expect(server.questions.join()).not.toContain("triage");
    expect(JSON.stringify(body)).not.toContain("triage");
  });
});

describe("where rules cannot be read, which may name a model", () => {
  const forbidden: Rewrite = {
    refuse: ({ path }) =>
      path.includes("/alerting/rules/_find")
        ? { status: 403, body: JSON.stringify({ statusCode: 403, error: "Forbidden", message: "Unauthorized to find rules" }) }
        : undefined,
  };
  const missed = "rules with the Observability AI Assistant";

  test.each([
    [".gen-ai", true],
    [".slack", false],
  ])("the name of a connector of type %s has to be typed: %s", async (type, isTyped) => {
    const { server, url } = await deployment({ type, person: no, rewrite: forbidden });
    const { body } = await server.call("safe_delete_connector", { ids: ["chat"], dry_run: true });
    expect(JSON.stringify(body).includes(missed)).toBe(isTyped);
    await remove(server);
    expect(server.questions.join().includes(missed)).toBe(isTyped);
    expect(await isThere(url)).toBe(true);
    const { body: audit } = await server.call("audit_connectors", { checks: ["unused", "unused_as_far_as_seen"], detail: true });
    expect(JSON.stringify(audit.findings).includes(missed)).toBe(isTyped);
  });
});

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});
