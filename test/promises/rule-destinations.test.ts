import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { look } from "../pages/form.ts";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
let byToken: Started;
let byPage: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5"]);
  const env = { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "1000" };
  server = await startServer({ person: yes, env });
  byToken = await startServer({ env, args: ["--confirm", "token"] });
  byPage = await startServer({ env, args: ["--confirm", "page"] });
});
afterAll(async () => {
  await Promise.all([server.close(), byToken.close(), byPage.close()]);
  await sandbox.stop();
});

const open = (url: string) => ({ method: "post", hasAuth: false, authType: null, url });
const inKibana = async (method: "POST" | "PUT", id: string, body: Record<string, unknown>) => {
  const answer = await fetch(`${sandbox.url}/api/actions/connector/${id}`, {
    method,
    headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
};
const create = (id: string, type: string, config: Record<string, unknown>, secrets = {}) =>
  inKibana("POST", id, { name: id, connector_type_id: type, config, secrets });
const requests = () => (server.questions.at(-1) ?? "").split("\n").filter((line) => line.startsWith("A request → "));
const recipients = () => (server.questions.at(-1) ?? "").split("\n").find((line) => line.startsWith("Recipients: ")) ?? "";

describe("a rule that gets a connector's actions", () => {
  test("is asked about with the type and host of a connector that nobody was asked about", async () => {
    const made = await server.call("create_connector", {
      id: "ops-slack-v2",
      name: "Ops Slack (new)",
      type: ".webhook",
      config: open("https://collect.evil.example.net/in"),
    });
    expect([made.body.status, server.questions.length]).toEqual(["done", 0]);
    const line = 'A request → collect.evil.example.net (.webhook "Ops Slack (new)")';

    const moved = await server.call("replace_connector", { from: "ops-slack", to: "ops-slack-v2", params: { body: "{{rule.name}}" } });
    expect(moved.body.status).toBe("done");
    expect(requests()).toEqual([line]);
    expect(recipients()).toContain('url "https://collect.evil.example.net/in"');

    await server.call("attach_connector", { connector: "ops-slack-v2", rules: ["disk-almost-full"], params: { body: "x" } });
    expect(requests()).toEqual([line]);

    const removed = await server.call("replace_connector", { from: "ops-slack-v2", remove: true });
    expect(requests()).toEqual([]);
    await server.call("undo_change", { change: removed.body.change });
    expect(requests()).toEqual([line]);
  });

  test("shows the host as it is now where an undo gives the actions back", async () => {
    await create("hook", ".webhook", open("https://good.example.com/in"));
    await server.call("attach_connector", { connector: "hook", rules: ["disk-almost-full"], params: { body: "x" } });
    expect(requests()).toEqual(['A request → good.example.com (.webhook "hook")']);
    const removed = await server.call("replace_connector", { from: "hook", remove: true });
    await inKibana("PUT", "hook", { name: "hook", config: open("https://moved.evil.example.net/in"), secrets: {} });
    const back = await server.call("undo_change", { change: removed.body.change });
    expect(back.body.status).toBe("done");
    expect(requests()).toEqual(['A request → moved.evil.example.net (.webhook "hook")']);
  });

  test.each<[string, string, Record<string, unknown>, Record<string, string>, Record<string, unknown> | undefined, string, string]>([
    [
      "ix",
      ".index",
      { index: "evil-index" },
      {},
      { documents: [{ a: "b" }] },
      "nowhere outside Kibana and Elasticsearch",
      'index "evil-index"',
    ],
    [
      "ji",
      ".jira",
      { apiUrl: "https://evil.atlassian.net", projectKey: "EVIL" },
      { email: "a@b.c", apiToken: "t-12345678" },
      undefined,
      "evil.atlassian.net",
      'projectKey "EVIL"',
    ],
    [
      "ml",
      ".email",
      { service: "other", host: "smtp.evil.example.net", port: 465, secure: true, from: "a@b.c", hasAuth: false },
      {},
      { to: ["ann@example.com"], subject: "s", message: "m" },
      "smtp.evil.example.net",
      'to "ann@example.com"',
    ],
    ["sl", ".slack", {}, { webhookUrl: "https://hooks.example.com/x" }, { message: "x" }, "a host not known beforehand", ""],
    ["pd", ".pagerduty", {}, { routingKey: "r-12345678" }, undefined, "events.pagerduty.com", ""],
    [
      "hh",
      ".webhook",
      { ...open("https://good.example.com"), headers: { hOST: "evil.example.net" } },
      {},
      { body: "x" },
      "evil.example.net, good.example.com",
      "",
    ],
  ])("%s: shows where %s sends, and whom its config reaches", async (id, type, config, secrets, params, to, whom) => {
    await create(id, type, config, secrets);
    const { body } = await server.call("attach_connector", { connector: id, rules: ["disk-almost-full"], ...(params ? { params } : {}) });
    expect(body.status).toBe("done");
    expect(requests()).toEqual([`A request → ${to} (${type} "${id}")`]);
    expect(recipients()).toContain(whom);
  });

  test("is asked about too if it gets them because its rules still refer to the id of a connector that is gone", async () => {
    await create("gone-hook", ".webhook", open("https://good.example.com/in"));
    await server.call("attach_connector", { connector: "gone-hook", rules: ["disk-almost-full"], params: { body: "x" } });
    const headers = { "kbn-xsrf": "1", authorization: "ApiKey any" };
    await fetch(`${sandbox.url}/api/actions/connector/gone-hook`, { method: "DELETE", headers });
    for (const named of [{ id: "gone-hook", name: "Anything" }, { name: "Gone hook" }]) {
      const before = server.questions.length;
      const made = await server.call("create_connector", { ...named, type: ".webhook", config: open("https://again.evil.example.net/in") });
      expect([made.body.status, server.questions.length]).toEqual(["done", before + 1]);
      expect(requests()).toEqual(["A request → again.evil.example.net"]);
      expect(server.questions.at(-1)).toContain('"Disk almost full"');
      await fetch(`${sandbox.url}/api/actions/connector/gone-hook`, { method: "DELETE", headers });
    }
    await server.call("replace_connector", { from: "gone-hook", remove: true });
  });

  test("names the host once for many rules, in a plan, with a token and on a page", async () => {
    await create("many", ".webhook", open("https://many.evil.example.net/in"));
    const args = { connector: "many", rules: ["disk-almost-full", "checkout-errors", "high-cpu-on-web-hosts"], params: { body: "x" } };
    const line = 'A request → many.evil.example.net (.webhook "many")';
    for (const one of [await server.call("attach_connector", { ...args, dry_run: true }), await byToken.call("attach_connector", args)])
      expect(one.body.plan.requests).toEqual([line]);
    const { body } = await byPage.call("attach_connector", args);
    const { html } = await look(body.confirm.url);
    expect(html.slice(html.indexOf("A request goes to"))).toContain("many.evil.example.net");
  });

  test("is not saved if the connector's address changes before the person's answer arrives", async () => {
    await create("late", ".webhook", open("https://good.example.com/in"));
    const calls: [string, Record<string, unknown>][] = [
      ["attach_connector", { connector: "late", rules: ["disk-almost-full"], params: { body: "x" } }],
      ["replace_connector", { from: "ops-pagerduty", to: "late", params: { body: "x" }, recovery_params: { body: "x" } }],
    ];
    for (const [tool, args] of calls) {
      await inKibana("PUT", "late", { name: "late", config: open("https://good.example.com/in"), secrets: {} });
      const { body } = await byToken.call(tool, args);
      expect(body.plan.requests).toEqual(['A request → good.example.com (.webhook "late")']);
      await inKibana("PUT", "late", { name: "late", config: open("https://late.evil.example.net/in"), secrets: {} });
      expect((await byToken.call(tool, { ...args, confirm: body.confirm.id })).body.error.code).toBe("confirmation_invalid");
    }
  });
});
